"""Measure how often quotes are located correctly, and how fast.

    python benchmarks/grounding.py DATA [--seed N]

Compares claimcheck with LangExtract's aligner and difflib. DATA is a folder with
`E_quotes/` (WiCE, PDNC) and `D_news_summaries/` (REALSumm). A location is right if the
characters' intersection over union with the true one is at least 0.95, or 1 for the
exact cases; any span of a falsified quote is wrong. The baselines answer a sample of
the same quotes, in document order, with one call per document.
"""

from __future__ import annotations

import argparse
import difflib
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from grounding_cases import EXACT, FALSIFIED, HARMLESS, Case, load_articles, make_sheet

from claimcheck.grounding import GroundingIndex
from claimcheck.text.reading import Reading

# By size in characters: documents and cases of each kind per document, then the same
# for the baselines.
_SIZES = {
    1_000: (60, 2, 8, 1),
    20_000: (16, 8, 3, 2),
    100_000: (5, 20, 1, 3),
    1_000_000: (1, 60, 0, 0),
}
_DIFFLIB_UP_TO = 20_000
Ranges = Sequence[tuple[int, int]]
Aligner = Callable[[str, Sequence[Case]], tuple[list[Ranges], float]]


def claimcheck(text: str, cases: Sequence[Case]) -> tuple[list[Ranges], float]:
    """Locate each quote by itself: a model may return them in any order.

    Indexing is not timed.
    """
    index = GroundingIndex(Reading(text))
    index.ground("the first quote builds the index of words")
    started = time.perf_counter()
    found = [index.ground(case.quote) for case in cases]
    return [
        [(span.start, span.end) for span in one.spans] for one in found
    ], time.perf_counter() - started


def langextract(
    text: str, cases: Sequence[Case], **options: bool
) -> tuple[list[Ranges], float]:
    """Align all quotes in one call of LangExtract's aligner."""
    from langextract.core.data import Extraction
    from langextract.resolver import WordAligner

    groups = [[Extraction("quote", case.quote)] for case in cases]
    started = time.perf_counter()
    aligned = WordAligner().align_extractions(groups, text, **options)
    seconds = time.perf_counter() - started
    spans = [group[0].char_interval for group in aligned]
    return [[(span.start_pos, span.end_pos)] if span else [] for span in spans], seconds


def longest_blocks(text: str, cases: Sequence[Case]) -> tuple[list[Ranges], float]:
    """Return the range from the first to the last block that difflib matches.

    The blocks must contain nine tenths of the quote's letters.
    """
    found: list[Ranges] = []
    started = time.perf_counter()
    for case in cases:
        matcher = difflib.SequenceMatcher(None, text, case.quote, autojunk=False)
        longest = matcher.find_longest_match()
        low, high = (
            max(0, longest.a - longest.b - 20),
            longest.a - longest.b + len(case.quote) + 80,
        )
        near = difflib.SequenceMatcher(None, text[low:high], case.quote, autojunk=False)
        blocks = [block for block in near.get_matching_blocks() if block.size > 2]
        is_match = sum(block.size for block in blocks) >= 0.9 * len(case.quote)
        found.append(
            [(low + blocks[0].a, low + blocks[-1].a + blocks[-1].size)]
            if is_match
            else []
        )
    return found, time.perf_counter() - started


def compute_iou(found: Ranges, truth: Ranges) -> float:
    """Return the intersection over union of characters.

    Noise between the parts of a range counts for neither.
    """
    left, right = (
        {offset for start, end in ranges for offset in range(start, end)}
        for ranges in (found, truth)
    )
    return len(left & right) / max(1, len(left | right))


