"""A local evidence collection: one SQLite file, its passages ranked by BM25 (SQLite's FTS5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from claimcheck.errors import InputError
from claimcheck.models.document import Document, dump_document, load_document
from claimcheck.store.database import Database, DatabaseLayout
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import (
    MAX_SENTENCE_CHARACTERS,
    count_words,
    split_sentences,
)

_PASSAGE_WORDS = 120  # of a passage: long enough for a claim that two sentences carry, short enough to be about one thing


def split_for_search(document: Document) -> list[str]:
    """Split a document into overlapping passages of a few sentences."""
    found: list[str] = []
    current: list[str] = []
    fresh = False
    for sentence in split_sentences(
        Reading(document.full_text), document.language, headings=True
    ):
        if len(sentence.text) > MAX_SENTENCE_CHARACTERS:
            continue
        if (
            fresh
            and sum(map(count_words, current)) + count_words(sentence.text)
            > _PASSAGE_WORDS
        ):
            found.append(" ".join(current))
            current, fresh = current[-1:], False
        current.append(sentence.text)
        fresh = True
    return [*found, " ".join(current)] if fresh else found


_LAYOUT = DatabaseLayout(
    "index",
    "words",
    (
        """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, fields TEXT NOT NULL, text TEXT NOT NULL, passages INTEGER NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE
);
CREATE INDEX passages_of ON passages (document);
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2');
""",
    ),
)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A passage that shares words with a query; `score` is BM25, higher is better, comparable within one search."""

    document_id: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A document of an index, without its text."""

    id: str
    source: str
    title: str | None
    characters: int
    passages: int


class Index(AbstractContextManager["Index"]):
    """A collection of documents in one file; it is made when it is not there. Close it, or use it in a `with`.

    Raises:
        InputError: the file is no index, damaged, locked, in a folder that can't be written to, or made by a newer
            version of claimcheck. Nothing in it is changed then.
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        self.path = str(path)
        new = self.path == ":memory:" or not Path(self.path).exists()
        if new and not create:
            raise InputError(
                f"{path}: there is no such index; `claimcheck index add {path} SOURCE...` makes one"
            )
        self._database = Database(path, _LAYOUT)

    @property
    def count(self) -> int:
        """How many documents there are."""
        (number,) = self._database.fetch_one("SELECT count(*) FROM documents")
        return int(number)

    def add(self, documents: Iterable[Document]) -> int:
        """The documents are in the index, each once, all of them or none; how many were new.

        Raises:
            InputError: the index can't be written to.
        """
        added = 0
        with self._database.transaction():
            for document in documents:
                added += self._add(document)
        return added

    def remove(self, names: Sequence[str]) -> int:
        """The documents of these ids or sources are gone; how many that were.

        Raises:
            InputError: one of them is not there; nothing is removed then.
        """
        with self._database.transaction():
            found = {name: self._numbers(name) for name in names}
            unknown = [name for name, numbers in found.items() if not numbers]
            if unknown:
                raise InputError(
                    f"{self.path}: holds no document {', '.join(unknown)}; `claimcheck index list` names those it has"
                )
            numbers = {number for every in found.values() for number in every}
            for number in numbers:
                self._database.execute(
                    "DELETE FROM words WHERE rowid IN (SELECT number FROM passages WHERE document = ?)",
                    (number,),
                )
                self._database.execute(
                    "DELETE FROM documents WHERE number = ?", (number,)
                )
        return len(numbers)

    def contents(self) -> tuple[IndexEntry, ...]:
        """The documents, in the order in which they were added."""
        rows = self._database.fetch_all(
            "SELECT fields, passages FROM documents ORDER BY number"
        )
        documents = [(load_document(fields), count) for fields, count in rows]
        return tuple(
            IndexEntry(
                document.id, document.source, document.title, document.characters, count
            )
            for document, count in documents
        )

    def search(self, words: Sequence[str], most: int) -> tuple[SearchHit, ...]:
        """The passages that hold any of the words, the best first, at most so many."""
        query = " OR ".join(
            f'"{word}"' for word in dict.fromkeys(words) if '"' not in word
        )
        if not query:
            return ()
        rows = self._database.fetch_all(
            "SELECT documents.id, words.text, -bm25(words) FROM words "
            "JOIN passages ON passages.number = words.rowid "
            "JOIN documents ON documents.number = passages.document "
            "WHERE words MATCH ? ORDER BY bm25(words), words.rowid LIMIT ?",
            (query, most),
        )
        return tuple(SearchHit(*row) for row in rows)

    def document(self, identity: str) -> Document:
        """The document of this id, with its text.

        Raises:
            InputError: there is none.
        """
        row = self._database.fetch_one(
            "SELECT fields, text FROM documents WHERE id = ?", (identity,)
        )
        if row is None:
            raise InputError(f"{self.path}: holds no document {identity}")
        return load_document(row[0], row[1])

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _add(self, document: Document) -> int:
        text = document.full_text
        made = split_for_search(document)
        cursor = self._database.execute(
            "INSERT OR IGNORE INTO documents (id, fields, text, passages) VALUES (?, ?, ?, ?)",
            (document.id, dump_document(document), text, len(made)),
        )
        if not cursor.rowcount:
            return 0
        number = cursor.lastrowid
        for passage in made:
            row = self._database.execute(
                "INSERT INTO passages (document) VALUES (?)", (number,)
            ).lastrowid
            self._database.execute(
                "INSERT INTO words (rowid, text) VALUES (?, ?)", (row, passage)
            )
        return 1

    def _numbers(self, name: str) -> list[int]:
        rows = self._database.fetch_all(
            "SELECT number FROM documents "
            "WHERE id = ? OR json_extract(fields, '$.source') = ?",
            (name, name),
        )
        return [number for (number,) in rows]
