"""Cassette files: JSON that people can read and diff, and tests can share.

    {"interactions": [{"request": ..., "response": ..., "items": [...],
                       "recorded": "2026-11-24", "templates": {...}}],
     "environment": {...}, "incomplete": [...], "version": 1}

Requests have method, uri, headers, and body; answers have status, headers, and body.
`bodies.py` says how bodies are stored. `items` are the tests that play the answer,
`recorded` is a date in UTC, and `templates` are the prompts and schemas of claimcheck
that the request was made from, with digests (`templates.py`). Files of older versions
have none of the three. `incomplete` are the tests that did not pass since they were
recorded, so they may have stopped before their last request. YAML files are those of
plain vcrpy.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock
from vcr.request import Request

from claimcheck.files import open_replacement
from claimcheck.json_lines import HALF_PAIR
from claimcheck.testing.bodies import (
    decode_body,
    encode_request_body,
    encode_response_body,
    header_to_text,
    parse_exact_json,
    to_bytes,
    unpack_response,
)
from claimcheck.testing.matching import build_key

SUFFIXES = (".json", ".yaml", ".yml")
# Replaces the names of the tests that play an answer if they are unknown.
UNKNOWN_ITEM = ""
_VERSION = 1
_CASSETTE_MODE = 0o644  # people commit cassettes, so everybody may read them
REQUEST_HEADERS = ("accept", "content-type")
# The headers that change the behavior of clients.
RESPONSE_HEADERS = (
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
# After HEAD, the length is that of GET's body. Other lengths follow from the body.
HEAD_HEADERS = (*RESPONSE_HEADERS, "content-length")


@dataclass(slots=True, eq=False)
class Interaction:
    """A request, its answer, and their origin.

    `items` are the tests that play the answer; the set is empty if none does any
    longer. They are unknown for answers recorded outside pytest or by older versions.
    """

    request: Request
    response: dict[str, Any]
    items: set[str] = field(default_factory=lambda: {UNKNOWN_ITEM})
    recorded: str | None = None
    templates: dict[str, str] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Return a digest of the request and the answer."""
        response = self.response
        parts = (build_key(self.request), response["status"], response["body"])
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @property
    def model(self) -> str | None:
        """The name of the model in the request, or None."""
        with suppress(ValueError, LookupError, TypeError):
            body = parse_exact_json(to_bytes(self.request.body_bytes).decode())
            return str(body["model"])
        return None


def number_interactions(
    interactions: Iterable[Interaction],
) -> dict[tuple[str, int], Interaction]:
    """Map (fingerprint, number among equal ones) to the interactions."""
    numbered: dict[tuple[str, int], Interaction] = {}
    counts: Counter[str] = Counter()
    for interaction in interactions:
        fingerprint = interaction.fingerprint()
        numbered[fingerprint, counts[fingerprint]] = interaction
        counts[fingerprint] += 1
    return numbered


@dataclass(slots=True)
class CassetteFile:
    """The content of a file; empty if it does not exist yet."""

    interactions: list[Interaction] = field(default_factory=list)
    environment: dict[str, str | None] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)


def select_headers(
    headers: dict[str, Any], allowed: Sequence[str]
) -> dict[str, list[str]]:
    """Return only the headers that a replay needs."""
    # All others may contain secrets, or differ from one recording to the next.
    selected = {}
    for name, value in sorted(headers.items()):
        if name.lower() in allowed:
            values = value if isinstance(value, list | tuple) else [value]
            selected[name.lower()] = [header_to_text(value) for value in values]
    return selected


def read_file(path: Path) -> CassetteFile:
    """Return a cassette file's content, empty if the file does not exist.

    Raises:
        ValueError: the file is not a cassette; the message names it.
    """
    try:
        text = path.read_text(encoding="utf-8")
        if is_yaml(path):
            return _parse_yaml(text)
        return _parse_json(text)
    except FileNotFoundError:
        return CassetteFile()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} is not a cassette ({error!r}); fix it, or delete it and record "
            "it again"
        ) from None


