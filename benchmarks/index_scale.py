"""Build an evidence index of N passages, and search it.

    python benchmarks/index_scale.py [--postgres URL] [N ...]

The text is artificial: words of the package's word list at frequencies that follow
Zipf's law, in documents of ten passages. Each query has nine content words of one
passage, as many as a long claim. Times are of the processor, so that they say little
about a slow disk. PostgreSQL has to run on this machine, with Linux: the time of its
process counts, too. What the database has in the schema claimcheck is dropped.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from claimcheck import Document
from claimcheck.english.terms import extract_terms
from claimcheck.resources import read_packed_lines
from claimcheck.retrieval import EvidenceIndex, Index, open_index

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


def measure(place: str, size: int) -> str:
    queries: list[list[str]] = []
    generator = random.Random(11)
    with open_index(place) as index:
        clock = make_clock(index)
        started = clock()
        documents = make_documents(size)
        while batch := list(itertools.islice(documents, 1_000)):
            index.add(batch)
            for document in batch[:: max(1, len(batch) // QUERIES)]:
                terms = extract_terms(document.full_text[:800])
                words = [term.word for term in terms]
                queries.append(generator.sample(words, 9))
        built_s = clock() - started
        times = []
        for query in queries[:QUERIES]:
            started = clock()
            index.search(query, LIMIT)
            times.append(clock() - started)
    times.sort()
    return (
        f"{size:>9,} passages: built in {built_s:,.0f} s, "
        f"{measure_bytes(place) / 2**20:,.0f} MB, "
        f"query {1000 * times[len(times) // 2]:.1f} ms (median), "
        f"{1000 * times[-1 - len(times) // 20]:.1f} ms (95th percentile)"
    )


def make_clock(index: EvidenceIndex) -> Callable[[], float]:
    """Return a clock of the processor time of this process and the server's."""
    if isinstance(index, Index):
        return time.process_time
    pid = index._connection.info.backend_pid
    ticks = os.sysconf("SC_CLK_TCK")

    def read() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / ticks

    return read


def measure_bytes(place: str) -> int:
    if not place.startswith("postgres"):
        return Path(place).stat().st_size
    import psycopg

    tables = ("documents", "passages")
    with psycopg.connect(place) as connection:
        query = "SELECT pg_total_relation_size(%s)"
        rows = [connection.execute(query, [f"claimcheck.{name}"]) for name in tables]
        return sum(row.fetchone()[0] for row in rows)


def drop_tables(url: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS claimcheck CASCADE")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postgres", metavar="URL")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        for size in arguments.sizes:
            if arguments.postgres:
                drop_tables(arguments.postgres)
            place = arguments.postgres or f"{folder}/index-{size}.db"
            print(measure(place, size), flush=True)


if __name__ == "__main__":
    main()
