"""The answer cache: models' answers by request digest, in one SQLite file.

It spans documents and commands, so that nobody pays twice for the same request. (A run
store also keeps answers, but those belong to a document.)
"""

from __future__ import annotations

import time
import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from claimcheck.errors import StoreError
from claimcheck.llm.stored import is_usable
from claimcheck.models.llm import (
    ModelRequest,
    ModelResponse,
    Usage,
    dump_response,
    load_response,
)
from claimcheck.resources import resolve_user_path
from claimcheck.store.database import Database, DatabaseLayout

CACHE_PATH_VARIABLE = "CLAIMCHECK_CACHE"
_LAYOUT = DatabaseLayout(
    "cache",
    "cached",
    (
        """
CREATE TABLE cached (
    digest TEXT PRIMARY KEY, model TEXT NOT NULL, stored REAL NOT NULL,
    response TEXT NOT NULL
) WITHOUT ROWID;
""",
    ),
)


@dataclass(frozen=True, slots=True)
class CacheStats:
    """The number of answers of each model, and the size of the file."""

    path: str
    answers: dict[str, int]
    size_bytes: int


class AnswerCache(AbstractContextManager["AnswerCache"]):
    """The cache in a file; several threads and processes may use it at once.

    Raises:
        StoreError: the file cannot be opened, or is not a cache.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        file = Path(path) if path else resolve_cache_path()
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreError(
                f"{file}: the folder of the cache can't be created ({error.strerror}); "
                f"name a file in ${CACHE_PATH_VARIABLE}, or use --no-cache"
            ) from None
        # NORMAL: a power failure may lose the last answers, a killed process loses
        # none.
        self._database = Database(file, _LAYOUT, synchronous="NORMAL")

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def find(self, digest: str) -> ModelResponse | None:
        """Return the stored answer at no cost, or None."""
        row = self._database.fetch_one(
            "SELECT response FROM cached WHERE digest = ?", (digest,)
        )
        if row is None:
            return None
        return replace(load_response(row[0]), usage=Usage(stored_answers=1))

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """Store an answer if it is usable; the others are asked again.

        Warns if that fails: an answer that was paid for is not lost to a full disk.
        """
        if not is_usable(request.schema_name, response, request.brief):
            return
        values = (digest, response.model, time.time(), dump_response(response))
        try:
            self._database.execute(
                "INSERT OR REPLACE INTO cached VALUES (?, ?, ?, ?)", values
            )
        except StoreError as error:
            message = f"an answer was used, but is not in the cache: {error}"
            warnings.warn(message, RuntimeWarning, stacklevel=2)

    def stats(self) -> CacheStats:
        """Return the number of answers of each model, and the cache's size."""
        rows = self._database.fetch_all(
            "SELECT model, count(*) FROM cached GROUP BY model ORDER BY model"
        )
        path = self._database.path
        return CacheStats(path, dict(rows), Path(path).stat().st_size)

    def clear(self, *, older_than_s: float = 0.0) -> int:
        """Delete answers older than this, and return how many."""
        cursor = self._database.execute(
            "DELETE FROM cached WHERE stored <= ?", (time.time() - older_than_s,)
        )
        # Without these two, deleted rows stay readable in the file and its log.
        self._database.execute("VACUUM")
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return cursor.rowcount


def resolve_cache_path() -> Path:
    """Return the cache path: $CLAIMCHECK_CACHE, or the user's cache folder."""
    return resolve_user_path("cache", "answers.db", CACHE_PATH_VARIABLE)
