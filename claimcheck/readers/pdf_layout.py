"""Put a PDF page's lines in reading order: columns, tables, raised numbers.

PDFium returns characters in drawing order. That is usually the reading order, unless a
program draws columns row by row: then the two halves of a row are unrelated. Only such
rows, and the rows of tables, are changed here.
"""

from __future__ import annotations

import ctypes
import re
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from claimcheck.readers.content import SUPERSCRIPTS

# Widths and heights are in units of a character's. Chosen by hand.
_MIN_GAP = 0.9  # between columns; gaps between justified words are smaller
_MIN_GUTTER = 0.5  # the width that the gaps of all rows share
_MIN_COLUMN_ROWS = 3
_MIN_PROSE_CHARACTERS, _MIN_PROSE_WORDS = 18, 3  # of the lines of a column, not a cell
_MAX_RAISED_HEIGHT, _MIN_RAISED_OFFSET = 0.95, 0.2
_MIN_SIZE_RATIO = 1.15  # of a heading to the text
_SAMPLED_CHARACTERS = 20  # about the length of a heading
_MAX_CELL_WORDS = 3
_MAX_CELL_SHIFT, _MAX_CELL_LEADING = 2, 0.5  # between the lines of a cell
_MAX_LEADING, _MIN_UPWARD_ROWS = 2.5, 2  # of rows drawn from the bottom to the top
_MIN_INITIAL = 1.6
_MAX_MARK_DISTANCE = 4.0
_MAX_FRAGMENT = 5_000  # characters; a row has fewer, and adding to a text copies it
_MAX_NEAR_ROWS = 50  # that a mark is compared with; crowded pages would take minutes
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
# TeX's fonts have ligatures at the codes of separators, which Python counts as spaces.
_SPACES = frozenset(
    chr(code) for code in range(0x3001) if chr(code).isspace()
) - frozenset("\x1c\x1d\x1e\x1f")
_STOPS = frozenset(".,;:!?)]”’\"'")
_PRIVATE_BULLETS = "\uf0b7\uf0a7\uf0d8\uf076\uf0fc"
_BULLET = re.compile(rf"[•◦▪■●○‣∙·–{_PRIVATE_BULLETS}-]|\(?(?:\d{{1,2}}|[a-z])[.)]")
_INITIAL = re.compile(r"[^\W\d_]")
_LEADER = re.compile(r"(?:[.…·] ?){4,300}\d{0,4}")
_MARK = re.compile(rf"{_BULLET.pattern}|{_INITIAL.pattern}|{_LEADER.pattern}")
_LAM, _ALEFS = "ل", frozenset("اأإآ")
# Marks on lines of their own, and Arabic, whose ligatures PDFium reverses.
_UNUSUAL = re.compile(rf"^(?:{_MARK.pattern})\s*$|[\u0600-\u06ff]", re.M)
_SPACE = re.compile(r"[ \t\n]")
_MIN_JUDGED_CHARACTERS = 40
_MIN_SPACE_SHARE = 0.03  # of characters; Chinese has fewer, but its fonts are named


class _Box(NamedTuple):
    """A rectangle on a page, in points from the lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom


_NOWHERE = _Box(0, 0, 0, 0)


@dataclass(slots=True)
class _Fragment:
    """Characters next to each other on one row."""

    left: float
    bottom: float
    right: float
    top: float
    text: str
    height: float  # of its highest character

    def add(self, text: str, box: _Box, space: str) -> None:
        """Add a character, after a space or nothing.

        Raised digits become superscripts: otherwise a footnote mark would be part of
        the word before it, or of the note after it.
        """
        self.right = max(self.right, box.right)
        # PDFium inserts a space before a raised digit, because its size differs.
        if text.isdecimal() and _is_raised(box, self):
            self.text += text.translate(SUPERSCRIPTS)
            return
        if self.text.isdecimal() and _is_raised(self, box):
            self.text = self.text.translate(SUPERSCRIPTS)
            space = " "
        elif text in _STOPS and self.text[-1] in _RAISED:
            space = ""
        self.text += space + text
        self.bottom = min(self.bottom, box.bottom)
        self.top = max(self.top, box.top)
        self.height = max(self.height, box.height)

    def is_initial(self, height: float) -> bool:
        """Whether this is a letter that is larger than those after it."""
        is_large = self.height > _MIN_INITIAL * height
        return is_large and _INITIAL.fullmatch(self.text) is not None

    def is_beside(self, row: list[_Fragment]) -> bool:
        """Whether a mark is on the row of another text, and near its edges."""
        height = row[0].height
        middle = (row[0].top + row[0].bottom) / 2
        if not (self.bottom < middle < self.top or self.is_initial(height)):
            return False
        distance = (row[0].left - self.right) / height
        return -0.5 < distance < _MAX_MARK_DISTANCE or self.left >= row[-1].right


_Row = list[_Fragment]


def _share_row(first: _Box | _Fragment, second: _Box | _Fragment) -> bool:
    """Whether two pieces overlap in height."""
    return min(first.top, second.top) > max(first.bottom, second.bottom)


def _is_outside(box: _Box | _Fragment, bounds: _Box) -> bool:
    """Whether nothing of a box is within the bounds."""
    is_beside = box.right < bounds.left or box.left > bounds.right
    return is_beside or not _share_row(box, bounds)


class _Gutter(NamedTuple):
    """The white space between two columns: from `left` to `right`."""

    left: float
    right: float


def read_page_text(page: Any, text_page: Any) -> str:
    """Return a page's text in reading order; tabs separate table cells."""
    plain = str(text_page.get_text_range())
    bounds = _get_bounds(page)
    # Reading character by character is a hundred times slower, and few pages need it.
    is_plain = "   " not in plain and not _UNUSUAL.search(plain)
    if is_plain and not _is_drawn_unusually(text_page, bounds):
        return plain
    rows = _attach_marks(_group_rows(text_page, bounds))
    return "\n".join(_order_rows(_reverse_runs(rows)))


