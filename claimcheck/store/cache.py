"""Answers of models by the digest of their request, in one SQLite file: what was asked and paid for once."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from claimcheck import schemas
from claimcheck.models.codec import response_from_json, response_to_json
from claimcheck.models.llm import ModelRequest, ModelResponse
from claimcheck.settings import Settings
from claimcheck.store.database import Closing, Database, Layout

VARIABLE = "CLAIMCHECK_CACHE"
_LAYOUT = Layout(
    "cache",
    "cached",
    (
        """
CREATE TABLE cached (digest TEXT PRIMARY KEY, model TEXT NOT NULL, stored REAL NOT NULL, response TEXT NOT NULL) WITHOUT ROWID;
""",
    ),
)


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """A cache in numbers: how many answers of each model, and the size of the file in bytes."""

    path: str
    answers: dict[str, int]
    size_bytes: int


class AnswerCache(Closing):
    """The cache in a file, for several threads and processes at once. Close it, or use it in a `with`.

    Raises:
        InputError: the file can't be opened, or is no cache.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        file = Path(path) if path else default_path()
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            file.touch(mode=0o600)  # answers quote documents, which may be confidential
        self._lock = threading.Lock()
        self._database = Database(file, _LAYOUT, synchronous="NORMAL")

    def get(self, digest: str) -> ModelResponse | None:
        """The answer to the request of this digest, where one is known."""
        with self._lock, self._database.guarded():
            row = self._database.execute("SELECT response FROM cached WHERE digest = ?", (digest,)).fetchone()
        return response_from_json(row[0]) if row else None

    def put(self, digest: str, response: ModelResponse) -> None:
        """The answer is known from now on."""
        values = (digest, response.model, time.time(), response_to_json(response))
        with self._lock, self._database.guarded():
            self._database.execute("INSERT OR REPLACE INTO cached VALUES (?, ?, ?, ?)", values)

    def info(self) -> CacheInfo:
        """What the cache holds."""
        with self._lock, self._database.guarded():
            rows = self._database.execute("SELECT model, count(*) FROM cached GROUP BY model ORDER BY model")
            answers = dict(rows.fetchall())
        return CacheInfo(self._database.path, answers, Path(self._database.path).stat().st_size)

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


def usable(schema_name: str, response: ModelResponse) -> bool:
    """Whether an answer is whole and follows its schema."""
    whole = response.finish_reason in (None, "stop") and not response.refusal
    return whole and not schemas.read(schema_name, response.text or "")[1]


def default_path() -> Path:
    """Where the cache lies: at $CLAIMCHECK_CACHE, else in the user's folder for caches."""
    import platformdirs

    given = os.environ.get(VARIABLE)
    return Path(given) if given else Path(platformdirs.user_cache_dir("claimcheck")) / "answers.db"


def digest_of(request: ModelRequest, settings: Settings) -> str:
    """The sha256 of all that decides what a model answers: endpoint, model, messages, schema, settings."""
    asked = {
        "endpoint": settings.endpoint(),
        "model": settings.model,
        "messages": [[message.role, message.content] for message in request.messages],
        "schema": request.schema,
        "temperature": settings.temperature if request.temperature is None else request.temperature,
        "seed": settings.seed if request.seed is None else request.seed,
        "max_output_tokens": settings.max_output_tokens,
    }
    canonical = json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