def is_yaml(path: Path) -> bool:
    """Whether the file is in vcrpy's own format, which is only read."""
    return path.suffix in (".yaml", ".yml")


def _parse_yaml(text: str) -> CassetteFile:
    from vcr.serialize import deserialize
    from vcr.serializers import yamlserializer
    from yaml import YAMLError

    try:
        requests, responses, *_ = deserialize(text, yamlserializer)
    except YAMLError as error:
        raise ValueError(str(error)) from None
    answers = [unpack_response(response) for response in responses]
    return CassetteFile([*map(Interaction, requests, answers)])


def _parse_json(text: str) -> CassetteFile:
    value = json.loads(text)
    content = CassetteFile(
        environment=value.get("environment", {}),
        incomplete=set(value.get("incomplete", [])),
    )
    for entry in value["interactions"]:
        request, response = entry["request"], entry["response"]
        body = decode_body(request["body"])
        answer = {"string": decode_body(response["body"])}
        if "compressed" in response["body"]:
            answer["compressed"] = response["body"]["compressed"]
        interaction = Interaction(
            Request(request["method"], request["uri"], body, request["headers"]),
            response | {"body": answer},
            set(entry.get("items", [UNKNOWN_ITEM])),
            recorded=entry.get("recorded"),
            templates=entry.get("templates", {}),
        )
        content.interactions.append(interaction)
    return content


def write_file(path: Path, content: CassetteFile) -> None:
    """Replace a cassette file atomically: nobody ever reads half of it."""
    text = render_file(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_replacement(path, _CASSETTE_MODE) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def render_file(content: CassetteFile) -> str:
    """Return the text of a cassette file.

    Requests are sorted, so that concurrent recordings of the same requests give the
    same file. Equal requests keep their order: a refusal stays before the answer.
    """
    value: dict[str, Any] = {"interactions": _encode_sorted(content.interactions)}
    if content.environment:
        value["environment"] = content.environment
    if content.incomplete:
        value["incomplete"] = sorted(content.incomplete)
    value["version"] = _VERSION
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    return HALF_PAIR.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _encode_sorted(interactions: Iterable[Interaction]) -> list[dict[str, Any]]:
    # Concurrent requests are answered in any order, so sort by their hashes. Equal
    # requests have the same hash, whatever headers their clients add.
    entries_by_key: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for item in interactions:
        entries_by_key[build_key(item.request)].append(_encode_interaction(item))
    groups = entries_by_key.values()
    ordered = sorted(groups, key=lambda entries: min(map(_hash_request, entries)))
    return [entry for entries in ordered for entry in entries]


def _encode_interaction(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    entry: dict[str, Any] = {
        "request": {
            "body": encode_request_body(to_bytes(request.body_bytes)),
            "headers": select_headers(dict(request.headers), REQUEST_HEADERS),
            "method": request.method,
            "uri": request.uri,
        },
        "response": {
            "body": encode_response_body(response["body"]["string"]),
            "headers": response["headers"],
            "status": response["status"],
        },
    }
    if "compressed" in response["body"]:
        entry["response"]["body"]["compressed"] = response["body"]["compressed"]
    if UNKNOWN_ITEM not in interaction.items:
        entry["items"] = sorted(interaction.items)
    if interaction.recorded:
        entry["recorded"] = interaction.recorded
    if interaction.templates:
        entry["templates"] = interaction.templates
    return entry


def _hash_request(entry: dict[str, Any]) -> str:
    request = json.dumps(entry["request"], sort_keys=True)
    return hashlib.sha256(request.encode()).hexdigest()


def lock_file(path: Path) -> AbstractContextManager[Any]:
    """Keep other processes from writing the same cassette."""
    # Not next to the cassette, because people commit that folder.
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"claimcheck-cassette-{digest}.lock")
