"""Find known claims again from other sentences: BM25 alone, and `claimcheck match`.

    python benchmarks/matching.py DATA [--development]

The queries are the evidence sentences of FM2, and each has to find the claim that was
written from it, among the claims of all sets in DATA: many are about the same article.
This is not the task of the CheckThat labs, whose data is not in DATA. The posts of
`posts.tsv` come nearer: they were written as people post such claims, by hand, and
before any ranking was seen. A claim is named by the start of its SHA-256. With
`--development`, the queries are those by which the ranking was chosen: the other half
of the articles, and the posts of `posts_development.tsv`.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from claimcheck import Document, Index
from claimcheck.models.known import KnownClaim
from claimcheck.search.known_claims import KnownClaims

POOL = 10_000
DEPTH = 5
FOLDER = Path(__file__).parent
CLAIM_SETS = ("fm2", "factscore_atomic", "claimbuster", "wice_claim", "summedits")


def read_rows(data: Path, name: str) -> Iterator[dict]:
    (path,) = data.rglob(f"{name}.dev.jsonl")
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def list_claims(data: Path) -> list[str]:
    claims: dict[str, None] = {}
    for name in CLAIM_SETS:
        for row in read_rows(data, name):
            texts = row.get("claims") or [row.get("claim") or row.get("text")]
            claims.update(dict.fromkeys(filter(None, texts)))
    return list(claims)[:POOL]


def measure(search: Callable[[str], list[str]], queries: list[tuple[str, str]]) -> str:
    started = time.process_time()
    total = 0.0
    for query, claim in queries:
        found = search(query)
        if claim in found:
            total += 1 / (found.index(claim) + 1)
    milliseconds = 1000 * (time.process_time() - started) / len(queries)
    score = total / len(queries)
    return f"MRR@{DEPTH} {score:.3f}, {milliseconds:.1f} ms of processor time a query"


def main() -> None:
    data = Path(sys.argv[1])
    is_development = "--development" in sys.argv
    claims = list_claims(data)
    half = 0 if is_development else 1
    queries = [
        (row["document"], row["claim"])
        for row in read_rows(data, "fm2")
        if hashlib.sha256(row["doc_id"].encode()).digest()[0] % 2 == half
    ]
    name = "posts_development.tsv" if is_development else "posts.tsv"
    posts = list(read_posts(FOLDER / name, claims))
    print(f"{len(queries)} sentences, {len(posts)} posts, {len(claims):,} claims")
    with (
        Index(":memory:") as index,
        KnownClaims(map(KnownClaim, claims)) as known,
    ):
        index.add(Document.from_text(claim) for claim in claims)
        for name, asked in (("sentences", queries), ("posts", posts)):
            for search in (search_index, search_known):
                source = index if search is search_index else known
                print(name, search.__name__, measure(partial(search, source), asked))


def read_posts(path: Path, claims: list[str]) -> Iterator[tuple[str, str]]:
    named = {hashlib.sha256(claim.encode()).hexdigest()[:12]: claim for claim in claims}
    lines = path.read_text(encoding="utf-8").splitlines()
    for name, post in (line.split("\t") for line in lines):
        yield post, named[name]


def search_index(index: Index, text: str) -> list[str]:
    return [index.document(hit.document_id).text for hit in index.search(text, DEPTH)]


def search_known(known: KnownClaims, text: str) -> list[str]:
    return [match.known.text for match in known.match(text, DEPTH)]


if __name__ == "__main__":
    main()
