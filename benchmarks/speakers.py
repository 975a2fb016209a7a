"""Measure who is named as the speaker of quotations and of reported speech.

    python benchmarks/speakers.py [pdnc_quotes.dev.jsonl] [--part sealed] [--errors]

`speakers.txt` names the speaker of each sentence of some news texts; they were written
for this purpose, and the rules were changed with their errors in view. The Project
Dialogism Novel Corpus (Vishnubhotla et al. 2022) has the speakers of quotations in
novels. A name is right if it shares a word with the speaker's other than a title, or if
it is in the words that introduce the quotation. `--errors` lists wrong and missing ones
of the part that may be looked at.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from claimcheck.english.quotations import resolve_speeches
from claimcheck.evaluation.datasets import RowPart
from claimcheck.resources import read_words
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

CASES = Path(__file__).with_suffix(".txt")
TITLES = {title.rstrip(".") for title in read_words("speaker_titles")} | {"The", "the"}


class Case(NamedTuple):
    """A text, and the speakers of the characters [start, end)."""

    text: str
    speakers: list[tuple[int, int, str | None]]


def read_cases(path: Path = CASES) -> Iterator[Case]:
    lines = path.read_text(encoding="utf-8").splitlines()
    text, speakers = "", []
    for line in (*(line for line in lines if not line.startswith("# ")), "---"):
        if line == "---":
            yield Case(text, speakers)
            text, speakers = "", []
        elif not line:
            text += "\n\n"
        else:
            speaker, _, sentence = line.partition(" | ")
            text += sentence if not text or text.endswith("\n") else f" {sentence}"
            name = None if speaker == "-" else speaker
            speakers.append((len(text) - len(sentence), len(text), name))


def find_speakers(text: str) -> list[tuple[int, int, str | None]]:
    """Return the start and end of each sentence, and its speaker."""
    reading = Reading(text)
    sentences = split_sentences(reading, "en")
    found = []
    for sentence, speech in zip(sentences, resolve_speeches(sentences), strict=True):
        spans = reading.locate(sentence.start, sentence.end)
        speaker = speech.speaker if speech else None
        found.append((spans[0].start, spans[-1].end, speaker))
    return found


def is_same(found: str, expected: str, cue: str = "") -> bool:
    words = {word.strip(".").lower() for word in found.split()} - TITLES
    return found in cue or bool(words & set(expected.replace(".", "").lower().split()))


def score_news(errors: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for case in read_cases():
        found = find_speakers(case.text)
        for start, end, expected in case.speakers:
            name = next(who for s, e, who in found if s < end and start < e)
            outcome = judge(name, expected, name == expected)
            counts[outcome] += 1
            if errors and outcome in ("wrong", "missing"):
                print(f"{outcome}: {name} for {expected}: {case.text[start:end]}")
    return counts


def score_novels(path: Path, part: RowPart, errors: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not part.includes(row["doc_id"]):
            continue
        found = find_speakers(row["document"])
        for quote in row["quotes"]:
            names = set()
            for start, end, _ in quote["spans"]:
                names |= {who for s, e, who in found if who and s < end and start < e}
            name = "/".join(sorted(names)) or None
            gold, cue = quote["speaker"], quote["cue"] or ""
            outcome = judge(name, gold, all(is_same(who, gold, cue) for who in names))
            counts[outcome] += 1
            if errors and outcome == "wrong":
                print(f"wrong: {name} for {gold} ({cue}): {quote['spans'][0][2]!r}")
    return counts


def judge(found: str | None, expected: str | None, agrees: bool) -> str:
    if found is None:
        return "missing" if expected else "nobody"
    return "right" if agrees else "wrong"


def print_scores(name: str, counts: Counter[str]) -> None:
    named = counts["right"] + counts["wrong"]
    speakers = counts.total() - counts["nobody"]
    precision = 100 * counts["right"] / max(named, 1)
    recall = 100 * counts["right"] / max(speakers, 1)
    print(f"{name:8} precision {precision:5.1f} of {named}, recall {recall:5.1f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("novels", type=Path, nargs="?")
    parser.add_argument(
        "--part", type=RowPart, choices=list(RowPart), default=RowPart.SEALED
    )
    parser.add_argument("--errors", action="store_true")
    arguments = parser.parse_args()
    print_scores("news", score_news(arguments.errors))
    if arguments.novels:
        errors = arguments.errors and arguments.part is RowPart.OPEN
        counts = score_novels(arguments.novels, arguments.part, errors)
        print_scores("novels", counts)


if __name__ == "__main__":
    main()
