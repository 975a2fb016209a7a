"""What changed since the recording: a short diff against the closest recorded request."""

from __future__ import annotations

import difflib
import json
from typing import Any

from rapidfuzz import fuzz, process
from vcr.request import Request

from claimcheck.testing.body import canonical, parsed

_LONGEST_LINES = 24


def against_closest(request: Request, recorded: list[Request]) -> str:
    """The lines that differ from the recorded request most like this one."""
    if not recorded:
        return "the cassette holds no request at all"
    wanted = canonical(request.body_bytes).decode("utf-8", "replace")
    bodies = [canonical(other.body_bytes).decode("utf-8", "replace") for other in recorded]
    best = process.extractOne(wanted, bodies, scorer=fuzz.ratio)
    closest = recorded[best[2] if best else 0]
    if (request.method, request.uri) != (closest.method, closest.uri):
        return f"- {closest.method} {closest.uri}\n+ {request.method} {request.uri}"
    left, right = _lines(parsed(closest.body_bytes)), _lines(parsed(request.body_bytes))
    if left == right:
        return "the same request was recorded, but was already played: the code sends it once more often"
    changed = [
        line
        for line in difflib.unified_diff(left, right, "recorded", "sent", lineterm="", n=0)
        if not line.startswith("@@")
    ]
    more = [f"… and {len(changed) - _LONGEST_LINES} more lines"] if len(changed) > _LONGEST_LINES else []
    return "\n".join([*changed[:_LONGEST_LINES], *more])


def _lines(value: Any, path: str = "$") -> list[str]:
    """A JSON value as lines `path: text`, long texts a line each, so that a diff names what changed."""
    if isinstance(value, dict) and value:
        return [line for key in sorted(value) for line in _lines(value[key], f"{path}.{key}")]
    if isinstance(value, list) and value:
        return [line for place, item in enumerate(value) for line in _lines(item, f"{path}[{place}]")]
    if isinstance(value, str):
        return [f"{path}: {line}" for line in value.splitlines() or [""]]
    return [f"{path}: {json.dumps(value)}"]
