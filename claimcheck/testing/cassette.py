"""Recording and replaying, on top of vcrpy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr
from vcr.cassette import Cassette
from vcr.errors import CannotOverwriteExistingCassetteException
from vcr.request import Request

from claimcheck.testing import serializer
from claimcheck.testing.body import same_body
from claimcheck.testing.difference import against_closest
from claimcheck.testing.secrets import redact, without_credentials

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
