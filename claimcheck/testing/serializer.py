"""Cassettes as JSON that a person can read and diff: JSON bodies as JSON, everything sorted.

A body that is not JSON is kept word for word, so that malformed answers replay as they came; one that is
no text is kept in base64.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

_REQUEST_HEADERS = ("accept", "content-type")
_RESPONSE_HEADERS = (
    "content-type",
    "content-encoding",
    "retry-after",
    "retry-after-ms",
    "x-should-retry",
)


def select_headers(headers: dict[str, Any], *, response: bool) -> dict[str, list[str]]:
    """Return only the headers that a replay needs."""
    allowed = _RESPONSE_HEADERS if response else _REQUEST_HEADERS
    found = {
        name.lower(): value
        for name, value in headers.items()
        if name.lower() in allowed
    }
    return {
        name: list(value) if isinstance(value, list | tuple) else [str(value)]
        for name, value in sorted(found.items())
    }


def serialize(cassette: dict[str, Any]) -> str:
    """The cassette's file: concurrent recordings are sorted by request, so the same ones give the same file."""
    interactions = [
        {
            "request": {
                **entry["request"],
                "body": _encode_body(entry["request"]["body"]),
            },
            "response": {
                **entry["response"],
                "body": _encode_body(entry["response"]["body"].get("string")),
            },
        }
        for entry in cassette["interactions"]
    ]
    interactions.sort(
        key=lambda entry: hashlib.sha256(
            json.dumps(entry["request"], sort_keys=True).encode()
        ).hexdigest()
    )
    return (
        json.dumps(
            {"interactions": interactions, "version": 1},
            indent=1,
            ensure_ascii=False,
            sort_keys=True,
        )
        + "\n"
    )


def deserialize(text: str) -> dict[str, Any]:
    """What vcrpy wants of a cassette's file."""
    cassette: dict[str, Any] = json.loads(text)
    for entry in cassette["interactions"]:
        entry["request"]["body"] = _decode_body(entry["request"]["body"])
        entry["response"]["body"] = {"string": _decode_body(entry["response"]["body"])}
    return cassette


def _encode_body(body: str | bytes | None) -> dict[str, Any]:
    if not body:
        return {"text": ""}
    try:
        text = body.decode() if isinstance(body, bytes) else body
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(bytes(body)).decode()}  # type: ignore[arg-type]
    try:
        value = json.loads(text)
    except ValueError:
        return {"text": text}
    return {"json": value}


def _decode_body(body: dict[str, Any]) -> str | bytes:
    if "base64" in body:
        return base64.b64decode(body["base64"])
    return (
        json.dumps(body["json"], ensure_ascii=False)
        if "json" in body
        else str(body["text"])
    )
