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
from claimcheck.testing.redaction import redact, strip_credentials

_BOUNDARY = re.compile(rb"^--([\w'()+,./:=?-]{8,70})\r?\n")


def canonicalize_body(body: bytes | None) -> bytes:
    """Return the body without what changes each time it is sent."""
    if not body:
        return b""
    try:
        return json.dumps(
            json.loads(body), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ).encode()
    except ValueError:
        boundary = _BOUNDARY.match(body)
        return body.replace(boundary.group(1), b"boundary") if boundary else body


def hash_body(request: Request) -> str:
    """Return the SHA-256 of the request's canonical body, cached on the request."""
    known: str | None = request.__dict__.get("_body_digest")
    if known is None:
        known = hashlib.sha256(canonicalize_body(request.body_bytes)).hexdigest()
        request.__dict__["_body_digest"] = known
    return known


def assert_same_body(left: Request, right: Request) -> None:
    """Fail unless both bodies have the same canonical form (a vcrpy matcher)."""
    assert hash_body(left) == hash_body(right), "the bodies differ"


def parse_body(body: bytes | None) -> Any:
    """Return the body's JSON value, or its text if it is not JSON."""
    try:
        return json.loads(body or b"null")
    except ValueError:
        return (body or b"").decode("utf-8", "replace")


_MAX_DIFF_LINES = 24


def diff_closest_request(request: Request, recorded: list[Request]) -> str:
    """Diff the request against the most similar recorded one."""
    if not recorded:
        return "the cassette holds no request at all"
    wanted = canonicalize_body(request.body_bytes).decode("utf-8", "replace")
    bodies = [
        canonicalize_body(other.body_bytes).decode("utf-8", "replace")
        for other in recorded
    ]
    best = process.extractOne(wanted, bodies, scorer=fuzz.ratio)
    closest = recorded[best[2] if best else 0]
    if (request.method, request.uri) != (closest.method, closest.uri):
        return f"- {closest.method} {closest.uri}\n+ {request.method} {request.uri}"
    left, right = (
        _flatten_json(parse_body(closest.body_bytes)),
        _flatten_json(parse_body(request.body_bytes)),
    )
    if left == right:
        return "the same request was recorded, but was already played: the code sends it once more often"
    changed = [
        line
        for line in difflib.unified_diff(
            left, right, "recorded", "sent", lineterm="", n=0
        )
        if not line.startswith("@@")
    ]
    more = (
        [f"… and {len(changed) - _MAX_DIFF_LINES} more lines"]
        if len(changed) > _MAX_DIFF_LINES
        else []
    )
    return "\n".join([*changed[:_MAX_DIFF_LINES], *more])


def _flatten_json(value: Any, path: str = "$") -> list[str]:
    """List a JSON value as `path: text` lines, so that a diff names what changed."""
    if isinstance(value, dict) and value:
        return [
            line
            for key in sorted(value)
            for line in _flatten_json(value[key], f"{path}.{key}")
        ]
    if isinstance(value, list) and value:
        return [
            line
            for place, item in enumerate(value)
            for line in _flatten_json(item, f"{path}[{place}]")
        ]
    if isinstance(value, str):
        return [f"{path}: {line}" for line in value.splitlines() or [""]]
    return [f"{path}: {json.dumps(value)}"]


VCR_RECORD_MODES = {None: "none", "once": "once", "new": "new_episodes", "all": "all"}


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
    with _build_recorder().use_cassette(
        str(path),
        record_mode=VCR_RECORD_MODES[record],
        drop_unused_requests=record == "all",
    ) as cassette:
        try:
            yield cassette
        except CannotOverwriteExistingCassetteException as miss:
            raise explain_miss(miss) from None


def explain_miss(
    miss: CannotOverwriteExistingCassetteException, command: str | None = None
) -> CassetteMissError:
    """Turn a miss into an error with a short diff and the command to record it."""
    request = miss.failed_request
    name = Path(str(miss.cassette.path)).name
    diff = diff_closest_request(
        miss.cassette.filter_request(request), miss.cassette.requests
    )
    how = command or "use_cassette(..., record='new')"
    return CassetteMissError(
        f"{name}: no recorded answer for {request.method} {request.uri}\n{diff}\nTo record it from a real endpoint: {how}"
    )


def _build_recorder() -> vcr.VCR:
    recorder = vcr.VCR(
        match_on=("method", "scheme", "host", "port", "path", "query", "same_body"),
        serializer="readable-json",
        before_record_request=_clean_request,
        before_record_response=_clean_response,
        decode_compressed_response=True,
    )
    recorder.register_serializer("readable-json", serializer)
    recorder.register_matcher("same_body", assert_same_body)
    return recorder


def _clean_request(request: Request) -> Request:
    body = request.body_bytes
    if body:
        request.body = redact(body.decode("utf-8", "surrogateescape")).encode(
            "utf-8", "surrogateescape"
        )
    request.uri = strip_credentials(request.uri)
    headers = serializer.select_headers(dict(request.headers), response=False)
    request.headers = {name: values[0] for name, values in headers.items()}
    return request


def _clean_response(response: dict[str, Any]) -> dict[str, Any]:
    response = dict(response)
    response["headers"] = serializer.select_headers(response["headers"], response=True)
    body = response["body"].get("string") or b""
    raw = body if isinstance(body, bytes) else body.encode()
    response["body"] = {
        "string": redact(raw.decode("utf-8", "surrogateescape")).encode(
            "utf-8", "surrogateescape"
        )
    }
    return response
