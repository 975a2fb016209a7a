"""The run store: batches, documents, and their outcomes, in one SQLite file.

A killed process leaves the file intact: each outcome and each paid answer is committed
before anything else happens. `answers` has the paid answers of the same file, and
`history` lists and deletes its runs.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from claimcheck.errors import (
    InputError,
    NotFoundError,
    UnstorableError,
    join_problems,
)
from claimcheck.models.decision import load_decision
from claimcheck.models.document import Document, load_document
from claimcheck.models.outcome import (
    BatchStatus,
    DocumentState,
    Outcome,
    OutcomeListing,
    RunLocation,
)
from claimcheck.models.run import Run, load_run
from claimcheck.prompts.briefs import read_stored_brief
from claimcheck.store.answers import MAX_TOKENS, Answers
from claimcheck.store.database import Database
from claimcheck.store.layout import STORE_LAYOUT

_ROWS_PER_QUERY = 200  # a store may be larger than the memory
_MAX_NAMED_SOURCES = 3  # with a failure, so that a table stays readable


class RunStore(AbstractContextManager["RunStore"]):
    """A store in a file, created if missing; close it, or use it in a `with`.

    Raises:
        InputError: the file does not exist, and `create` is False.
        StoreError: the file is not a store, damaged, locked, not writable, or from a
            newer claimcheck.
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        if not create and not Path(path).exists():
            raise InputError(
                f"{path}: does not exist. "
                f"`claimcheck batch SOURCES --store {path}` creates one."
            )
        self.path = str(path)
        # Each answer is a commit, and FULL would wait for the disk each time. NORMAL
        # survives a killed process; only a power failure may lose the last answers.
        self.database = Database(path, STORE_LAYOUT, synchronous="NORMAL")
        self.answers = Answers(self.database)

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    # Batches

    def open_batch(self, config: dict[str, Any]) -> int:
        """Return the number of this config's batch; create it if new."""
        # Sorted, so that equal configurations have the same digest.
        config_json = json.dumps(config, ensure_ascii=False, sort_keys=True)
        encoded = config_json.encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(encoded).hexdigest()
        with self.database.transaction():
            self.database.execute(
                "INSERT OR IGNORE INTO batches (digest, config, started) "
                "VALUES (?, ?, ?)",
                (digest, config_json, time.time()),
            )
            (number,) = self.database.fetch_one(
                "SELECT number FROM batches WHERE digest = ?", (digest,)
            )
        return int(number)

    def batches(self) -> tuple[BatchStatus, ...]:
        """Return the status of every batch, oldest first."""
        rows = self.database.fetch_all("SELECT number FROM batches ORDER BY number")
        return tuple(self.batch(number) for (number,) in rows)

    def batch(self, number: int) -> BatchStatus:
        """Return the counts and spending of a batch.

        Raises:
            NotFoundError: the batch does not exist.
        """
        row = self.database.fetch_one(
            "SELECT config FROM batches WHERE number = ?", (number,)
        )
        if row is None:
            raise NotFoundError(f"{self.path}: no batch {number}")
        (config_json,) = row
        counts = dict.fromkeys(DocumentState, 0)
        rows = self.database.fetch_all(
            "SELECT state, count(*) FROM outcomes WHERE batch = ? GROUP BY state",
            (number,),
        )
        for state, count in rows:
            counts[DocumentState(state)] = count
        # Imported outcomes have no answers, so their own counts are used.
        usd, tokens, with_price, total = self.database.fetch_one(
            "SELECT sum(cost_usd), coalesce(sum(input_tokens + output_tokens), 0), "
            "count(cost_usd), count(*) FROM ("
            "SELECT cost_usd, input_tokens, output_tokens "
            "FROM answers WHERE batch = :batch UNION ALL "
            "SELECT cost_usd, input_tokens, output_tokens FROM outcomes o "
            "WHERE batch = :batch AND input_tokens > 0 AND NOT EXISTS ("
            "SELECT 1 FROM answers a "
            "WHERE a.batch = o.batch AND a.document = o.document) UNION ALL "
            "SELECT usd, tokens, 0 FROM reservations WHERE batch = :batch)",
            {"batch": number},
        )
        spent_usd = (usd or 0.0) if with_price == total else None
        return BatchStatus(number, json.loads(config_json), counts, spent_usd, tokens)

    # Outcomes

    def iter_pending(self, batch: int) -> Iterator[tuple[int, Document]]:
        """Yield pending documents with their numbers, in order of addition."""
        rows = self._iter_rows("d.fields, d.text", batch, DocumentState.PENDING)
        for number, fields, text in rows:
            yield number, load_document(fields, text)

    def measure_pending(self, batch: int) -> tuple[int, int]:
        """Return the number of pending documents and of their characters."""
        documents, characters = self.database.fetch_one(
            "SELECT count(*), coalesce(sum(length(d.text)), 0) FROM outcomes o "
            "JOIN documents d ON d.number = o.document "
            "WHERE o.batch = ? AND o.state = 'pending'",
            (batch,),
        )
        return int(documents), int(characters)

    def find_pending(self, batch: int, key: str) -> RunLocation | None:
        """Return the location of the document with this key, if pending."""
        row = self.database.fetch_one(
            "SELECT d.number FROM outcomes o JOIN documents d ON d.number = o.document "
            "WHERE o.batch = ? AND d.key = ? AND o.state = 'pending'",
            (batch, key),
        )
        return None if row is None else RunLocation(batch, int(row[0]))

    def list_documents(
        self, batch: int, state: DocumentState | None = None
    ) -> Iterator[OutcomeListing]:
        """Yield the documents of a batch, in the order of addition.

        With `state`, only those in this state.
        """
        columns = "d.key, d.fields, o.state, o.cause, o.message, o.cost_usd"
        for _, key, fields, found, cause, message, cost in self._iter_rows(
            columns, batch, state
        ):
            document = load_document(fields)
            yield OutcomeListing(
                key=key,
                source=document.source,
                title=document.title,
                state=DocumentState(found),
                cause=cause,
                message=message,
                cost_usd=cost,
            )

    def list_failures(self, batch: int) -> list[tuple[str, str, int]]:
        """Return causes, messages, and counts, the most frequent first.

        Messages that differ only in numbers, or in the source they begin with, form one
        group; the first message stands for it, with its first sources.
        """
        rows = self.database.fetch_all(
            "SELECT o.cause, o.message, json_extract(d.fields, '$.source'), count(*) "
            "FROM outcomes o "
            "JOIN documents d ON d.number = o.document "
            "WHERE o.batch = ? AND o.state IN ('failed', 'partial') "
            "GROUP BY 1, 2, 3 ORDER BY o.document",
            (batch,),
        )
        groups: dict[tuple[str, str], tuple[str, list[str], int]] = {}
        for cause, message, source, count in rows:
            reason = message.removeprefix(f"{source}: ")
            key = (cause, re.sub(r"\d+", "0", reason))
            example, sources, before = groups.get(key, (reason, [], 0))
            groups[key] = (example, [*sources, source], before + count)
        found = [
            (cause, f"{text} ({join_problems(sources, _MAX_NAMED_SOURCES)})", count)
            for (cause, _), (text, sources, count) in groups.items()
        ]
        return sorted(found, key=lambda item: (-item[2], item[0]))

    def save_outcome(self, location: RunLocation, outcome: Outcome) -> Outcome:
        """Store the outcome of a document, and return what was stored.

        An outcome that cannot be stored becomes a failure that says why.

        Raises:
            StoreError: the store cannot be written, or was deleted.
        """
        try:
            self._write_outcome(location, outcome)
        except UnstorableError as error:
            requests = outcome.usage.requests
            outcome = Outcome.from_failure("unstorable", str(error), requests)
            self._write_outcome(location, outcome)
        # SQLite reports no error when it writes to a deleted file.
        self.database.require_file()
        return outcome

    def _write_outcome(self, location: RunLocation, outcome: Outcome) -> None:
        usage = outcome.usage
        values = {
            "batch": location.batch,
            "document": location.document,
            "state": outcome.state,
            "cause": outcome.cause,
            "message": outcome.message,
            "run": outcome.run,
            "requests": usage.requests,
            "input_tokens": min(usage.input_tokens, MAX_TOKENS),
            "output_tokens": min(usage.output_tokens, MAX_TOKENS),
            "cost_usd": usage.cost_usd,
            "finished": time.time(),
        }
        self.database.execute(
            "UPDATE outcomes SET state = :state, cause = :cause, message = :message, "
            "run = :run, requests = :requests, input_tokens = :input_tokens, "
            "output_tokens = :output_tokens, cost_usd = :cost_usd, "
            "finished = :finished WHERE batch = :batch AND document = :document",
            values,
        )

    def requeue_failed(self, batch: int) -> int:
        """Make failed and partial documents pending; return how many.

        Usable answers are kept; the others will be requested again. A source that could
        not be read has no text, so it stays failed.
        """
        with self.database.transaction():
            failed = self.database.fetch_all(
                "SELECT document FROM outcomes "
                "WHERE batch = ? AND state IN ('failed', 'partial')",
                (batch,),
            )
            for (document,) in failed:
                self._discard_unusable_answers(RunLocation(batch, document))
            cursor = self.database.execute(
                "UPDATE outcomes SET state = 'pending' "
                "WHERE batch = ? AND state IN ('failed', 'partial') AND document IN "
                "(SELECT number FROM documents WHERE text IS NOT NULL)",
                (batch,),
            )
        return cursor.rowcount

    # Runs

    def runs(self, batch: int) -> Iterator[tuple[str, Run]]:
        """Yield keys and runs, in the order of their documents."""
        for number, key, fields, text in self._iter_rows("d.key, o.run, d.text", batch):
            if fields is not None:
                location = RunLocation(batch, number)
                yield key, self._add_decisions(load_run(fields, text), location)

    def list_run_keys(self, batch: int) -> set[str]:
        """Return the keys of the documents that have a run."""
        rows = self.database.fetch_all(
            "SELECT d.key FROM outcomes o JOIN documents d ON d.number = o.document "
            "WHERE o.batch = ? AND o.run IS NOT NULL",
            (batch,),
        )
        return {key for (key,) in rows}

    def locate(self, name: str, batch: int | None = None) -> list[RunLocation]:
        """Find the documents with this key, id, or source.

        Searches all batches if `batch` is None. An exact key comes before the other
        matches in its batch.

        Raises:
            NotFoundError: the document does not exist.
        """
        rows = self.database.fetch_all(
            "SELECT o.batch, o.document FROM outcomes o "
            "JOIN documents d ON d.number = o.document "
            "WHERE (d.key = :name OR d.id = :name "
            "OR json_extract(d.fields, '$.source') = :name) "
            "AND (:batch IS NULL OR o.batch = :batch) "
            "ORDER BY o.batch, d.key != :name, o.document",
            {"name": name, "batch": batch},
        )
        if not rows:
            scope = f" in batch {batch}" if batch else ""
            raise NotFoundError(
                f"{self.path}: no document {name!r}{scope}. "
                "`claimcheck runs list` shows the documents."
            )
        return [RunLocation(*row) for row in rows]

    def run(self, batch: int, name: str) -> Run:
        """Return the run of the document with this key, source, or id.

        Raises:
            InputError: the document does not exist, or has no run.
        """
        location = self.locate(name, batch)[0]
        run, state, message = self._load_outcome(location)
        if run is None:
            reason = f": {message}" if message else ""
            raise InputError(f"{self.path}: {name} has no result ({state}{reason})")
        return run

    def load_run(self, location: RunLocation) -> Run:
        """Return the run at this location.

        Raises:
            NotFoundError: the run does not exist.
        """
        run, _, _ = self._load_outcome(location)
        if run is None:
            raise NotFoundError(f"{location}: this run does not exist")
        return run

    def discard_failed_answers(self, location: RunLocation) -> None:
        """Void the unusable answers of a failed or partial document."""
        with self.database.transaction():
            row = self.database.fetch_one(
                "SELECT state FROM outcomes WHERE batch = ? AND document = ?",
                (location.batch, location.document),
            )
            # A pending document keeps its answers, because it was only interrupted.
            if row and row[0] in (DocumentState.FAILED, DocumentState.PARTIAL):
                self._discard_unusable_answers(location)

    def _discard_unusable_answers(self, location: RunLocation) -> None:
        # The batch's kinds and fields decide which answers follow their schema.
        config = self.batch(location.batch).config
        brief = read_stored_brief(config.get("settings", {}))
        self.answers.discard_unusable(location, brief)

    def _load_outcome(
        self, location: RunLocation
    ) -> tuple[Run | None, str | None, str | None]:
        """Return run, state, and message; all None for an unknown location."""
        row = self.database.fetch_one(
            "SELECT o.run, d.text, o.state, o.message FROM outcomes o "
            "JOIN documents d ON d.number = o.document "
            "WHERE o.batch = ? AND o.document = ?",
            (location.batch, location.document),
        )
        if row is None:
            return None, None, None
        fields, text, state, message = row
        if fields is None:
            return None, state, message
        return self._add_decisions(load_run(fields, text), location), state, message

    def _add_decisions(self, run: Run, location: RunLocation) -> Run:
        rows = self.database.fetch_all(
            "SELECT decision FROM decisions WHERE batch = ? AND document = ? "
            "ORDER BY number",
            (location.batch, location.document),
        )
        return replace(run, decisions=tuple(load_decision(row[0]) for row in rows))

    def _iter_rows(
        self, columns: str, batch: int, state: DocumentState | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield document numbers and columns, reading one page at a time.

        Documents may change state meanwhile, so the next page starts after the last
        row.
        """
        state_condition = "" if state is None else "AND o.state = :state "
        query = (
            f"SELECT d.number, {columns} FROM outcomes o "  # noqa: S608 - our columns
            "JOIN documents d ON d.number = o.document "
            f"WHERE o.batch = :batch {state_condition}AND o.document > :last "
            "ORDER BY o.document LIMIT :limit"
        )
        values = {"batch": batch, "state": state, "last": 0, "limit": _ROWS_PER_QUERY}
        while rows := self.database.fetch_all(query, values):
            values["last"] = rows[-1][0]
            yield from rows
