"""Find out what an endpoint accepts, from what it refuses.

Most refusals name what is wrong, in whatever words: the part that is named first is
left out or replaced. If a refusal names nothing ("Bad Request"), the optional parts are
left out in a fixed order, one at a time, until a request is accepted. Refused requests
cost nothing, but there must not be many: the search is bounded, it happens only before
such a request was ever accepted, and it is given up after a few that find nothing.

What was accepted is remembered for the endpoint and model while the process lives.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

from claimcheck.llm.body import (
    KEYWORD_PREFIX,
    RESPONSE_FORMATS,
    STRICT,
    SYSTEM_ROLE,
    TOKEN_LIMITS,
    Dialect,
    build_body,
    build_first_dialect,
    collect_keywords,
    get_response_format,
)
from claimcheck.llm.error_body import ErrorDetails
from claimcheck.llm.refusal import Refusal, read_refusal
from claimcheck.llm.retry import is_transient
from claimcheck.models.llm import ModelRequest
from claimcheck.settings import Settings

# FastAPI validates with 422; grammars that cannot be compiled end in a 500.
_REFUSAL_STATUSES = (400, 415, 422, 500, 501)
# OpenRouter finds "no endpoints that support" a parameter.
_NAMING_STATUSES = (*_REFUSAL_STATUSES, 404)
# A batch of documents whose text is refused must not search again for each of them.
# Chosen by hand.
_MAX_FAILED_SEARCHES = 3
# Besides the limit of tokens and the response format, and before them.
_SEARCHED_SETTINGS = ("seed", "temperature", "reasoning_effort", "store")
# What these demand is enforced here after the answer, so they can go.
_VALIDATION_KEYWORDS = frozenset(
    {
        "minItems",
        "maxItems",
        "uniqueItems",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minProperties",
        "maxProperties",
    }
)
# These are not missed either, but few endpoints refuse them.
_OTHER_KEYWORDS = frozenset(
    {"additionalProperties", "title", "description", "default", "examples", "$schema"}
)
_SETTING_WORDS = {
    "temperature": r"temperature",
    "seed": r"(?:random_?)?seed",
    "reasoning_effort": r"reasoning(?:[._]?effort)?",
    "store": r"store",
    "stream_options": r"stream_options",
    # The endpoint may name a limit as the server behind it does.
    "max_completion_tokens": r"max_?(?:completion|output|new)?_?tokens",
}
_SETTING_WORDS["max_tokens"] = _SETTING_WORDS["max_completion_tokens"]
_FORMAT_WORDS = re.compile(
    r"response_?(?:format|schema|jsonschema)|response format|text\.format"
    r"|json_schema|json_object"
    r"|structured.?outputs?|json.?mode|schema|grammar|strict|guided",
    re.I,
)
# The type as such is refused, rather than something in the schema. A dot or a bracket
# after it leads to a part.
_TYPE_WORDS = re.compile(
    r"json_schema(?![\w.\[])|json_object"
    r"|(?:response_?format|text\.format)['\"`]?[. ]+type"
    r"|structured.?outputs?|json.?mode",
    re.I,
)
_SYSTEM_WORDS = re.compile(
    r"system.{0,3}(?:role|message|prompt)|role.{0,20}system|roles must alternate"
    r"|developer instruction|only user and assistant"
    r"|(?:unexpected|unsupported|invalid|unknown) role",
    re.I,
)
_STREAM_WORDS = re.compile(
    r"\bstream\b.{0,40}(?:only|must|requir|enable|true)"
    r"|(?:only|must|requir|enable).{0,40}\bstream(?:ing)?\b|non-?stream",
    re.I,
)


@dataclass(slots=True)
class _Knowledge:
    """What one endpoint and model have taught us; it only ever grows.

    `accepted` holds the kinds of requests that had an answer: dialect, schema, fields.
    `suspected` holds dialects that had an answer where others had ended in a 500.
    `searcher` is the one request that tries out what to leave out; others wait for it.
    """

    dialect: Dialect = field(default_factory=Dialect)
    accepted: set[tuple[Dialect, str, frozenset[str]]] = field(default_factory=set)
    suspected: set[Dialect] = field(default_factory=set)
    failed_searches: int = 0
    searcher: Negotiation | None = None


_known: dict[tuple[str | None, str | None, str], _Knowledge] = {}
_lock = threading.Lock()


def get_dialect(settings: Settings) -> Dialect:
    """Return what the settings' endpoint and model accept, as far as known."""
    return _get_knowledge(settings).dialect


