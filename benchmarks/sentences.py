"""Compare sentence segmentation with other libraries, on 300 hard cases.

    python benchmarks/sentences.py [--errors]

`sentences.txt` marks where sentences end. Printed are the paragraphs split exactly as
marked, and F1 of the ends within paragraphs. `--errors` lists what claimcheck gets
wrong. Libraries without a language split it as English.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from claimcheck.text.sentences import split_paragraph

CASES = Path(__file__).with_suffix(".txt")
Segmenter = Callable[[str, str], list[str]]


class Case(NamedTuple):
    """A paragraph and its sentences."""

    language: str
    text: str
    sentences: list[str]


def read_cases(path: Path = CASES) -> Iterator[Case]:
    """Yield the cases; a "|" without spaces is an end without a space."""
    language = "en"
    for line in path.read_text(encoding="utf-8").splitlines():
        if name := re.fullmatch(r"\[(\w\w)\]", line):
            language = name.group(1)
        elif line and not line.startswith("# "):
            parts = line.replace(" | ", " \0").replace("|", "\0").split("\0")
            yield Case(language, "".join(parts), [part.strip() for part in parts])


def find_ends(sentences: list[str]) -> set[int]:
    """Return the ends of all sentences but the last, without white space."""
    ends, length = set(), 0
    for sentence in sentences[:-1]:
        length += len("".join(sentence.split()))
        ends.add(length)
    return ends


def load_segmenters() -> dict[str, Segmenter]:
    """Return the segmenters; they are imported here, because most are slow."""
    import blingfire
    import nupunkt
    import pysbd
    import sentencex
    from syntok import segmenter

    def split_with_pysbd(text: str, language: str) -> list[str]:
        known = language in pysbd.languages.LANGUAGE_CODES
        return pysbd.Segmenter(language if known else "en", clean=False).segment(text)

    def split_with_syntok(text: str, language: str) -> list[str]:
        sentences = []
        for paragraph in segmenter.analyze(text):
            for tokens in paragraph:
                end = tokens[-1].offset + len(tokens[-1].value)
                sentences.append(text[tokens[0].offset : end])
        return sentences

    return {
        "claimcheck": split_paragraph,
        "sentencex": lambda text, language: list(sentencex.segment(language, text)),
        "nupunkt": lambda text, language: nupunkt.sent_tokenize(text),
        "blingfire": lambda text, _: blingfire.text_to_sentences(text).split("\n"),
        "pysbd": split_with_pysbd,
        "syntok": split_with_syntok,
    }


def segment(split: Segmenter, case: Case) -> list[str]:
    parts = split(case.text, case.language)
    return [part.strip() for part in parts if part.strip()]


def main() -> None:
    cases = list(read_cases())
    if "--errors" in sys.argv:
        for case in cases:
            found = segment(split_paragraph, case)
            if found != case.sentences:
                print(f"{' | '.join(found)}\n  {' | '.join(case.sentences)}")
        return
    print("library     right      F1    time")
    for name, split in load_segmenters().items():
        segment(split, cases[0])
        started = time.perf_counter()
        right = correct = marked = 0
        for case in cases:
            found = segment(split, case)
            right += found == case.sentences
            expected, ends = find_ends(case.sentences), find_ends(found)
            correct += len(expected & ends)
            marked += len(expected) + len(ends)
        seconds = time.perf_counter() - started
        f1 = 200 * correct / marked
        print(f"{name:11} {right} of {len(cases)} {f1:5.1f} {1000 * seconds:5.0f} ms")


if __name__ == "__main__":
    main()
