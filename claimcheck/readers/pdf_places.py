"""Finds excerpts of the text on the pages of a PDF.

They are compared by letters, because reading changes spaces, hyphens, and the order of
columns.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from claimcheck.models.span import Rectangle
from claimcheck.readers.content import import_required
from claimcheck.readers.pdf import PDFIUM_LOCK, TEX_CHARACTERS

# A line with fewer letters may also occur elsewhere on the page. Chosen by hand.
_MIN_LINE_LETTERS = 10
_LAM_ALEF = "\u0644\u0627"  # PDFium gives this ligature in either order
_MAX_SPACE = 2  # between words of a line, in letter heights; chosen by hand


class PageExcerpt(NamedTuple):
    """Words on a page, from 1, and the number of letters before them."""

    page: int
    letters_before: int
    text: str


def locate_excerpts(data: bytes, excerpts: list[PageExcerpt]) -> list[list[Rectangle]]:
    """Return the rectangles of each excerpt; none for one that is not found.

    Raises:
        InputError: the PDF reader is not installed.
    """
    pdfium = import_required("pypdfium2", "pdf", "PDF", "a PDF")
    numbers_by_page: defaultdict[int, list[int]] = defaultdict(list)
    for number, (page, *_) in enumerate(excerpts):
        numbers_by_page[page].append(number)
    found: list[list[Rectangle]] = [[] for _ in excerpts]
    with PDFIUM_LOCK:
        document = pdfium.PdfDocument(data)
        try:
            for page_number, numbers in numbers_by_page.items():
                if page_number > len(document):
                    continue
                page = document[page_number - 1]
                text_page = page.get_textpage()
                letters, indexes = _read_letters(text_page)
                for number in numbers:
                    _, position, text = excerpts[number]
                    for start, end in _find_ranges(text, letters, position):
                        first, last = indexes[start], indexes[end - 1]
                        count = last - first + 1
                        found[number] += _get_rectangles(text_page, first, count)
                text_page.close()
                page.close()
        finally:
            document.close()
    return found


def _get_rectangles(text_page: Any, index: int, count: int) -> list[Rectangle]:
    """Return a rectangle for each line, even if each letter has its own."""
    lines: list[Rectangle] = []
    for number in range(text_page.count_rects(index, count)):
        left, bottom, right, top = text_page.get_rect(number)
        add_to_line(lines, (left, bottom, right, top))
    return lines


def add_to_line(lines: list[Rectangle], rectangle: Rectangle) -> None:
    """Extend the last line by a rectangle, or begin the next line with it."""
    left, bottom, right, top = rectangle
    if lines and _is_on_line(lines[-1], rectangle):
        first = lines.pop()
        left, bottom = first[0], min(first[1], bottom)
        right, top = max(first[2], right), max(first[3], top)
    lines.append((round(left, 1), round(bottom, 1), round(right, 1), round(top, 1)))


def _is_on_line(line: Rectangle, other: Rectangle) -> bool:
    """Return whether a rectangle continues a line, not another column."""
    _, bottom, right, top = line
    has_same_height = min(top, other[3]) > max(bottom, other[1])
    return has_same_height and -1 < other[0] - right < _MAX_SPACE * (top - bottom)


def _read_letters(text_page: Any) -> tuple[str, list[int]]:
    """Return the letters and digits of a page, and the offset of each."""
    from pypdfium2 import raw

    letters: list[str] = []
    indexes: list[int] = []
    for index in range(text_page.count_chars()):
        character = chr(raw.FPDFText_GetUnicode(text_page, index))
        found = normalize_letters(character.translate(TEX_CHARACTERS))
        letters.append(found)
        indexes += [index] * len(found)
    return normalize_letters("".join(letters)), indexes


def normalize_letters(text: str) -> str:
    """Return a text without what layout changes, such as hyphens and marks."""
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text)))
    return letters.replace(_LAM_ALEF, _LAM_ALEF[::-1])


def _find_ranges(text: str, letters: str, position: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of a text: one, or one per line if columns split it."""
    lines = [normalize_letters(line) for line in text.splitlines()]
    joined = "".join(lines)
    start = _find(joined, letters, position)
    if start >= 0:
        yield start, start + len(joined)
        return
    for line in lines:
        start = _find(line, letters, position)
        if start >= 0 and len(line) >= _MIN_LINE_LETTERS:
            yield start, start + len(line)


def _find(part: str, letters: str, position: int) -> int:
    """Return the start of the occurrence nearest to a position; -1 if none."""
    after = letters.find(part, position)
    before = letters.rfind(part, 0, position + len(part))
    if after < 0 or (before >= 0 and position - before <= after - position):
        return before
    return after
