"""Documents into a store: each once, all of a command's or none, before anything is sent anywhere.

A file that has not changed since it was read is not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from claimcheck.errors import InputError
from claimcheck.models.document import Document, dump_document
from claimcheck.models.outcome import IngestReport
from claimcheck.store.database import Database

_MAX_REPORTED_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A document and the key by which it is known in the store: a given id, a path, an address, or its content's id.

    `key_is_given`: whether the same key again is a mistake, rather than the same text again. `place` is for messages.
    `problem` says why there is no document.
    """

    key: str
    document: Document | None
    place: str
    key_is_given: bool = True
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """A file, address or stream that documents come from. `state` tells whether it has changed; None: always read it."""

    name: str
    state: str | None
    entries: Callable[[], Iterable[SourceEntry]]


def ingest_sources(
    database: Database,
    batch: int,
    sources: Iterable[DocumentSource],
    progress: Callable[[int], None] = lambda count: None,
) -> IngestReport:
    """Add the documents of these sources to the store and to the batch.

    Raises:
        InputError: rows are broken or an id stands twice; the store is as it was then.
    """
    with database.guarded(), database.transaction():
        taking = _Ingestion(database, batch, progress)
        for source in sources:
            taking.take(source)
        if taking.problems:
            more = len(taking.problems) - _MAX_REPORTED_PROBLEMS
            raise InputError(
                "; ".join(taking.problems[:_MAX_REPORTED_PROBLEMS])
                + (f"; and {more} more" if more > 0 else "")
            )
    return IngestReport(
        taking.named, taking.new, taking.changed, taking.repeated, taking.unreadable
    )


class _Ingestion:
    def __init__(
        self, database: Database, batch: int, progress: Callable[[int], None]
    ) -> None:
        self._database = database
        self._batch = batch
        self._progress = progress
        self._inputs: set[int] = set()
        self.problems: list[str] = []
        self.named = self.new = self.changed = self.repeated = self.unreadable = 0

    def take(self, source: DocumentSource) -> None:
        row = self._database.execute(
            "SELECT number, state FROM inputs WHERE name = ?", (source.name,)
        ).fetchone()
        if row and row[0] in self._inputs:
            return  # named twice
        if row and source.state is not None and row[1] == source.state:
            number = int(row[0])
            self._inputs.add(number)
        else:
            number = self._input(source.name)
            self._inputs.add(number)
            whole = True
            for entry in self._counted(source.entries()):
                whole = self._put(entry, number) and whole
            if source.state is not None and whole:
                self._database.execute(
                    "UPDATE inputs SET state = ? WHERE number = ?",
                    (source.state, number),
                )
        self._queue(number)

    def _input(self, name: str) -> int:
        """The input's number; what it held before is not its own any more."""
        row = self._database.execute(
            "INSERT INTO inputs (name, state) VALUES (?, '') ON CONFLICT (name) DO UPDATE SET state = '' RETURNING number",
            (name,),
        ).fetchone()
        self._database.execute(
            "UPDATE documents SET input = NULL WHERE input = ?", (row[0],)
        )
        return int(row[0])

    def _counted(self, entries: Iterable[SourceEntry]) -> Iterator[SourceEntry]:
        iterator = iter(entries)
        while True:
            try:
                entry = next(iterator)
            except StopIteration:
                return
            except InputError as error:
                self.problems.append(str(error))
                return
            yield entry

    def _put(self, entry: SourceEntry, number: int) -> bool:
        """Whether the entry is in the store as it should be."""
        self._progress(1)
        document = entry.document
        if document is None:
            self.unreadable += 1
            self._unreadable(entry, number)
            return False
        known = self._database.execute(
            "SELECT number, id, input FROM documents WHERE key = ?", (entry.key,)
        ).fetchone()
        if known and known[2] in self._inputs:
            if entry.key_is_given:
                self.problems.append(
                    f"{entry.place}: the id {entry.key!r} was there before; every id once"
                )
                return False
            self.repeated += 1
            return True
        values = (document.id, dump_document(document), document.text, number)
        if known is None:
            self.new += 1
            self._database.execute(
                "INSERT INTO documents (id, fields, text, input, key) VALUES (?, ?, ?, ?, ?)",
                (*values, entry.key),
            )
        else:
            self._database.execute(
                "UPDATE documents SET id = ?, fields = ?, text = ?, input = ? WHERE key = ?",
                (*values, entry.key),
            )
            if known[1] != document.id:
                self.changed += known[1] is not None
                self._database.execute(
                    "UPDATE outcomes SET state = 'pending', run = NULL WHERE document = ?",
                    (known[0],),
                )
        return True

    def _unreadable(self, entry: SourceEntry, number: int) -> None:
        row = self._database.execute(
            "INSERT INTO documents (fields, input, key) VALUES (?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET input = excluded.input RETURNING number",
            (_build_placeholder(entry), number, entry.key),
        ).fetchone()
        self._database.execute(
            "INSERT INTO outcomes (batch, document, state, cause, message) VALUES (?, ?, 'failed', 'unreadable', ?) "
            "ON CONFLICT DO UPDATE SET message = excluded.message WHERE state = 'failed'",
            (self._batch, row[0], entry.problem),
        )

    def _queue(self, number: int) -> None:
        cursor = self._database.execute(
            "SELECT count(*) FROM documents WHERE input = ?", (number,)
        )
        self.named += int(cursor.fetchone()[0])
        self._database.execute(
            "INSERT OR IGNORE INTO outcomes (batch, document, state) SELECT ?, number, 'pending' FROM documents "
            "WHERE input = ? AND text IS NOT NULL",
            (self._batch, number),
        )


def _build_placeholder(entry: SourceEntry) -> str:
    """Return the stored fields of a document that could not be read."""
    return dump_document(Document.from_text("-", source=entry.key))
