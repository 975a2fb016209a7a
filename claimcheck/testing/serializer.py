"""Cassettes as JSON that a person can read and diff.

Requests and keys are sorted, and a JSON body is stored as JSON. A body that is not JSON
is stored unchanged, so that a malformed answer is replayed as received; one that is not
text is stored as Base64.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

_VERSION = 1
_REQUEST_HEADERS = ("accept", "content-type")
# The client behaves differently with these.
_RESPONSE_HEADERS = (
    "content-type",
    "content-encoding",
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
        selected[name] = list(value) if is_sequence else [str(value)]
    return selected


def serialize(cassette: dict[str, Any]) -> str:
    """Return the text of a cassette's file (vcrpy's serializer interface).

    Requests are sorted, so that concurrent recordings of the same requests give the
    same file.
    """
    interactions = []
    for entry in cassette["interactions"]:
        request, response = entry["request"], entry["response"]
        interactions.append(
            {
                "request": {**request, "body": _encode_body(request["body"])},
                "response": {
                    **response,
                    "body": _encode_body(response["body"].get("string")),
                },
            }
        )
    # Concurrent requests are answered in any order; their hashes have only one.
    interactions.sort(key=_hash_request)
    file = {"interactions": interactions, "version": _VERSION}
    return json.dumps(file, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _hash_request(interaction: dict[str, Any]) -> str:
    request = json.dumps(interaction["request"], sort_keys=True)
    return hashlib.sha256(request.encode()).hexdigest()


def deserialize(text: str) -> dict[str, Any]:
    """Return the cassette of a file (vcrpy's serializer interface)."""
    cassette: dict[str, Any] = json.loads(text)
    for entry in cassette["interactions"]:
        entry["request"]["body"] = _decode_body(entry["request"]["body"])
        entry["response"]["body"] = {"string": _decode_body(entry["response"]["body"])}
    return cassette


def _encode_body(body: str | bytes | None) -> dict[str, Any]:
    if not body:
        return {"text": ""}
    data = body.encode() if isinstance(body, str) else body
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}
    try:
        return {"json": json.loads(text)}
    except ValueError:
        return {"text": text}


def _decode_body(body: dict[str, Any]) -> str | bytes:
    if "base64" in body:
        return base64.b64decode(body["base64"])
    # White space and the order of keys may differ from what was recorded.
    if "json" in body:
        return json.dumps(body["json"], ensure_ascii=False)
    return str(body["text"])
