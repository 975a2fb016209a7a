"""Single runs and checks of a store: list them, add one, delete one.

They share the tables of batches: a single run is a batch of one document.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from claimcheck.errors import NotFoundError
from claimcheck.models.decision import Decision
from claimcheck.models.document import Document, dump_document, load_document
from claimcheck.models.outcome import (
    DocumentState,
    RunListing,
    RunLocation,
    SavedCheck,
)
from claimcheck.models.review import apply_decisions
from claimcheck.models.run import Check
from claimcheck.store.store import RunStore

_DELETE_DEPENDENTS = (
    "DELETE FROM decisions WHERE batch = ? AND document = ?",
    "DELETE FROM checks WHERE batch = ? AND document = ?",
    "DELETE FROM answers WHERE batch = ? AND document = ?",
    "DELETE FROM upload_items WHERE upload IN "
    "(SELECT number FROM uploads WHERE batch = ?) AND document = ?",
)
# A source without its document counts as unread, so that a later batch reads it again.
_FORGET_INPUT_STATE = (
    "UPDATE inputs SET state = '' WHERE number = "
    "(SELECT input FROM documents WHERE number = ? "
    "AND NOT EXISTS (SELECT 1 FROM outcomes WHERE document = documents.number))"
)
_DELETE_ORPHANED_DOCUMENT = (
    "DELETE FROM documents WHERE number = ? "
    "AND NOT EXISTS (SELECT 1 FROM outcomes WHERE document = documents.number)"
)


class History:
    """The single runs and checks of a store."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self._database = store.database
        self._database.add_function(contains_words)

    def add_document(
        self, document: Document, config: Mapping[str, Any]
    ) -> RunLocation:
        """Add a document; return the location of its run with this config.

        A result from an earlier run stays. If it failed, completely or in part, its
        unusable answers will be requested again.
        """
        batch = self.store.open_batch(dict(config))
        fields = dump_document(document)
        fields_digest = hashlib.sha256(
            fields.encode("utf-8", "surrogatepass")
        ).hexdigest()
        # The same text with a different title is a different document.
        key = f"{document.id}-{fields_digest[:8]}"
        with self._database.transaction():
            row = self._database.fetch_one(
                "SELECT number FROM documents "
                "WHERE id = ? AND fields = ? AND text IS NOT NULL",
                (document.id, fields),
            )
            if row is None:
                row = self._database.fetch_one(
                    "INSERT INTO documents (id, fields, text, key) "
                    "VALUES (?, ?, ?, ?) RETURNING number",
                    (document.id, fields, document.text, key),
                )
            location = RunLocation(batch, int(row[0]))
            self._database.execute(
                # An outcome from an earlier run stays unchanged.
                "INSERT OR IGNORE INTO outcomes (batch, document, state) "
                "VALUES (?, ?, 'pending')",
                (location.batch, location.document),
            )
        self.store.discard_failed_answers(location)
        return location

    def list_runs(
        self, limit: int, before: RunLocation | None = None, words: str = ""
    ) -> list[RunListing]:
        """Return the latest runs that are older than `before`, newest first.

        With `words`, each of them must be in the run's headline or in the document's
        text, title, or source, ignoring case.
        """
        values = {
            "words": words,
            "batch": before.batch if before else None,
            "document": before.document if before else None,
            "limit": limit,
        }
        # Headline and claims are read from the JSON, because loading each run is slow.
        rows = self._database.fetch_all(
            "SELECT o.batch, o.document, d.fields, substr(d.text, 1, 200), "
            "json_extract(o.run, '$.summary.headline'), "
            "json_array_length(o.run, '$.claims'), "
            "o.state, o.message, o.finished, o.cost_usd, b.config, "
            "EXISTS (SELECT 1 FROM decisions "
            "WHERE batch = o.batch AND document = o.document) "
            "FROM outcomes o JOIN documents d ON d.number = o.document "
            "JOIN batches b ON b.number = o.batch "
            "WHERE o.finished IS NOT NULL "
            "AND (:batch IS NULL OR (o.finished, o.batch, o.document) < "
            "(SELECT finished, batch, document FROM outcomes "
            "WHERE batch = :batch AND document = :document)) "
            "AND (:words = '' OR contains_words(:words, d.text, "
            "json_extract(o.run, '$.summary.headline'), "
            "json_extract(d.fields, '$.title'), json_extract(d.fields, '$.source'))) "
            "ORDER BY o.finished DESC, o.batch DESC, o.document DESC LIMIT :limit",
            values,
        )
        listings = []
        for *row, is_decided in rows:
            listing = _build_run_listing(row)
            listings.append(self._apply_decisions(listing) if is_decided else listing)
        return listings

    def _apply_decisions(self, listing: RunListing) -> RunListing:
        """Return the listing with the headline that decisions left."""
        run = apply_decisions(self.store.load_run(listing.location))
        headline = run.summary.headline if run.summary else None
        return replace(listing, headline=headline)

    def count_pending(self) -> int:
        """Return the number of documents without an outcome, in all batches.

        They are waiting in a batch, or their run was interrupted.
        """
        (count,) = self._database.fetch_one(
            "SELECT count(*) FROM outcomes WHERE state = 'pending'"
        )
        return int(count)

    def delete(self, location: RunLocation) -> None:
        """Delete a run with its answers and checks.

        The document's text is deleted, too, unless another run uses it. SQLite
        overwrites the bytes in the file. (The answer cache is a separate file:
        `claimcheck cache clear`.)

        Raises:
            NotFoundError: the run does not exist.
        """
        numbers = (location.batch, location.document)
        # By default, SQLite only unlinks deleted rows, and their text stays readable.
        self._database.execute("PRAGMA secure_delete = ON")
        with self._database.transaction():
            for statement in _DELETE_DEPENDENTS:
                self._database.execute(statement, numbers)
            deleted = self._database.execute(
                "DELETE FROM outcomes WHERE batch = ? AND document = ?", numbers
            )
            for statement in (_FORGET_INPUT_STATE, _DELETE_ORPHANED_DOCUMENT):
                self._database.execute(statement, (location.document,))
        # Until this, the write-ahead log still contains the deleted pages.
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if deleted.rowcount == 0:
            raise NotFoundError(f"{location}: this run does not exist")

    def save_check(
        self,
        check: Check,
        location: RunLocation | None = None,
        subject: str | None = None,
    ) -> int:
        """Store a check and return its number.

        `location` and `subject` are the run and the claim id that it is about, if any.
        """
        batch = location.batch if location else None
        document = location.document if location else None
        (number,) = self._database.fetch_one(
            "INSERT INTO checks (batch, document, subject, made, result) "
            "VALUES (?, ?, ?, ?, ?) RETURNING number",
            (batch, document, subject, time.time(), check.to_json()),
        )
        return int(number)

    def add_decision(self, location: RunLocation, decision: Decision) -> None:
        """Append a decision about a run's claim; it is on disk afterwards.

        Raises:
            NotFoundError: the run does not exist, or does not have the claim.
        """
        run = self.store.load_run(location)
        if decision.claim not in {claim.id for claim in run.claims}:
            raise NotFoundError(f"{location}: has no claim {decision.claim}")
        self._database.execute(
            "INSERT INTO decisions (batch, document, decision) VALUES (?, ?, ?)",
            (location.batch, location.document, decision.to_json()),
        )

    def load_checks(self, location: RunLocation) -> list[SavedCheck]:
        """Return the checks of a run's claims, oldest first."""
        rows = self._database.fetch_all(
            "SELECT number, subject, made, result FROM checks "
            "WHERE batch = ? AND document = ? ORDER BY number",
            (location.batch, location.document),
        )
        return [_build_saved_check(row) for row in rows]

    def load_check(self, number: int) -> SavedCheck:
        """Return the check with this number.

        Raises:
            NotFoundError: the check does not exist.
        """
        row = self._database.fetch_one(
            "SELECT number, subject, made, result FROM checks WHERE number = ?",
            (number,),
        )
        if row is None:
            raise NotFoundError(f"{number}: this check does not exist")
        return _build_saved_check(row)


def contains_words(words: str, *texts: str | None) -> bool:
    """Whether each of the words is in one of the texts, ignoring case."""
    # SQLite's own comparison ignores case in ASCII only.
    folded = [text.casefold() for text in texts if text]
    return all(
        any(word in text for text in folded) for word in words.casefold().split()
    )


def _build_run_listing(row: Sequence[Any]) -> RunListing:
    batch, number, fields, opening, headline, claims, *outcome = row
    state, message, finished, cost, config_json = outcome
    document = load_document(fields)
    config = json.loads(config_json)
    return RunListing(
        location=RunLocation(batch, number),
        source=document.source,
        title=document.title,
        opening=opening or document.source,
        headline=headline,
        claims=claims,
        state=DocumentState(state),
        message=message,
        finished_at=datetime.fromtimestamp(finished, UTC),
        cost_usd=cost,
        engine=config["engine"],
        model=config.get("model"),
        checked=config["check"],
    )


def _build_saved_check(row: tuple[Any, ...]) -> SavedCheck:
    number, subject, saved_at, result = row
    timestamp = datetime.fromtimestamp(saved_at, UTC)
    return SavedCheck(number, subject, timestamp, Check.from_json(result))
