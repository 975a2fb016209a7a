"""Put a PDF page's lines in reading order: columns, tables, raised numbers.

PDFium returns characters in drawing order. That is usually the reading order, unless a
program draws columns row by row: then the two halves of a row are unrelated. Only such
rows, and the rows of tables, are changed here.
"""

from __future__ import annotations

import ctypes
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from claimcheck.readers.content import SUPERSCRIPTS

# Widths and heights are in units of a character's. Chosen by hand.
_MIN_GAP = 0.9  # between columns; gaps between justified words are smaller
_MIN_GUTTER = 0.5  # the width that the gaps of all rows share
_MIN_COLUMN_ROWS = 3
_MIN_PROSE_CHARACTERS, _MIN_PROSE_WORDS = 18, 3  # of the lines of a column, not a cell
_MAX_RAISED_HEIGHT, _MIN_RAISED_OFFSET = 0.8, 0.2
_MIN_SIZE_RATIO = 1.15  # of a heading to the text
_SAMPLED_CHARACTERS = 20  # about the length of a heading
_MAX_CELL_WORDS = 3


class _Character(NamedTuple):
    """A character and its box."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass(slots=True)
class _Fragment:
    """Characters next to each other on one row."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom


_Row = list[_Fragment]


class _Gutter(NamedTuple):
    """The white space between two columns: from `left` to `right`."""

    left: float
    right: float


def read_page_text(text_page: Any) -> str:
    """Return a page's text in reading order; tabs separate table cells."""
    plain = str(text_page.get_text_range())
    # Reading character by character is a hundred times slower, and few pages need it.
    is_plain = "   " not in plain and not _has_gaps_or_raised_text(text_page)
    if is_plain and not _has_several_sizes(text_page):
        return plain
    return "\n".join(_order_rows(_group_rows(text_page)))


def _has_gaps_or_raised_text(text_page: Any) -> bool:
    """Whether two pieces in one row are apart, or have different heights."""
    last: tuple[float, float, float, float] | None = None
    for index in range(text_page.count_rects()):
        rect = text_page.get_rect(index)
        if last is not None and _are_apart(last, rect):
            return True
        last = rect
    return False


def _has_several_sizes(text_page: Any) -> bool:
    """Whether a page has headings, or other text of another size."""
    from pypdfium2 import raw

    sizes = {
        round(raw.FPDFText_GetFontSize(text_page, index), 1)
        for index in range(0, text_page.count_chars(), _SAMPLED_CHARACTERS)
    }
    return len(sizes) > 1


def _are_apart(
    before: tuple[float, float, float, float], after: tuple[float, float, float, float]
) -> bool:
    left, bottom, _, top = after
    _, bottom_before, right_before, top_before = before
    height = max(top - bottom, top_before - bottom_before)
    if min(top, top_before) <= max(bottom, bottom_before):
        return False  # on different rows
    is_touching = abs(left - right_before) < _MIN_GAP * height
    if is_touching:
        return top - bottom < _MAX_RAISED_HEIGHT * height and bottom > bottom_before
    return left > right_before


def _group_rows(text_page: Any) -> list[_Row]:
    """Return the rows of fragments, in the order in which they were drawn."""
    rows: list[_Row] = [[]]
    space = ""
    for character in _read_characters(text_page):
        if character.text in "\r\n":
            space = ""
            if rows[-1]:
                rows.append([])
        elif character.text.isspace():
            space = " "
        else:
            _add_character(rows[-1], character, space)
            space = ""
    return [row for row in rows if row]


def _read_characters(text_page: Any) -> Iterator[_Character]:
    """Yield the characters of a page in the order in which they were drawn."""
    from pypdfium2 import raw

    # Loose boxes have the height of the font, so all boxes of a row are alike.
    box = raw.FS_RECTF()
    reference = ctypes.byref(box)
    for index in range(text_page.count_chars()):
        text = chr(raw.FPDFText_GetUnicode(text_page, index))
        if text.isspace():
            yield _Character(text, 0, 0, 0, 0)
            continue
        raw.FPDFText_GetLooseCharBox(text_page, index, reference)
        yield _Character(text, box.left, box.bottom, box.right, box.top)


def _add_character(row: _Row, character: _Character, space: str) -> None:
    """Add a character to the last fragment of a row, or to a new one."""
    last = row[-1] if row else None
    height = max(last.height if last else 0, character.top - character.bottom)
    if last is None or character.left - last.right > _MIN_GAP * height:
        row.append(_Fragment(character.text, *_get_sides(character)))
        return
    text = _raise_digit(character, last)
    # PDFium inserts a space before a raised digit, because its size differs.
    is_raised = text != character.text
    last.text += text if is_raised else space + text
    last.right = max(last.right, character.right)
    last.bottom = min(last.bottom, character.bottom)
    last.top = max(last.top, character.top)


def _get_sides(character: _Character) -> tuple[float, float, float, float]:
    return character.left, character.right, character.bottom, character.top


def _raise_digit(character: _Character, line: _Fragment) -> str:
    """Return a digit as superscript if it is small and above the line.

    Otherwise a footnote mark would become part of the word or number before it.
    """
    if not character.text.isdecimal():
        return character.text
    height = character.top - character.bottom
    is_small = height < _MAX_RAISED_HEIGHT * line.height
    is_above = character.bottom - line.bottom > _MIN_RAISED_OFFSET * line.height
    return (
        character.text.translate(SUPERSCRIPTS)
        if is_small and is_above
        else character.text
    )


