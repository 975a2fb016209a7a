"""Bodies of requests and answers: when two are equal, and how they are stored.

A JSON body is stored as JSON only if the file gives back every byte of it. Anything
else (duplicate keys, numbers that lose digits, a layout of its own) is stored as text,
and what is not UTF-8 as Base64.
"""

from __future__ import annotations

import base64
import json
import re
from decimal import Decimal
from typing import Any

# How servers lay out JSON, the most frequent ones first.
_STYLES: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":"), "ensure_ascii": False},
    "spaced": {"ensure_ascii": False},
    "compact-ascii": {"separators": (",", ":")},
    "spaced-ascii": {},
    "indent-2": {"indent": 2, "ensure_ascii": False},
    "indent-2-ascii": {"indent": 2},
    "indent-4": {"indent": 4, "ensure_ascii": False},
    "indent-4-ascii": {"indent": 4},
}
_DEFAULT_STYLE = "spaced"  # of files that do not name one

SURROGATE = re.compile("[\ud800-\udfff]")

# The boundary of a multipart body, which is random (RFC 2046, 5.1.1).
_BOUNDARY = re.compile(rb"^--([\w'()+,./:=?-]{8,70})\r?\n")


def parse_exact_json(text: str) -> Any:
    """Return the JSON value of a text.

    Raises:
        ValueError: the text is not JSON, or the value does not keep all of it:
            duplicate keys, digits that a float has no room for, deep nesting.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_build_object,
            parse_float=_parse_float,
            parse_constant=_reject_constant,
        )
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("the JSON has duplicate keys")
    return value


def _parse_float(digits: str) -> float:
    number = float(digits)
    if not Decimal(repr(number)) == Decimal(digits):
        raise ValueError(f"{digits} does not fit a float")
    return number


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def canonicalize_body(body: bytes | None) -> bytes:
    """Return the body without what differs each time the same body is sent.

    That is the layout of JSON and the order of its keys, and the boundary of a
    multipart body.
    """
    if not body:
        return b""
    try:
        value = parse_exact_json(body.decode())
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        boundary = _BOUNDARY.match(body)
        return body.replace(boundary.group(1), b"boundary") if boundary else body


def find_style(text: str, value: Any) -> str | None:
    """Return the name of the style that renders the value as the text."""
    for name in _STYLES:
        if render_json(value, name) == text:
            return name
    return None


def render_json(value: Any, style: str | None) -> str:
    """Return the value as JSON text; None is the default style."""
    options = _STYLES[style or _DEFAULT_STYLE]
    text = json.dumps(value, **options)
    if SURROGATE.search(text):
        # UTF-8 has no bytes for half a character, but JSON has an escape for it.
        text = json.dumps(value, **(options | {"ensure_ascii": True}))
    return text


def encode_request_body(body: bytes) -> dict[str, Any]:
    """Return what a file stores for a request body, which is compared."""
    try:
        return {"json": _sort_keys(parse_exact_json(body.decode()))}
    except (ValueError, RecursionError):
        return _encode_text(body)


def encode_response_body(body: bytes) -> dict[str, Any]:
    """Return what a file stores for an answer body, which keeps all bytes."""
    try:
        text = body.decode()
        trimmed = text.rstrip("\n")
        value = parse_exact_json(trimmed)
        style = find_style(trimmed, value)
    except (ValueError, RecursionError):
        return _encode_text(body)
    if style is None:
        return _encode_text(body)
    encoded = {"json": value, "style": style}
    if trimmed != text:
        encoded["end"] = text[len(trimmed) :]
    return encoded


def decode_body(body: dict[str, Any]) -> str | bytes:
    """Return the body of which a file has this: bytes if it is not text."""
    if "base64" in body:
        return base64.b64decode(body["base64"])
    if "json" in body:
        end: str = body.get("end", "")
        return render_json(body["json"], body.get("style")) + end
    return str(body["text"])


def to_bytes(body: str | bytes | None) -> bytes:
    """Return the bytes of a body; a missing body is an empty one."""
    if isinstance(body, str):
        # Half a character is possible only in a file that was edited.
        return body.encode("utf-8", "surrogatepass")
    return body or b""


def _encode_text(body: bytes) -> dict[str, Any]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _sort_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sort_keys(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sort_keys(item) for item in value]
    return value
