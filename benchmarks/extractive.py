"""Measure the throughput of the extractive engine.

The ratios are to splitting the same text into sentences and to counting its tokens, in
the same run. The text is assembled from the project's own articles with a fixed seed:
their sentences in random order, with every number changed, so that no two paragraphs
are alike.
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


def make_text(size: int) -> str:
    """Return a text of `size` characters, the same on every call."""
    rng = random.Random(20)
    paths = [
        *sorted((ROOT / "tests" / "articles").glob("*.txt")),
        *(ROOT / "seeds").glob("*.txt"),
    ]
    sentences: list[str] = []
    for path in paths:
        reading = Reading(path.read_text(encoding="utf-8"))
        sentences += [sentence.text for sentence in split_sentences(reading, "en")]
    paragraphs: list[str] = []
    length = 0
    while length < size:
        changed = [
            re.sub(r"\d", lambda _: str(rng.randint(1, 9)), sentence)
            for sentence in rng.sample(sentences, 4)
        ]
        paragraphs.append(" ".join(changed) + "\n\n")
        length += len(paragraphs[-1])
    return "".join(paragraphs)[:size]


def median_s(work: Callable[[], object]) -> float:
    """Return the median time of some rounds of `work`, in seconds."""
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
    first_s = time.perf_counter() - started
    print(f"first summary in a process, including imports: {first_s:.2f} s")
    print(f"extractive engine: median of {ROUNDS} rounds, all in the same run")
    for size in (10_000, 100_000, 1_000_000):
        text = make_text(size)
        whole_s = median_s(
            lambda text=text: summarize(Document.from_text(text), settings=settings)
        )
        split_s = median_s(lambda text=text: sentencex.segment("en", text))
        count_s = median_s(lambda text=text: tokens.count(text))
        print(
            f"  {size // 1000:>5} kB {whole_s:7.3f} s   "
            f"{size / whole_s / 1e6:5.2f} MB/s   "
            f"{whole_s / split_s:6.1f} x sentencex   "
            f"{whole_s / count_s:5.1f} x counting tokens"
        )


if __name__ == "__main__":
    main()
