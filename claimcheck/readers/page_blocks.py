"""Turn an HTML page into the blocks of text that people see, in order.

A block is a paragraph, a heading, an item of a list, or a row of a table.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from claimcheck.readers.page_cleaning import NOTE, PART, SURROUNDING_NAME

# What blocks are in, besides NOTE and PART.
HEADLINE, PREFORMATTED, SURROUNDING = "h1", "pre", "surrounding"
_BLOCK_ELEMENTS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li "
    "main menu nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_WHOLE_PAGE = ("html", "body", "main", "article")
_CELLS = ("td", "th")
# An element in a cell that shows that the table is for layout.
_LAYOUT_ELEMENTS = "table ul ol dl h1 h2 h3 h4 h5 h6 br blockquote".split()
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SENTENCE_ENDS = tuple(".!?:;…”\"'")
# Rare ideographs mark blocks: extractors remove private characters.
_FIRST_MARK = 0x20000
LAST_MARK = 42_710
_MARKS = re.compile("[\U00020000-\U0002a6d6]")
_REPLACEMENT = "\N{GETA MARK}"


@dataclass(slots=True)
class Block:
    """Pieces of text, and the element whose text or tail starts them."""

    start: Any
    starts_in_tail: bool
    places: frozenset[str]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text without spaces around it."""
        return "".join(self.pieces).strip()


def list_blocks(tree: Any) -> list[Block]:
    """Return the blocks of a page that have text."""
    from lxml import etree

    page = _Page()
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            page.start(element)
            page.add(element.text, element, is_tail=False)
        else:
            page.end(element)
            page.add(element.tail, element, is_tail=True)
    return page.blocks


class _Page:
    """The blocks of a page while its elements are read."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._is_open = False
        self._breaks = 0
        self._row: Any = None  # a row of data that is being read
        # What precedes the next text: the mark of a list item, or bars between cells.
        self._prefix = ""
        self._places: Counter[str] = Counter()

    def start(self, element: Any) -> None:
        """Start an element: a new block, a line, or a cell."""
        self._places.update(_list_places(element))
        if element.tag == "br":
            self._breaks += 1
        elif self._row is not None:
            if element.tag in _CELLS:
                self._prefix += " | " if self._is_open or self._prefix else "| "
        elif element.tag in _BLOCK_ELEMENTS:
            self._close_block()
            if element.tag == "li":
                self._prefix = "- "
            elif element.tag == "tr" and _is_data_row(element):
                self._row = element

    def end(self, element: Any) -> None:
        """End an element, and with it a block or a row."""
        self._places.subtract(_list_places(element))
        if element is self._row:
            self.blocks[-1].pieces.append(f"{self._prefix} |")
            self._row = None
        if element.tag in _BLOCK_ELEMENTS and self._row is None:
            self._close_block()

    def add(self, text: str | None, element: Any, *, is_tail: bool) -> None:
        """Add the text of an element, or what follows the element."""
        if not text or not text.strip():
            if text and self._is_open:
                self.blocks[-1].pieces.append(" ")
            return
        if self._places[PREFORMATTED] == 0:
            text = _SPACES.sub(" ", text)
        if self._is_open and self._breaks:
            self._break_line(text)
        if not self._is_open:
            places = frozenset(place for place, count in self._places.items() if count)
            self.blocks.append(Block(element, is_tail, places))
            text = text.lstrip()
        self.blocks[-1].pieces.append(self._prefix + text)
        self._is_open, self._breaks, self._prefix = True, 0, ""

    def _break_line(self, text: str) -> None:
        """Start a new block after <br>, unless an old page wraps its lines."""
        last = "".join(self.blocks[-1].pieces[-2:]).rstrip()
        is_sentence_open = not last.endswith(_SENTENCE_ENDS)
        if self._breaks == 1 and is_sentence_open and text.lstrip()[0].islower():
            self.blocks[-1].pieces.append("\n")
        else:
            self._close_block()

    def _close_block(self) -> None:
        self._is_open, self._breaks, self._prefix = False, 0, ""


def _list_places(element: Any) -> list[str]:
    """Return where the blocks in an element are."""
    places = [name for name in (NOTE, PART) if name in element.attrib]
    if element.tag in (HEADLINE, PREFORMATTED):
        places.append(element.tag)
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if element.tag not in _WHOLE_PAGE and SURROUNDING_NAME.search(names):
        places.append(SURROUNDING)
    return places


def _is_data_row(row: Any) -> bool:
    """Whether the cells of a row have texts, and not parts of the layout."""
    cells = [cell for cell in row if cell.tag in _CELLS]
    if len(cells) < 2 or any(map(_has_layout, cells)):
        return False
    return sum(bool(cell.text_content().strip()) for cell in cells) > 1


def _has_layout(cell: Any) -> bool:
    if next(cell.iter(*_LAYOUT_ELEMENTS), None) is not None:
        return True
    paragraphs = itertools.islice(cell.iter("p", "div"), 2)
    return len(list(paragraphs)) > 1


def mark_blocks(tree: Any, blocks: list[Block]) -> None:
    """Replace the first character of each block by a mark of its own.

    The length stays the same: extractors count characters. Blocks after the last mark
    share it.
    """
    for element in tree.iter():
        element.text = _MARKS.sub(_REPLACEMENT, element.text or "")
        element.tail = _MARKS.sub(_REPLACEMENT, element.tail or "")
    for number, block in enumerate(blocks):
        part = "tail" if block.starts_in_tail else "text"
        text = getattr(block.start, part)
        start = len(text) - len(text.lstrip())
        mark = chr(_FIRST_MARK + min(number, LAST_MARK))
        setattr(block.start, part, text[:start] + mark + text[start + 1 :])


def find_marks(text: str) -> set[int]:
    """Return the numbers of the blocks whose marks are in a text."""
    return {ord(mark) - _FIRST_MARK for mark in _MARKS.findall(text)}
