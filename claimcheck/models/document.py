"""A document: the text as read, and its metadata."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from claimcheck.arguments import iter_items, parse_date, require_kind
from claimcheck.errors import InputError
from claimcheck.json_lines import find_half_pair
from claimcheck.models import codec
from claimcheck.models.span import Layout, LineIndex


@dataclass(frozen=True, slots=True)
class Part:
    """A document joined with others: `text[start:end]` of the whole."""

    source: str
    title: str | None
    published: date | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text and its origin; the spans of a run are ranges of `text`.

    `text` is the original as read; it is None only in a run saved without it.
    `published` is the publication date, None when unknown. `published_from` is where
    the date comes from: `given` (by the user), `metadata` (outside the text), `text`,
    or `url`. `language` is an ISO 639-1 code, None if it cannot be detected. `format`
    is the format it was read as. `url` is its canonical address. `tokens` is None until
    counted. `parts` are the documents that were joined into this one. `left_out` names
    what the file has and the text does not: "2 comments". `layout` is kept only until
    a run has the rectangles of its spans.
    """

    id: str
    text: str | None = field(repr=False)
    title: str | None
    author: str | None
    source: str
    url: str | None
    format: str
    published: date | None
    published_from: str | None
    language: str | None
    encoding: str | None
    characters: int
    tokens: int | None
    parts: tuple[Part, ...] = ()
    left_out: tuple[str, ...] = ()
    layout: Layout | None = field(
        default=None, repr=False, compare=False, metadata=codec.OMITTED
    )

    @classmethod
    def from_text(
        cls,
        text: str,
        *,
        source: str = "text",
        title: str | None = None,
        published: date | str | None = None,
    ) -> Document:
        """Make a document from a text; `published` may be "2024-07-01".

        Raises:
            InputError: the text is empty, has only white space, or contains NUL
                characters or lone surrogates, or an argument is of the wrong type.
        """
        require_kind(source, str, "source", "a string")
        _refuse_unusable(text, source)
        if title is not None:
            _refuse_unusable(title, "title")
        return cls(
            # From the text alone: the same text is the same document in any file.
            # 64 bits are enough for collections of many millions.
            id="doc-" + hashlib.sha256(text.encode()).hexdigest()[:16],
            text=text,
            title=title,
            author=None,
            source=source,
            url=None,
            format="text",
            published=parse_date(published),
            # Reports say where a date comes from, because a guessed one may be wrong.
            published_from="given" if published else None,
            # Detected later, by `english.metadata.fill_metadata`.
            language=None,
            encoding=None,
            characters=len(text),
            tokens=None,  # counting loads tiktoken, so only stages that need it do it
        )

    @classmethod
    def from_path(
        cls,
        path: str | Path,
        *,
        title: str | None = None,
        published: date | str | None = None,
        encoding: str | None = None,
    ) -> Document:
        """Read a file, or standard input for `-`, in any known format.

        `encoding` is the encoding of a text file; by default it is detected, UTF-8
        first.

        Raises:
            InputError: the file is missing, a folder, empty, damaged, or in an
                unreadable format or encoding, or its reader is not installed.
        """
        require_kind(path, (str, Path), "path", "a string or a Path")
        # Imported when called: reading needs libraries that a stored run does not.
        document: Document = _readers().read(path, encoding=encoding)
        return document.with_metadata(title=title, published=published)

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        title: str | None = None,
        published: date | str | None = None,
        allow_private: bool = False,
        encoding: str | None = None,
    ) -> Document:
        """Fetch an http(s) address; a private one only with `allow_private`.

        Raises:
            InputError: the address is refused, does not answer, answers with an
                error, or has no readable document.
        """
        require_kind(url, str, "url", "a string")
        document: Document = _readers().fetch(
            url, allow_private=allow_private, encoding=encoding
        )
        return document.with_metadata(title=title, published=published)

    @classmethod
    def join(cls, documents: Iterable[Document]) -> Document:
        """Join documents into one that is summarized as a whole.

        Each follows a line with its source, and `parts` says where it is.

        Raises:
            InputError: there are not at least two different documents.
        """
        # By id, because the same text in two files is one document.
        by_id = {document.id: document for document in iter_documents(documents)}
        unique = list(by_id.values())
        # The same text twice would look like two sources that agree.
        if len(unique) < 2:
            raise InputError("only one document to join; give at least two")
        pieces: list[str] = []
        parts = []
        position = 0
        for document in unique:
            gap = "\n\n" if pieces else ""
            # A heading can't be part of a sentence, so no claim contains it.
            heading = f"{gap}=== {document.source} ===\n\n"
            start = position + len(heading)
            position = start + document.characters
            pieces += [heading, document.full_text]
            parts.append(
                Part(
                    document.source, document.title, document.published, start, position
                )
            )
        source = ", ".join(part.source for part in parts)
        joined = cls.from_text("".join(pieces), source=source)
        return replace(joined, parts=tuple(parts))

    def find_part(self, offset: int) -> Part | None:
        """Return the joined document that an offset is in, if any."""
        for part in self.parts:
            # The headings between the parts belong to no document.
            if part.start <= offset < part.end:
                return part
        return None

    def extract_part(self, part: Part) -> Document:
        """Return a document that was joined with others, as it was before."""
        document = Document.from_text(
            self.full_text[part.start : part.end], source=part.source
        )
        return document.with_metadata(title=part.title, published=part.published)

    def with_metadata(
        self, *, title: str | None, published: date | str | None
    ) -> Document:
        """Return a copy with this title and date; None keeps the old value."""
        document = self
        if title is not None:
            _refuse_unusable(title, "title")
            document = replace(document, title=title)
        if published is not None:
            document = replace(
                document, published=parse_date(published), published_from="given"
            )
        return document

    @property
    def full_text(self) -> str:
        """The text, for stages that need it.

        Raises:
            InputError: the document belongs to a run written without its text.
        """
        if self.text is None:
            raise InputError(
                f"{self.source}: this run was saved without its text (--no-text). "
                "Read the source again."
            )
        return self.text


