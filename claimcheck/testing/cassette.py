"""Cassettes: recorded requests and answers, on top of vcrpy.

A request matches a recorded one only if everything except its secrets is equal, so a
test fails when a prompt changes; the error shows which part of the closest request
differs. Several tests may share a cassette. Each answer lists the tests that play it,
and no test deletes an answer that another one plays.
"""

from __future__ import annotations

import copy
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vcr.request import Request

from claimcheck.testing.bodies import to_bytes, unpack_response
from claimcheck.testing.files import (
    HEAD_HEADERS,
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    UNKNOWN_ITEM,
    CassetteFile,
    Interaction,
    is_yaml,
    lock_file,
    number_interactions,
    read_file,
    select_headers,
    write_file,
)
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
from claimcheck.testing.templates import identify_templates

RECORD_MODES = ("none", "once", "new", "all")
BASE_URL_VARIABLE = "OPENAI_BASE_URL"
_DEFAULT_HOST = "api.openai.com"  # used if the variable is not set

# Each save writes the whole file. Beyond this time, answers wait, so that saving takes
# at most a tenth of a recording: 200 requests of 40 kB would take 35 s otherwise.
_QUICK_SAVE_S = 0.05
_SAVE_SHARE = 10


class CassetteMissError(AssertionError):
    """No cassette answers a request; the message shows what changed."""


