"""Read decoded JSON from an endpoint, in which any field may have any type.

A field of another type counts as missing: an answer that was paid for must not be lost
to a field that nobody needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def get_text(fields: Mapping[str, Any], name: str) -> str | None:
    """Return a field that is a text, or None."""
    value = fields.get(name)
    return value if isinstance(value, str) else None


def get_list(fields: Mapping[str, Any], name: str) -> list[Any]:
    """Return a field that is a list, or an empty list."""
    value = fields.get(name)
    return value if isinstance(value, list) else []


def get_object(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a field that is an object, or an empty object."""
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def list_objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; an object counts as a list of one."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]


def read_object(value: Any, text_key: str) -> dict[str, Any]:
    """Read an object, a list's first object, or a text as {text_key: text}."""
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, str):
        return {text_key: value}
    return value if isinstance(value, dict) else {}
