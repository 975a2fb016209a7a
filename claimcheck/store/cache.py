"""Answers of models by the digest of their request, in one SQLite file: what was asked and paid for once."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from claimcheck.llm.digest import is_usable
from claimcheck.models.llm import (
    ModelRequest,
    ModelResponse,
    Usage,
    dump_response,
    load_response,
)
from claimcheck.store.database import Closeable, Database, DatabaseLayout

CACHE_PATH_VARIABLE = "CLAIMCHECK_CACHE"
_LAYOUT = DatabaseLayout(
    "cache",
    "cached",
    (
        """
CREATE TABLE cached (digest TEXT PRIMARY KEY, model TEXT NOT NULL, stored REAL NOT NULL, response TEXT NOT NULL) WITHOUT ROWID;
""",
    ),
)


@dataclass(frozen=True, slots=True)
class CacheStats:
    """A cache in numbers: how many answers of each model, and the size of the file in bytes."""

    path: str
    answers: dict[str, int]
    size_bytes: int


class AnswerCache(Closeable):
    """The cache in a file, for several threads and processes at once. Close it, or use it in a `with`.

    Raises:
        InputError: the file can't be opened, or is no cache.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        file = Path(path) if path else resolve_cache_path()
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            file.touch(mode=0o600)  # answers quote documents, which may be confidential
        self._lock = threading.Lock()
        self._database = Database(file, _LAYOUT, synchronous="NORMAL")

    def find(self, digest: str) -> ModelResponse | None:
        """Return the answer to the request of this digest, without what it once cost."""
        with self._lock, self._database.guarded():
            row = self._database.execute(
                "SELECT response FROM cached WHERE digest = ?", (digest,)
            ).fetchone()
        return (
            replace(load_response(row[0]), usage=Usage(stored_answers=1))
            if row
            else None
        )

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """Keep a usable answer; the endpoint is asked again for any other."""
        if not is_usable(request.schema_name, response):
            return
        values = (digest, response.model, time.time(), dump_response(response))
        with self._lock, self._database.guarded():
            self._database.execute(
                "INSERT OR REPLACE INTO cached VALUES (?, ?, ?, ?)", values
            )

    def stats(self) -> CacheStats:
        """What the cache holds."""
        with self._lock, self._database.guarded():
            rows = self._database.execute(
                "SELECT model, count(*) FROM cached GROUP BY model ORDER BY model"
            )
            answers = dict(rows.fetchall())
        return CacheStats(
            self._database.path, answers, Path(self._database.path).stat().st_size
        )

    def clear(self, *, older_than_s: float = 0.0) -> int:
        """Answers that are older than so many seconds are gone, from the disk too; how many that were."""
        with self._lock, self._database.guarded():
            cursor = self._database.execute(
                "DELETE FROM cached WHERE stored <= ?", (time.time() - older_than_s,)
            )
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return cursor.rowcount

    def close(self) -> None:
        """The file is closed."""
        self._database.close()


def resolve_cache_path() -> Path:
    """Return the cache path: $CLAIMCHECK_CACHE, or the user's cache folder."""
    import platformdirs

    given = os.environ.get(CACHE_PATH_VARIABLE)
    return (
        Path(given)
        if given
        else Path(platformdirs.user_cache_dir("claimcheck")) / "answers.db"
    )