class Cassette:
    """The answers that one test plays from, and adds to, the file at `path`.

    `item` names the test; other tests may share the file. `record` is None or `none`
    to replay only, `once` to record a test that has no answers yet or was interrupted,
    `new` to add missing answers, and `all` to record everything again. A YAML file of
    vcrpy is only replayed.

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
        if is_yaml(path):
            self.record = "none"
            command = f"give the cassette a name that does not end in {path.suffix}"
        self.path, self.item, self.command = path, item, command
        # Code under test may send requests from several threads.
        self._lock = threading.RLock()
        self._credentials: set[str] = set()
        self._played: set[Interaction] = set()
        self._added: list[Interaction] = []  # not in the file yet
        self._saved: set[Interaction] = set()
        self._uncleaned: set[Interaction] = set()
        self._replaced: set[Interaction] = set()
        self._left_out: Counter[tuple[str, str]] = Counter()
        self._saved_at = self._save_time_s = 0.0
        self.has_misses = False

        content = read_file(path)
        self.environment = content.environment
        self._interactions = content.interactions
        self._by_key: dict[tuple[str, str], list[Interaction]] = defaultdict(list)
        for interaction in self._interactions:
            self._by_key[build_key(interaction.request)].append(interaction)
        self._masked = [item for item in self._interactions if has_mask(item.request)]
        all_items = [interaction.items for interaction in self._interactions]
        # Older versions, and recordings outside pytest, state no tests.
        self._has_items = any(items != {UNKNOWN_ITEM} for items in all_items)
        self._is_incomplete = item in content.incomplete
        has_answers = any(map(self._may_play, self._interactions))
        is_recorded = has_answers and not self._is_incomplete
        replaying_modes = ("none", "once") if is_recorded else ("none",)
        self.write_protected = self.record in replaying_modes

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
            item
            for item in self._interactions
            if self._belongs_to_test(item) and item not in self._played
        ]

    def _may_play(self, interaction: Interaction) -> bool:
        return not self.item or bool(interaction.items & {self.item, UNKNOWN_ITEM})

    def _belongs_to_test(self, interaction: Interaction) -> bool:
        if self.item and self._has_items:
            # Answers without this test's name may belong to other tests of the file.
            return self.item in interaction.items
        return bool(interaction.items & {self.item, UNKNOWN_ITEM})

    def can_play(self, request: Request) -> bool:
        """Whether the request has an answer that has not been played yet."""
        with self._lock:
            return self._find_playable(request) is not None

    def play(self, request: Request) -> dict[str, Any] | None:
        """Return the next answer, decompressed; None without one."""
        with self._lock:
            interaction = self._find_playable(request)
            if interaction is None:
                return None
            self._played.add(interaction)
            # A copy, because a client may change what it receives.
            return copy.deepcopy(interaction.response)

    def _find_playable(self, request: Request) -> Interaction | None:
        if self.record == "all":
            return None
        equal = self._by_key.get(build_key(request)) or self._find_masked(request)
        candidates = self._select_candidates(equal)
        return next((item for item in candidates if item not in self._played), None)

    def _find_masked(self, request: Request) -> list[Interaction]:
        """Return the recordings that differ only in masked secrets."""
        return [item for item in self._masked if matches_masked(request, item.request)]

    def _select_candidates(self, candidates: list[Interaction]) -> list[Interaction]:
        """Return this test's answers, else another test's, else no test's."""
        # Never the answers of several tests: a request that is sent twice instead of
        # once must not play one from each.
        by_item: dict[str, list[Interaction]] = defaultdict(list)
        for interaction in candidates:
            for item in interaction.items or {UNKNOWN_ITEM}:
                by_item[item].append(interaction)
        items = (self.item, *sorted(by_item), UNKNOWN_ITEM)
        return next((by_item[item] for item in items if item in by_item), [])

    def add(self, request: Request, response: dict[str, Any]) -> None:
        """Record a request and its answer."""
        with self._lock:
            self._add(request, response)
            waited_s = time.monotonic() - self._saved_at
            if waited_s >= _SAVE_SHARE * self._save_time_s:
                self._save_early()

    def _save_early(self) -> None:
        """Save an answer at once, in case the process is killed."""
        started = time.monotonic()
        # The client would retry after an error; the last `save` raises it again.
        with suppress(OSError, ValueError):
            self.save()
        self._saved_at = time.monotonic()
        time_s = self._saved_at - started
        self._save_time_s = time_s if time_s > _QUICK_SAVE_S else 0.0

    def _add(self, request: Request, response: dict[str, Any]) -> None:
        credentials = find_credentials(request.uri, dict(request.headers))
        if not credentials <= self._credentials:
            self._credentials |= credentials
            self._uncleaned |= self._saved  # an answer may have contained a new one
        sent = Request(
            request.method, request.uri, request.body_bytes, dict(request.headers)
        )
        interaction = Interaction(sent, unpack_response(response), {self.item})
        interaction.recorded = datetime.now(UTC).date().isoformat()
        interaction.templates = identify_templates(to_bytes(request.body_bytes))
        self._added.append(interaction)
        if self.record == "all":
            earlier = filter(
                self._belongs_to_test, self._by_key.get(build_key(request), [])
            )
            kept = [item for item in earlier if item not in self._replaced]
            self._replaced.update(kept[:1])
        self._note_base_url(request)

    def _note_base_url(self, request: Request) -> None:
        # A replay must send the same requests on any machine.
        base_url = os.environ.get(BASE_URL_VARIABLE)
        if base_url:
            if request.uri.startswith(base_url):
                self.environment[BASE_URL_VARIABLE] = strip_credentials(base_url)
        elif request.host == _DEFAULT_HOST:
            self.environment[BASE_URL_VARIABLE] = None

    def build_miss(self, request: Request) -> CassetteMissError:
        """Build the error of a request without an answer."""
        self.has_misses = True
        credentials = find_credentials(request.uri, dict(request.headers))
        cleaned = _clean_request(request, credentials)
        with self._lock:
            # An answer that is still unplayed is the likely counterpart.
            recorded = sorted(self._interactions, key=lambda item: item in self._played)
        if recorded:
            diff = diff_closest_request(cleaned, [item.request for item in recorded])
        else:
            state = "has no requests" if self.path.exists() else "does not exist"
            diff = f"{self.path} {state}"
        return CassetteMissError(
            f"{self.path.name}: no recorded answer for {cleaned.method} {cleaned.uri}\n"
            f"{diff}\nTo record it from a real endpoint: {self.command}"
        )

    def save(self, *, passed: bool = False) -> None:
        """Merge the recorded answers into the file.

        A failed test may have stopped before its last request, so only a test that
        `passed` removes the answers that it no longer plays.
        """
        with self._lock:
            released = self._find_released(passed)
            joined = {item for item in self._played if not self._may_play(item)}
            is_completed = passed and self._is_incomplete
            has_changes = bool(self._added or released or joined or is_completed)
            if self.write_protected or not has_changes:
                return
            may_lack_answers = self._is_incomplete or bool(self._added)
            self._is_incomplete = may_lack_answers and not passed
            for interaction in self._added:
                self._clean(interaction)
            with lock_file(self.path):
                self._merge(released, joined)
            self._saved.update(self._added)
            self._played.update(self._added, released)
            self._interactions += self._added
            self._added, self._replaced, self._uncleaned = [], set(), set()

    def _find_released(self, passed: bool) -> set[Interaction]:
        # Outside pytest, it is unknown what else plays from the file.
        if passed and (self.item or self.record == "all"):
            return self._replaced | set(self.find_unplayed())
        return self._replaced

    def _merge(self, released: set[Interaction], joined: set[Interaction]) -> None:
        """Apply this test's changes to the current content of the file."""
        content = read_file(self.path)
        known = number_interactions(self._interactions)
        others = []
        for key, current in number_interactions(content.interactions).items():
            interaction = known.get(key)
            if interaction is None:
                others.append(current)  # recorded by another process in the meantime
            elif interaction in released:
                self._release(current, content)
            elif interaction in joined:
                interaction.items = current.items = current.items | {self.item}
            elif interaction in self._uncleaned:
                self._clean(interaction)
                current.request = interaction.request
                current.response = interaction.response
        content.interactions += self._select_missing(others)
        if self._is_incomplete:
            content.incomplete.add(self.item)
        else:
            content.incomplete.discard(self.item)
        content.environment |= self.environment
        write_file(self.path, content)

    def _release(self, interaction: Interaction, content: CassetteFile) -> None:
        interaction.items.discard(self.item)
        # Another mode keeps the answer, in case the prompt is changed back.
        if self.record == "all" and not interaction.items:
            content.interactions.remove(interaction)

    def _select_missing(self, others: Iterable[Interaction]) -> list[Interaction]:
        """Return the added answers that no other process recorded meanwhile.

        Every worker of pytest-xdist sets up the fixtures of the session, but a replay
        plays the answers of only one of them.
        """
        same_item = [item for item in others if self.item in item.items]
        recorded = Counter(build_key(item.request) for item in same_item)
        missing = []
        for interaction in self._added:
            key = build_key(interaction.request)
            if recorded[key] > self._left_out[key]:
                self._left_out[key] += 1
            else:
                missing.append(interaction)
        return missing

    def _clean(self, interaction: Interaction) -> None:
        """Remove secrets from a recorded request and its answer."""
        response = interaction.response
        is_head = interaction.request.method == "HEAD"
        allowed = HEAD_HEADERS if is_head else RESPONSE_HEADERS
        headers = select_headers(response["headers"], allowed)
        for name, values in headers.items():
            headers[name] = [redact(value, self._credentials) for value in values]
        body = response["body"]
        body["string"] = redact_body(body["string"], self._credentials)
        status = response["status"]
        interaction.response = {"status": status, "headers": headers, "body": body}
        interaction.request = _clean_request(interaction.request, self._credentials)


def _clean_request(request: Request, credentials: set[str]) -> Request:
    headers = select_headers(dict(request.headers), REQUEST_HEADERS)
    body = redact_body(to_bytes(request.body_bytes), credentials)
    return Request(request.method, strip_credentials(request.uri), body, headers)
