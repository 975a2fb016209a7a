"""Measure the throughput of checking without a model.

    python benchmarks/checking.py [ROWS]

First, claims about new documents and about one prepared document. The documents have
9 kB, like the pages of WiCE, and are assembled from the project's own articles
(benchmarks/extractive.py); the claims are their sentences, some with another number.
The ratios are to splitting the same documents into sentences. These documents repeat
their sentences.

ROWS are pages that do not: JSON lines {"claim", "document"}. The first half is checked
before the clock starts. The second half is checked once, and once again when no word is
new; the caches of sentences are cleared in between, since no page repeats another's
sentences. A process that has not read the second half checks four claims per page: the
page's own, and three of its sentences without their third word.
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
from extractive import ROUNDS, make_text, median_s

from claimcheck import Document, Settings, Statement, check
from claimcheck.english import times
from claimcheck.english.names import find_names
from claimcheck.english.speech import detect_speech
from claimcheck.text.sentences import split_paragraph
from claimcheck.verification import amounts
from claimcheck.verification.choose_scorer import choose_scorer
from claimcheck.verification.retrieve import Corpus
from claimcheck.verification.verdicts import verify_statement

DOCUMENTS, CHARACTERS = 100, 9_000
SETTINGS = Settings(engine="extractive")
SENTENCE_CACHES = (
    detect_speech,
    find_names,
    amounts.find_amounts,
    times.match_times,
)


def make_claims(documents: list[Document]) -> list[Statement]:
    """Return a sentence of each document, half of them with other digits."""
    rng = random.Random(5)
    claims = []
    for document in documents:
        sentences = [
            part
            for part in split_paragraph(document.full_text, "en")
            if 60 < len(part) < 200
        ]
        sentence = rng.choice(sentences)
        changed = re.sub(r"\d", lambda _: str(rng.randint(1, 9)), sentence)
        claims.append(Statement.of(" ".join(rng.choice((sentence, changed)).split())))
    return claims


def main() -> None:
    text = make_text(DOCUMENTS * CHARACTERS)
    documents = [
        Document.from_text(text[start : start + CHARACTERS])
        for start in range(0, len(text), CHARACTERS)
    ]
    claims = make_claims(documents)
    scorer = choose_scorer("lexical")

    def check_new_documents() -> None:
        for claim, document in zip(claims, documents, strict=True):
            verify_statement(claim, Corpus(document), scorer)

    prepared = Corpus(documents[0])

    def check_prepared_document() -> None:
        for claim in claims:
            verify_statement(claim, prepared, scorer)

    check_new_documents()  # fill the caches
    new_s, prepared_s = median_s(check_new_documents), median_s(check_prepared_document)
    split_s = median_s(
        lambda: [sentencex.segment("en", document.full_text) for document in documents]
    )
    print(
        f"checking without a model: {DOCUMENTS} claims, documents of "
        f"{CHARACTERS:,} characters, median of {ROUNDS} rounds"
    )
    for name, seconds in (
        ("new documents", new_s),
        ("one prepared document", prepared_s),
    ):
        rate, ratio = DOCUMENTS / seconds, seconds / split_s
        print(f"  {name:<22}{rate:7.0f} per second   {ratio:6.1f} x sentencex")


def rate_of_four_claims(pairs: list[dict[str, str]]) -> float:
    """Return claims per second if each page is checked against four claims."""
    rng = random.Random(1)
    pages = []
    for pair in pairs:
        sentences = [
            part.split()
            for part in split_paragraph(pair["document"], "en")
            if 60 < len(part) < 250
        ]
        sample = rng.sample(sentences, min(3, len(sentences)))
        shortened = [" ".join(words[:2] + words[3:]) for words in sample]
        pages.append(([pair["claim"], *shortened], pair["document"]))
    started = time.perf_counter()
    for claims, document in pages:
        check(claims, document, settings=SETTINGS)
    return sum(len(claims) for claims, _ in pages) / (time.perf_counter() - started)


def rate_of_one_claim(pairs: list[dict[str, str]]) -> float:
    """Return pages per second if each is checked against its own claim."""
    started = time.perf_counter()
    for pair in pairs:
        check([pair["claim"]], pair["document"], settings=SETTINGS)
    return len(pairs) / (time.perf_counter() - started)


def measure_rows(path: Path) -> None:
    """Print the rates for pages that do not repeat each other's sentences."""
    pairs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    random.Random(5).shuffle(pairs)
    middle = len(pairs) // 2
    warm_up, pages = pairs[:middle], pairs[middle:]
    print(
        f"checking without a model, {path.name}, {len(pages)} pages, by check()",
        flush=True,
    )
    rate_of_one_claim(warm_up)
    child = os.fork()
    if not child:  # a process of its own, so that its caches do not help the others
        rate = rate_of_four_claims(pages)
        print(f"  four claims per page  {rate:7.0f} per second", flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    first_rate = rate_of_one_claim(pages)
    for cached in SENTENCE_CACHES:
        cached.cache_clear()
    second_rate = rate_of_one_claim(pages)
    print(f"  new words             {first_rate:7.0f} per second")
    print(f"  new sentences only    {second_rate:7.0f} per second")


if __name__ == "__main__":
    main()
    for name in sys.argv[1:]:
        measure_rows(Path(name))
