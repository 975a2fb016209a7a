"""The user's archive of search results and pages, in one SQLite file.

Each content is stored once, under its SHA-256, with every address and time at which it
was fetched. Later commands reuse fresh entries, and `claimcheck bundle` takes the pages
of a check from here.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from claimcheck.models import codec
from claimcheck.models.document import Document, dump_document, load_document
from claimcheck.models.search_log import Hit, Snapshot
from claimcheck.resources import resolve_user_path
from claimcheck.store.database import Database, DatabaseLayout

if TYPE_CHECKING:
    from claimcheck.search.provider import Query

PATH_VARIABLE = "CLAIMCHECK_EVIDENCE"
# News changes within hours, but a check repeated after lunch should not search again.
# Chosen by hand.
_MAX_AGE = timedelta(hours=12)
_LAYOUT = DatabaseLayout(
    "evidence archive",
    "snapshots",
    (
        """
CREATE TABLE contents (sha256 TEXT PRIMARY KEY, packed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshots (
    key TEXT NOT NULL, fetched TEXT NOT NULL, fields TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES contents (sha256),
    PRIMARY KEY (key, fetched)
) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY, fields TEXT NOT NULL, text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE searches (
    key TEXT PRIMARY KEY, searched TEXT NOT NULL, hits TEXT NOT NULL
) WITHOUT ROWID;
""",
    ),
)


def resolve_archive_path() -> Path:
    """Return the path: $CLAIMCHECK_EVIDENCE, or the user's data folder."""
    return resolve_user_path("data", "evidence.db", PATH_VARIABLE)


class EvidenceArchive(AbstractContextManager["EvidenceArchive"]):
    """The archive in a file; ":memory:" keeps nothing.

    With `is_fresh`, earlier entries are not reused.

    Raises:
        StoreError: the file cannot be opened, or is not an archive.
    """

    def __init__(
        self, path: str | Path | None = None, *, is_fresh: bool = False
    ) -> None:
        file = path or resolve_archive_path()
        if file != ":memory:":
            Path(file).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._database = Database(file, _LAYOUT, synchronous="NORMAL")
        self._is_fresh = is_fresh

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def find_page(self, key: str) -> tuple[Snapshot, bytes] | None:
        """Return the latest fresh snapshot with this key, and its content."""
        if self._is_fresh:
            return None
        row = self._database.fetch_one(
            "SELECT fields, packed FROM snapshots JOIN contents USING (sha256) "
            "WHERE key = ? AND fetched >= ? ORDER BY fetched DESC LIMIT 1",
            (key, _compute_oldest()),
        )
        if row is None:
            return None
        snapshot = codec.from_fields(json.loads(row[0]), Snapshot)
        return snapshot, zlib.decompress(row[1])

    def save_page(self, key: str, snapshot: Snapshot, content: bytes) -> None:
        """Store a page; equal contents take the space of one."""
        fields = json.dumps(codec.to_fields(snapshot), ensure_ascii=False)
        with self._database.transaction():
            self._database.execute(
                "INSERT OR IGNORE INTO contents VALUES (?, ?)",
                (snapshot.sha256, zlib.compress(content)),
            )
            self._database.execute(
                "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)",
                (key, snapshot.fetched.isoformat(), fields, snapshot.sha256),
            )

    def find_content(self, sha256: str) -> bytes | None:
        """Return the bytes with this hash, if they are stored."""
        row = self._database.fetch_one(
            "SELECT packed FROM contents WHERE sha256 = ?", (sha256,)
        )
        return None if row is None else zlib.decompress(row[0])

    def save_documents(self, documents: Iterable[Document]) -> None:
        """Store documents that the user gave as evidence."""
        with self._database.transaction():
            for document in documents:
                self._database.execute(
                    "INSERT OR IGNORE INTO documents VALUES (?, ?, ?)",
                    (document.id, dump_document(document), document.full_text),
                )

    def find_document(self, identity: str) -> Document | None:
        """Return the user's document with this id, if stored."""
        row = self._database.fetch_one(
            "SELECT fields, text FROM documents WHERE id = ?", (identity,)
        )
        return None if row is None else load_document(row[0], row[1])

    def find_hits(self, endpoint: str, query: Query) -> list[Hit] | None:
        """Return the results of an equal query, if it was sent recently."""
        if self._is_fresh:
            return None
        row = self._database.fetch_one(
            "SELECT hits FROM searches WHERE key = ? AND searched >= ?",
            (_build_query_key(endpoint, query), _compute_oldest()),
        )
        if row is None:
            return None
        return [codec.from_fields(fields, Hit) for fields in json.loads(row[0])]

    def save_hits(self, endpoint: str, query: Query, hits: Sequence[Hit]) -> None:
        """Store the results of a query."""
        rows = json.dumps([codec.to_fields(hit) for hit in hits], ensure_ascii=False)
        self._database.execute(
            "INSERT OR REPLACE INTO searches VALUES (?, ?, ?)",
            (
                _build_query_key(endpoint, query),
                datetime.now(UTC).isoformat(),
                rows,
            ),
        )


def _build_query_key(endpoint: str, query: Query) -> str:
    fields = [endpoint, query.text, query.limit, str(query.before), query.language]
    return json.dumps(fields, ensure_ascii=False)


def _compute_oldest() -> str:
    return (datetime.now(UTC) - _MAX_AGE).isoformat()
