"""The canonical form of a request's body, by which requests are matched.

JSON is compared by content, not by key order or white space; a multipart boundary, random in every
request, is levelled. The digest is computed once a request and kept on it: comparing bodies pair by
pair is quadratic in a cassette's size.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from vcr.request import Request

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
