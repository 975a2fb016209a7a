"""Which recorded request equals one sent, and how the closest differs."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rapidfuzz import fuzz, process
from vcr.request import Request

from claimcheck.testing.bodies import canonicalize_body, parse_exact_json
from claimcheck.testing.redaction import MASK, redact_body, strip_credentials

_MAX_DIFF_LINES = 24  # a screen; chosen by hand
_MAX_LINE_LENGTH = 200  # two lines of a screen; chosen by hand
_MAX_COMPARED = 20_000  # characters of a body; more of them take seconds
_DEFAULT_PORTS = {"https": 443, "http": 80}

# What a masked secret may have been: part of a JSON string, or of a line of text.
_WILDCARD = rb'(?:[^"\\\n]|\\.){1,300}?'


def build_key(request: Request) -> tuple[str, str]:
    """Return what equal requests have in common: the target and a digest."""
    # Cached on the request, because it is asked for several times per request.
    key: tuple[str, str] | None = request.__dict__.get("_claimcheck_key")
    if key is None:
        body = redact_body(request.body_bytes or b"")
        digest = hashlib.sha256(canonicalize_body(body)).hexdigest()
        key = (_build_target(request), digest)
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
    return MASK.encode() in (request.body_bytes or b"")


def matches_masked(sent: Request, recorded: Request) -> bool:
    """Whether the two are equal but for what is masked in the recorded one.

    Which credentials were masked depends on the machine that recorded.
    """
    if build_key(sent)[0] != build_key(recorded)[0]:
        return False
    literals = canonicalize_body(recorded.body_bytes).split(MASK.encode())
    pattern = _WILDCARD.join(re.escape(literal) for literal in literals)
    body = canonicalize_body(redact_body(sent.body_bytes or b""))
    return re.fullmatch(pattern, body, re.DOTALL) is not None


def diff_closest_request(request: Request, recorded: Sequence[Request]) -> str:
    """Diff the request against the most similar recorded one."""
    if not recorded:
        return "the cassette has no requests"
    closest = _find_closest_request(request, recorded)
    if build_key(request) == build_key(closest) or (
        has_mask(closest) and matches_masked(request, closest)
    ):
        return (
            "the same request was recorded, but was already played: "
            "the code sends it once more often"
        )
    lines = []
    if build_key(request)[0] != build_key(closest)[0]:
        uri = strip_credentials(request.uri)
        lines += [f"- {closest.method} {closest.uri}", f"+ {request.method} {uri}"]
    # A path per line: a diff of the JSON text would show whole messages.
    before = _flatten_json(_parse_body(closest.body_bytes))
    after = _flatten_json(_parse_body(request.body_bytes))
    diff = difflib.unified_diff(before, after, "recorded", "sent", lineterm="", n=0)
    lines += [line for line in diff if not line.startswith("@@")]
    lines = _shorten_lines(lines)
    shown, hidden = lines[:_MAX_DIFF_LINES], len(lines) - _MAX_DIFF_LINES
    if hidden > 0:
        shown.append(f"… and {hidden} more lines")
    # A terminal cannot print half a character.
    return "\n".join(shown).encode("utf-8", "backslashreplace").decode()


def _find_closest_request(request: Request, recorded: Sequence[Request]) -> Request:
    key = build_key(request)
    for other in recorded:
        if build_key(other) == key:
            return other
    same_target = [other for other in recorded if build_key(other)[0] == key[0]]
    candidates = same_target or [
        other for other in recorded if other.method == request.method
    ]
    candidates = candidates or list(recorded)
    descriptions = [_describe(other) for other in candidates]
    best = process.extractOne(_describe(request), descriptions, scorer=fuzz.ratio)
    return candidates[best[2] if best else 0]


def _describe(request: Request) -> str:
    body = canonicalize_body(request.body_bytes).decode("utf-8", "replace")
    return f"{request.uri}\n{body}"[:_MAX_COMPARED]


def _shorten_lines(lines: list[str]) -> list[str]:
    """Cut long lines to where they differ from the line that they replace."""
    shortened = []
    for index, line in enumerate(lines):
        start = 0
        if len(line) > _MAX_LINE_LENGTH:
            neighbor = index + 1 if line.startswith("-") else index - 1
            if 0 <= neighbor < len(lines) and lines[neighbor][:1] != line[:1]:
                start = _count_common(line[1:], lines[neighbor][1:])
        start = max(0, start - _MAX_LINE_LENGTH // 4)
        shown = f"{line[0]}…{line[1 + start :]}" if start else line
        if len(shown) > _MAX_LINE_LENGTH:
            shown = f"{shown[:_MAX_LINE_LENGTH]}…"
        shortened.append(shown)
    return shortened


def _count_common(left: str, right: str) -> int:
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return index
    return min(len(left), len(right))


def _parse_body(body: bytes | None) -> Any:
    """Return the body's JSON value, or its text if it is not JSON."""
    text = (body or b"").decode("utf-8", "replace")
    try:
        return parse_exact_json(text)
    except ValueError:
        return text


def _flatten_json(value: Any, path: str = "$") -> list[str]:
    """List a JSON value as `path: text` lines, so that a diff has paths."""
    children: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        children = [(f"{path}.{key}", value[key]) for key in sorted(value)]
    elif isinstance(value, list):
        children = [(f"{path}[{index}]", item) for index, item in enumerate(value)]
    if children:
        lines = []
        for child_path, child in children:
            lines += _flatten_json(child, child_path)
        return lines
    if isinstance(value, str):
        return [f"{path}: {line}" for line in value.splitlines() or [""]]
    return [f"{path}: {json.dumps(value)}"]
