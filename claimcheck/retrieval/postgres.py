"""A collection of evidence in PostgreSQL, if it is too large for one file.

Several machines may add documents at once. PostgreSQL finds the passages with any of
the words (a GIN index over `tsvector`). They are ranked by BM25 as if each word
occurred once, because PostgreSQL's own ranking ignores how rare a word is.
"""

from __future__ import annotations

import math
import re
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from claimcheck.arguments import iter_items
from claimcheck.errors import InputError
from claimcheck.installation import get_install_command
from claimcheck.models.document import (
    Document,
    dump_document,
    iter_documents,
    load_document,
)
from claimcheck.retrieval.index import (
    IndexEntry,
    SearchHit,
    make_unknown_error,
    select_rare_words,
    split_for_search,
)

_URL = re.compile(r"postgres(?:ql)?://", re.I)
_PASSWORD = re.compile(r"(?<=//)([^/@:?#]*):[^/@]*@|(?<=password=)[^&\s]+", re.I)
_TIMEOUT_S = 15
_LOCK = 7_262_516  # an arbitrary number; two machines must not create tables at once
# Ranking these takes a tenth of a second; SQLite ranks three times as many.
_MAX_RANKED_PASSAGES = 30_000
# The number of different words in a full passage. Only the ratio of lengths matters.
_PASSAGE_WORDS = 60
_LAYOUT = """
CREATE SCHEMA IF NOT EXISTS claimcheck;
CREATE TABLE IF NOT EXISTS claimcheck.documents (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE,
    source text NOT NULL, fields text NOT NULL, text text NOT NULL,
    passages integer NOT NULL
);
CREATE INDEX IF NOT EXISTS documents_source ON claimcheck.documents USING hash (source);
CREATE TABLE IF NOT EXISTS claimcheck.passages (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document bigint NOT NULL
        REFERENCES claimcheck.documents (number) ON DELETE CASCADE,
    text text NOT NULL,
    words tsvector NOT NULL GENERATED ALWAYS AS (
        strip(to_tsvector('english', regexp_replace(text, '\\W+', ' ', 'g')))
    ) STORED
);
CREATE INDEX IF NOT EXISTS passages_document ON claimcheck.passages (document);
CREATE INDEX IF NOT EXISTS passages_words ON claimcheck.passages USING gin (words);
"""
# How many passages have each word: of the most common ones, PostgreSQL knows the share.
_COUNT_WORDS = """
WITH common AS (
    SELECT word, share FROM pg_stats, unnest(
        most_common_elems::text::text[], most_common_elem_freqs
    ) AS element (word, share)
    WHERE (schemaname, tablename, attname) = ('claimcheck', 'passages', 'words')
), queries AS (
    SELECT DISTINCT plainto_tsquery('english', plain) AS query,
        tsvector_to_array(to_tsvector('english', plain)) AS lexemes
    FROM unnest(%s::text[]) AS word, regexp_replace(word, '\\W+', ' ', 'g') AS plain
)
SELECT query::text, coalesce(
    (SELECT round(share * %s) FROM common WHERE lexemes = ARRAY[word]),
    (SELECT count(*) FROM claimcheck.passages WHERE words @@ query)
)::bigint
FROM queries WHERE numnode(query) > 0
"""
_SEARCH = """
WITH terms AS MATERIALIZED (
    SELECT query::tsquery, weight
    FROM unnest(%s::text[], %s::float[]) AS term (query, weight)
), ranked AS (
    SELECT number, (
        SELECT sum(weight) FROM terms WHERE words @@ query
    ) * 2.2 / (1.3 + 0.9 * length(words) / %s) AS score
    FROM claimcheck.passages WHERE words @@ %s::tsquery
    ORDER BY score DESC, number LIMIT %s
)
SELECT documents.id, passages.text, score FROM ranked
JOIN claimcheck.passages USING (number)
JOIN claimcheck.documents ON documents.number = passages.document
ORDER BY score DESC, passages.number
"""


def is_postgres(name: object) -> bool:
    """Return whether a name is the address of a PostgreSQL database."""
    return isinstance(name, str) and bool(_URL.match(name))


