"""Reads JSON Lines (https://jsonlines.org): one JSON value per line.

Only "\\n" ends a line: `str.splitlines` also splits at U+2028, U+0085, and others,
which may be part of a JSON string. After a broken line, the others are still read, so
that all broken lines are reported at once.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, TypeVar

from claimcheck.errors import InputError, join_problems

# The limit is that of a file with one document. Without it, a file without line breaks
# would fill the memory.
MAX_LINE_BYTES = 50 * 2**20
HALF_PAIR = re.compile(r"[\ud800-\udfff]")
_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A nonblank line: its number, and its value or a `problem`.

    `has_half_pair`: see the function of that name.
    """

    number: int
    value: Any = None
    problem: str | None = None
    has_half_pair: bool = False


def find_half_pair(text: str) -> int:
    """Return the offset of the first half of a surrogate pair, or -1.

    No file, store, or terminal accepts one.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return -1


def has_half_pair(value: Any, source: bytes) -> bool:
    """Return whether a JSON value contains half of a surrogate pair.

    `source` is the JSON of the value. `json` accepts an escaped half.
    """
    if not _ESCAPE.search(source):
        return False
    try:
        return find_half_pair(json.dumps(value, ensure_ascii=False)) >= 0
    except RecursionError:
        return True


def read_json_lines(
    file: IO[bytes], max_line_bytes: int = MAX_LINE_BYTES, *, errors: str = "strict"
) -> Iterator[JsonLine]:
    """Yield the lines of a file in UTF-8, with or without byte-order marks.

    Nothing is read after a line that is too long. `errors` is passed to `bytes.decode`.
    """
    number = 0
    while line := file.readline(max_line_bytes + 1):
        number += 1
        if len(line) > max_line_bytes:
            problem = f"has more than {max_line_bytes >> 20} MB"
            yield JsonLine(number, problem=problem)
            return
        if line.strip():
            yield _parse_line(number, line, errors)


def _parse_line(number: int, line: bytes, errors: str) -> JsonLine:
    try:
        # Any line may begin with a byte-order mark, as people join files with `cat`.
        # `json` could decode the bytes itself, but it accepts halves of surrogate
        # pairs. Not strict: some programs do not escape tabs and the like in strings.
        value = json.loads(line.decode("utf-8-sig", errors), strict=False)
    except UnicodeDecodeError as error:
        return JsonLine(number, problem=f"is not UTF-8: {error.reason}")
    except json.JSONDecodeError as error:
        # Its own line number would be that within this line.
        problem = f"is not JSON: {error.msg} at column {error.pos + 1}"
        return JsonLine(number, problem=problem)
    except (ValueError, RecursionError) as error:
        # RecursionError: brackets nested thousands deep, which `json` cannot parse.
        return JsonLine(number, problem=f"is not JSON: {error}")
    return JsonLine(number, value, has_half_pair=has_half_pair(value, line))


def read_rows(
    data: bytes, source: str, parse_row: Callable[[Any, int], RowT]
) -> list[RowT]:
    """Parse the value of each line that is not blank.

    `parse_row` gets a value and its line number, and raises InputError for a bad one.

    Raises:
        InputError: lines are broken; the message lists the first with their numbers.
    """
    rows: list[RowT] = []
    problems: list[str] = []
    for line in read_json_lines(io.BytesIO(data)):
        if line.problem:
            problems.append(f"line {line.number}: {line.problem}")
            continue
        if line.has_half_pair:
            problems.append(f"line {line.number}: contains half of a surrogate pair")
            continue
        try:
            rows.append(parse_row(line.value, line.number))
        except InputError as error:
            problems.append(f"line {line.number}: {error}")
    if problems:
        raise InputError(f"{source}: {join_problems(problems)}")
    return rows
