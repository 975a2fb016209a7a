"""Modified copies of a text whose offsets map back to the original.

Matching needs a text without its typography; results need offsets in the original. So
every change here can be traced back: `MappedText` maps offsets, `lower` keeps them.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import NamedTuple, TypeVar

T = TypeVar("T")


def drop_overlaps(
    ordered: Iterable[T], get_range: Callable[[T], tuple[int, int]]
) -> list[T]:
    """Return the items that start where the one before ends, or later."""
    distinct: list[T] = []
    last_end = 0
    for item in ordered:
        start, end = get_range(item)
        if start >= last_end:
            distinct.append(item)
            last_end = end
    return distinct


def lower(text: str) -> str:
    """Return a text in lower case and of the same length.

    Characters whose lower case is longer ("İ") stay as they are, so that offsets in the
    result are offsets in the text.
    """
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


class MappedPiece(NamedTuple):
    """`text` stands for source[start:end]: a copy if the lengths are equal."""

    text: str
    start: int
    end: int


class MappedText:
    """Pieces joined to one `text`, whose offsets map to the source."""

    def __init__(self, pieces: Iterable[MappedPiece]) -> None:
        self._pieces = [piece for piece in pieces if piece.text]
        texts = [piece.text for piece in self._pieces]
        # Ascending, so that bisection finds the piece at an offset.
        self._starts = list(accumulate(map(len, texts), initial=0))[:-1]
        self.text = "".join(texts)

    @classmethod
    def from_text(cls, text: str) -> MappedText:
        """Return a view of an unchanged text."""
        return cls([MappedPiece(text, 0, len(text))])

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest source range that covers text[start:end]."""
        first, last = self._find_piece(start), self._find_piece(end - 1)
        source_start, _ = self._locate_character(first, start)
        _, source_end = self._locate_character(last, end - 1)
        return source_start, source_end

    def replace_matches(
        self,
        pattern: re.Pattern[str],
        replacement: str | Callable[[re.Match[str]], str],
    ) -> MappedText:
        """Replace the matches, like `re.sub`, but without backslash templates.

        Each replacement maps to the entire text that it replaced. Empty matches are
        ignored.
        """
        pieces: list[MappedPiece] = []
        position = 0
        for match in pattern.finditer(self.text):
            start, end = match.span()
            # An empty match would insert text without a source range.
            if start == end:
                continue
            pieces.extend(self._cut(position, start))
            new = replacement if isinstance(replacement, str) else replacement(match)
            pieces.append(MappedPiece(new, *self.locate(start, end)))
            position = end
        if not pieces:
            return self
        pieces.extend(self._cut(position, len(self.text)))
        return MappedText(pieces)

    def translate(self, table: Callable[[str], str]) -> MappedText:
        """Apply a function that keeps the length of the text (checked)."""
        changed = table(self.text)
        if len(changed) != len(self.text):
            raise ValueError("translate needs a function that keeps the text's length")
        pieces: list[MappedPiece] = []
        for start, piece in zip(self._starts, self._pieces, strict=True):
            text = changed[start : start + len(piece.text)]
            pieces.append(MappedPiece(text, piece.start, piece.end))
        return MappedText(pieces)

    def _cut(self, start: int, end: int) -> list[MappedPiece]:
        """Return the pieces that make up text[start:end]."""
        pieces: list[MappedPiece] = []
        position = start
        while position < end:
            index = self._find_piece(position)
            piece, offset = self._pieces[index], self._starts[index]
            stop = min(end, offset + len(piece.text))
            source_start, _ = self._locate_character(index, position)
            _, source_end = self._locate_character(index, stop - 1)
            text = piece.text[position - offset : stop - offset]
            pieces.append(MappedPiece(text, source_start, source_end))
            position = stop
        return pieces

    def _find_piece(self, position: int) -> int:
        return bisect.bisect_right(self._starts, position) - 1

    def _locate_character(self, index: int, position: int) -> tuple[int, int]:
        """Return the source range of text[position], in piece `index`."""
        piece = self._pieces[index]
        if len(piece.text) != piece.end - piece.start:
            return piece.start, piece.end  # a replacement maps to all it replaced
        offset = piece.start + position - self._starts[index]
        return offset, offset + 1
