"""Add the documents of a command to a store: all of them, or none on an error.

Nothing is sent anywhere before all of them have been added. A file that has not changed
since it was read is not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from claimcheck.errors import (
    InputError,
    StoreError,
    UnstorableError,
    join_problems,
)
from claimcheck.models.document import Document, dump_document
from claimcheck.models.outcome import IngestReport
from claimcheck.store.database import Database


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A document and its key in the store.

    The key is an id from the source, a path, an address, or the document's own id.
    `origin` names the entry in messages. If `has_given_id`, a repeated key is a
    mistake; otherwise it is just the same text again. `problem` says why the document
    is missing.
    """

    key: str
    document: Document | None
    origin: str
    has_given_id: bool = True
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """A file, address, or stream of documents.

    `state` changes when the source does; None means that it must always be read.
    """

    name: str
    state: str | None
    entries: Callable[[], Iterable[SourceEntry]]


def ingest_sources(
    database: Database,
    batch: int,
    sources: Iterable[DocumentSource],
    on_progress: Callable[[int], None] = lambda count: None,
) -> IngestReport:
    """Add the documents of these sources to the store and to the batch.

    Raises:
        InputError: a row is broken, or an id appears twice; the store is unchanged.
    """
    # The store is often in the folder of the documents. Don't read it as one.
    store_files = [f"{database.path}{end}" for end in ("", "-wal", "-shm", ".lock")]
    store_paths = {Path(name).resolve() for name in store_files}
    with database.transaction():
        ingestion = _Ingestion(database, batch, on_progress)
        for source in sources:
            if Path(source.name).resolve() not in store_paths:
                ingestion.add(source)
        ingestion.raise_problems()
    return ingestion.report


class _Ingestion:
    def __init__(
        self, database: Database, batch: int, on_progress: Callable[[int], None]
    ) -> None:
        self._database = database
        self._batch = batch
        self._on_progress = on_progress
        self._inputs: set[int] = set()  # numbers of the sources of this command
        self._problems: list[str] = []
        self.report = IngestReport()

    def raise_problems(self) -> None:
        if self._problems:
            raise InputError(join_problems(self._problems))

    def add(self, source: DocumentSource) -> None:
        row = self._database.fetch_one(
            "SELECT number, state FROM inputs WHERE name = ?", (source.name,)
        )
        if row and row[0] in self._inputs:
            return  # the command names this source twice
        is_unchanged = row and source.state is not None and row[1] == source.state
        if is_unchanged:
            number = int(row[0])
            self._inputs.add(number)
        else:
            number = self._reset_input(source.name)
            self._inputs.add(number)
            self._read(source, number)
        self._queue_documents(number)

    def _reset_input(self, name: str) -> int:
        """Return the source's number, and detach its old documents."""
        (number,) = self._database.fetch_one(
            "INSERT INTO inputs (name, state) VALUES (?, '') "
            "ON CONFLICT (name) DO UPDATE SET state = '' RETURNING number",
            (name,),
        )
        self._database.execute(
            "UPDATE documents SET input = NULL WHERE input = ?", (number,)
        )
        return int(number)

    def _read(self, source: DocumentSource, number: int) -> None:
        is_complete = True
        try:
            for entry in source.entries():
                is_complete = self._try_to_save(entry, number) and is_complete
        except StoreError:
            raise  # an InputError, but not caused by the source
        except InputError as error:
            self._problems.append(str(error))  # reported together with other sources'
        if source.state is not None and is_complete:
            self._database.execute(
                "UPDATE inputs SET state = ? WHERE number = ?", (source.state, number)
            )

    def _try_to_save(self, entry: SourceEntry, number: int) -> bool:
        try:
            return self._save(entry, number)
        except UnstorableError as error:
            self._problems.append(f"{entry.origin}: {error}")
            return False

    def _save(self, entry: SourceEntry, number: int) -> bool:
        """Save an entry; return False if its source must be read again."""
        self._on_progress(1)
        if entry.document is None:
            self.report.unreadable += 1
            self._save_unreadable(entry, number)
            return False
        known = self._database.fetch_one(
            "SELECT number, id, input FROM documents WHERE key = ?", (entry.key,)
        )
        if known is None:
            self._insert(entry.key, entry.document, number)
            return True
        known_number, known_id, known_input = known
        if known_input in self._inputs:
            return self._skip_repeated(entry)
        self._update(entry.key, entry.document, number)
        # The id is a hash of the text: only a changed text runs again, in every batch.
        if known_id != entry.document.id:
            self.report.changed += known_id is not None
            self._database.execute(
                "UPDATE outcomes SET state = 'pending', run = NULL WHERE document = ?",
                (known_number,),
            )
        return True

    def _skip_repeated(self, entry: SourceEntry) -> bool:
        """Count a repeated text; a repeated id is a problem."""
        if not entry.has_given_id:
            self.report.repeated += 1
            return True
        self._problems.append(
            f"{entry.origin}: the id {entry.key!r} appears twice; ids must be unique"
        )
        return False

    def _insert(self, key: str, document: Document, number: int) -> None:
        self.report.new += 1
        self._database.execute(
            "INSERT INTO documents (id, fields, text, input, key) "
            "VALUES (?, ?, ?, ?, ?)",
            (document.id, dump_document(document), document.text, number, key),
        )

    def _update(self, key: str, document: Document, number: int) -> None:
        self._database.execute(
            "UPDATE documents SET id = ?, fields = ?, text = ?, input = ? "
            "WHERE key = ?",
            (document.id, dump_document(document), document.text, number, key),
        )

    def _save_unreadable(self, entry: SourceEntry, number: int) -> None:
        # The placeholder gives the list of failures a source. `text` stays NULL, so
        # that the document never runs.
        placeholder = Document.from_text("-", source=entry.key)
        (document,) = self._database.fetch_one(
            "INSERT INTO documents (fields, input, key) VALUES (?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET input = excluded.input RETURNING number",
            (dump_document(placeholder), number, entry.key),
        )
        self._database.execute(
            "INSERT INTO outcomes (batch, document, state, cause, message) "
            "VALUES (?, ?, 'failed', 'unreadable', ?) ON CONFLICT "
            "DO UPDATE SET message = excluded.message WHERE state = 'failed'",
            (self._batch, document, entry.problem),
        )

    def _queue_documents(self, number: int) -> None:
        """Count a source's documents; those without an outcome are pending."""
        (count,) = self._database.fetch_one(
            "SELECT count(*) FROM documents WHERE input = ?", (number,)
        )
        self.report.documents += int(count)
        self._database.execute(
            "INSERT OR IGNORE INTO outcomes (batch, document, state) "
            "SELECT ?, number, 'pending' FROM documents "
            "WHERE input = ? AND text IS NOT NULL",
            (self._batch, number),
        )
