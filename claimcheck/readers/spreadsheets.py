"""Read spreadsheets as text: one line per row, with cell references.

The reading view treats rows as tables. A cell with prose becomes a separate paragraph,
so that its sentences can be claims; the "[B7]" before it is set aside.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, import_required, refuse_empty
from claimcheck.readers.markup import EXTRA

_MAX_CELLS = 1_000_000
_MIN_PROSE_WORDS = 5  # with a full stop at the end; chosen by hand
_SENTENCE_END = re.compile(r"[.!?。！？][\"”’)]?$")
_WHITE_SPACE = re.compile(r"\s+")


def parse_workbook(data: bytes, source: str) -> Content:
    """Return the sheets of an Excel or OpenDocument workbook, in order.

    Raises:
        InputError: the workbook is damaged, protected, too large, or empty.
    """
    calamine = import_required("python_calamine", EXTRA, source, "a spreadsheet")
    try:
        workbook = calamine.load_workbook(BytesIO(data))
        sheets = [
            (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        ]
    except (calamine.CalamineError, OSError) as error:
        raise InputError(
            f"{source}: is a damaged or protected spreadsheet ({error})"
        ) from None
    blocks: list[str] = []
    for name, rows in sheets:
        lines = _format_rows(rows, source)
        if lines:
            blocks += [f"Sheet {name}", *lines]
    return refuse_empty(Content("\n\n".join(blocks)), source, "the spreadsheet")


def parse_delimited(text: str, encoding: str, source: str) -> Content:
    """Return the rows of a CSV or TSV file.

    Raises:
        InputError: a quotation mark is not closed, or the file is too large or empty.
    """
    sample = text[:10_000]
    try:
        dialect: Any = csv.Sniffer().sniff(sample, delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    # A cell may be as long as the file.
    csv.field_size_limit(max(len(text), 1) + 1)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), dialect))
    except csv.Error as error:
        raise InputError(f"{source}: is a damaged table ({error})") from None
    content = Content("\n\n".join(_format_rows(rows, source)), encoding)
    return refuse_empty(content, source, "the table")


def _format_rows(rows: Sequence[Sequence[Any]], source: str) -> list[str]:
    """Return blocks: consecutive rows of values, and cells of prose."""
    blocks: list[str] = []
    table: list[str] = []
    cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        if cells > _MAX_CELLS:
            raise InputError(
                f"{source}: has more than {_MAX_CELLS:,} cells; save the part to read"
            )
        values: list[str] = []
        prose: list[str] = []
        for reference, value in _name_cells(row, number):
            (prose if _is_prose(value) else values).append(f"[{reference}] {value}")
        if values:
            table.append("\t".join(values))
        if prose:
            blocks += _join_table(table) + prose
            table = []
    return blocks + _join_table(table)


def _join_table(table: list[str]) -> list[str]:
    return ["\n".join(table)] if table else []


def _name_cells(row: Iterable[Any], number: int) -> Iterator[tuple[str, str]]:
    """Yield the reference and the text of each nonempty cell."""
    for column, value in enumerate(row):
        text = _WHITE_SPACE.sub(" ", _format_value(value)).strip()
        if text:
            yield f"{_name_column(column)}{number}", text


def _format_value(value: Any) -> str:
    # Spreadsheets store whole numbers as floats.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _name_column(column: int) -> str:
    """Return the letters of a column: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _is_prose(text: str) -> bool:
    has_end = _SENTENCE_END.search(text) is not None
    return has_end and len(text.split()) >= _MIN_PROSE_WORDS
