"""Read the message in an endpoint's error, and remove keys from it.

There is no standard. OpenAI sends {"error": {"message", "code", "param"}}, LM Studio
{"error": "text"}, FastAPI {"detail": "text"} or a list with one entry per field,
FastChat {"object": "error", "message"}, Google a list or `fieldViolations`, OpenRouter
the upstream error as a string in `metadata.raw`, and proxies plain text or HTML. So
this walks through any JSON value, and the endpoint's own words are never dropped.

Some endpoints quote the key that they refuse: whole, in pieces, or encoded.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from claimcheck.llm.json_values import get_list, get_text

# From the outermost to the innermost: the first one present leads to the message.
_MESSAGE_KEYS = (
    "error",
    "errors",
    "detail",
    "message",
    "msg",
    "status_msg",
    "base_resp",  # MiniMax
    "description",
    "reason",
)
# Further details next to the message; OpenRouter's message alone says nothing.
_EXTRA_KEYS = (
    "metadata",
    "raw",
    "details",
    "fieldViolations",
    "violations",
    "quotaId",
    "failed_generation",
)
_DELAY_KEY = "retryDelay"  # Google's
_CODE_KEYS = ("code", "type", "status", "status_code", "object", "reason")
_FIELD_KEYS = ("param", "field", "loc", "parameter")
# The status for the codes of OpenAI, Anthropic, and Google, for an error inside a 200.
_STATUS_BY_CODE = {
    "invalid_request_error": 400,
    "badrequesterror": 400,
    "invalid_argument": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "resource_exhausted": 429,
    "api_error": 500,
    "server_error": 500,
    "overloaded_error": 529,
}
# Some proxies send a whole HTML page.
_MAX_CHARACTERS = 4_000
_MAX_DEPTH = 8
_INVISIBLE = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
_TAG = re.compile(r"<[^<>]*>")
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)\b", re.I)
_API_KEYS = re.compile(r"\b(?:sk|pk|key|org|proj)-[\w*-]{6,}|\bBearer\s+\S+", re.I)
_MAX_MESSAGE_CHARACTERS = 300
_MASK = "[key]"
# Shorter pieces of a key also occur by chance, and reveal little.
_MIN_PIECE = 8
# Placeholders for servers without keys, such as "not-needed", are shorter.
_MIN_KEY_IN_ANSWER = 16
_URL_SAFE = str.maketrans("+/", "-_")


@dataclass(frozen=True, slots=True)
class ErrorDetails:
    """The endpoint's words on one line, its codes, and the field it names.

    `codes` has everything that classifies the error (`insufficient_quota`, `502`), in
    lower case. `param` is a path such as `response_format.type`, or None.
    """

    message: str = ""
    codes: tuple[str, ...] = ()
    param: str | None = None

    @property
    def status(self) -> int | None:
        """The HTTP status among the codes, as in an error inside a 200."""
        for code in self.codes:
            if re.fullmatch(r"[45]\d\d", code):
                return int(code)
        for code in self.codes:
            if code in _STATUS_BY_CODE:
                return _STATUS_BY_CODE[code]
        return None


def decode_json(content: bytes) -> str:
    """Decode bytes in any encoding of Unicode; others become U+FFFD."""
    return content.decode(json.detect_encoding(content), "replace")


def has_message(fields: Mapping[str, Any]) -> bool:
    """Whether an object has a field where errors have their message."""
    return any(fields.get(key) for key in _MESSAGE_KEYS)


def read_error_body(content: Any) -> ErrorDetails:
    """Read an error body: bytes, text, or decoded JSON of any shape."""
    reader = _Reader()
    if isinstance(content, bytes):
        content = decode_json(content)
    reader.read(content, 0)
    message = "; ".join(dict.fromkeys(reader.messages))
    if not message and content:
        # An unknown shape: raw text is better than none.
        message = content if isinstance(content, str) else json.dumps(content)
    return ErrorDetails(
        message=put_on_one_line(message)[:_MAX_CHARACTERS],
        codes=tuple(dict.fromkeys(reader.codes)),
        param=reader.param,
    )


class _Reader:
    """Collects the messages, codes, and field of one error body."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.codes: list[str] = []
        self.param: str | None = None

    def read(self, value: Any, depth: int) -> None:
        """Collect the messages, codes, and field in any JSON value."""
        if depth > _MAX_DEPTH:
            return
        if isinstance(value, dict):
            self._read_object(value, depth)
        elif isinstance(value, list):
            for item in value:
                self.read(item, depth + 1)
        elif isinstance(value, str):
            self._read_text(value, depth)

    def _read_object(self, fields: dict[str, Any], depth: int) -> None:
        for key in _CODE_KEYS:
            self._add_code(fields.get(key))
        field = _find_field(fields)
        self.param = self.param or field
        self._read_message(fields, field, depth)
        for key in _EXTRA_KEYS:
            self.read(fields.get(key), depth + 1)
        if isinstance(fields.get(_DELAY_KEY), str):
            self.messages.append(f"retry in {fields[_DELAY_KEY]}")

    def _read_message(
        self, fields: dict[str, Any], field: str | None, depth: int
    ) -> None:
        """Collect the message of an object about a field, if it has any."""
        count = len(self.messages)
        for key in _MESSAGE_KEYS:
            self.read(fields.get(key), depth + 1)
            if len(self.messages) > count:
                break
        else:
            return
        # FastAPI's "Extra inputs are not permitted" does not name the field.
        words = self.messages[count]
        if field and field.rpartition(".")[2] not in words:
            self.messages[count] = f"{field}: {words}"

    def _read_text(self, text: str, depth: int) -> None:
        nested = _decode_nested(text)
        if nested is not None:
            self.read(nested, depth + 1)
            return
        if _HTML.match(text):
            text = html.unescape(_TAG.sub(" ", _INVISIBLE.sub(" ", text)))
        text = put_on_one_line(text)
        # "Provider returned error" often appears twice.
        if text and not any(text in known for known in self.messages):
            self.messages.append(text)

    def _add_code(self, value: Any) -> None:
        # true is a Python int, but not of this type.
        text = str(value).strip().lower() if type(value) in (str, int) else ""
        if text and " " not in text:
            self.codes.append(text)


