"""Read JSON Lines, and report all broken lines before any line is used."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, TypeVar

from claimcheck.errors import InputError, join_problems
from claimcheck.json_lines import read_json_lines

RowT = TypeVar("RowT")


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
