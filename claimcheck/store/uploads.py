"""Files of requests for a batch API: their contents and progress.

Every step is stored when it is taken, so that another process can take the next one.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claimcheck.store.database import Database


@dataclass(frozen=True, slots=True)
class UploadItem:
    """A request of a document: digest, schema of its answer, and JSON body."""

    document: int
    digest: str
    schema: str
    body: str

    @property
    def name(self) -> str:
        """The name of the request in an upload, and of its answer."""
        return f"{self.document}-{self.digest[:32]}"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of requests.

    `state` is prepared, uploaded (`file` is set), submitted (`job` is set), collected,
    or failed. `tag` is globally unique. It finds a job at the endpoint whose id was not
    stored because the process died too early.
    """

    number: int
    tag: str
    state: str
    file: str | None
    job: str | None
    message: str | None
    items: int


@dataclass(frozen=True, slots=True)
class OpenRequests:
    """The requests of unfinished uploads, and their maximum cost.

    `keys` are pairs of document number and request digest.
    """

    keys: frozenset[tuple[int, str]]
    usd: float
    tokens: int


class Uploads:
    """The uploads of one batch."""

    def __init__(self, database: Database, batch: int) -> None:
        self._database = database
        self.batch = batch

    def prepare(self, items: Sequence[UploadItem], usd: float, tokens: int) -> None:
        """Store an upload of these requests, and their maximum cost."""
        # Stored before anything is sent, so that a killed process leaves a trace.
        tag = f"claimcheck-{uuid.uuid4().hex}"
        with self._database.transaction():
            (number,) = self._database.fetch_one(
                "INSERT INTO uploads (batch, tag, state, usd, tokens, made) "
                "VALUES (?, ?, 'prepared', ?, ?, ?) RETURNING number",
                (self.batch, tag, usd, tokens, time.time()),
            )
            for item in items:
                self._database.execute(
                    "INSERT INTO upload_items VALUES (?, ?, ?, ?, ?)",
                    (number, item.document, item.digest, item.schema, item.body),
                )

    def list_all(self) -> list[Upload]:
        """Return the uploads, oldest first."""
        rows = self._database.fetch_all(
            "SELECT number, tag, state, file, job, message, "
            "(SELECT count(*) FROM upload_items WHERE upload = number) "
            "FROM uploads WHERE batch = ? ORDER BY number",
            (self.batch,),
        )
        return [Upload(*row) for row in rows]

    def iter_items(self, upload: int) -> Iterator[UploadItem]:
        """Yield the requests of an upload."""
        # One at a time, because a file may have 190 MB.
        rows = self._database.execute(
            "SELECT document, digest, schema, body FROM upload_items "
            "WHERE upload = ? ORDER BY document, digest",
            (upload,),
        )
        with self._database.translate_errors():
            for row in rows:
                yield UploadItem(*row)

    def find_open_requests(self) -> OpenRequests:
        """Return the requests of uploads not yet collected or failed."""
        keys = self._database.fetch_all(
            "SELECT i.document, i.digest FROM upload_items i "
            "JOIN uploads u ON u.number = i.upload "
            "WHERE u.batch = ? AND u.state NOT IN ('collected', 'failed')",
            (self.batch,),
        )
        usd, tokens = self._database.fetch_one(
            "SELECT coalesce(sum(usd), 0), coalesce(sum(tokens), 0) FROM uploads "
            "WHERE batch = ? AND state NOT IN ('collected', 'failed')",
            (self.batch,),
        )
        return OpenRequests(frozenset(keys), usd, tokens)

    def count_attempts(self, document: int, digest: str) -> int:
        """Return how many times a request was submitted."""
        (count,) = self._database.fetch_one(
            "SELECT count(*) FROM upload_items i JOIN uploads u ON u.number = i.upload "
            "WHERE u.batch = ? AND u.job IS NOT NULL AND u.state != 'failed' "
            "AND i.document = ? AND i.digest = ?",
            (self.batch, document, digest),
        )
        return int(count)

    def mark_uploaded(self, upload: int, file: str) -> None:
        """Store that the endpoint has the file."""
        self._database.execute(
            "UPDATE uploads SET state = 'uploaded', file = ? WHERE number = ?",
            (file, upload),
        )

    def mark_submitted(self, upload: int, job: str) -> None:
        """Store that the endpoint is working on the file."""
        self._database.execute(
            "UPDATE uploads SET state = 'submitted', job = ? WHERE number = ?",
            (job, upload),
        )

    def mark_collected(self, upload: int) -> None:
        """Store that the answers have been collected."""
        self._database.execute(
            "UPDATE uploads SET state = 'collected' WHERE number = ?", (upload,)
        )

    def mark_failed(self, upload: int, message: str) -> None:
        """Store that the endpoint refused the file."""
        self._database.execute(
            "UPDATE uploads SET state = 'failed', message = ? WHERE number = ?",
            (message, upload),
        )

    def find_dialect(self) -> str | None:
        """Return what was learned about the endpoint, if anything."""
        rows = self._database.fetch_all(
            "SELECT dialect FROM dialects WHERE batch = ?", (self.batch,)
        )
        return rows[0][0] if rows else None

    def save_dialect(self, dialect: str) -> None:
        """Store what was learned about the endpoint."""
        self._database.execute(
            "INSERT OR REPLACE INTO dialects VALUES (?, ?)", (self.batch, dialect)
        )
