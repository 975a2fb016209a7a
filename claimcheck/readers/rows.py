"""JSON Lines: every broken line is named before any is used."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from claimcheck.errors import InputError

_MAX_REPORTED_PROBLEMS = 5
RowT = TypeVar("RowT")


def read_rows(data: bytes, source: str, make: Callable[[Any, int], RowT]) -> list[RowT]:
    """What `make` makes of each line's value and number; blank lines are passed over. May be empty.

    Raises:
        InputError: a line is not JSON, or `make` raised one; the message has the first few, with their line numbers.
    """
    rows: list[RowT] = []
    problems: list[str] = []
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            try:
                rows.append(make(json.loads(line), number))
            except (ValueError, RecursionError) as error:
                problems.append(f"line {number}: is not JSON: {error}")
            except InputError as error:
                problems.append(f"line {number}: {error}")
    if problems:
        more = (
            f"; and {len(problems) - _MAX_REPORTED_PROBLEMS} more"
            if len(problems) > _MAX_REPORTED_PROBLEMS
            else ""
        )
        raise InputError(
            f"{source}: {'; '.join(problems[:_MAX_REPORTED_PROBLEMS])}{more}"
        )
    return rows
