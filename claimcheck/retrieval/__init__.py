"""Collections of documents that are searched for evidence."""

from pathlib import Path

from claimcheck.retrieval.index import Index, IndexEntry, SearchHit
from claimcheck.retrieval.postgres import PostgresIndex, is_postgres

__all__ = [
    "EvidenceIndex",
    "Index",
    "IndexEntry",
    "PostgresIndex",
    "SearchHit",
    "is_index",
    "open_index",
]

EvidenceIndex = Index | PostgresIndex
_SQLITE_HEADER = b"SQLite format 3\0"


def is_index(name: str | Path) -> bool:
    """Return whether this is an index: a SQLite or PostgreSQL database."""
    if is_postgres(name):
        return True
    try:
        with Path(name).open("rb") as file:
            return file.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
    except (OSError, ValueError):
        return False


def open_index(name: str | Path, *, create: bool = True) -> EvidenceIndex:
    """Return the index in a file, or at the address of a PostgreSQL database.

    Raises:
        InputError: it is not an index, or can't be used.
    """
    if is_postgres(name):
        return PostgresIndex(str(name), create=create)
    return Index(name, create=create)
