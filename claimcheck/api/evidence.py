"""Collections of claims to check, and indexes of evidence."""

from __future__ import annotations

from pathlib import Path

from claimcheck.english.terms import extract_terms
from claimcheck.readers.claims import looks_like_prose
from claimcheck.readers.sources import Collection, read_collection
from claimcheck.retrieval import Index, IndexEntry, SearchHit

__all__ = [
    "Collection",
    "Index",
    "IndexEntry",
    "SearchHit",
    "is_index",
    "looks_like_prose",
    "read_collection",
    "search_index",
]

_SQLITE_HEADER = b"SQLite format 3\0"


def is_index(path: str | Path) -> bool:
    """Return whether the file is an index, which is a SQLite file."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
    except (OSError, ValueError):
        return False


def search_index(index: Index, query: str, *, limit: int) -> tuple[SearchHit, ...]:
    """Return the passages that share words with the query, by BM25 rank."""
    words = [term.word for term in extract_terms(query)]
    return index.search(words, limit)
