"""A text made from another, with the way back to the other's offsets.

The original is never changed: cleaning makes a `MappedText`, and every range of it can be
traced to the range of the original that it came from.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import NamedTuple


class Piece(NamedTuple):
    """`text`, which stands for source[start:end]; a copy when both have the same length."""

    text: str
    start: int
    end: int


class MappedText:
    """The pieces' texts in a row. `text` is the whole; `source` leads back."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces = [piece for piece in pieces if piece.text]
        texts = [piece.text for piece in self._pieces]
        self._starts = list(accumulate(map(len, texts), initial=0))[:-1]
        self.text = "".join(texts)

    @classmethod
    def of(cls, text: str) -> MappedText:
        """The text itself, unchanged."""
        return cls([Piece(text, 0, len(text))])

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The smallest range of the source that covers text[start:end] (start < end)."""
        first, last = self._piece_at(start), self._piece_at(end - 1)
        return self._source_of(first, start)[0], self._source_of(last, end - 1)[1]

    def slices(self, start: int, end: int) -> Iterable[Piece]:
        """The pieces that make up text[start:end], cut to it."""
        position = start
        while position < end:
            index = self._piece_at(position)
            piece, offset = self._pieces[index], self._starts[index]
            stop = min(end, offset + len(piece.text))
            part = piece.text[position - offset : stop - offset]
            yield Piece(part, self._source_of(index, position)[0], self._source_of(index, stop - 1)[1])
            position = stop

    def sub(self, pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str]) -> MappedText:
        """Like `re.sub`, each replacement standing for what it replaced; an empty one drops it."""
        matches = [match for match in pattern.finditer(self.text) if match.start() < match.end()]
        if not matches:
            return self
        pieces: list[Piece] = []
        position = 0
        for match in matches:
            start, end = match.span()
            if position < start:
                pieces.extend(self.slices(position, start))
            new = replacement if isinstance(replacement, str) else replacement(match)
            if new:
                pieces.append(Piece(new, *self.source(start, end)))
            position = end
        pieces.extend(self.slices(position, len(self.text)))
        return MappedText(pieces)

    def translate(self, table: Callable[[str], str]) -> MappedText:
        """The text put through a function that keeps its length (checked), as changing case mostly does."""
        changed = table(self.text)
        if len(changed) != len(self.text):
            raise ValueError("translate needs a function that keeps the length of the text")
        pieces = [
            Piece(changed[start : start + len(piece.text)], piece.start, piece.end)
            for start, piece in zip(self._starts, self._pieces, strict=True)
        ]
        return MappedText(pieces)

    def _piece_at(self, position: int) -> int:
        return bisect.bisect_right(self._starts, position) - 1

    def _source_of(self, index: int, position: int) -> tuple[int, int]:
        piece = self._pieces[index]
        if len(piece.text) != piece.end - piece.start:
            return piece.start, piece.end
        offset = piece.start + position - self._starts[index]
        return offset, offset + 1