def _readers() -> Any:
    """Return `claimcheck.readers`, which is a layer above this one.

    The constructors that need it belong on `Document`, where people look for them. They
    import it when called, so that the data model depends on no other layer.
    """
    return import_module("claimcheck.readers")


def iter_documents(documents: Iterable[Document]) -> Iterator[Document]:
    """Yield the documents that a caller gave.

    Raises:
        InputError: the documents are not a list, or one of them is something else.
    """
    # People often pass paths; the advice says what to call.
    advice = "a Document, as Document.from_path returns,"
    return iter_items(documents, "document", Document, advice)


def dump_document(document: Document) -> str:
    """Write a document as JSON without its text, as in a store."""
    return json.dumps(codec.to_fields(replace(document, text=None)), ensure_ascii=False)


def load_document(fields: str, text: str | None = None) -> Document:
    """Read a document that `dump_document` wrote, and add its text."""
    return replace(codec.from_fields(json.loads(fields), Document), text=text)


def _refuse_unusable(text: str, source: str) -> None:
    require_kind(text, str, source, "a string")
    if not text:
        raise InputError(f"{source}: is empty; give some text")
    if not text.strip("\ufeff \t\r\n\f\v\u00a0\u200b"):
        raise InputError(f"{source}: has only white space; give some text")
    # Neither can be stored, printed, or sent. Usually the wrong encoding was used.
    # Both are found now, because later stages would fail far from the cause.
    for offset, unstorable in (
        (text.find("\0"), "a NUL character (is it a binary file?)"),
        (find_half_pair(text), "a lone surrogate"),
    ):
        if offset >= 0:
            line, column = LineIndex(text).position(offset)
            raise InputError(
                f"{source}:{line}:{column}: contains {unstorable}; "
                "remove it, or convert the file to UTF-8 text"
            )
