"""Cassettes: recorded requests and answers, on top of vcrpy.

A request matches a recorded one only if everything but its secrets is equal, so a test
fails when a prompt changed; the error shows which part of the closest request differs.

Several tests may share a cassette. Each answer lists the tests that play it, and no
test deletes an answer that another one plays.
"""

from __future__ import annotations

import copy
import os
import threading
import zlib
from pathlib import Path
from typing import Any

from vcr.filters import decode_response
from vcr.request import Request

from claimcheck.testing import serializer
from claimcheck.testing.files import Changes, Interaction, read_file, save_changes
from claimcheck.testing.matching import (
    build_key,
    diff_closest_request,
    has_mask,
    matches_masked,
)
from claimcheck.testing.redaction import (
    find_credentials,
    redact,
    redact_body,
    strip_credentials,
)

RECORD_MODES = ("none", "once", "new", "all")
BASE_URL_VARIABLE = "OPENAI_BASE_URL"
_DEFAULT_HOST = "api.openai.com"  # without the variable


class CassetteMissError(AssertionError):
    """No cassette answers a request; the message shows what changed."""


class Cassette:
    """What one test plays from, and adds to, the file at `path`.

    `item` names the test; other tests may share the file. `record` is None or `none`
    to replay only, `once` to record a test that has no answers yet, `new` to add
    missing answers, and `all` to record everything again.

    Raises:
        ValueError: `record` is not a mode, or the file is not a cassette.
    """

    def __init__(
        self,
        path: Path,
        *,
        item: str = "",
        record: str | None = None,
        command: str = "use_cassette(..., record='new')",
    ) -> None:
        self.record = record or "none"
        if self.record not in RECORD_MODES:
            modes = ", ".join(RECORD_MODES)
            raise ValueError(f"record is {record!r}; choose from {modes}, or None")
        self.path, self.item, self.command = path, item, command
        # Code under test may send requests from several threads.
        self._lock = threading.RLock()
        self._credentials: set[str] = set()
        self._played: set[Interaction] = set()
        self._added: list[Interaction] = []
        self._environment: dict[str, str | None] = {}
        self.has_misses = False
        self._load()

    def _load(self) -> None:
        content = read_file(self.path)
        self._interactions = content.interactions
        self.environment = content.environment
        self._has_items = any(item.items is not None for item in self._interactions)
        self._by_key: dict[tuple[str, str], list[Interaction]] = {}
        for interaction in self._interactions:
            key = build_key(interaction.request)
            self._by_key.setdefault(key, []).append(interaction)
        self._masked = [item for item in self._interactions if has_mask(item.request)]
        has_recording = any(
            item.items is None or self.item in item.items for item in self._interactions
        )
        self.write_protected = self.record == "none" or (
            self.record == "once" and has_recording
        )

    def __len__(self) -> int:
        return len(self._interactions) + len(self._added)

    @property
    def requests(self) -> list[Request]:
        """The recorded requests, in the order of the file."""
        return [item.request for item in self._interactions + self._added]

    @property
    def responses(self) -> list[dict[str, Any]]:
        """The recorded answers, in the order of the file."""
        return [item.response for item in self._interactions + self._added]

    @property
    def play_count(self) -> int:
        """The number of answers that were played."""
        return len(self._played)

    @property
    def all_played(self) -> bool:
        """Whether the test requested all of its answers."""
        return not self.find_unplayed()

    def find_unplayed(self) -> list[Interaction]:
        """Return the answers of this test that it did not request."""
        return [
            interaction
            for interaction in self._interactions
            if self._is_own(interaction) and interaction not in self._played
        ]

    def can_play(self, request: Request) -> bool:
        """Whether the request has an answer that was not played yet."""
        with self._lock:
            return self._find_playable(request) is not None

    def play(self, request: Request) -> dict[str, Any] | None:
        """Return the next answer of a request; None if there is none."""
        with self._lock:
            interaction = self._find_playable(request)
            if interaction is None:
                return None
            self._played.add(interaction)
            # The client may change what it gets.
            return copy.deepcopy(interaction.response)

    def add(self, request: Request, response: dict[str, Any]) -> None:
        """Record a request and its answer; `save` writes it to the file."""
        with self._lock:
            self._credentials |= find_credentials(request.uri, dict(request.headers))
            copied = Request(
                request.method, request.uri, request.body_bytes, dict(request.headers)
            )
            answer = _decode_response(response)
            items = {self.item} if self.item else None
            self._added.append(Interaction(copied, answer, items))
            # A replay has to send the same requests, on any machine.
            base_url = os.environ.get(BASE_URL_VARIABLE)
            if base_url and request.uri.startswith(base_url):
                self._environment[BASE_URL_VARIABLE] = strip_credentials(base_url)
            elif not base_url and request.host == _DEFAULT_HOST:
                self._environment[BASE_URL_VARIABLE] = None

    def build_miss(self, request: Request) -> CassetteMissError:
        """Build the error of a request without an answer."""
        self.has_misses = True
        credentials = find_credentials(request.uri, dict(request.headers))
        cleaned = _clean_request(request, credentials)
        with self._lock:
            # An answer still to be played is the likely counterpart.
            recorded = sorted(self._interactions, key=lambda item: item in self._played)
        diff = diff_closest_request(cleaned, [item.request for item in recorded])
        return CassetteMissError(
            f"{self.path.name}: no recorded answer for {cleaned.method} {cleaned.uri}\n"
            f"{diff}\nTo record it from a real endpoint: {self.command}"
        )

    def save(self, *, passed: bool = False) -> None:
        """Merge what was recorded into the file.

        A test that failed may have stopped before its last request, so only one that
        `passed` removes the answers that it no longer plays.
        """
        with self._lock:
            if self.write_protected:
                return
            changes = Changes(
                self.item,
                frozenset(item.fingerprint() for item in self._interactions),
                [self._clean(interaction) for interaction in self._added],
                [item for item in self._played if self._joins(item)],
                self._find_released(passed),
                self.record == "all",
                self._environment,
            )
            if not changes:
                return
            save_changes(self.path, changes)
            for interaction in changes.joined:
                if interaction.items is not None:
                    interaction.items.add(self.item)
            self._played.update(changes.added, changes.released)
            self._interactions += changes.added
            self._added = []

    def _is_own(self, interaction: Interaction) -> bool:
        if interaction.items is not None:
            return self.item in interaction.items
        return not self._has_items or not self.item

    def _joins(self, interaction: Interaction) -> bool:
        return interaction.items is not None and self.item not in interaction.items

    def _find_playable(self, request: Request) -> Interaction | None:
        if self.record == "all":
            return None
        candidates = self._by_key.get(build_key(request), [])
        if not candidates:
            candidates = [
                item for item in self._masked if matches_masked(request, item.request)
            ]
        for interaction in self._prefer_own(candidates):
            if interaction not in self._played:
                return interaction
        return None

    def _prefer_own(self, candidates: list[Interaction]) -> list[Interaction]:
        """Return this test's answers, unused ones, or one other test's."""
        for candidate in candidates:
            if candidate.items and self.item in candidate.items:
                return [item for item in candidates if self.item in (item.items or ())]
        free = [item for item in candidates if not item.items]
        if free or not candidates:
            return free
        # Not those of several tests: a request that is sent twice instead of once
        # must not play the answers of both.
        other = min(candidates[0].items or ())
        return [item for item in candidates if other in (item.items or ())]

    def _find_released(self, passed: bool) -> list[Interaction]:
        repeated = {build_key(item.request) for item in self._added}
        released = []
        for interaction in self.find_unplayed():
            # Nobody knows which tests play an answer without items.
            is_known = interaction.items is not None or not self.item
            is_repeated = (
                self.record == "all" and build_key(interaction.request) in repeated
            )
            if is_known and (passed or is_repeated):
                released.append(interaction)
        return released

    def _clean(self, interaction: Interaction) -> Interaction:
        """Remove secrets from a recorded request and its answer."""
        response = interaction.response
        headers = serializer.select_headers(response["headers"], response=True)
        for values in headers.values():
            values[:] = [redact(value, self._credentials) for value in values]
        cleaned = {
            "status": response["status"],
            "headers": headers,
            "body": {
                "string": redact_body(response["body"]["string"], self._credentials)
            },
        }
        request = _clean_request(interaction.request, self._credentials)
        return Interaction(request, cleaned, interaction.items)


def _clean_request(request: Request, credentials: set[str]) -> Request:
    headers = serializer.select_headers(dict(request.headers), response=False)
    body = redact_body(request.body_bytes or b"", credentials)
    return Request(request.method, strip_credentials(request.uri), body, headers)


def _decode_response(response: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the answer with an uncompressed body of bytes."""
    response = copy.deepcopy(response)
    body = response["body"].get("string") or b""
    response["body"] = {"string": body.encode() if isinstance(body, str) else body}
    try:
        # A compressed body could not be read, compared, or searched for secrets.
        decoded: dict[str, Any] = decode_response(response)
    except (OSError, ValueError, zlib.error):
        return response  # not compressed, whatever its header says
    return decoded
