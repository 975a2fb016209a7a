"""Runs one by one: what somebody made, comes back to, and checks again. The same store as a batch's, and the same tables."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from claimcheck.errors import NotFoundError
from claimcheck.models.document import Document, dump_document, load_document
from claimcheck.models.outcome import DocumentState, RunListing, RunLocation, SavedCheck
from claimcheck.models.run import Check
from claimcheck.store.store import RunStore

_DELETE_DEPENDENTS = (
    "DELETE FROM checks WHERE batch = ? AND document = ?",
    "DELETE FROM answers WHERE batch = ? AND document = ?",
    "DELETE FROM upload_items WHERE upload IN (SELECT number FROM uploads WHERE batch = ?) AND document = ?",
)
# a source whose document is gone has to be read again by who wants it back
_FORGET_INPUT_STATE = (
    "UPDATE inputs SET state = '' WHERE number = (SELECT input FROM documents WHERE number = ? "
    "AND NOT EXISTS (SELECT 1 FROM outcomes WHERE document = documents.number))"
)
_DELETE_ORPHANED_DOCUMENT = "DELETE FROM documents WHERE number = ? AND NOT EXISTS (SELECT 1 FROM outcomes WHERE document = documents.number)"


class History:
    """The single runs and checks of a store."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self._database = store.database

    def add_document(
        self, document: Document, config: Mapping[str, Any]
    ) -> RunLocation:
        """The place for the document's run in this way; it waits there, unless it has a result from before.

        Where that is a failure, wholly or in part, what failed is asked for again.
        """
        batch = self.store.open_batch(dict(config))
        fields = dump_document(document)
        key = f"{document.id}-{hashlib.sha256(fields.encode()).hexdigest()[:8]}"
        with self._database.guarded(), self._database.transaction():
            row = self._database.execute(
                "SELECT number FROM documents WHERE id = ? AND fields = ? AND text IS NOT NULL",
                (document.id, fields),
            ).fetchone()
            row = (
                row
                or self._database.execute(
                    "INSERT INTO documents (id, fields, text, key) VALUES (?, ?, ?, ?) RETURNING number",
                    (document.id, fields, document.text, key),
                ).fetchone()
            )
            self._database.execute(
                "INSERT OR IGNORE INTO outcomes (batch, document, state) VALUES (?, ?, 'pending')",
                (batch, row[0]),
            )
        self.store.discard_unusable_answers(batch, row[0])
        return RunLocation(batch, int(row[0]))

    def list_runs(
        self, limit: int, before: RunLocation | None = None
    ) -> list[RunListing]:
        """The last runs, the newest first; those that were finished before another one, where it is given."""
        last = (before.batch, before.document) if before else (None, None)
        with self._database.guarded():
            rows = self._database.execute(
                "SELECT o.batch, o.document, d.fields, json_extract(o.run, '$.summary.headline'), "
                "json_array_length(o.run, '$.claims'), o.state, o.message, o.finished, o.cost_usd, b.way "
                "FROM outcomes o JOIN documents d ON d.number = o.document JOIN batches b ON b.number = o.batch "
                "WHERE o.finished IS NOT NULL AND (? IS NULL OR (o.finished, o.batch, o.document) < "
                "(SELECT finished, batch, document FROM outcomes WHERE batch = ? AND document = ?)) "
                "ORDER BY o.finished DESC, o.batch DESC, o.document DESC LIMIT ?",
                (last[0], *last, limit),
            ).fetchall()
        return [_build_run_listing(row) for row in rows]

    def count_pending(self) -> int:
        """How many documents have no outcome yet: they wait in a batch, or their run was broken off."""
        with self._database.guarded():
            row = self._database.execute(
                "SELECT count(*) FROM outcomes WHERE state = 'pending'"
            ).fetchone()
        return int(row[0])

    def delete(self, place: RunLocation) -> None:
        """The run is gone, with its answers and checks, and with the document's text where no other run has it.

        What it took in the file is overwritten. (The cache of answers is another file: `claimcheck cache clear`.)

        Raises:
            NotFoundError: there is none.
        """
        where = (place.batch, place.document)
        with self._database.guarded():
            self._database.execute("PRAGMA secure_delete = ON")
            with self._database.transaction():
                for statement in _DELETE_DEPENDENTS:
                    self._database.execute(statement, where)
                gone = self._database.execute(
                    "DELETE FROM outcomes WHERE batch = ? AND document = ?", where
                )
                for statement in (_FORGET_INPUT_STATE, _DELETE_ORPHANED_DOCUMENT):
                    self._database.execute(statement, (place.document,))
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if not gone.rowcount:
            raise NotFoundError(f"{place}: there is no such run")

    def save_check(
        self, check: Check, place: RunLocation | None = None, subject: str | None = None
    ) -> int:
        """The number under which the check is kept; `place` and `subject`: the run and the claim that it is about."""
        batch, document = (place.batch, place.document) if place else (None, None)
        with self._database.guarded():
            row = self._database.execute(
                "INSERT INTO checks (batch, document, subject, made, result) VALUES (?, ?, ?, ?, ?) RETURNING number",
                (batch, document, subject, time.time(), check.to_json()),
            ).fetchone()
        return int(row[0])

    def load_checks(self, place: RunLocation) -> list[SavedCheck]:
        """The checks of a run's claims, the oldest first."""
        with self._database.guarded():
            rows = self._database.execute(
                "SELECT number, subject, made, result FROM checks WHERE batch = ? AND document = ? ORDER BY number",
                (place.batch, place.document),
            ).fetchall()
        return [_build_saved_check(*row) for row in rows]

    def load_check(self, number: int) -> SavedCheck:
        """The check of this number.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.guarded():
            row = self._database.execute(
                "SELECT number, subject, made, result FROM checks WHERE number = ?",
                (number,),
            ).fetchone()
        if row is None:
            raise NotFoundError(f"{number}: there is no such check")
        return _build_saved_check(*row)


def _build_run_listing(row: tuple[Any, ...]) -> RunListing:
    (
        batch,
        document,
        fields,
        headline,
        claims,
        state,
        message,
        finished,
        cost_usd,
        way,
    ) = row
    about, made_by = load_document(fields), json.loads(way)
    return RunListing(
        location=RunLocation(batch, document),
        source=about.source,
        title=about.title,
        headline=headline,
        claims=claims,
        state=DocumentState(state),
        message=message,
        finished_at=_to_datetime(finished),
        cost_usd=cost_usd,
        engine=made_by["engine"],
        model=made_by.get("model"),
        checked=made_by["check"],
    )


def _build_saved_check(
    number: int, subject: str | None, made: float, result: str
) -> SavedCheck:
    return SavedCheck(number, subject, _to_datetime(made), Check.from_json(result))


def _to_datetime(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