def is_garbled(text_page: Any, text: str) -> bool:
    """Whether a page's fonts do not say which characters their glyphs are.

    Their numbers are read as characters then, and none of them is a space.
    """
    from pypdfium2 import raw

    if len(text) < _MIN_JUDGED_CHARACTERS:
        return False  # perhaps the number of the page
    if len(_SPACE.findall(text)) > _MIN_SPACE_SHARE * len(text):
        return False
    indexes = range(text_page.count_chars())
    unknown = sum(raw.FPDFText_HasUnicodeMapError(text_page, i) == 1 for i in indexes)
    return bool(2 * unknown > len(indexes))


def _get_bounds(page: Any) -> _Box:
    """Return the part of a page that a person sees."""
    left, bottom, right, top = page.get_cropbox()
    return _Box(left, bottom, right, top)


def _is_drawn_unusually(text_page: Any, bounds: _Box) -> bool:
    """Whether a page has gaps, raised text, headings, or an odd order."""
    last: _Box | None = None
    upward = 0
    for index in range(text_page.count_rects()):
        box = _Box(*text_page.get_rect(index))
        if _is_outside(box, bounds) or (last is not None and _are_apart(last, box)):
            return True
        upward = upward + 1 if last is not None and _is_above(last, box) else 0
        if upward >= _MIN_UPWARD_ROWS:
            return True
        last = box
    return _has_several_sizes(text_page)


def _has_several_sizes(text_page: Any) -> bool:
    """Whether a page has headings, or other text of another size."""
    from pypdfium2 import raw

    sizes = {
        round(raw.FPDFText_GetFontSize(text_page, index), 1)
        for index in range(0, text_page.count_chars(), _SAMPLED_CHARACTERS)
    }
    return len(sizes) > 1


def _are_apart(before: _Box, after: _Box) -> bool:
    """Whether two pieces in one row are apart, or the second one is raised."""
    height = max(before.height, after.height)
    if not _share_row(before, after):
        return False
    if abs(after.left - before.right) < _MIN_GAP * height:
        is_small = after.height < _MAX_RAISED_HEIGHT * height
        return is_small and after.bottom > before.bottom
    return after.left > before.right


def _is_above(before: _Box, after: _Box) -> bool:
    """Whether a piece is in the row above another one."""
    distance = after.bottom - before.bottom
    is_next = 0.5 * before.height < distance < _MAX_LEADING * before.height
    return is_next and min(before.right, after.right) > max(before.left, after.left)


def _group_rows(text_page: Any, bounds: _Box) -> list[_Row]:
    """Return the rows of fragments, in the order in which they were drawn."""
    rows: list[_Row] = [[]]
    space = ""
    is_new_line = False
    for text, box in _read_characters(text_page):
        if text in "\r\n":
            is_new_line = True
        elif text in _SPACES:
            space = " "
        else:
            # PDFium also ends a line after a raised number.
            if is_new_line and rows[-1]:
                space = " "
                if not _continues_row(rows[-1][-1], box):
                    rows.append([])
            _add_character(rows[-1], text, box, space)
            space, is_new_line = "", False
    visible = [[part for part in row if not _is_outside(part, bounds)] for row in rows]
    return [row for row in visible if row]


def _continues_row(last: _Fragment, box: _Box) -> bool:
    """Whether a character after a line break is on the same line after all."""
    gap = box.left - last.right
    height = max(last.height, box.height)
    is_raised = last.text[-1] in _RAISED or box.height < _MAX_RAISED_HEIGHT * height
    return _share_row(last, box) and -1 < gap < _MIN_GAP * height and is_raised


