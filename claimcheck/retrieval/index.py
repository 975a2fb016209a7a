"""A local collection of evidence: one SQLite file, searched by BM25.

SQLite's FTS5 stems, indexes, and ranks the passages. A document is stored once, under
the id of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from claimcheck.arguments import iter_items, require_kind
from claimcheck.errors import InputError
from claimcheck.models.document import (
    Document,
    dump_document,
    iter_documents,
    load_document,
)
from claimcheck.store.database import Database, DatabaseLayout
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import (
    MAX_SENTENCE_CHARACTERS,
    count_words,
    split_sentences,
)

# Long enough for a claim that needs two sentences, and short enough for one topic.
# Chosen by hand.
_PASSAGE_WORDS = 120

# Ranking this many takes about a tenth of a second. Chosen by hand: an index of 100,000
# passages is still searched with nearly all words of a long claim.
_MAX_RANKED_PASSAGES = 100_000

_QUERY_WORD = re.compile(r"\w+")

_LAYOUT = DatabaseLayout(
    "index",
    "words",
    (
        """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, fields TEXT NOT NULL,
    text TEXT NOT NULL, passages INTEGER NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE
);
CREATE INDEX passages_of ON passages (document);
CREATE VIRTUAL TABLE words
    USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2');
""",
    ),
)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A passage that shares words with a query.

    `score` is BM25: higher is better; scores are comparable only within one search.
    """

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

    @classmethod
    def of(cls, fields: str, passages: int) -> IndexEntry:
        """Return the entry of a stored document."""
        document = load_document(fields)
        return cls(
            id=document.id,
            source=document.source,
            title=document.title,
            characters=document.characters,
            passages=passages,
        )


