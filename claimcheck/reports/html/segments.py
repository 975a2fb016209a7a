"""A document's text in pieces that are each marked in one way, so that marks that overlap need not nest.

Offsets stay what they are, code points of the text: nothing is counted in the browser, where they would be UTF-16 units.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")
_MAX_BLOCK_LENGTH = (
    3_000  # characters: a browser lays out what it shows, block by block
)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """The characters [start, end) belong to `name`: a claim ("c3"), evidence ("e2"), or "aside" and "failed"."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text, the names of the marks on it, and of those that begin with it."""

    text: str
    names: tuple[str, ...]
    begins: tuple[str, ...]


def split_blocks(text: str, marks: Iterable[Mark]) -> Iterator[list[Segment]]:
    """Split the whole text into blocks, by paragraph if possible, each in segments."""
    ordered = sorted(mark for mark in marks if mark.start < mark.end)
    cuts = _find_block_boundaries(text)
    edges = sorted(
        {*cuts, *(edge for mark in ordered for edge in (mark.start, mark.end))}
    )
    active: Counter[str] = Counter()
    ends: dict[int, list[str]] = {}
    begun: set[str] = set()
    waiting = iter([*ordered, None])
    following = next(waiting)
    block: list[Segment] = []
    borders = set(cuts)
    for start, end in pairwise(edges):
        active.subtract(ends.pop(start, ()))
        fresh: list[str] = []
        while following and following.start == start:
            active[following.name] += 1
            ends.setdefault(following.end, []).append(following.name)
            if following.name not in begun:
                begun.add(following.name)
                fresh.append(following.name)
            following = next(waiting)
        names = tuple(name for name, count in active.items() if count > 0)
        block.append(Segment(text[start:end], names, tuple(fresh)))
        if end in borders:
            yield block
            block = []


def _find_block_boundaries(text: str) -> Sequence[int]:
    """Return the offset of each block's start, and the end of the text."""
    places = [0, *(match.end() for match in _BLANK_LINES.finditer(text)), len(text)]
    found = [0]
    for start, end in pairwise(sorted(set(places))):
        while end - found[-1] > _MAX_BLOCK_LENGTH:
            space = text.rfind(" ", found[-1] + 1, found[-1] + _MAX_BLOCK_LENGTH)
            found.append(
                space + 1
                if space > max(found[-1], start)
                else found[-1] + _MAX_BLOCK_LENGTH
            )
        if end > found[-1]:
            found.append(end)
    return found
