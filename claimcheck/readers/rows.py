"""JSON Lines: all broken lines are reported before any line is used."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from claimcheck.errors import InputError, join_problems

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
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        # RecursionError: brackets nested thousands deep, which `json` can't parse.
        try:
            rows.append(parse_row(json.loads(line), number))
        except (ValueError, RecursionError) as error:
            problems.append(f"line {number}: is not JSON: {error}")
        except InputError as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise InputError(f"{source}: {join_problems(problems)}")
    return rows
