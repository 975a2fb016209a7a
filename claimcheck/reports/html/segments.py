"""Splits a document's text into segments, each with all the marks on it.

Marks may overlap, but HTML elements must nest, so each segment is one element. Offsets
are code points, as everywhere. A browser would count UTF-16 units, so scripts never
count.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")
# A browser renders a long text block by block, as it scrolls into view (CSS
# `content-visibility`): a text without blank lines must not be a single block.
_MAX_BLOCK_LENGTH = 3_000  # characters


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """The characters [start, end) belong to `name`.

    A name is a claim ("s3"), evidence ("e2"), "aside" or "failed".
    """

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Text with the same marks from end to end.

    `names` are the marks on it, and `starting` are those that occur for the first time.
    """

    text: str
    names: tuple[str, ...]
    starting: tuple[str, ...]


def split_blocks(text: str, marks: Iterable[Mark]) -> Iterator[list[Segment]]:
    """Split the text into blocks of segments, at paragraphs if possible."""
    ordered = sorted(mark for mark in marks if mark.start < mark.end)
    starts: dict[int, list[Mark]] = defaultdict(list)
    ends: dict[int, list[str]] = defaultdict(list)
    for mark in ordered:
        starts[mark.start].append(mark)
        ends[mark.end].append(mark.name)
    boundaries = set(_find_block_boundaries(text))

    active: Counter[str] = Counter()  # a counter, as marks of one name may overlap
    seen: set[str] = set()
    block: list[Segment] = []
    for start, end in pairwise(sorted({*boundaries, *starts, *ends})):
        active.subtract(ends[start])
        starting = []
        for mark in starts[start]:
            active[mark.name] += 1
            if mark.name not in seen:
                seen.add(mark.name)
                starting.append(mark.name)
        names = tuple(name for name, count in active.items() if count > 0)
        block.append(Segment(text[start:end], names, tuple(starting)))
        if end in boundaries:
            yield block
            block = []


def _find_block_boundaries(text: str) -> Sequence[int]:
    """Return the offset of each block's start, and of the end of the text."""
    paragraphs = {0, len(text)}
    for match in _BLANK_LINES.finditer(text):
        paragraphs.add(match.end())
    boundaries = [0]
    for start, end in pairwise(sorted(paragraphs)):
        while end - boundaries[-1] > _MAX_BLOCK_LENGTH:
            boundaries.append(_find_cut(text, boundaries[-1], start))
        if end > boundaries[-1]:
            boundaries.append(end)
    return boundaries


def _find_cut(text: str, block_start: int, paragraph_start: int) -> int:
    """Return where to cut a long block, if possible after a space."""
    limit = block_start + _MAX_BLOCK_LENGTH
    space = text.rfind(" ", block_start + 1, limit)
    return space + 1 if space > max(block_start, paragraph_start) else limit