def is_wrong_location(case: Case, found: Ranges) -> bool:
    """Whether a falsified quote got a span, or a true one a wrong one or none."""
    if case.kind in FALSIFIED:
        return bool(found)
    return compute_iou(found, case.truth) < (1.0 if case.kind in EXACT else 0.95)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--show", action="store_true", help="print the errors of claimcheck"
    )
    options = parser.parse_args()
    texts = load_articles(options.data)
    aligners: dict[str, Aligner] = {
        "claimcheck": claimcheck,
        "LangExtract": langextract,
        "LangExtract, no lesser": lambda text, cases: langextract(
            text, cases, accept_match_lesser=False
        ),
        "difflib": longest_blocks,
    }
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    per_size: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    seconds: dict[tuple[str, int], list[float]] = defaultdict(list)
    for size, (documents, each, baseline_documents, baseline_each) in _SIZES.items():
        for number in range(documents):
            sheet = make_sheet(texts, size, each, options.seed * 1_000 + number)
            for name, align in aligners.items():
                is_claimcheck = name == "claimcheck"
                if not is_claimcheck and (
                    number >= baseline_documents
                    or (name == "difflib" and size > _DIFFLIB_UP_TO)
                ):
                    continue
                cases = (
                    sheet.cases
                    if is_claimcheck
                    else sample_cases(sheet.cases, baseline_each)
                )
                found, elapsed = align(sheet.text, cases)
                seconds[name, size].append(elapsed / len(cases))
                for case, ranges in zip(cases, found, strict=True):
                    is_wrong = is_wrong_location(case, ranges)
                    tallies = [counts[name, case.kind]]
                    if is_claimcheck:
                        tallies.append(per_size[get_group(case.kind), size])
                    for tally in tallies:
                        tally[0] += is_wrong
                        tally[1] += 1
                    if is_wrong and is_claimcheck and options.show:
                        print(
                            case.kind,
                            repr(case.quote),
                            [sheet.text[slice(*r)] for r in ranges],
                            "|",
                            [sheet.text[slice(*r)] for r in case.truth],
                        )
    report(aligners, counts, per_size, seconds, options.seed)


def sample_cases(cases: Sequence[Case], each: int) -> list[Case]:
    """Return the first `each` cases of every kind, in document order."""
    seen: dict[str, int] = defaultdict(int)
    sample = []
    for case in cases:
        seen[case.kind] += 1
        if seen[case.kind] <= each:
            sample.append(case)
    return sorted(sample, key=lambda case: case.truth or ((0, 0),))


def get_group(kind: str) -> str:
    """Return the row of the table of targets that a kind of case belongs to."""
    return "exact" if kind in EXACT else "harmless" if kind in HARMLESS else "falsified"


def report(aligners, counts, per_size, seconds, seed: int) -> None:
    """Print the tables."""
    print(
        f"seed {seed}, CPython {platform.python_version()}, "
        f"claimcheck {version('claimcheck')}, "
        f"langextract {version('langextract')}, rapidfuzz {version('rapidfuzz')}"
    )
    print(f"{'located correctly':<28}" + "".join(f"{name:>26}" for name in aligners))
    for kind in (*EXACT, *HARMLESS, *FALSIFIED):
        if kind == FALSIFIED[0]:
            print("falsified, but given a span")
        row = ""
        for name in aligners:
            bad, total = counts[name, kind]
            good = bad if kind in FALSIFIED else total - bad
            row += f"{good:>13}/{total:<4}{100 * good / max(1, total):>6.1f} %"
        print(f"  {kind:<26}{row}")
    print(
        "claimcheck by size: exact and harmless located correctly, "
        "falsified given a span"
    )
    for name, target in (
        ("exact", "100 %"),
        ("harmless", ">= 98 %"),
        ("falsified", "<= 0.5 %"),
    ):
        cells = []
        for size in (*_SIZES, None):
            tallies = [
                value
                for (row, at), value in per_size.items()
                if row == name and size in (at, None)
            ]
            bad, total = (sum(column) for column in zip(*tallies, strict=True))
            good = bad if name == "falsified" else total - bad
            cells.append(f"{good:>7}/{total:<5}{100 * good / total:>6.2f} %")
        print(f"  {name:<12}{''.join(cells)}   target {target}")
    print("milliseconds per quote, after indexing (median over documents)")
    for size in _SIZES:
        row = ""
        for name in aligners:
            taken = sorted(seconds[name, size])
            row += f"{1_000 * taken[len(taken) // 2]:>26.2f}" if taken else f"{'-':>26}"
        print(f"  {size // 1_000:>6} kB                 {row}")


if __name__ == "__main__":
    main()