def learn_refusal(settings: Settings, body: dict[str, Any], refusal: Refusal) -> bool:
    """Remember what a refusal of this body names; False if that is nothing."""
    if not _may_be_about_body(refusal):
        return False
    dialect = find_step(_find_spoken(settings, body), body, refusal.details)
    if dialect is None:
        return False
    remember_dialect(settings, dialect)
    return True


def learn_unnamed_refusal(
    settings: Settings, body: dict[str, Any], refusal: Refusal
) -> bool:
    """Leave out all optional parts at once; False if none is left.

    For files of requests: to leave out one at a time would take a day for each.
    """
    if not _may_be_about_body(refusal) or refusal.status not in _REFUSAL_STATUSES:
        return False
    spoken = _find_spoken(settings, body)
    trials = list_trials(spoken, body, refusal.status)
    if not trials or refusal.details.param is not None:
        return False
    remember_dialect(settings, trials[-1])
    return True


def _find_spoken(settings: Settings, body: dict[str, Any]) -> Dialect:
    """Return the dialect of a body that an earlier refusal may have outdated."""
    settings_left_out = {
        name
        for name in get_dialect(settings).left_out
        if not name.startswith(KEYWORD_PREFIX)
    }
    response_format = get_response_format(body)
    json_schema = body.get("response_format", {}).get("json_schema")
    if json_schema and "strict" not in json_schema:
        settings_left_out.add(STRICT)
    return Dialect(response_format, frozenset(settings_left_out))


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


class Negotiation:
    """The search for a body of one request that the endpoint accepts.

    `cause` is the refusal that started a search which found nothing, if any. A context
    manager, at whose end the search is over.
    """

    def __init__(self, request: ModelRequest, settings: Settings) -> None:
        self.cause: Exception | None = None
        self.dialect = get_dialect(settings)
        self._request = request
        self._settings = settings
        self._trials: Iterator[Dialect] | None = None
        self._may_be_recovery = False
        self._seen_messages: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        known = _get_knowledge(self._settings)
        with _lock:
            if known.searcher is self:
                known.searcher = None

    def build_body(self) -> dict[str, Any]:
        """Return the body to send next."""
        return build_body(self._request, self._settings, self.dialect)

    def should_retry(self, error: BaseException) -> bool:
        """Tell whether to send the same body again."""
        if not is_transient(error):
            return False
        refusal = read_refusal(error)
        if refusal is None or not _may_be_about_body(refusal):
            return True
        # A body that breaks the server will break it again.
        is_search = self._trials is not None
        return not is_search and self._find_step(refusal) is None

    def must_wait(self, error: Exception) -> bool:
        """Tell whether another request is about to find out what helps."""
        searcher = _get_knowledge(self._settings).searcher
        if searcher is None or searcher is self or self._trials is not None:
            return False
        refusal = read_refusal(error)
        if refusal is None or not _may_be_about_body(refusal):
            return False
        return self._find_step(refusal) is None and self._may_search(refusal)

    def adapt(self, error: Exception) -> bool:
        """Choose another body after an error; False if none is left to try."""
        refusal = read_refusal(error)
        if refusal is None or not _may_be_about_body(refusal):
            return False
        if self._trials is None:
            # Another request may have found out what this one is about to search.
            known = self.dialect.merge(get_dialect(self._settings))
            if known != self.dialect:
                self.dialect = known
                return True
            step = self._find_step(refusal)
            if step:
                self._seen_messages.add(refusal.details.message)
                self.dialect = step
                return True
            if not self._may_search(refusal):
                return False
            self.cause = error
            self._may_be_recovery = refusal.status == 500
            trials = list_trials(self.dialect, self.build_body(), refusal.status)
            self._trials = iter(trials)
            with _lock:
                known_to_all = _get_knowledge(self._settings)
                known_to_all.searcher = known_to_all.searcher or self
        trial = next(self._trials, None)
        if trial is None:
            with _lock:
                _get_knowledge(self._settings).failed_searches += 1
            return False
        self.dialect = trial
        return True

    def accept(self) -> None:
        """Remember that the current body has an answer."""
        known = _get_knowledge(self._settings)
        with _lock:
            known.accepted.add(self._kind())
            if self._may_be_recovery and self.dialect not in known.suspected:
                # The server may just have recovered. Believe it the second time.
                known.suspected.add(self.dialect)
                return
        remember_dialect(self._settings, self.dialect)

    def _find_step(self, refusal: Refusal) -> Dialect | None:
        return find_step(self.dialect, self.build_body(), refusal.details)

    def _may_search(self, refusal: Refusal) -> bool:
        known = _get_knowledge(self._settings)
        if not _may_name_nothing(refusal):
            return False
        if known.failed_searches >= _MAX_FAILED_SEARCHES:
            return False
        # A request like this had an answer: it must be the text that is refused.
        if self._kind() in known.accepted:
            return False
        # The endpoint says that it is not the body's fault.
        if refusal.should_retry or refusal.retry_after_s is not None:
            return False
        # It names something else, or repeats what did not help.
        details = refusal.details
        return details.param is None and details.message not in self._seen_messages

    def _kind(self) -> tuple[Dialect, str, frozenset[str]]:
        names = frozenset(self.build_body())
        return self.dialect, self._request.schema_name, names


