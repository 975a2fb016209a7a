"""The store of a batch: documents, what became of each, and every answer, in one SQLite file.

`kill -9` at any moment leaves it whole: it says what is done, and holds what was paid for.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from claimcheck.errors import InputError, NotFoundError, StoreError
from claimcheck.llm.digest import is_usable
from claimcheck.models.document import Document, load_document
from claimcheck.models.llm import ModelResponse, dump_response, load_response
from claimcheck.models.outcome import (
    BatchStatus,
    DocumentState,
    Outcome,
    OutcomeListing,
    RunLocation,
)
from claimcheck.models.run import Run, load_run
from claimcheck.store.database import Closeable, Database
from claimcheck.store.tables import STORE_LAYOUT

_ROWS_PER_QUERY = 200


class RunStore(Closeable):
    """The store in a file; it is made when it is not there. Close it, or use it in a `with`.

    Raises:
        InputError: the file is no store, damaged, locked, can't be written to, or made by a newer claimcheck.
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        if not create and not Path(path).exists():
            raise InputError(
                f"{path}: there is no such store; `claimcheck batch SOURCES --store {path}` makes one"
            )
        self.path = str(path)
        # NORMAL outlives a killed process; only a power cut can cost the last few answers
        self.database = Database(path, STORE_LAYOUT, synchronous="NORMAL")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """No other command works on the store while the block runs; reading it goes on.

        Raises:
            StoreError: another one does.
        """
        import filelock

        path = f"{self.path}.lock"
        try:
            with filelock.FileLock(path, timeout=0):
                yield
        except filelock.Timeout:
            raise StoreError(
                f"{self.path}: another command works on it; wait until it is done (if none does, delete {path})"
            ) from None
        Path(path).unlink(missing_ok=True)

    def open_batch(self, config: dict[str, Any]) -> int:
        """The number of the batch that reads documents in this way; a new one where there is none."""
        written = json.dumps(config, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(written.encode()).hexdigest()
        with self.database.guarded(), self.database.transaction():
            self.database.execute(
                "INSERT OR IGNORE INTO batches (digest, way, started) VALUES (?, ?, ?)",
                (digest, written, time.time()),
            )
            row = self.database.execute(
                "SELECT number FROM batches WHERE digest = ?", (digest,)
            ).fetchone()
        return int(row[0])

    def iter_pending(self, batch: int) -> Iterator[tuple[int, Document]]:
        """The documents that wait, by number, in the order in which they came; a few are read at a time."""
        last = 0
        while True:
            with self.database.guarded():
                rows = self.database.execute(
                    "SELECT d.number, d.fields, d.text FROM outcomes o JOIN documents d ON d.number = o.document "
                    "WHERE o.batch = ? AND o.state = 'pending' AND o.document > ? ORDER BY o.document LIMIT ?",
                    (batch, last, _ROWS_PER_QUERY),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for number, fields, text in rows:
                yield number, load_document(fields, text)

    def measure_pending(self, batch: int) -> tuple[int, int]:
        """How many documents wait, and how many characters they have together."""
        with self.database.guarded():
            row = self.database.execute(
                "SELECT count(*), coalesce(sum(length(d.text)), 0) FROM outcomes o JOIN documents d "
                "ON d.number = o.document WHERE o.batch = ? AND o.state = 'pending'",
                (batch,),
            ).fetchone()
        return int(row[0]), int(row[1])

    def mean_output_tokens(self, batch: int) -> int | None:
        """The mean number of tokens of the batch's answers; None while there are few."""
        with self.database.guarded():
            count, mean = self.database.execute(
                "SELECT count(*), avg(output_tokens) FROM answers WHERE batch = ?",
                (batch,),
            ).fetchone()
        return round(mean) if count >= 10 else None

    def find_answer(
        self, batch: int, document: int, digest: str
    ) -> ModelResponse | None:
        """The answer that was given to a request for this document before."""
        with self.database.guarded():
            row = self.database.execute(
                "SELECT response FROM answers WHERE batch = ? AND document = ? AND digest = ? AND NOT void "
                "ORDER BY number LIMIT 1",
                (batch, document, digest),
            ).fetchone()
        return load_response(row[0]) if row else None

    def save_answer(
        self, batch: int, document: int, asked: tuple[str, str], response: ModelResponse
    ) -> None:
        """An answer that was paid for is stored before anything else is done with it; `asked`: digest and schema."""
        usage = response.usage
        paid = (usage.input_tokens, usage.output_tokens, usage.cost_usd)
        with self.database.guarded():
            self.database.execute(
                "INSERT INTO answers (batch, document, digest, schema, response, input_tokens, output_tokens, cost_usd) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (batch, document, *asked, dump_response(response), *paid),
            )

    def save_outcome(self, batch: int, document: int, outcome: Outcome) -> None:
        """What became of the document is known."""
        usage = outcome.usage
        with self.database.guarded():
            self.database.execute(
                "UPDATE outcomes SET state = ?, cause = ?, message = ?, run = ?, requests = ?, input_tokens = ?, "
                "output_tokens = ?, cost_usd = ?, finished = ? WHERE batch = ? AND document = ?",
                (
                    *(
                        outcome.state,
                        outcome.cause,
                        outcome.message,
                        outcome.run,
                        usage.requests,
                    ),
                    *(
                        usage.input_tokens,
                        usage.output_tokens,
                        usage.cost_usd,
                        time.time(),
                        batch,
                        document,
                    ),
                ),
            )

    def requeue_failed(self, batch: int) -> int:
        """Documents that failed, wholly or in part, wait again; of their answers only those that can be used are kept."""
        with self.database.guarded(), self.database.transaction():
            failed = self.database.execute(
                "SELECT document FROM outcomes WHERE batch = ? AND state IN ('failed', 'partial')",
                (batch,),
            ).fetchall()
            for (document,) in failed:
                self._void_unusable(batch, document)
            cursor = self.database.execute(
                "UPDATE outcomes SET state = 'pending' WHERE batch = ? AND state IN ('failed', 'partial') "
                "AND document IN (SELECT number FROM documents WHERE text IS NOT NULL)",
                (batch,),
            )
        return cursor.rowcount

    def discard_unusable_answers(self, batch: int, document: int) -> None:
        """Where the document failed, wholly or in part, its answers that can't be used are not taken again."""
        with self.database.guarded(), self.database.transaction():
            state = self.database.execute(
                "SELECT state FROM outcomes WHERE batch = ? AND document = ?",
                (batch, document),
            ).fetchone()
            if state and state[0] in (DocumentState.FAILED, DocumentState.PARTIAL):
                self._void_unusable(batch, document)

    def _void_unusable(self, batch: int, document: int) -> None:
        answers = self.database.execute(
            "SELECT number, schema, response FROM answers WHERE batch = ? AND document = ? AND NOT void",
            (batch, document),
        ).fetchall()
        for number, schema, response in answers:
            if not is_usable(schema, load_response(response)):
                self.database.execute(
                    "UPDATE answers SET void = 1 WHERE number = ?", (number,)
                )

    def batch(self, number: int) -> BatchStatus:
        """A batch in numbers."""
        with self.database.guarded():
            (way,) = self.database.execute(
                "SELECT way FROM batches WHERE number = ?", (number,)
            ).fetchone()
            counts = self.database.execute(
                "SELECT state, count(*) FROM outcomes WHERE batch = ? GROUP BY state",
                (number,),
            ).fetchall()
            spent = self.database.execute(
                "SELECT sum(cost_usd), coalesce(sum(input_tokens + output_tokens), 0), count(cost_usd), count(*) FROM ("
                "SELECT cost_usd, input_tokens, output_tokens FROM answers WHERE batch = :batch UNION ALL "
                # outcomes that came from elsewhere have no answers here
                "SELECT cost_usd, input_tokens, output_tokens FROM outcomes o WHERE batch = :batch AND input_tokens > 0 "
                "AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.batch = o.batch AND a.document = o.document))",
                {"batch": number},
            ).fetchone()
        usd, spent_tokens, priced, every = spent
        known = (usd or 0.0) if priced == every else None
        found = {DocumentState(state): count for state, count in counts}
        return BatchStatus(
            number,
            json.loads(way),
            {state: found.get(state, 0) for state in DocumentState},
            known,
            spent_tokens,
        )

    def batches(self) -> tuple[BatchStatus, ...]:
        """All batches of the store, the first one first."""
        with self.database.guarded():
            rows = self.database.execute(
                "SELECT number FROM batches ORDER BY number"
            ).fetchall()
        return tuple(self.batch(number) for (number,) in rows)

    def list_documents(
        self, batch: int, state: DocumentState | None = None
    ) -> Iterator[OutcomeListing]:
        """The documents of a batch, in the order in which they came; those in one state only, where one is given."""
        for _, *row in self._rows(
            "d.key, d.fields, o.state, o.cause, o.message, o.cost_usd", batch, state
        ):
            key, fields, found, cause, message, cost = row
            document = load_document(fields)
            yield OutcomeListing(
                key,
                document.source,
                document.title,
                DocumentState(found),
                cause,
                message,
                cost,
            )

    def runs(self, batch: int) -> Iterator[tuple[str, Run]]:
        """The keys and runs of the documents that have one, in the order in which they came."""
        for _, key, fields, text in self._rows("d.key, o.run, d.text", batch, None):
            if fields is not None:
                yield key, load_run(fields, text)

    def locate(self, name: str, batch: int | None = None) -> list[RunLocation]:
        """Find the documents with this key, id or source, in one batch or in all.

        An exact key comes before the other matches of its batch.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.guarded():
            rows = self.database.execute(
                "SELECT o.batch, o.document FROM outcomes o "
                "JOIN documents d ON d.number = o.document "
                "WHERE (d.key = ?1 OR d.id = ?1 "
                "OR json_extract(d.fields, '$.source') = ?1) "
                "AND (?2 IS NULL OR o.batch = ?2) "
                "ORDER BY o.batch, d.key != ?1, o.document",
                (name, batch),
            ).fetchall()
        if not rows:
            place = f" in batch {batch}" if batch else ""
            raise NotFoundError(
                f"{self.path}: holds no document {name!r}{place}; "
                "`claimcheck runs list` names those it has"
            )
        return [RunLocation(*row) for row in rows]

    def run(self, batch: int, name: str) -> Run:
        """Return the run of the document with this key, source or id.

        Raises:
            InputError: there is no such document, or it has no run.
        """
        location = self.locate(name, batch)[0]
        run, state, message = self._load_outcome(location)
        if run is None:
            reason = f": {message}" if message else ""
            raise InputError(f"{self.path}: {name}: has no result ({state}{reason})")
        return run

    def load_run(self, location: RunLocation) -> Run:
        """Return the run at this location.

        Raises:
            NotFoundError: there is none.
        """
        run, _, _ = self._load_outcome(location)
        if run is None:
            raise NotFoundError(f"{location}: there is no such run")
        return run

    def _load_outcome(
        self, location: RunLocation
    ) -> tuple[Run | None, str | None, str | None]:
        """Return run, state and message; all None if the location is unknown."""
        with self.database.guarded():
            row = self.database.execute(
                "SELECT o.run, d.text, o.state, o.message FROM outcomes o "
                "JOIN documents d ON d.number = o.document "
                "WHERE o.batch = ? AND o.document = ?",
                (location.batch, location.document),
            ).fetchone()
        if row is None:
            return None, None, None
        fields, text, state, message = row
        run = None if fields is None else load_run(fields, text)
        return run, state, message

    def load_answers(self, location: RunLocation) -> list[tuple[str, str]]:
        """Return the digests and stored answers of a run, without the void ones."""
        with self.database.guarded():
            return self.database.execute(
                "SELECT digest, response FROM answers "
                "WHERE batch = ? AND document = ? AND NOT void ORDER BY number",
                (location.batch, location.document),
            ).fetchall()

    def find_pending(self, batch: int, key: str) -> int | None:
        """The number of the document with this key, where it waits."""
        with self.database.guarded():
            row = self.database.execute(
                "SELECT d.number FROM outcomes o JOIN documents d ON d.number = o.document "
                "WHERE o.batch = ? AND d.key = ? AND o.state = 'pending'",
                (batch, key),
            ).fetchone()
        return int(row[0]) if row else None

    def has_run(self, batch: int, key: str) -> bool:
        """Whether the document with this key has a run."""
        with self.database.guarded():
            row = self.database.execute(
                "SELECT 1 FROM outcomes o JOIN documents d ON d.number = o.document "
                "WHERE o.batch = ? AND d.key = ? AND o.run IS NOT NULL",
                (batch, key),
            ).fetchone()
        return row is not None

    def count_runs(self, batch: int) -> int:
        """How many documents have a run."""
        with self.database.guarded():
            row = self.database.execute(
                "SELECT count(*) FROM outcomes WHERE batch = ? AND run IS NOT NULL",
                (batch,),
            ).fetchone()
        return int(row[0])

    def list_failures(self, batch: int) -> list[tuple[str, str, int]]:
        """Cause, an example of its message, and how many documents failed of it, the most frequent first."""
        with self.database.guarded():
            return self.database.execute(
                "SELECT cause, min(message), count(*) FROM outcomes WHERE batch = ? AND state IN ('failed', 'partial') "
                "GROUP BY cause ORDER BY count(*) DESC, cause",
                (batch,),
            ).fetchall()

    def close(self) -> None:
        """The file is closed."""
        self.database.close()

    def _rows(
        self, columns: str, batch: int, state: DocumentState | None
    ) -> Iterator[tuple[Any, ...]]:
        """Rows of outcomes and documents, a page at a time: a store need not fit into memory."""
        last = 0
        while True:
            with self.database.guarded():
                rows = self.database.execute(
                    f"SELECT d.number, {columns} FROM outcomes o JOIN documents d ON d.number = o.document "  # noqa: S608 - names of columns
                    "WHERE o.batch = ? AND (? IS NULL OR o.state = ?) AND o.document > ? ORDER BY o.document LIMIT ?",
                    (batch, state, state, last, _ROWS_PER_QUERY),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from rows
