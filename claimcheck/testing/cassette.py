"""Recording and replaying, on top of vcrpy."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr
from rapidfuzz import fuzz, process
from vcr.cassette import Cassette
from vcr.errors import CannotOverwriteExistingCassetteException
from vcr.request import Request

from claimcheck.testing import serializer
from claimcheck.testing.redaction import redact, without_credentials

_BOUNDARY = re.compile(rb"^--([\w'()+,./:=?-]{8,70})\r?\n")


def canonical(body: bytes | None) -> bytes:
    """The body without what changes from one sending to the next."""
    if not body:
        return b""
    try:
        return json.dumps(
            json.loads(body), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ).encode()
    except ValueError:
        boundary = _BOUNDARY.match(body)
        return body.replace(boundary.group(1), b"boundary") if boundary else body


def digest(request: Request) -> str:
    """The sha256 of the request's canonical body, kept on the request."""
    known: str | None = request.__dict__.get("_body_digest")
    if known is None:
        known = hashlib.sha256(canonical(request.body_bytes)).hexdigest()
        request.__dict__["_body_digest"] = known
    return known


def same_body(left: Request, right: Request) -> None:
    """Passes when both bodies have the same canonical form (a matcher for vcrpy)."""
    assert digest(left) == digest(right), "the bodies differ"


def parsed(body: bytes | None) -> Any:
    """The body's JSON, or its text."""
    try:
        return json.loads(body or b"null")
    except ValueError:
        return (body or b"").decode("utf-8", "replace")


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


MODES = {None: "none", "once": "once", "new": "new_episodes", "all": "all"}


class CassetteMissError(AssertionError):
    """A request that no cassette answers; the message shows what changed and how to record it."""


@contextmanager
def use_cassette(path: str | Path, *, record: str | None = None) -> Iterator[Cassette]:
    """Requests inside the block are answered from the cassette at `path`.

    `record`: None replays only; `once` records a cassette that does not exist yet; `new` adds what it lacks;
    `all` records everything again. Keys, cookies and the like never reach the file.

    Raises:
        CassetteMissError: a request has no recorded answer.
    """
    with _recorder().use_cassette(
        str(path), record_mode=MODES[record], drop_unused_requests=record == "all"
    ) as cassette:
        try:
            yield cassette
        except CannotOverwriteExistingCassetteException as miss:
            raise explained(miss) from None


def explained(
    miss: CannotOverwriteExistingCassetteException, command: str | None = None
) -> CassetteMissError:
    """The miss as a short diff, with the command that records the request."""
    request = miss.failed_request
    name = Path(str(miss.cassette.path)).name
    diff = against_closest(miss.cassette.filter_request(request), miss.cassette.requests)
    how = command or "use_cassette(..., record='new')"
    return CassetteMissError(
        f"{name}: no recorded answer for {request.method} {request.uri}\n{diff}\nTo record it from a real endpoint: {how}"
    )


def _recorder() -> vcr.VCR:
    recorder = vcr.VCR(
        match_on=("method", "scheme", "host", "port", "path", "query", "same_body"),
        serializer="readable-json",
        before_record_request=_clean_request,
        before_record_response=_clean_response,
        decode_compressed_response=True,
    )
    recorder.register_serializer("readable-json", serializer)
    recorder.register_matcher("same_body", same_body)
    return recorder


def _clean_request(request: Request) -> Request:
    body = request.body_bytes
    if body:
        request.body = redact(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    request.uri = without_credentials(request.uri)
    headers = serializer.kept_headers(dict(request.headers), response=False)
    request.headers = {name: values[0] for name, values in headers.items()}
    return request


def _clean_response(response: dict[str, Any]) -> dict[str, Any]:
    response = dict(response)
    response["headers"] = serializer.kept_headers(response["headers"], response=True)
    body = response["body"].get("string") or b""
    raw = body if isinstance(body, bytes) else body.encode()
    response["body"] = {
        "string": redact(raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    }
    return response
