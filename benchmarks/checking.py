"""Throughput of checking without a model: claims a second, against new documents and against one made ready.

    python benchmarks/checking.py [ROWS]

Documents of 9 kB, as long as WiCE's pages, are made from the project's own articles (benchmarks/extractive.py); the
claims are their sentences, some with another number. The ratio is to splitting the same documents into sentences.
These documents repeat their sentences. Pages that do not: ROWS, JSON lines {"claim", "document"}, of which the first half
is checked before the clock starts, the second half once with it and once again, when no word is new; what is remembered of
sentences is forgotten before, as no page repeats another's. Last, by a process that has not read the second half, with four
claims a page: its own, and three of its sentences without their third word.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import time
from pathlib import Path

import sentencex
from extractive import ROUNDS, median_s, text_of

from claimcheck import Document, Settings, Statement, check
from claimcheck.english import dates
from claimcheck.english.names import find_names
from claimcheck.english.quotations import detect_speech
from claimcheck.text.sentences import split_paragraph
from claimcheck.verification import amounts
from claimcheck.verification.engine import verify_statement
from claimcheck.verification.retrieve import Corpus

DOCUMENTS, CHARACTERS = 100, 9_000


def main() -> None:
    chance = random.Random(5)
    text = text_of(DOCUMENTS * CHARACTERS)
    documents = [
        Document.from_text(text[start : start + CHARACTERS])
        for start in range(0, len(text), CHARACTERS)
    ]
    claims = []
    for document in documents:
        sentence = chance.choice(
            [
                part
                for part in split_paragraph(document.full_text, "en")
                if 60 < len(part) < 200
            ]
        )
        changed = re.sub(r"\d", lambda _: str(chance.randint(1, 9)), sentence)
        claims.append(
            Statement.of(" ".join(chance.choice((sentence, changed)).split()))
        )

    def each_new() -> None:
        for claim, document in zip(claims, documents, strict=True):
            verify_statement(claim, Corpus(document))

    ready = Corpus(documents[0])

    def one_ready() -> None:
        for claim in claims:
            verify_statement(claim, ready)

    each_new()
    new, one = median_s(each_new), median_s(one_ready)
    split_s = median_s(
        lambda: [sentencex.segment("en", document.full_text) for document in documents]
    )
    print(
        f"checking without a model: {DOCUMENTS} claims, documents of {CHARACTERS:,} characters, median of {ROUNDS} rounds"
    )
    print(
        f"  a new document each   {DOCUMENTS / new:7.0f} a second   {new / split_s:6.1f} x sentencex"
    )
    print(
        f"  one document, ready   {DOCUMENTS / one:7.0f} a second   {one / split_s:6.1f} x sentencex"
    )


def four_a_page(pairs: list[dict[str, str]]) -> float:
    """Pairs a second where each page is checked against four claims."""
    chance = random.Random(1)
    work = []
    for pair in pairs:
        fitting = [
            part.split()
            for part in split_paragraph(pair["document"], "en")
            if 60 < len(part) < 250
        ]
        drawn = chance.sample(fitting, min(3, len(fitting)))
        others = [" ".join(words[:2] + words[3:]) for words in drawn]
        work.append(([pair["claim"], *others], pair["document"]))
    start = time.perf_counter()
    for claims, document in work:
        check(claims, document, settings=Settings(engine="extractive"))
    return sum(len(claims) for claims, _ in work) / (time.perf_counter() - start)


def rows(path: Path) -> None:
    pairs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    random.Random(5).shuffle(pairs)
    settings = Settings(engine="extractive")

    def timed(part: list[dict[str, str]]) -> float:
        start = time.perf_counter()
        for pair in part:
            check([pair["claim"]], pair["document"], settings=settings)
        return len(part) / (time.perf_counter() - start)

    middle = len(pairs) // 2
    print(
        f"checking without a model, {path.name}, {len(pairs) - middle} pages, by check()",
        flush=True,
    )
    timed(pairs[:middle])
    if not (child := os.fork()):  # what it learns of words is not this process's
        print(
            f"  four claims a page    {four_a_page(pairs[middle:]):7.0f} a second",
            flush=True,
        )
        os._exit(0)
    os.waitpid(child, 0)
    new = timed(pairs[middle:])
    for remembered in (
        detect_speech,
        find_names,
        amounts.find_amounts,
        dates._match_times,
    ):
        remembered.cache_clear()
    again = timed(pairs[middle:])
    print(f"  words new too         {new:7.0f} a second")
    print(f"  sentences new only    {again:7.0f} a second")


if __name__ == "__main__":
    main()
    for name in sys.argv[1:]:
        rows(Path(name))