def _read_characters(text_page: Any) -> list[tuple[str, _Box]]:
    """Return the characters of a page in the order of drawing."""
    from pypdfium2 import raw

    # Loose boxes have the height of the font, so all boxes of a row are alike.
    rectangle = raw.FS_RECTF()
    reference = ctypes.byref(rectangle)
    characters: list[tuple[str, _Box]] = []
    for index in range(text_page.count_chars()):
        text = chr(raw.FPDFText_GetUnicode(text_page, index))
        if text in _SPACES:
            characters.append((text, _NOWHERE))
            continue
        raw.FPDFText_GetLooseCharBox(text_page, index, reference)
        box = _Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        # The ligature of lam and alef is reversed with the rest of its line.
        is_ligature = text == _LAM and characters and characters[-1][1] == box
        if is_ligature and characters[-1][0] in _ALEFS:
            characters.insert(-1, (text, box))
        else:
            characters.append((text, box))
    return characters


def _add_character(row: _Row, text: str, box: _Box, space: str) -> None:
    """Add a character to the last fragment of a row, or to a new one."""
    last = row[-1] if row else None
    if last is None or _begins_fragment(last, box):
        row.append(_Fragment(*box, text, box.height))
    elif last.is_initial(box.height):
        row[-1] = _Fragment(*box, last.text + text, box.height)
        row[-1].left = last.left
    else:
        last.add(text, box, space)


def _begins_fragment(last: _Fragment, box: _Box) -> bool:
    height = max(last.height, box.height)
    if last.is_initial(box.height):
        height = box.height
    is_apart = box.left - last.right > _MIN_GAP * height
    return is_apart or len(last.text) > _MAX_FRAGMENT


def _is_raised(box: _Box | _Fragment, line: _Box | _Fragment) -> bool:
    is_small = box.height < _MAX_RAISED_HEIGHT * line.height
    offset = box.bottom - line.bottom
    return bool(is_small and offset > _MIN_RAISED_OFFSET * line.height)


def _attach_marks(rows: list[_Row]) -> list[_Row]:
    """Put bullets, large initials, and dots with page numbers into their rows.

    Programs may draw them before or after all lines of text.
    """
    texts: list[_Row] = []
    marks: list[_Fragment] = []
    for row in rows:
        mark = _join_fragments(row)
        if _MARK.fullmatch(mark.text):
            marks.append(mark)
        else:
            texts.append(_join_marks(row))
    by_top = sorted(texts, key=lambda row: row[0].top)
    tops = [row[0].top for row in by_top]
    for mark in marks:
        # The rows that begin within the height of the mark, from the top.
        first, last = (
            bisect_left(tops, mark.bottom),
            bisect_right(tops, mark.top + mark.height / 2),
        )
        highest = by_top[max(first, last - _MAX_NEAR_ROWS) : last]
        near = [row for row in highest if mark.is_beside(row)]
        if not near:
            texts.append([mark])
        elif mark.left > near[-1][-1].right:
            near[-1][-1].text += f"\t{mark.text}"
        else:
            first_fragment = near[-1][0]
            first_fragment.text = _join_mark(mark, first_fragment)
            first_fragment.left = mark.left
    return texts


def _join_fragments(row: _Row) -> _Fragment:
    text = " ".join(fragment.text for fragment in row)
    return replace(row[0], right=row[-1].right, text=text)


def _join_marks(row: _Row) -> _Row:
    """Return a row whose bullet, number, or dots are not cells of a table."""
    joined: _Row = []
    for fragment in row:
        if joined and _LEADER.fullmatch(fragment.text):
            joined[-1].text += f"\t{fragment.text}"
        elif len(joined) == 1 and _BULLET.fullmatch(joined[0].text):
            fragment.text = _join_mark(joined[0], fragment)
            fragment.left = joined[0].left
            joined = [fragment]
        else:
            joined.append(fragment)
    return joined


def _join_mark(mark: _Fragment, line: _Fragment) -> str:
    if mark.is_initial(line.height):
        return mark.text + line.text
    is_private = mark.text[0] in _PRIVATE_BULLETS
    return f"{'•' if is_private else mark.text} {line.text}"


def _reverse_runs(rows: list[_Row]) -> list[_Row]:
    """Reverse rows that were drawn from the bottom to the top."""
    ordered: list[_Row] = []
    run: list[_Row] = []
    for row in rows:
        if run and not _is_above(_get_box(run[-1]), _get_box(row)):
            ordered += _reverse_run(run)
            run = []
        run.append(row)
    return ordered + _reverse_run(run)


def _reverse_run(run: list[_Row]) -> list[_Row]:
    return run[::-1] if len(run) > _MIN_UPWARD_ROWS else run


def _get_box(row: _Row) -> _Box:
    return _Box(row[0].left, row[0].bottom, row[-1].right, row[0].top)


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
        elif is_table and lines and _continues_cell(before, row, gutter):
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
    while last < end and _continues_cell(rows[last - 1], rows[last], gutter):
        last += 1
    return last


def _continues_cell(above: _Row, row: _Row, gutter: _Gutter) -> bool:
    """Whether a row is a further line of the last cell above it."""
    height = row[0].height
    shift = abs(row[0].left - above[-1].left)
    is_next = above[-1].bottom - row[0].top < _MAX_CELL_LEADING * height
    return row[0].left >= gutter.right and is_next and shift < _MAX_CELL_SHIFT * height


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
