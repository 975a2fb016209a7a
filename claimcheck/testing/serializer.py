"""Cassette files: JSON that a person can read and diff.

    {"interactions": [{"request": ..., "response": ..., "items": [...]}],
     "environment": {...}, "version": 1}

Requests have method, uri, headers, and body; answers have status, headers, and body. A
body is `{"json": value}`, `{"text": "..."}`, or `{"base64": "..."}`. The JSON of an
answer has a `style`, so that every byte of it can be replayed. `items` are the tests
that play the answer; files of older versions do not have them.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from claimcheck.testing.bodies import (
    SURROGATE,
    decode_body,
    encode_request_body,
    encode_response_body,
    to_bytes,
)

_VERSION = 1
_REQUEST_HEADERS = ("accept", "content-type")
# Clients behave differently with these.
_RESPONSE_HEADERS = (
    "allow",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "etag",
    "last-modified",
    "link",
    "location",
    "retry-after",
    "retry-after-ms",
    "x-should-retry",
)


def select_headers(headers: dict[str, Any], *, response: bool) -> dict[str, list[str]]:
    """Return only the headers that a replay needs."""
    # All others may hold secrets, or differ from one recording to the next.
    allowed = _RESPONSE_HEADERS if response else _REQUEST_HEADERS
    by_name = {name.lower(): value for name, value in headers.items()}
    selected = {}
    for name in sorted(by_name.keys() & set(allowed)):
        value = by_name[name]
        is_sequence = isinstance(value, list | tuple)
        selected[name] = list(value) if is_sequence else [_to_text(value)]
    return selected


def _to_text(value: object) -> str:
    # requests gives some headers as bytes; HTTP says that they are Latin-1.
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def serialize(cassette: dict[str, Any]) -> str:
    """Return the text of a cassette's file.

    Requests are sorted, so that concurrent recordings of the same requests give the
    same file. Equal requests keep their order: a refusal stays before the answer.
    """
    interactions = []
    for entry in cassette["interactions"]:
        request, response = entry["request"], entry["response"]
        encoded: dict[str, Any] = {
            "request": {
                "body": encode_request_body(to_bytes(request["body"])),
                "headers": request["headers"],
                "method": request["method"],
                "uri": request["uri"],
            },
            "response": {
                "body": encode_response_body(to_bytes(response["body"]["string"])),
                "headers": response["headers"],
                "status": response["status"],
            },
        }
        if entry.get("items") is not None:
            encoded["items"] = sorted(entry["items"])
        interactions.append(encoded)
    # Concurrent requests are answered in any order; their hashes have only one.
    interactions.sort(key=_hash_request)
    file: dict[str, Any] = {"interactions": interactions}
    if cassette.get("environment"):
        file["environment"] = cassette["environment"]
    file["version"] = _VERSION
    text = json.dumps(file, indent=1, ensure_ascii=False) + "\n"
    return SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _hash_request(interaction: dict[str, Any]) -> str:
    request = json.dumps(interaction["request"], sort_keys=True)
    return hashlib.sha256(request.encode()).hexdigest()


def deserialize(text: str) -> dict[str, Any]:
    """Return the cassette of a file."""
    cassette: dict[str, Any] = json.loads(text)
    for entry in cassette["interactions"]:
        entry["request"]["body"] = decode_body(entry["request"]["body"])
        entry["response"]["body"] = {"string": decode_body(entry["response"]["body"])}
    return cassette


def list_models(interactions: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the names of the models that recorded requests name, sorted."""
    models = set()
    for entry in interactions:
        try:
            body = json.loads(to_bytes(entry["request"]["body"]))
        except ValueError:
            continue
        if isinstance(body, dict) and isinstance(body.get("model"), str):
            models.add(body["model"])
    return tuple(sorted(models))
