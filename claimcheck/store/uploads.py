"""Files of requests for a batch API: what is in each, and how far it has come. Every step is stored as it is taken."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claimcheck.store.database import Database


@dataclass(frozen=True, slots=True)
class UploadItem:
    """A request of a document, by its digest: the schema of its answer, and its body as JSON."""

    document: int
    digest: str
    schema: str
    body: str

    @property
    def name(self) -> str:
        """What it is called in an upload; answers come back under it."""
        return f"{self.document}-{self.digest[:32]}"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of requests. `state`: prepared, uploaded (has a file), submitted (has a job), collected or failed.

    `tag` is its own in the whole world: by it a job is found that was begun when this could not be written down.
    """

    number: int
    tag: str
    state: str
    file: str | None
    job: str | None
    message: str | None
    items: int


class Uploads:
    """The uploads of one batch."""

    def __init__(self, database: Database, batch: int) -> None:
        self._database = database
        self._batch = batch

    def prepare(self, items: Sequence[UploadItem], usd: float, tokens: int) -> None:
        """An upload of these requests is there, which can cost so much at most."""
        with self._database.guarded(), self._database.transaction():
            row = self._database.execute(
                "INSERT INTO uploads (batch, tag, state, usd, tokens, made) VALUES (?, ?, 'prepared', ?, ?, ?) "
                "RETURNING number",
                (
                    self._batch,
                    f"claimcheck-{uuid.uuid4().hex}",
                    usd,
                    tokens,
                    time.time(),
                ),
            ).fetchone()
            for item in items:
                self._database.execute(
                    "INSERT INTO upload_items VALUES (?, ?, ?, ?, ?)",
                    (row[0], item.document, item.digest, item.schema, item.body),
                )

    def all(self) -> list[Upload]:
        """The uploads, the first one first."""
        with self._database.guarded():
            rows = self._database.execute(
                "SELECT number, tag, state, file, job, message, "
                "(SELECT count(*) FROM upload_items WHERE upload = number) FROM uploads WHERE batch = ? ORDER BY number",
                (self._batch,),
            ).fetchall()
        return [Upload(*row) for row in rows]

    def items(self, upload: int) -> Iterator[UploadItem]:
        """The requests of an upload."""
        with self._database.guarded():
            yield from (
                UploadItem(*row)
                for row in self._database.execute(
                    "SELECT document, digest, schema, body FROM upload_items WHERE upload = ? ORDER BY document, digest",
                    (upload,),
                )
            )

    def under_way(self) -> tuple[set[tuple[int, str]], float, int]:
        """The requests that are in uploads without an end yet, and what these can cost at most."""
        with self._database.guarded():
            items = self._database.execute(
                "SELECT i.document, i.digest FROM upload_items i JOIN uploads u ON u.number = i.upload "
                "WHERE u.batch = ? AND u.state NOT IN ('collected', 'failed')",
                (self._batch,),
            ).fetchall()
            usd, tokens = self._database.execute(
                "SELECT coalesce(sum(usd), 0), coalesce(sum(tokens), 0) FROM uploads "
                "WHERE batch = ? AND state NOT IN ('collected', 'failed')",
                (self._batch,),
            ).fetchone()
        return set(items), usd, tokens

    def uploaded(self, upload: int, file: str) -> None:
        """The endpoint has the file."""
        self._set(upload, "state = 'uploaded', file = ?", file)

    def submitted(self, upload: int, job: str) -> None:
        """The endpoint works on it."""
        self._set(upload, "state = 'submitted', job = ?", job)

    def ended(self, upload: int, message: str | None) -> None:
        """It is collected, or, with a message, failed as a whole."""
        state = (
            "state = 'collected', message = ?"
            if message is None
            else "state = 'failed', message = ?"
        )
        self._set(upload, state, message)

    def _set(self, upload: int, what: str, value: str | None) -> None:
        with self._database.guarded():
            self._database.execute(
                f"UPDATE uploads SET {what} WHERE number = ?",  # noqa: S608 - our own words
                (value, upload),
            )
