"""Checks what callers give to public functions, before anything else happens.

Python would accept many mistakes and do something else, or fail far from the cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from claimcheck.errors import InputError

_Kinds = type | tuple[type, ...]


def iter_items(
    items: Any, name: str, kinds: _Kinds = object, advice: str = "a string"
) -> Iterator[Any]:
    """Yield the caller's items; `advice` is what one should be.

    Raises:
        InputError: `items` is one string (whose items are letters), a dict (whose items
            are its keys), or not iterable, or an item is of another kind.
    """
    if isinstance(items, str | bytes | Mapping) or not isinstance(items, Iterable):
        got = "one string" if isinstance(items, str) else type(items).__name__
        raise InputError(f"{name}s: got {got}; give a list with {advice} per {name}")
    for number, item in enumerate(items, start=1):
        require_kind(item, kinds, f"{name} {number}", advice)
        yield item


def require_kind(value: object, kinds: _Kinds, name: str, advice: str) -> None:
    """Refuse a value of another type, and say what to give instead.

    Raises:
        InputError: the value is not of one of these kinds.
    """
    if not isinstance(value, kinds):
        raise InputError(f"{name}: is of type {type(value).__name__}; give {advice}")


def require_function(value: object, name: str) -> None:
    """Refuse what can't be called; None is an optional function left out.

    Raises:
        InputError: the value is not a function.
    """
    if value is not None and not callable(value):
        raise InputError(f"{name}: is of type {type(value).__name__}; give a function")


def require_client(client: object, method: str) -> None:
    """Refuse a client without the method that will be called later.

    Raises:
        InputError: the client has no such method.
    """
    if not callable(getattr(client, method, None)):
        kind = type(client).__name__
        raise InputError(
            f"client: {kind} has no method {method}; give a claimcheck.Client"
        )


def parse_date(value: object) -> date | None:
    """Return a date, or ISO text such as 2024-07-01, as a date.

    Raises:
        InputError: the value is neither.
    """
    if value is None or type(value) is date:
        return value
    # A `datetime` is a `date` to Python, but is written with its time.
    if isinstance(value, datetime):
        return value.date()
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(
            f"date {value!r}: is not a valid date; write it as YYYY-MM-DD"
        ) from None
