"""Finds the words of spans on the pages of a PDF.

They are compared by letters, because reading changes spaces, hyphens, and the order of
columns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from claimcheck.models.run import Run
from claimcheck.models.span import Excerpt, Rectangle
from claimcheck.readers.content import import_required
from claimcheck.readers.pdf import PDFIUM_LOCK

# A line with fewer letters may also occur elsewhere on the page. Chosen by hand.
_MIN_LINE_LETTERS = 10
_MAX_SPACE = 2  # between words of a line, in letter heights; chosen by hand


def add_rectangles(run: Run, data: bytes) -> Run:
    """Return the run with the rectangles of its claims' spans on PDF pages.

    Spans that are not found have none; the file may have changed since the run.

    Raises:
        InputError: the PDF reader is not installed.
    """
    pdfium = import_required("pypdfium2", "pdf", run.document.source, "a PDF")
    spans = {span for claim in run.claims for span in claim.spans}
    found: dict[Excerpt, Excerpt] = {}
    with PDFIUM_LOCK:
        document = pdfium.PdfDocument(data)
        try:
            for number in sorted({span.page or 1 for span in spans}):
                if number <= len(document):
                    on_page = sorted(s for s in spans if (s.page or 1) == number)
                    found.update(_locate(document[number - 1], on_page))
        finally:
            document.close()
    claims = [
        replace(claim, spans=tuple(found.get(span, span) for span in claim.spans))
        for claim in run.claims
    ]
    return replace(run, claims=tuple(claims))


def _locate(page: Any, spans: list[Excerpt]) -> dict[Excerpt, Excerpt]:
    """Return a page's spans in text order, with their rectangles."""
    text_page = page.get_textpage()
    letters, indexes = _read_letters(text_page)
    located: dict[Excerpt, Excerpt] = {}
    position = 0
    for span in spans:
        rectangles: list[Rectangle] = []
        for start, end in _find_ranges(span.text, letters, position):
            position = start if not rectangles else position
            first, last = indexes[start], indexes[end - 1]
            rectangles += _get_rectangles(text_page, first, last - first + 1)
        located[span] = replace(span, rectangles=tuple(rectangles))
    text_page.close()
    page.close()
    return located


def _get_rectangles(text_page: Any, index: int, count: int) -> list[Rectangle]:
    """Return a rectangle for each line, even if each letter has its own."""
    lines: list[Rectangle] = []
    for number in range(text_page.count_rects(index, count)):
        left, bottom, right, top = text_page.get_rect(number)
        if lines and _is_on_line(lines[-1], (left, bottom, right, top)):
            first = lines.pop()
            left, bottom = first[0], min(first[1], bottom)
            right, top = max(first[2], right), max(first[3], top)
        lines.append((round(left, 1), round(bottom, 1), round(right, 1), round(top, 1)))
    return lines


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
        found = _normalize_letters(chr(raw.FPDFText_GetUnicode(text_page, index)))
        letters.append(found)
        indexes += [index] * len(found)
    return "".join(letters), indexes


def _normalize_letters(text: str) -> str:
    """Undo what layout changes: spaces, hyphens, ligatures, raised digits."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


def _find_ranges(text: str, letters: str, position: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of a text: one, or one per line if columns split it."""
    lines = [_normalize_letters(line) for line in text.splitlines()]
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
    """Return where a part is, preferably after `position`; -1 if nowhere."""
    start = letters.find(part, position)
    return start if start >= 0 else letters.find(part)
