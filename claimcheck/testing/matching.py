"""Match requests with recorded ones, and diff them with the closest one."""

from __future__ import annotations

import difflib
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rapidfuzz import fuzz, process
from vcr.request import Request

from claimcheck.counting import format_count
from claimcheck.testing.bodies import canonicalize_body, parse_exact_json, to_bytes
from claimcheck.testing.redaction import MASK, redact_body, strip_credentials

_MAX_DIFF_LINES = 24  # a screen; chosen by hand
_MAX_LINE_LENGTH = 160  # two lines of a screen; chosen by hand
_MAX_COMPARED = 20_000  # characters of a body; comparing more would take seconds
_DEFAULT_PORTS = {"https": 443, "http": 80}

# Matches what was masked: part of a JSON string, or of a line of text.
_WILDCARD = rb'(?:[^"\\\n]|\\.){1,300}?'
# Prompts have long lines, so a diff compares phrases, or at least pieces.
_END_OF_PHRASE = re.compile(r"\n|(?<=[.!?,;:]) ")
# A prompt's mark depends on all its text (`prompts.choose_fence`), so it is always
# another one after a change, which is what a diff should show.
_FENCE = re.compile(r"\bmark is ([0-9a-f]{8})\b")
_PIECE = re.compile(f".{{1,{_MAX_LINE_LENGTH}}}")


def build_key(request: Request) -> tuple[str, str]:
    """Return the key that equal requests share: the target and a digest."""
    # Cached on the request, because it is needed several times per request.
    key: tuple[str, str] | None = request.__dict__.get("_claimcheck_key")
    if key is None:
        body = canonicalize_body(redact_body(to_bytes(request.body_bytes)))
        key = (_build_target(request), hashlib.sha256(body).hexdigest())
        request.__dict__["_claimcheck_key"] = key
    return key


def _build_target(request: Request) -> str:
    parts = urlsplit(strip_credentials(request.uri))
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    query = parse_qsl(parts.query, keep_blank_values=True)
    # Sorted by name only: equal names are a list, whose order may matter.
    query.sort(key=lambda parameter: parameter[0])
    path = parts.path or "/"
    target = (request.method.upper(), parts.scheme, parts.hostname, port, path, query)
    return repr(target)


def has_mask(request: Request) -> bool:
    """Whether a secret was masked in the body of a recorded request."""
    return MASK.encode() in to_bytes(request.body_bytes)


def matches_masked(sent: Request, recorded: Request) -> bool:
    """Whether the two are equal, apart from masked parts of the recorded one.

    The masked credentials depend on the machine that recorded.
    """
    if build_key(sent)[0] != build_key(recorded)[0]:
        return False
    literals = canonicalize_body(to_bytes(recorded.body_bytes)).split(MASK.encode())
    pattern = _WILDCARD.join(map(re.escape, literals))
    body = canonicalize_body(redact_body(to_bytes(sent.body_bytes)))
    return re.fullmatch(pattern, body, re.DOTALL) is not None


def diff_closest_request(request: Request, recorded: Sequence[Request]) -> str:
    """Diff the request against the most similar of the recorded ones."""
    closest = _find_closest_request(request, recorded)
    lines = list(_diff(closest, request))
    if not lines:
        return (
            "the same request was recorded, but was already played: "
            "the code sends it one more time"
        )
    hidden = len(lines) - _MAX_DIFF_LINES
    if hidden > 0:
        lines[_MAX_DIFF_LINES:] = [f"… and {format_count(hidden, 'more line')}"]
    # A terminal cannot print half a character.
    return "\n".join(lines).encode("utf-8", "backslashreplace").decode()


def _find_closest_request(request: Request, recorded: Sequence[Request]) -> Request:
    target = build_key(request)[0]
    candidates = [other for other in recorded if build_key(other)[0] == target]
    candidates = candidates or list(recorded)
    descriptions = list(map(_describe, candidates))
    best = process.extractOne(_describe(request), descriptions, scorer=fuzz.ratio)
    return candidates[best[2]]


def _describe(request: Request) -> str:
    return f"{request.method} {request.uri}\n{_read_body(request)}"[:_MAX_COMPARED]


def _diff(recorded: Request, sent: Request) -> Iterator[str]:
    if build_key(recorded)[0] != build_key(sent)[0]:
        yield f"- {recorded.method} {recorded.uri}"
        yield f"+ {sent.method} {strip_credentials(sent.uri)}"
    if has_mask(recorded) and matches_masked(sent, recorded):
        return
    # One path per line, because a diff of the JSON text would show entire messages.
    before = list(_flatten_json(_parse_body(recorded)))
    after = list(_flatten_json(_parse_body(sent)))
    diff = difflib.unified_diff(before, after, "recorded", "sent", lineterm="", n=0)
    lines = [line for line in diff if not line.startswith("@@")]
    yield from lines or _diff_text(_read_body(recorded), _read_body(sent))


def _diff_text(recorded: str, sent: str) -> Iterator[str]:
    """Show where texts with equal phrases differ, such as in white space."""
    if recorded != sent:
        pairs = zip(recorded, sent, strict=False)
        common = list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
        start = max(0, len(common) - _MAX_LINE_LENGTH // 2)
        yield f"-…{recorded[start : start + _MAX_LINE_LENGTH]!r}"
        yield f"+…{sent[start : start + _MAX_LINE_LENGTH]!r}"


def _read_body(request: Request) -> str:
    return canonicalize_body(to_bytes(request.body_bytes)).decode("utf-8", "replace")


def _parse_body(request: Request) -> Any:
    """Return the body's JSON value, or its text, with neutral fence marks."""
    text = to_bytes(request.body_bytes).decode("utf-8", "replace")
    for mark in set(_FENCE.findall(text)):
        text = text.replace(mark, "[mark]")
    try:
        return parse_exact_json(text)
    except ValueError:
        return text


def _flatten_json(value: Any, path: str = "$") -> Iterator[str]:
    """Yield a JSON value as `path: text` lines, so that a diff has paths."""
    if isinstance(value, str):
        for piece in _split_text(value):
            yield f"{path}: {piece}"
    elif isinstance(value, dict) and value:
        for key in sorted(value):
            yield from _flatten_json(value[key], f"{path}.{key}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _flatten_json(item, f"{path}[{index}]")
    else:
        yield f"{path}: {json.dumps(value)}"


def _split_text(text: str) -> Iterator[str]:
    for phrase in _END_OF_PHRASE.split(text):
        yield from _PIECE.findall(phrase) or [""]
