"""Find out what an endpoint accepts, from what it refuses.

Most refusals name the part that is wrong: the first part named is left out or replaced
(`refused_parts.py`). If a refusal names nothing ("Bad Request"), the optional parts are
left out in a fixed order, one at a time, until a request is accepted. Refused requests
cost nothing, but there must not be many: the search is bounded, it happens only before
such a request was ever accepted, and it stops for good after a few failed searches.
The result is remembered for the endpoint and model as long as the process lives.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from claimcheck.llm.body import (
    KEYWORD_PREFIX,
    STRICT,
    Dialect,
    build_body,
    build_first_dialect,
    get_response_format,
)
from claimcheck.llm.refusal import Refusal, read_refusal
from claimcheck.llm.refused_parts import find_step, list_trials
from claimcheck.llm.retry import is_transient
from claimcheck.models.llm import ModelRequest
from claimcheck.settings import Settings

# A batch of documents whose texts are refused must not search again for each document.
# Chosen by hand.
_MAX_FAILED_SEARCHES = 3


@dataclass(slots=True)
class _Knowledge:
    """What is known about one endpoint and model; it only ever grows.

    `accepted` has the kinds of requests that were answered: dialect, schema, fields.
    `suspected` has dialects that were answered after others had ended in a 500.
    `searcher` is the one request that tries out what to leave out; others wait for it.
    """

    dialect: Dialect
    accepted: set[tuple[Dialect, str, frozenset[str]]] = field(default_factory=set)
    suspected: set[Dialect] = field(default_factory=set)
    failed_searches: int = 0
    searcher: Negotiation | None = None


_known: dict[tuple[str | None, str | None, str], _Knowledge] = {}
_lock = threading.Lock()


def _get_knowledge(settings: Settings) -> _Knowledge:
    key = (settings.base_url, settings.model, settings.api)
    known = _known.get(key)
    # `setdefault`, because another thread may add it first.
    return known or _known.setdefault(key, _Knowledge(build_first_dialect(settings)))


def get_dialect(settings: Settings) -> Dialect:
    """Return what the settings' endpoint and model accept, as far as known."""
    return _get_knowledge(settings).dialect


def remember_dialect(settings: Settings, dialect: Dialect) -> None:
    """Remember what the endpoint and model of the settings accept."""
    with _lock:
        known = _get_knowledge(settings)
        # Another thread may have learned something else: never forget that.
        known.dialect = known.dialect.merge(dialect)


def forget_dialects() -> None:
    """Forget all endpoints, so that tests do not depend on each other."""
    with _lock:
        _known.clear()


def learn_refusal(settings: Settings, body: dict[str, Any], refusal: Refusal) -> bool:
    """Remember the part that a refusal names; False if it names none."""
    if not refusal.may_be_about_body or refusal.is_over_context_window:
        return False
    dialect = find_step(_infer_dialect(settings, body), body, refusal.details)
    if dialect is None:
        return False
    remember_dialect(settings, dialect)
    return True


def learn_unnamed_refusal(
    settings: Settings, body: dict[str, Any], refusal: Refusal
) -> bool:
    """Leave out all optional parts at once; False if none is left.

    For files of requests, where leaving out one part at a time could take a day each.
    """
    if not (refusal.may_be_about_body and refusal.is_of_body_status):
        return False
    trials = list_trials(_infer_dialect(settings, body), body, refusal.status)
    if not trials or refusal.details.param is not None:
        return False
    remember_dialect(settings, trials[-1])
    return True


def _infer_dialect(settings: Settings, body: dict[str, Any]) -> Dialect:
    """Infer the dialect of a body that may be older than the last refusal."""
    left_out = {
        name
        for name in get_dialect(settings).left_out
        if not name.startswith(KEYWORD_PREFIX)
    }
    json_schema = body.get("response_format", {}).get("json_schema")
    if json_schema and "strict" not in json_schema:
        left_out.add(STRICT)
    return Dialect(get_response_format(body), frozenset(left_out))