def find_step(
    dialect: Dialect, body: dict[str, Any], details: ErrorDetails
) -> Dialect | None:
    """Return the dialect without the part of the body named first, if any."""
    # The field that the error states counts more than words in its message.
    text = f"{details.param or ''} {details.message}"
    steps: list[tuple[int, Dialect]] = []
    for name, words in _SETTING_WORDS.items():
        found = re.search(rf"(?<![^\W_])(?:{words})(?![^\W])", text, re.I)
        if found and name in body:
            steps.append((found.start(), dialect.without(name)))
    if "response_format" in body:
        start = _find_format_words(body, text)
        if start is not None:
            steps.append((start, _step_format_down(dialect, body, text)))
    if steps:
        return min(steps, key=lambda step: step[0])[1]
    if body["messages"][0]["role"] == "system" and _SYSTEM_WORDS.search(text):
        return dialect.without(SYSTEM_ROLE)
    if "stream" not in body and _STREAM_WORDS.search(text):
        return replace(dialect, streams=True)
    return None


def list_trials(
    dialect: Dialect, body: dict[str, Any], status: int | None
) -> list[Dialect]:
    """List what to leave out, in order, if nothing is named; at most 12."""
    formats = _list_formats(dialect, body)
    if status == 500:  # no server breaks over a temperature
        return formats
    trials = []
    settings: list[str] = [name for name in _SEARCHED_SETTINGS if name in body]
    for name in settings:
        trials.append(dialect.without(name))
    limits = [name for name in TOKEN_LIMITS if name not in dialect.left_out]
    if not any(name in body for name in limits):
        limits = []
    for count in range(1, len(limits) + 1):
        trials.append(dialect.without(*limits[:count]))
    trials += formats
    # Several parts at once: nobody says which, so all of them.
    plain = dialect.without(*settings)
    bare = plain.without(*limits)
    trials += [plain, bare]
    trials += [plain.merge(other) for other in formats[-2:-1]]
    trials += [bare.merge(other) for other in formats[-1:]]
    untried = dict.fromkeys(trials)  # each once, in order
    untried.pop(dialect, None)
    return list(untried)


