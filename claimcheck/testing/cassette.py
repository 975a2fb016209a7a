"""Cassettes: recorded requests and answers, on top of vcrpy.

A request matches a recorded one only if their JSON bodies are equal, so a test fails
when a prompt changed; the error shows which part of the closest request differs.
"""

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

VCR_RECORD_MODES = {None: "none", "once": "once", "new": "new_episodes", "all": "all"}
_MAX_DIFF_LINES = 24  # a screen; chosen by hand

# The boundary of a multipart body, which is random (RFC 2046, 5.1.1).
_BOUNDARY = re.compile(rb"^--([\w'()+,./:=?-]{8,70})\r?\n")


class CassetteMissError(AssertionError):
    """No cassette answers a request; the message shows what changed."""


@contextmanager
def use_cassette(path: str | Path, *, record: str | None = None) -> Iterator[Cassette]:
    """Answer the requests inside the block from the cassette at `path`.

    `record`: None only replays; `once` records a cassette that does not exist yet;
    `new` adds missing requests; `all` records everything again. Keys, cookies, and
    other secrets never reach the file.

    Raises:
        CassetteMissError: a request has no recorded answer.
    """
    # What other tests found out about an endpoint must not decide what is sent here.
    from claimcheck.llm.negotiation import forget_dialects

    forget_dialects()
    recorder = _build_recorder()
    with recorder.use_cassette(
        str(path),
        record_mode=VCR_RECORD_MODES[record],
        # What the test no longer sends would be a recorded answer not requested.
        drop_unused_requests=record == "all",
    ) as cassette:
        try:
            yield cassette
        except CannotOverwriteExistingCassetteException as miss:
            raise explain_miss(miss) from None


def explain_miss(
    miss: CannotOverwriteExistingCassetteException, command: str | None = None
) -> CassetteMissError:
    """Build the error of a miss: what changed, and how to record it."""
    request = miss.failed_request
    name = Path(str(miss.cassette.path)).name
    cleaned = miss.cassette.filter_request(request)
    diff = diff_closest_request(cleaned, miss.cassette.requests)
    command = command or "use_cassette(..., record='new')"
    return CassetteMissError(
        f"{name}: no recorded answer for {request.method} {request.uri}\n"
        f"{diff}\n"
        f"To record it from a real endpoint: {command}"
    )


def diff_closest_request(request: Request, recorded: list[Request]) -> str:
    """Diff the request against the most similar recorded one."""
    if not recorded:
        return "the cassette has no requests"
    closest = _find_closest_request(request, recorded)
    if (request.method, request.uri) != (closest.method, closest.uri):
        return f"- {closest.method} {closest.uri}\n+ {request.method} {request.uri}"
    # A path per line: a diff of the JSON text would show whole messages.
    before = _flatten_json(_parse_body(closest.body_bytes))
    after = _flatten_json(_parse_body(request.body_bytes))
    if before == after:
        return (
            "the same request was recorded, but was already played: "
            "the code sends it once more often"
        )
    diff = difflib.unified_diff(before, after, "recorded", "sent", lineterm="", n=0)
    lines = [line for line in diff if not line.startswith("@@")]
    shown, hidden = lines[:_MAX_DIFF_LINES], len(lines) - _MAX_DIFF_LINES
    if hidden > 0:
        shown.append(f"… and {hidden} more lines")
    return "\n".join(shown)


def _find_closest_request(request: Request, recorded: list[Request]) -> Request:
    body = _decode_canonical_body(request)
    bodies = [_decode_canonical_body(other) for other in recorded]
    best = process.extractOne(body, bodies, scorer=fuzz.ratio)
    return recorded[best[2] if best else 0]


def _decode_canonical_body(request: Request) -> str:
    return canonicalize_body(request.body_bytes).decode("utf-8", "replace")


def _parse_body(body: bytes | None) -> Any:
    """Return the body's JSON value, or its text if it is not JSON."""
    try:
        return json.loads(body or b"null")
    except ValueError:
        return (body or b"").decode("utf-8", "replace")


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


def assert_same_body(left: Request, right: Request) -> None:
    """Fail if the canonical bodies differ (a vcrpy matcher)."""
    assert hash_body(left) == hash_body(right), "the bodies differ"


def hash_body(request: Request) -> str:
    """Return the SHA-256 of the request's canonical body."""
    # Cached on the request, because vcrpy compares it with every recorded one.
    digest: str | None = request.__dict__.get("_body_digest")
    if digest is None:
        digest = hashlib.sha256(canonicalize_body(request.body_bytes)).hexdigest()
        request.__dict__["_body_digest"] = digest
    return digest


def canonicalize_body(body: bytes | None) -> bytes:
    """Return the body without what differs each time the same body is sent.

    That is the order of keys in JSON, and the boundary of a multipart body.
    """
    if not body:
        return b""
    try:
        value = json.loads(body)
    except ValueError:
        boundary = _BOUNDARY.match(body)
        return body.replace(boundary.group(1), b"boundary") if boundary else body
    canonical = json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return canonical.encode()


def _build_recorder() -> vcr.VCR:
    recorder = vcr.VCR(
        # Not the headers: they name the machine, the library, and its version.
        match_on=("method", "scheme", "host", "port", "path", "query", "same_body"),
        serializer="readable-json",
        before_record_request=_clean_request,
        before_record_response=_clean_response,
        # A compressed body could not be read, redacted or compared.
        decode_compressed_response=True,
    )
    recorder.register_serializer("readable-json", serializer)
    recorder.register_matcher("same_body", assert_same_body)
    return recorder


def _clean_request(request: Request) -> Request:
    if request.body_bytes:
        request.body = _redact_bytes(request.body_bytes)
    request.uri = strip_credentials(request.uri)
    headers = serializer.select_headers(dict(request.headers), response=False)
    request.headers = {name: values[0] for name, values in headers.items()}
    return request


def _clean_response(response: dict[str, Any]) -> dict[str, Any]:
    body = response["body"].get("string") or b""
    if isinstance(body, str):
        body = body.encode()
    return {
        **response,
        "headers": serializer.select_headers(response["headers"], response=True),
        "body": {"string": _redact_bytes(body)},
    }


def _redact_bytes(body: bytes) -> bytes:
    # Secrets are found in text. An upload may have other bytes, which must survive.
    text = body.decode("utf-8", "surrogateescape")
    return redact(text).encode("utf-8", "surrogateescape")