def _order_rows(rows: list[_Row]) -> Iterator[str]:
    """Yield the lines of text: column after column, but tables by rows."""
    index = 0
    while index < len(rows):
        end, gutter = _find_region(rows, index)
        region = rows[index:end]
        if index and _changes_size(rows[index - 1], rows[index]):
            yield ""
        if gutter is None:
            yield " ".join(fragment.text for fragment in rows[index])
            index += 1
        elif _is_columns(region, gutter):
            left, right = _split_region(region, gutter)
            yield from _order_rows(left)
            yield from _order_rows(right)
            index = end
        else:
            yield from _format_region(region, gutter)
            index = end


def _format_region(region: list[_Row], gutter: _Gutter) -> Iterator[str]:
    """Yield rows with a common gutter as lines, tab-separated in a table."""
    is_table = _is_table(region)
    lines: list[str] = []
    # Text may be between a chart and a table whose gaps are in one line.
    for before, row in pairwise([region[0], *region]):
        text = ("\t" if is_table else " ").join(fragment.text for fragment in row)
        if _changes_size(before, row):
            lines.append("")
        elif is_table and lines and row[0].left >= gutter.right:
            lines[-1] += f" {text}"  # a cell that has more lines than those before it
            continue
        lines.append(text)
    yield from lines


def _changes_size(before: _Row, after: _Row) -> bool:
    """Whether a heading begins or ends, because the letter size changes."""
    heights = (before[0].height, after[0].height)
    return max(heights) > _MIN_SIZE_RATIO * min(heights)


def _find_region(rows: list[_Row], start: int) -> tuple[int, _Gutter | None]:
    """Return the end of the rows with a common gutter, and the gutter."""
    best: tuple[int, _Gutter | None] = (start + 1, None)
    for gap in _list_gaps(rows[start]):
        end, gutter = start + 1, gap
        while end < len(rows):
            narrowed = _narrow_gutter(gutter, rows[end])
            if narrowed is None:
                break
            gutter, end = narrowed, end + 1
        end = _trim_region(rows, start, end, gutter)
        if end > best[0]:
            best = (end, gutter)
    return best


def _list_gaps(row: _Row) -> list[_Gutter]:
    gaps: list[_Gutter] = []
    for before, after in pairwise(row):
        if after.left > before.right:
            gaps.append(_Gutter(before.right, after.left))
    return gaps


def _narrow_gutter(gutter: _Gutter, row: _Row) -> _Gutter | None:
    """Return the part of a gutter that a row leaves empty, if wide enough."""
    left, right = gutter
    middle = (left + right) / 2
    for fragment in row:
        if fragment.right <= middle:
            left = max(left, fragment.right)
        elif fragment.left >= middle:
            right = min(right, fragment.left)
        else:
            return None
    min_width = _MIN_GUTTER * max(fragment.height for fragment in row)
    return _Gutter(left, right) if right - left >= min_width else None


def _trim_region(rows: list[_Row], start: int, end: int, gutter: _Gutter) -> int:
    """Return the end of a region without final rows on only one side.

    Returns `start + 1` if too few rows have text on both sides.
    """
    both = [index for index in range(start, end) if _has_both(rows[index], gutter)]
    if len(both) < 2:
        return start + 1
    # The longer of two columns continues after the shorter one.
    if _is_columns(rows[start:end], gutter):
        return end
    last = both[-1] + 1
    # The last row may have a cell of several lines.
    while last < end and rows[last][0].left >= gutter.right:
        last += 1
    return last


def _has_both(row: _Row, gutter: _Gutter) -> bool:
    return row[0].right <= gutter.left and row[-1].left >= gutter.right


def _is_columns(region: list[_Row], gutter: _Gutter) -> bool:
    """Whether both sides of a gutter have lines of text, and not cells."""
    if sum(_has_both(row, gutter) for row in region) < _MIN_COLUMN_ROWS:
        return False
    for side in _split_region(region, gutter):
        texts = [" ".join(fragment.text for fragment in row) for row in side]
        # Columns of columns are narrower; their cells are counted as they are.
        characters = statistics.median(len(text) for text in texts)
        words = statistics.median(len(text.split()) for text in texts)
        if characters < _MIN_PROSE_CHARACTERS or words < _MIN_PROSE_WORDS:
            return False
        if _has_mostly_numbers(texts):
            return False
    return True


def _has_mostly_numbers(texts: list[str]) -> bool:
    words = " ".join(texts).split()
    numbers = [word for word in words if any(char.isdecimal() for char in word)]
    return 2 * len(numbers) > len(words)


def _split_region(region: list[_Row], gutter: _Gutter) -> tuple[list[_Row], list[_Row]]:
    """Return the rows on the left and on the right of a gutter."""
    middle = (gutter.left + gutter.right) / 2
    left = [[part for part in row if part.right <= middle] for row in region]
    right = [[part for part in row if part.left >= middle] for row in region]
    return [row for row in left if row], [row for row in right if row]


def _is_table(region: list[_Row]) -> bool:
    """Whether rows with a common gutter form a table.

    Two lines of running text may also have wide spaces at the same position.
    """
    words = [len(fragment.text.split()) for row in region for fragment in row]
    return len(region) > 2 or statistics.median(words) <= _MAX_CELL_WORDS