def _list_formats(dialect: Dialect, body: dict[str, Any]) -> list[Dialect]:
    """List the dialects with ever looser response formats."""
    formats = []
    while "response_format" in body:
        dialect = _step_format_down(dialect, body, "")
        formats.append(dialect)
        body = _reduce_format(body, dialect)
    return formats


def _reduce_format(body: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return as much of a body with this dialect as the next step looks at."""
    if dialect.response_format == "text":
        return {}
    if dialect.response_format == "json_object":
        return {"response_format": {"type": "json_object"}}
    return {"response_format": body["response_format"]}


def _find_format_words(body: dict[str, Any], text: str) -> int | None:
    """Return where the text first mentions a part of the response format."""
    starts = []
    words = _FORMAT_WORDS.search(text)
    if words:
        starts.append(words.start())
    starts += _find_keywords(body, text).values()
    return min(starts, default=None)


def _find_keywords(body: dict[str, Any], text: str) -> dict[str, int]:
    """Return where the text mentions keywords of the schema that can go."""
    keywords = {}
    for keyword in _list_keywords(body, _VALIDATION_KEYWORDS | _OTHER_KEYWORDS):
        quoted = re.escape(keyword)
        # "format", as a word, mostly belongs to "response format".
        pattern = rf"(?<![\w$]){quoted}(?!\w)"
        if keyword in ("format", "title", "description", "default"):
            pattern = rf"['\"`]{quoted}['\"`]"
        if found := re.search(pattern, text):
            keywords[keyword] = found.start()
    return keywords


def _list_keywords(body: dict[str, Any], wanted: frozenset[str]) -> set[str]:
    json_schema = body.get("response_format", {}).get("json_schema")
    return collect_keywords(json_schema["schema"]) & wanted if json_schema else set()


def _step_format_down(dialect: Dialect, body: dict[str, Any], text: str) -> Dialect:
    """Leave out the next piece of the response format, or a named one."""
    if dialect.response_format != "json_schema":
        return replace(dialect, response_format=RESPONSE_FORMATS[-1])
    pieces = _choose_schema_pieces(dialect, body, text)
    if pieces:
        return dialect.without(*pieces)
    return replace(dialect, response_format="json_object")


def _choose_schema_pieces(
    dialect: Dialect, body: dict[str, Any], text: str
) -> set[str]:
    """Choose what to leave out of a schema; nothing if all of it has to go."""
    named = _prefix(_find_keywords(body, text)) - dialect.left_out
    validating = _prefix(_list_keywords(body, _VALIDATION_KEYWORDS))
    if named:
        # After a second one, the others would be refused one by one as well.
        return named | validating if validating & dialect.left_out else named
    if STRICT not in dialect.left_out and re.search(r"\bstrict\b", text, re.I):
        return {STRICT}
    if _TYPE_WORDS.search(text):
        return set()
    return (validating - dialect.left_out) or ({STRICT} - dialect.left_out)


def _prefix(keywords: Iterable[str]) -> set[str]:
    return {KEYWORD_PREFIX + keyword for keyword in keywords}


def _may_be_about_body(refusal: Refusal) -> bool:
    if refusal.status not in _NAMING_STATUSES:
        return False
    return not (
        refusal.is_out_of_credit
        or refusal.is_over_context_window
        or refusal.is_filtered
        or refusal.is_unknown_model
        or refusal.asks_for_too_long
    )


def _may_name_nothing(refusal: Refusal) -> bool:
    """Whether a refusal can be about the body without naming a part of it."""
    if refusal.status in _REFUSAL_STATUSES:
        return True
    # OpenRouter: "No endpoints found that can handle the requested parameters."
    return refusal.status == 404 and "parameter" in refusal.details.message.lower()


def _get_knowledge(settings: Settings) -> _Knowledge:
    key = (settings.base_url, settings.model, settings.api)
    known = _known.get(key)
    # Another thread may be first.
    return known or _known.setdefault(key, _Knowledge(build_first_dialect(settings)))
