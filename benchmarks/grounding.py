"""How often quotes are placed rightly, and how fast: claimcheck beside LangExtract's aligner and difflib.

    python benchmarks/grounding.py DATA [--seed N]

DATA is a folder with `E_quotes/` (WiCE, PDNC) and `D_news_summaries/` (REALSumm). A right place has an intersection over
union of characters of at least 0.95 with the true one, of 1 for the exact cases; for a falsified quote any span is
wrong. The baselines answer a sample of the same quotes, in document order, in one call for each document.
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

from grounding_cases import EXACT, FALSE, HARMLESS, Case, articles, sheet

from claimcheck.grounding import GroundingIndex
from claimcheck.text.reading import Reading

# size in characters: documents, cases of each kind in one, documents and cases of each kind for the baselines
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
    """Each quote by itself, as a model's answer out of order would give it; indexing is timed apart."""
    index = GroundingIndex(Reading(text))
    index.ground("the first quote makes the index of words")
    started = time.perf_counter()
    found = [index.ground(case.quote) for case in cases]
    return [
        [(span.start, span.end) for span in one.spans] for one in found
    ], time.perf_counter() - started


def langextract(
    text: str, cases: Sequence[Case], **options: bool
) -> tuple[list[Ranges], float]:
    """LangExtract's aligner over all the quotes in one call."""
    from langextract.core.data import Extraction
    from langextract.resolver import WordAligner

    groups = [[Extraction("quote", case.quote)] for case in cases]
    started = time.perf_counter()
    aligned = WordAligner().align_extractions(groups, text, **options)
    seconds = time.perf_counter() - started
    spans = [group[0].char_interval for group in aligned]
    return [[(span.start_pos, span.end_pos)] if span else [] for span in spans], seconds


def longest_blocks(text: str, cases: Sequence[Case]) -> tuple[list[Ranges], float]:
    """difflib: from the first to the last matching block, where these hold nine tenths of the quote's letters."""
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
        held = sum(block.size for block in blocks) >= 0.9 * len(case.quote)
        found.append(
            [(low + blocks[0].a, low + blocks[-1].a + blocks[-1].size)] if held else []
        )
    return found, time.perf_counter() - started


def iou(found: Ranges, truth: Ranges) -> float:
    """Characters in both over characters in either; noise between the parts counts for neither."""
    left, right = (
        {offset for start, end in ranges for offset in range(start, end)}
        for ranges in (found, truth)
    )
    return len(left & right) / max(1, len(left | right))


def wrong(case: Case, found: Ranges) -> bool:
    """Whether a falsified quote got a span, or a true one a wrong or no place."""
    if case.kind in FALSE:
        return bool(found)
    return iou(found, case.truth) < (1.0 if case.kind in EXACT else 0.95)


def main() -> None:
    """Both tables are printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--show", action="store_true", help="print what claimcheck got wrong"
    )
    options = parser.parse_args()
    texts = articles(options.data)
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
    for size, (documents, each, documents_theirs, each_theirs) in _SIZES.items():
        for number in range(documents):
            made = sheet(texts, size, each, options.seed * 1_000 + number)
            for name, align in aligners.items():
                ours = name == "claimcheck"
                if not ours and (
                    number >= documents_theirs
                    or (name == "difflib" and size > _DIFFLIB_UP_TO)
                ):
                    continue
                cases = made.cases if ours else sample(made.cases, each_theirs)
                found, took = align(made.text, cases)
                seconds[name, size].append(took / len(cases))
                for case, ranges in zip(cases, found, strict=True):
                    bad = wrong(case, ranges)
                    for tally in (
                        counts[name, case.kind],
                        per_size[group(case.kind), size] if ours else [0, 0],
                    ):
                        tally[0] += bad
                        tally[1] += 1
                    if bad and ours and options.show:
                        print(
                            case.kind,
                            repr(case.quote),
                            [made.text[slice(*r)] for r in ranges],
                            "|",
                            [made.text[slice(*r)] for r in case.truth],
                        )
    report(aligners, counts, per_size, seconds, options.seed)


def sample(cases: Sequence[Case], each: int) -> list[Case]:
    """The first `each` cases of every kind, in document order."""
    seen: dict[str, int] = defaultdict(int)
    kept = []
    for case in cases:
        seen[case.kind] += 1
        if seen[case.kind] <= each:
            kept.append(case)
    return sorted(kept, key=lambda case: case.truth or ((0, 0),))


def group(kind: str) -> str:
    """The row of the table of targets that a kind of case belongs to."""
    return "exact" if kind in EXACT else "harmless" if kind in HARMLESS else "falsified"


def report(aligners, counts, per_size, seconds, seed: int) -> None:
    """The tables on standard output."""
    print(
        f"seed {seed}, CPython {platform.python_version()}, claimcheck {version('claimcheck')}, "
        f"langextract {version('langextract')}, rapidfuzz {version('rapidfuzz')}"
    )
    print(f"{'right place':<28}" + "".join(f"{name:>26}" for name in aligners))
    for kind in (*EXACT, *HARMLESS, *FALSE):
        if kind == FALSE[0]:
            print("given a span, though falsified")
        row = ""
        for name in aligners:
            bad, total = counts[name, kind]
            good = bad if kind in FALSE else total - bad
            row += f"{good:>13}/{total:<4}{100 * good / max(1, total):>6.1f} %"
        print(f"  {kind:<26}{row}")
    print(
        "claimcheck by size, exact and harmless in the right place, falsified given a span"
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
        print(f"  {name:<12}{''.join(cells)}   wanted {target}")
    print("milliseconds for a quote, after indexing (median over documents)")
    for size in _SIZES:
        row = ""
        for name in aligners:
            taken = sorted(seconds[name, size])
            row += f"{1_000 * taken[len(taken) // 2]:>26.2f}" if taken else f"{'-':>26}"
        print(f"  {size // 1_000:>6} kB                 {row}")


if __name__ == "__main__":
    main()
