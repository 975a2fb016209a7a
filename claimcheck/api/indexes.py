"""Collections of claims to check, and indexes of evidence."""

from __future__ import annotations

from claimcheck.english.terms import extract_terms
from claimcheck.readers.claims import looks_like_prose
from claimcheck.readers.sources import Collection, read_collection
from claimcheck.retrieval import (
    EvidenceIndex,
    IndexEntry,
    SearchHit,
    is_index,
    open_index,
)

__all__ = [
    "Collection",
    "EvidenceIndex",
    "IndexEntry",
    "SearchHit",
    "is_index",
    "looks_like_prose",
    "open_index",
    "read_collection",
    "search_index",
]


def search_index(
    index: EvidenceIndex, query: str, *, limit: int
) -> tuple[SearchHit, ...]:
    """Return the passages that share words with the query, by BM25 rank."""
    # The same words as in a check, so that a search shows what a check would find.
    words = [term.word for term in extract_terms(query)]
    return index.search(words, limit)