class Negotiation:
    """The search for a body of one request that the endpoint accepts.

    `cause` is the refusal that started a search without names, if there was one. Use it
    as a context manager; the search is over when the block ends.
    """

    def __init__(self, request: ModelRequest, settings: Settings) -> None:
        self.cause: Exception | None = None
        self.dialect = get_dialect(settings)
        self._request = request
        self._settings = settings
        self._trials: Iterator[Dialect] | None = None
        self._may_be_recovery = False
        self._is_too_long = False
        self._seen_messages: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with _lock:
            if self._known.searcher is self:
                self._known.searcher = None

    @property
    def _known(self) -> _Knowledge:
        return _get_knowledge(self._settings)

    def build_body(self) -> dict[str, Any]:
        """Return the body to send next."""
        return build_body(self._request, self._settings, self.dialect)

    def should_retry(self, error: BaseException) -> bool:
        """Return whether to send the same body again."""
        if not is_transient(error):
            return False
        refusal = _read_refusal_of_body(error)
        # A body that breaks the server will break it again.
        is_search = self._trials is not None
        return refusal is None or not (is_search or self._find_step(refusal))

    def must_wait(self, error: Exception) -> bool:
        """Return whether another request is searching for what is accepted."""
        if self._known.searcher in (None, self) or self._trials is not None:
            return False
        refusal = _read_refusal_of_body(error)
        if refusal is None or self._find_step(refusal):
            return False
        return self._may_search(refusal)

    def adapt(self, error: Exception) -> bool:
        """Choose another body after an error; False if none is left to try."""
        refusal = _read_refusal_of_body(error)
        if refusal is None:
            return False
        if self._trials is None:
            if self._adapt_as_known(refusal):
                return True
            if not self._may_search(refusal):
                return False
            self._trials = self._begin_search(error, refusal)
        trial = next(self._trials, None)
        if trial is None:
            with _lock:
                self._known.failed_searches += 1
            return False
        self.dialect = trial
        return True

    def _adapt_as_known(self, refusal: Refusal) -> bool:
        """Adapt without a search; False if nothing says what to change."""
        # Another request may already have found what this one would search for.
        known = self.dialect.merge(get_dialect(self._settings))
        if known != self.dialect:
            self.dialect = known
            return True
        step = self._find_step(refusal)
        if step is None:
            return False
        self._seen_messages.add(refusal.details.message)
        self._is_too_long |= refusal.is_over_context_window
        self.dialect = step
        return True

    def accept(self) -> None:
        """Remember that the endpoint accepted the current body."""
        known = self._known
        with _lock:
            known.accepted.add(self._kind())
            if self._is_too_long:
                return  # don't restrict shorter requests, which have more room
            if self._may_be_recovery and self.dialect not in known.suspected:
                # The server may just have recovered from the 500. Believe it the second
                # time.
                known.suspected.add(self.dialect)
                return
        remember_dialect(self._settings, self.dialect)

    def _begin_search(self, cause: Exception, refusal: Refusal) -> Iterator[Dialect]:
        self.cause = cause
        self._may_be_recovery = refusal.status == 500
        trials = list_trials(self.dialect, self.build_body(), refusal.status)
        with _lock:
            self._known.searcher = self._known.searcher or self
        return iter(trials)

    def _find_step(self, refusal: Refusal) -> Dialect | None:
        return find_step(self.dialect, self.build_body(), refusal.details)

    def _may_search(self, refusal: Refusal) -> bool:
        if not refusal.may_name_nothing:
            return False
        if self._known.failed_searches >= _MAX_FAILED_SEARCHES:
            return False
        # A similar request was answered, so this one's text must be the problem.
        if self._kind() in self._known.accepted:
            return False
        # The endpoint says that the body is not the problem.
        if refusal.should_retry or refusal.retry_after_s is not None:
            return False
        # The refusal names something else, or repeats one for which a step did not
        # help.
        details = refusal.details
        return details.param is None and details.message not in self._seen_messages

    def _kind(self) -> tuple[Dialect, str, frozenset[str]]:
        names = frozenset(self.build_body())
        return self.dialect, self._request.schema_name, names


def _read_refusal_of_body(error: BaseException) -> Refusal | None:
    refusal = read_refusal(error)
    return refusal if refusal and refusal.may_be_about_body else None
