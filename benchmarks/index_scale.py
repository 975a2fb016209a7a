"""Build an evidence index of N passages, and search it.

    python benchmarks/index_scale.py [N ...]

The text is artificial: words of the package's word list at frequencies that follow
Zipf's law, in documents of ten passages. Each query has nine content words of one
passage, as many as a long claim. Times are of the processor, so that they say little
about a slow disk.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from claimcheck import Document, Index
from claimcheck.english.terms import extract_terms
from claimcheck.resources import read_packed_lines

SIZES = (10_000, 100_000, 1_000_000)
QUERIES = 50
LIMIT = 30  # as many as a check asks for
SENTENCE_WORDS = 19
SENTENCES = 60  # of a document; six make a passage


def make_documents(passages: int) -> Iterator[Document]:
    generator = random.Random(7)
    words = [line.split()[0] for line in read_packed_lines("words")]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    for number in range(passages // 10):
        drawn = generator.choices(
            words, cum_weights=weights, k=SENTENCES * SENTENCE_WORDS
        )
        sentences = [
            " ".join(drawn[start : start + SENTENCE_WORDS]).capitalize() + "."
            for start in range(0, len(drawn), SENTENCE_WORDS)
        ]
        yield Document.from_text(" ".join(sentences), source=f"{number}.txt")


def measure(folder: Path, size: int) -> str:
    path = folder / f"index-{size}.db"
    started = time.process_time()
    queries: list[list[str]] = []
    generator = random.Random(11)
    with Index(path) as index:
        documents = make_documents(size)
        while batch := list(itertools.islice(documents, 1_000)):
            index.add(batch)
            for document in batch[:: max(1, len(batch) // QUERIES)]:
                terms = extract_terms(document.full_text[:800])
                words = [term.word for term in terms]
                queries.append(generator.sample(words, 9))
        built_s = time.process_time() - started
        times = []
        for query in queries[:QUERIES]:
            started = time.process_time()
            index.search(query, LIMIT)
            times.append(time.process_time() - started)
    times.sort()
    return (
        f"{size:>9,} passages: built in {built_s:,.0f} s, "
        f"{path.stat().st_size / 2**20:,.0f} MB, "
        f"query {1000 * times[len(times) // 2]:.1f} ms (median), "
        f"{1000 * times[-1 - len(times) // 20]:.1f} ms (95th percentile)"
    )


def main() -> None:
    with TemporaryDirectory() as folder:
        for size in map(int, sys.argv[1:] or map(str, SIZES)):
            print(measure(Path(folder), size), flush=True)


if __name__ == "__main__":
    main()
