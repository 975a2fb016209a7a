"""A document: the text as it was read, and what is known about it."""

from __future__ import annotations

import bisect
import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from claimcheck.errors import InputError

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Document:
    """A text and where it came from; every span in a run counts in `text`.

    `text` is the original as read; it is None only in a run that was written without it.
    `published` is the publication date, None when not known; `published_from` says how it is
    known: `given`, `text` or `url`. `language` is ISO 639-1, None when it can't be told.
    `tokens` is None until counted.
    """

    id: str
    text: str | None = field(repr=False)
    title: str | None
    source: str
    published: date | None
    published_from: str | None
    language: str | None
    encoding: str | None
    characters: int
    tokens: int | None

    @classmethod
    def from_text(
        cls, text: str, *, source: str = "text", title: str | None = None, published: date | None = None
    ) -> Document:
        """A document with this text.

        Raises:
            InputError: the text is empty, only white space, or holds NUL characters or lone surrogates.
        """
        _refuse_unusable(text, source)
        if title is not None:
            _refuse_unusable(title, "title")
        return cls(
            id="doc-" + hashlib.sha256(text.encode()).hexdigest()[:16],
            text=text,
            title=title,
            source=source,
            published=published,
            published_from="given" if published else None,
            language=None,
            encoding=None,
            characters=len(text),
            tokens=None,
        )

    @classmethod
    def from_path(
        cls, path: str | Path, *, title: str | None = None, published: date | None = None
    ) -> Document:
        """The document in a text file, or on standard input for `-`.

        Raises:
            InputError: the file is missing, a folder, empty, binary or in no encoding that can be told.
        """
        from claimcheck.readers import read  # the one upward import: the constructor that users look for

        document = read(path)
        if title is not None:
            _refuse_unusable(title, "title")
        return replace(
            document,
            title=title,
            published=published,
            published_from="given" if published else None,
        )

    @property
    def full_text(self) -> str:
        """The text, where a stage can't do without it.

        Raises:
            InputError: the run was written with `--no-text`.
        """
        if self.text is None:
            raise InputError(
                f"{self.source}: the text was left out of this run (--no-text); read the source again"
            )
        return self.text


class Lines:
    """Line and column of any offset of a text; both count from 1, columns in code points."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def position(self, offset: int) -> tuple[int, int]:
        """The (line, column) at which `offset` stands."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def _refuse_unusable(text: str, source: str) -> None:
    if not text:
        raise InputError(f"{source}: is empty; give some text")
    if not text.strip("\ufeff \t\r\n\f\v\u00a0\u200b"):
        raise InputError(f"{source}: holds nothing but white space; give some text")
    for pattern, what in (
        (r"\x00", "a NUL character (is it a binary file?)"),
        (r"[\ud800-\udfff]", "a lone surrogate"),
    ):
        if match := re.search(pattern, text):
            line, column = Lines(text).position(match.start())
            raise InputError(
                f"{source}:{line}:{column}: holds {what}; remove it or convert the file to UTF-8 text"
            )
