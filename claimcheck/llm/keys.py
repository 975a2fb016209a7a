"""Remove keys from endpoints' messages: whole, in pieces, or encoded."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

from claimcheck.llm.error_body import put_on_one_line

_API_KEYS = re.compile(r"\b(?:sk|pk|key|org|proj)-[\w*-]{6,}|\bBearer\s+\S+", re.I)
_MAX_MESSAGE_CHARACTERS = 300
_MASK = "[key]"
# Shorter pieces of a key also occur by chance, and reveal little.
_MIN_PIECE = 8
# Placeholders for servers without keys, such as "not-needed", are shorter.
_MIN_KEY_IN_ANSWER = 16
_URL_SAFE = str.maketrans("+/", "-_")


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