class PostgresIndex(AbstractContextManager["PostgresIndex"]):
    """Like `Index`, but in the schema `claimcheck` of a PostgreSQL database.

    The password may be in ~/.pgpass or PGPASSWORD.

    Raises:
        InputError: the database does not exist or can't be used, or psycopg is missing.
    """

    def __init__(self, url: str, *, create: bool = True) -> None:
        self.path = _PASSWORD.sub(r"\1@" if "@" in url else "…", url)
        try:
            import psycopg
        except ImportError:
            raise InputError(
                f"{self.path}: needs psycopg; run {get_install_command('postgres')}"
            ) from None
        self._error = psycopg.Error
        with self._explain():
            self._connection = psycopg.connect(
                url, autocommit=True, connect_timeout=_TIMEOUT_S
            )
            # A check does not close indexes that the caller opened.
            weakref.finalize(self, self._connection.close)
            self._prepare(create=create)

    def _prepare(self, *, create: bool) -> None:
        (table,) = self._fetch_one("SELECT to_regclass('claimcheck.passages')")
        if table is not None:
            return
        if not create:
            self.close()
            raise InputError(
                f"{self.path}: has no index; "
                f"create it with `claimcheck index add {self.path} SOURCE...`"
            )
        with self._connection.transaction():
            self._fetch_one("SELECT pg_advisory_xact_lock(%s)::text", _LOCK)
            self._connection.execute(_LAYOUT)

    @property
    def count(self) -> int:
        """The number of documents."""
        with self._explain():
            (number,) = self._fetch_one("SELECT count(*) FROM claimcheck.documents")
        return int(number)

    def add(self, documents: Iterable[Document]) -> int:
        """Add all documents, or none if one fails; return how many were new.

        Raises:
            InputError: the database can't be written to.
        """
        # All machines use the same order; otherwise they could deadlock.
        ordered = sorted(iter_documents(documents), key=lambda document: document.id)
        with self._explain():
            with self._connection.transaction():
                added = sum(map(self._add, ordered))
            if added:
                self._connection.execute("ANALYZE claimcheck.passages")
        return added

    def _add(self, document: Document) -> bool:
        passages = split_for_search(document)
        row = self._connection.execute(
            "INSERT INTO claimcheck.documents (id, source, fields, text, passages) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING number",
            (
                document.id,
                document.source,
                dump_document(document),
                document.full_text,
                len(passages),
            ),
        ).fetchone()
        if row is None:
            return False
        with self._connection.cursor().copy(
            "COPY claimcheck.passages (document, text) FROM STDIN"
        ) as copy:
            for passage in passages:
                copy.write_row((row[0], passage))
        return True

    def remove(self, names: Sequence[str]) -> int:
        """Remove the documents with these ids or sources; return how many.

        Raises:
            InputError: one of them is unknown; nothing is removed then.
        """
        numbers: set[int] = set()
        unknown: list[str] = []
        with self._explain(), self._connection.transaction():
            for name in iter_items(names, "name", str):
                rows = self._connection.execute(
                    "SELECT number FROM claimcheck.documents "
                    "WHERE id = %s OR source = %s",
                    (name, name),
                ).fetchall()
                numbers.update(number for (number,) in rows)
                if not rows:
                    unknown.append(name)
            if unknown:
                raise make_unknown_error(self.path, unknown)
            self._connection.execute(
                "DELETE FROM claimcheck.documents WHERE number = ANY(%s)",
                (list(numbers),),
            )
        return len(numbers)

    def contents(self) -> tuple[IndexEntry, ...]:
        """Return the documents in the order in which they were added."""
        with self._explain():
            rows = self._connection.execute(
                "SELECT fields, passages FROM claimcheck.documents ORDER BY number"
            ).fetchall()
        return tuple(IndexEntry.of(fields, passages) for fields, passages in rows)

    def search(self, words: Sequence[str] | str, most: int) -> tuple[SearchHit, ...]:
        """Return at most `most` passages with any of the words, best first."""
        query_words = words.split() if isinstance(words, str) else list(words)
        with self._explain():
            (size,) = self._fetch_one(
                "SELECT coalesce(max(number), 0) FROM claimcheck.passages"
            )
            counts: dict[str, int] = dict(
                self._connection.execute(_COUNT_WORDS, (query_words, size)).fetchall()
            )
            rare_words = select_rare_words(counts, _MAX_RANKED_PASSAGES)
            if not rare_words:
                return ()
            weights = [_weigh(counts[word], size) for word in rare_words]
            any_word = " | ".join(f"({word})" for word in rare_words)
            rows = self._connection.execute(
                _SEARCH, (rare_words, weights, _PASSAGE_WORDS, any_word, most)
            ).fetchall()
        return tuple(SearchHit(*row) for row in rows)

    def document(self, identity: str) -> Document:
        """Return the document with this id, and its text.

        Raises:
            InputError: the id is unknown.
        """
        with self._explain():
            row = self._connection.execute(
                "SELECT fields, text FROM claimcheck.documents WHERE id = %s",
                (identity,),
            ).fetchone()
        if row is None:
            raise make_unknown_error(self.path, [identity])
        return load_document(row[0], row[1])

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _fetch_one(self, statement: str, *parameters: Any) -> Any:
        return self._connection.execute(statement, parameters).fetchone()

    @contextmanager
    def _explain(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(f"{self.path}: {lines[0]}") from None


def _weigh(count: int, size: int) -> float:
    """Return the inverse document frequency of a word, as defined by BM25."""
    return math.log(1 + max(size - count, 0) / (count + 0.5))