def _find_field(fields: dict[str, Any]) -> str | None:
    """Return the path of the field that an object is about."""
    for key in _FIELD_KEYS:
        # FastAPI writes ["body", "response_format", "type"].
        names = list(map(str, get_list(fields, key)))
        if names[:1] == ["body"]:
            names = names[1:]
        path = get_text(fields, key) or ".".join(names)
        if path:
            return path
    return None


def _decode_nested(text: str) -> Any:
    """Return the JSON value in a text, or None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None  # it only begins like JSON


def put_on_one_line(text: str) -> str:
    """Return the text as one line of printable characters."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())


def clean_message(text: str, key: str | None) -> str:
    """Return a text on one line, shortened, without anything like a key."""
    # Redact before shortening: half of a key would not be recognized.
    text = put_on_one_line(redact_keys(text, key))
    if len(text) > _MAX_MESSAGE_CHARACTERS:
        text = text[: _MAX_MESSAGE_CHARACTERS - 1] + "…"
    return text


def redact_keys(text: str, key: str | None) -> str:
    """Remove the key, and anything that looks like one, from the text."""
    if key and key.strip():
        text = _redact_pieces(text, key.strip())
    return _API_KEYS.sub(_MASK, text)


def hide_key(text: str | None, key: str | None) -> str | None:
    """Remove the key from an answer, unless it is as short as a word."""
    key = (key or "").strip()
    if text and len(key) >= _MIN_KEY_IN_ANSWER:
        return text.replace(key, _MASK)
    return text


def _redact_pieces(text: str, key: str) -> str:
    """Remove each piece of the key, even if encoded or with spaces in it."""
    if len(key) < _MIN_PIECE:
        return text.replace(key, _MASK)
    pieces = set()
    for form in _list_forms(key):
        for start in range(len(form) - _MIN_PIECE + 1):
            pieces.add(form[start : start + _MIN_PIECE].lower())
    positions = [n for n, character in enumerate(text) if "!" <= character <= "~"]
    visible = "".join(text[position] for position in positions).lower()
    redacted: list[str] = []
    end = 0  # of the text that is already redacted or copied
    for start, position in enumerate(positions):
        if visible[start : start + _MIN_PIECE] in pieces:
            if position >= end:
                redacted += [text[end:position], _MASK]
            end = positions[start + _MIN_PIECE - 1] + 1
    return "".join(redacted) + text[end:]


def _list_forms(key: str) -> Iterator[str]:
    """Yield the key and its encodings in URLs, JSON, HTML, and base64."""
    yield from (key, quote(key, safe=""), key.encode().hex())
    for form in ("%{:02x}", "\\u{:04x}", "&#{};", "&#x{:x};"):
        yield "".join(form.format(ord(character)) for character in key)
    for shift in range(3):  # base64, whatever precedes the key
        # Only the characters that do not depend on the bytes before and after the key.
        encoded = b64encode(bytes(shift) + key.encode()).decode()
        encoded = encoded[(0, 2, 3)[shift] :].rstrip("=")[:-1]
        yield encoded
        yield encoded.translate(_URL_SAFE)
