"""Find tables in a text: rows of cells between tabs or vertical bars.

Readers write tables in this form. Rows are not sentences, unless cells contain prose,
as in documents that use tables for their layout.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

_MIN_ROWS = 2
# A cell with this many words and the end of a sentence is prose. Chosen by hand.
_MIN_PROSE_WORDS = 5
_SENTENCE_ENDS = (".", "!", "?", ".”", '."')


@dataclass(frozen=True, slots=True)
class Tables:
    """The ranges of the tables in a text, in order."""

    starts: list[int]
    ends: list[int]

    def contains(self, offset: int) -> bool:
        """Whether an offset of the text is in a table."""
        index = bisect_right(self.starts, offset)
        return index > 0 and offset < self.ends[index - 1]


def find_tables(text: str) -> Tables:
    """Return the tables of a text."""
    tables = Tables([], [])
    if "\t" not in text and "|" not in text:
        return tables
    rows: list[list[str]] = []
    first = end = 0
    for line in [*text.splitlines(keepends=True), ""]:
        start, end = end, end + len(line)
        cells = _split_cells(line)
        if len(cells) > 1:
            if not rows:
                first = start
            rows.append(cells)
            continue
        if len(rows) >= _MIN_ROWS and not _has_prose(rows):
            tables.starts.append(first)
            tables.ends.append(start)
        rows = []
    return tables


def _split_cells(line: str) -> list[str]:
    """Return the cells of a row; at most one if the line is not a row."""
    stripped = line.strip(" \r\n")
    if stripped.startswith("|"):
        return stripped.strip("|").split("|") if stripped.count("|") > 2 else []
    cells = stripped.split("\t")
    # A tab at the start of a line is an indentation.
    return cells if cells[0] else []


def _has_prose(rows: list[list[str]]) -> bool:
    for row in rows:
        for cell in row:
            words = cell.strip()
            is_long = words.count(" ") >= _MIN_PROSE_WORDS - 1
            if is_long and words.endswith(_SENTENCE_ENDS):
                return True
    return False