class Index(AbstractContextManager["Index"]):
    """A collection of documents in one file, which is created if missing.

    Close it, or use it in a `with` statement.

    Raises:
        InputError: the file is not an index, damaged, locked, in a folder without write
            permission, or from a newer version of claimcheck. It is left unchanged.
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        self.path = str(path)
        # SQLite would create a file for any mistyped name.
        is_new = self.path == ":memory:" or not Path(self.path).exists()
        if is_new and not create:
            raise InputError(
                f"{path}: does not exist; "
                f"create it with `claimcheck index add {path} SOURCE...`"
            )
        self._database = Database(path, _LAYOUT)

    @property
    def count(self) -> int:
        """The number of documents."""
        (number,) = self._database.fetch_one("SELECT count(*) FROM documents")
        return int(number)

    def add(self, documents: Iterable[Document]) -> int:
        """Add all documents, or none if one fails; return how many were new.

        A text that the index already contains is not added again.

        Raises:
            InputError: the index can't be written to, or an item is not a document.
        """
        with self._database.transaction():
            return sum(map(self._add, iter_documents(documents)))

    def remove(self, names: Sequence[str]) -> int:
        """Remove the documents with these ids or sources; return how many.

        Raises:
            InputError: a name is unknown or not a string; then nothing is removed.
        """
        numbers: set[int] = set()
        unknown: list[str] = []
        with self._database.transaction():
            for name in iter_items(names, "name", str):
                found = self._find_numbers(name)
                numbers.update(found)
                if not found:
                    unknown.append(name)
            if unknown:
                raise make_unknown_error(self.path, unknown)
            for number in numbers:
                self._delete(number)
        return len(numbers)

    def contents(self) -> tuple[IndexEntry, ...]:
        """Return the documents in the order in which they were added."""
        rows = self._database.fetch_all(
            "SELECT fields, passages FROM documents ORDER BY number"
        )
        return tuple(IndexEntry.of(fields, passages) for fields, passages in rows)

    def search(self, words: Sequence[str] | str, most: int) -> tuple[SearchHit, ...]:
        """Return at most `most` passages with any of the words, best first.

        A string is a query of several words.
        """
        if isinstance(words, str):
            words = _QUERY_WORD.findall(words)
        # Quotation marks make each word a literal; FTS5 would otherwise parse it.
        unique = dict.fromkeys(iter_items(words, "word", str))
        literals = [f'"{word}"' for word in unique if '"' not in word]
        if not literals:
            return ()
        rows = self._database.fetch_all(
            "SELECT documents.id, words.text, -bm25(words) FROM words "
            "JOIN passages ON passages.number = words.rowid "
            "JOIN documents ON documents.number = passages.document "
            "WHERE words MATCH ? ORDER BY bm25(words), words.rowid LIMIT ?",
            (" OR ".join(self._leave_out_common(literals)), most),
        )
        return tuple(SearchHit(*row) for row in rows)

    def _leave_out_common(self, literals: Sequence[str]) -> Sequence[str]:
        """Return the words that are rare enough, in an index that is large."""
        (size,) = self._database.fetch_one(
            "SELECT coalesce(max(number), 0) FROM passages"
        )
        if len(literals) * size <= _MAX_RANKED_PASSAGES:
            return literals
        counts: dict[str, int] = {}
        for literal in literals:
            (counts[literal],) = self._database.fetch_one(
                "SELECT count(*) FROM words WHERE words MATCH ?", (literal,)
            )
        return select_rare_words(counts, _MAX_RANKED_PASSAGES)

    def document(self, identity: str) -> Document:
        """Return the document with this id, and its text.

        Raises:
            InputError: the id is unknown.
        """
        require_kind(identity, str, "id", "a string")
        row = self._database.fetch_one(
            "SELECT fields, text FROM documents WHERE id = ?", (identity,)
        )
        if row is None:
            raise make_unknown_error(self.path, [identity])
        return load_document(row[0], row[1])

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _add(self, document: Document) -> bool:
        passages = split_for_search(document)
        cursor = self._database.execute(
            "INSERT OR IGNORE INTO documents (id, fields, text, passages) "
            "VALUES (?, ?, ?, ?)",
            (
                document.id,
                dump_document(document),
                document.full_text,
                len(passages),
            ),
        )
        if not cursor.rowcount:
            return False
        number = cursor.lastrowid
        for passage in passages:
            row = self._database.execute(
                "INSERT INTO passages (document) VALUES (?)", (number,)
            ).lastrowid
            self._database.execute(
                "INSERT INTO words (rowid, text) VALUES (?, ?)", (row, passage)
            )
        return True

    def _delete(self, number: int) -> None:
        # A virtual table can't have foreign keys, so its rows must be deleted
        # separately.
        self._database.execute(
            "DELETE FROM words WHERE rowid IN "
            "(SELECT number FROM passages WHERE document = ?)",
            (number,),
        )
        self._database.execute("DELETE FROM documents WHERE number = ?", (number,))

    def _find_numbers(self, name: str) -> list[int]:
        """Return the row numbers of the documents with this id or source."""
        rows = self._database.fetch_all(
            "SELECT number FROM documents "
            "WHERE id = ? OR json_extract(fields, '$.source') = ?",
            (name, name),
        )
        return [number for (number,) in rows]


def select_rare_words(counts: Mapping[str, int], limit: int) -> list[str]:
    """Return the rarest words, those with at most `limit` passages together.

    Each passage with any of the words is ranked. In a large index, most have only
    common ones, which hardly change a rank. `counts` has the passages of each word.
    """
    rarest = sorted(counts, key=counts.__getitem__)
    totals = accumulate(counts[word] for word in rarest)
    kept = sum(total <= limit for total in totals)
    return rarest[: max(1, kept)]


def make_unknown_error(path: str, unknown: Sequence[str]) -> InputError:
    """Return the error about documents that an index does not have."""
    return InputError(
        f"{path}: has no document {', '.join(unknown)}; "
        "`claimcheck index list` lists those it has"
    )


def split_for_search(document: Document) -> list[str]:
    """Split a document into passages that overlap by one sentence."""
    reading = Reading(document.full_text)
    passages: list[str] = []
    current: list[str] = []
    length = new_sentences = 0
    for sentence in split_sentences(reading, document.language, headings=True):
        if len(sentence.text) > MAX_SENTENCE_CHARACTERS:
            continue
        words = count_words(sentence.text)
        if new_sentences and length + words > _PASSAGE_WORDS:
            passages.append(" ".join(current))
            # The overlap keeps a sentence together with the one it refers to.
            current = current[-1:]
            length, new_sentences = count_words(current[0]), 0
        current.append(sentence.text)
        length += words
        new_sentences += 1
    if new_sentences:
        passages.append(" ".join(current))
    return passages
