"""Throughput of the extractive engine, as a ratio to splitting and counting the same text, in one run.

The text is made from the project's own articles with a fixed seed: their sentences in random order, every number
changed, so that no two paragraphs are alike.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import sentencex

from claimcheck import Document, Settings, summarize, tokens
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

ROOT = Path(__file__).parent.parent
ROUNDS = 5


def text_of(size: int) -> str:
    chance = random.Random(20)
    known = [
        sentence.text
        for path in [
            *sorted((ROOT / "tests" / "articles").glob("*.txt")),
            *(ROOT / "seeds").glob("*.txt"),
        ]
        for sentence in split_sentences(Reading(path.read_text(encoding="utf-8")), "en")
    ]
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        picked = [
            re.sub(r"\d", lambda _: str(chance.randint(1, 9)), one)
            for one in chance.sample(known, 4)
        ]
        parts.append(" ".join(picked) + "\n\n")
    return "".join(parts)[:size]


def median_s(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    settings = Settings(engine="extractive")
    started = time.perf_counter()
    summarize("The ferry carried 900 people in 2020.", settings=settings)
    print(
        f"first summary in a process, with everything loaded: {time.perf_counter() - started:.2f} s"
    )
    print(
        f"extractive engine: median of {ROUNDS} rounds, against the same text in the same run"
    )
    for size in (10_000, 100_000, 1_000_000):
        text = text_of(size)
        whole = median_s(
            lambda text=text: summarize(Document.from_text(text), settings=settings)
        )
        split = median_s(lambda text=text: sentencex.segment("en", text))
        count = median_s(lambda text=text: tokens.count(text))
        print(
            f"  {size // 1000:>5} kB {whole:7.3f} s   {size / whole / 1e6:5.2f} MB/s   "
            f"{whole / split:6.1f} x sentencex   {whole / count:5.1f} x counting tokens"
        )


if __name__ == "__main__":
    main()
