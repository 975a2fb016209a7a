"""Compare and store the bodies of requests and answers.

A JSON body is stored as JSON only if every byte of it can be restored. Anything else
(duplicate keys, numbers that lose digits, an unusual layout) is stored as text, and a
body that is not UTF-8 as Base64. The body of a compressed answer is stored in readable
form, and compressed again when it is played.
"""

from __future__ import annotations

import base64
import copy
import gzip
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from claimcheck.json_lines import HALF_PAIR

# The JSON layouts of servers, the most frequent ones first.
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
_DEFAULT_STYLE = "spaced"  # for files that name no style

# The boundary of a multipart body, which is random (RFC 2046, 5.1.1).
_BOUNDARY = re.compile(rb"^--([\w'()+,./:=?-]{8,70})\r?\n")


@dataclass(frozen=True, slots=True)
class _Codec:
    """One value of the header content-encoding."""

    compress: Callable[[bytes], bytes]
    decompress: Callable[[bytes], bytes]


_CODECS = {
    "gzip": _Codec(partial(gzip.compress, mtime=0), gzip.decompress),
    "deflate": _Codec(zlib.compress, zlib.decompress),
}
_CODEC_ERRORS: tuple[type[Exception], ...] = (OSError, EOFError, zlib.error)
try:
    import brotli
except ImportError:
    pass  # without brotli, clients do not accept br either
else:
    _CODECS["br"] = _Codec(brotli.compress, brotli.decompress)
    _CODEC_ERRORS += (brotli.error,)


def parse_exact_json(text: str) -> Any:
    """Return the JSON value of a text.

    Raises:
        ValueError: the text is not JSON, or parsing would lose something: duplicate
            keys, digits that a float cannot hold, deep nesting.
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


def canonicalize_body(body: bytes) -> bytes:
    """Return the body without parts that differ each time it is sent.

    These are the layout and key order of JSON, and the boundary of a multipart body.
    """
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
    if HALF_PAIR.search(text):
        # UTF-8 cannot encode half a character, but JSON has an escape for it.
        text = json.dumps(value, **(options | {"ensure_ascii": True}))
    return text


def encode_request_body(body: bytes) -> dict[str, Any]:
    """Return the stored form of a request body, used only for comparison."""
    try:
        value = parse_exact_json(body.decode())
        return {"json": json.loads(json.dumps(value, sort_keys=True))}
    except (ValueError, RecursionError):
        return _encode_text(body)


def encode_response_body(body: bytes) -> dict[str, Any]:
    """Return the stored form of an answer body, which keeps every byte."""
    try:
        text = body.decode()
        trimmed = text.rstrip("\n")
        value = parse_exact_json(trimmed)
        style = find_style(trimmed, value)
    except (ValueError, RecursionError):
        style = None
    if style is None:
        return _encode_text(body)
    encoded = {"json": value, "style": style}
    if trimmed != text:
        encoded["end"] = text[len(trimmed) :]
    return encoded


def _encode_text(body: bytes) -> dict[str, Any]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def decode_body(body: dict[str, Any]) -> bytes:
    """Return the body for its stored form."""
    if "base64" in body:
        return base64.b64decode(body["base64"])
    if "text" in body:
        return to_bytes(body["text"])
    return to_bytes(render_json(body["json"], body.get("style")) + body.get("end", ""))


def to_bytes(body: str | bytes | None) -> bytes:
    """Return the bytes of a body; a missing body is an empty one."""
    if isinstance(body, str):
        # Half a character can only come from a file that was edited by hand.
        return body.encode("utf-8", "surrogatepass")
    return body or b""


def header_to_text(value: object) -> str:
    """Return a header's value; requests gives some of them as bytes."""
    # HTTP headers are Latin-1.
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def unpack_response(response: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of an answer with a decompressed body."""
    unpacked = copy.deepcopy(response)
    body = unpacked["body"]
    body["string"] = to_bytes(body.get("string"))
    encoding = _find_encoding(response)
    # The answer to a HEAD request has the header, but no body.
    if encoding is None or "compressed" in body or not body["string"]:
        return unpacked
    try:
        body["string"] = _CODECS[encoding].decompress(body["string"])
        body["compressed"] = encoding
    except _CODEC_ERRORS:
        pass  # not compressed, whatever its header says
    return unpacked


def mark_decompressed(response: dict[str, Any]) -> dict[str, Any]:
    """Return an unpacked answer, given one with a decompressed body."""
    body: dict[str, Any] = {"string": to_bytes(response["body"].get("string"))}
    if body["string"] and (encoding := _find_encoding(response)):
        body["compressed"] = encoding
    return response | {"body": body}


def pack_response(response: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of an unpacked answer, as it was received."""
    packed = copy.deepcopy(response)
    body = packed["body"]
    encoding = body.pop("compressed", None)
    if encoding in _CODECS:
        body["string"] = _CODECS[encoding].compress(body["string"])
    elif encoding:
        # Recorded where brotli is installed, and played where it is not.
        packed["headers"].pop("content-encoding", None)
    return packed


def _find_encoding(response: dict[str, Any]) -> str | None:
    """Return the compression of an answer, if it can be decompressed here."""
    for name, values in response["headers"].items():
        if name.lower() == "content-encoding":
            value = "".join(values).lower()
            return value if value in _CODECS else None
    return None
