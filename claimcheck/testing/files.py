"""The interactions in a cassette file, which tests may add to in parallel."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock
from vcr.request import Request

from claimcheck.testing import serializer
from claimcheck.testing.bodies import to_bytes
from claimcheck.testing.matching import build_key


@dataclass(slots=True, eq=False)
class Interaction:
    """A request and its answer, and the tests that play it.

    `items` is None outside pytest, and in files of older versions, where nobody knows
    which tests play the answer. It is empty if no test plays the answer any more.
    """

    request: Request
    response: dict[str, Any]
    items: set[str] | None = None

    def fingerprint(self) -> str:
        """Return a digest of the request and the answer."""
        response = self.response
        parts = (build_key(self.request), response["status"], response["body"])
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass(slots=True)
class CassetteFile:
    """What a file contains; empty if it does not exist yet."""

    interactions: list[Interaction] = field(default_factory=list)
    environment: dict[str, str | None] = field(default_factory=dict)


def read_file(path: Path) -> CassetteFile:
    """Return a cassette file's content; a YAML file is plain vcrpy's.

    Raises:
        ValueError: the file is not a cassette; the message names it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return CassetteFile()
    try:
        content = (
            _parse_yaml(text)
            if path.suffix in (".yaml", ".yml")
            else serializer.deserialize(text)
        )
        interactions = [_build_interaction(item) for item in content["interactions"]]
        return CassetteFile(interactions, dict(content.get("environment", {})))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not a cassette ({error!r}); fix it, or delete it and record "
            "it again"
        ) from None


def _parse_yaml(text: str) -> dict[str, Any]:
    from vcr.serializers import yamlserializer

    content: dict[str, Any] = yamlserializer.deserialize(text)
    return content


def _build_interaction(entry: dict[str, Any]) -> Interaction:
    request, response = entry["request"], entry["response"]
    body = to_bytes(request["body"])
    response["body"] = {"string": to_bytes(response["body"].get("string"))}
    return Interaction(
        Request(request["method"], request["uri"], body, request["headers"]),
        response,
        set(entry["items"]) if "items" in entry else None,
    )


def write_file(path: Path, content: CassetteFile) -> None:
    """Replace a cassette file in one step: a reader never sees half of it."""
    entries = []
    for interaction in content.interactions:
        request = interaction.request
        headers = serializer.select_headers(dict(request.headers), response=False)
        entries.append(
            {
                "request": {
                    "method": request.method,
                    "uri": request.uri,
                    "headers": headers,
                    "body": request.body_bytes,
                },
                "response": interaction.response,
                "items": interaction.items,
            }
        )
    text = serializer.serialize(
        {"interactions": entries, "environment": content.environment}
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)  # mkstemp keeps it from everybody else
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def lock_file(path: Path) -> AbstractContextManager[Any]:
    """Keep other processes from writing the same cassette."""
    # Not beside the cassette: people commit that folder.
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"claimcheck-cassette-{digest}.lock")


@dataclass(frozen=True, slots=True)
class Changes:
    """What one test does to a cassette file.

    `known` are the fingerprints that were in the file when the test started. `added`
    is recorded, `joined` was recorded by other tests and is played by this one, too,
    and `released` is what this one no longer plays. With `removes_unused`, an answer
    that no test plays any more is removed.
    """

    item: str
    known: frozenset[str]
    added: list[Interaction]
    joined: list[Interaction]
    released: list[Interaction]
    removes_unused: bool
    environment: dict[str, str | None]

    def __bool__(self) -> bool:
        return bool(self.added or self.joined or self.released)


def save_changes(path: Path, changes: Changes) -> None:
    """Merge the changes of one test into what the file contains now."""
    with lock_file(path):
        content = read_file(path)
        _release(content.interactions, changes)
        _join(content.interactions, changes)
        content.interactions += _select_missing(content.interactions, changes)
        content.environment |= changes.environment
        write_file(path, content)


def _release(current: list[Interaction], changes: Changes) -> None:
    released = Counter(interaction.fingerprint() for interaction in changes.released)
    for interaction in list(current):
        fingerprint = interaction.fingerprint()
        if released[fingerprint]:
            released[fingerprint] -= 1
            items = interaction.items or set()
            items.discard(changes.item)
            if changes.removes_unused and not items:
                current.remove(interaction)


def _join(current: list[Interaction], changes: Changes) -> None:
    joined = Counter(interaction.fingerprint() for interaction in changes.joined)
    for interaction in current:
        fingerprint = interaction.fingerprint()
        if joined[fingerprint] and interaction.items is not None:
            joined[fingerprint] -= 1
            interaction.items.add(changes.item)


def _select_missing(current: list[Interaction], changes: Changes) -> list[Interaction]:
    """Return the added interactions that no other process recorded meanwhile.

    Every worker of pytest-xdist sets up the fixtures of the session. A replay plays
    the answers of one of them only.
    """
    concurrent: Counter[tuple[str, str]] = Counter()
    for interaction in current:
        is_own = changes.item in (interaction.items or ())
        if is_own and interaction.fingerprint() not in changes.known:
            concurrent[build_key(interaction.request)] += 1
    missing = []
    for interaction in changes.added:
        key = build_key(interaction.request)
        if concurrent[key]:
            concurrent[key] -= 1
        else:
            missing.append(interaction)
    return missing
