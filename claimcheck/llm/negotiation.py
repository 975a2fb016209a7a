"""Find out what an endpoint accepts, from what it refuses.

Most refusals name the part that is wrong: the first part named is left out, or replaced
by what most endpoints accept. If a refusal names nothing ("Bad Request"), the optional
parts are left out in a fixed order, one at a time, until a request is accepted. Refused
requests cost nothing, but there must not be many: the search is bounded, it happens
only before such a request was ever accepted, and it stops for good after a few failed
searches. The result is remembered for the endpoint and model as long as the process
lives.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from operator import itemgetter
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

# A batch of documents whose texts are refused must not search again for each document.
# Chosen by hand.
_MAX_FAILED_SEARCHES = 3
# Tried in this order, before the token limit and the response format.
_SEARCHED_SETTINGS = ("seed", "temperature", "reasoning_effort", "store")
# These can be dropped, because answers are validated against the full schema anyway.
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
# These can be dropped, too, but few endpoints refuse them.
_OTHER_KEYWORDS = frozenset(
    {"additionalProperties", "title", "description", "default", "examples", "$schema"}
)
# Ordinary words that count only in quotes, because of "response format" and "maximum
# context length".
_COMMON_WORDS = ("format", "title", "description", "default", "maximum", "minimum")
_SETTING_WORDS = {
    "temperature": r"temperature",
    "seed": r"(?:random_?)?seed",
    "reasoning_effort": r"reasoning(?:[._]?effort)?",
    "store": r"store",
    "stream_options": r"stream_options",
    # The endpoint may use the name of the server behind it.
    "max_completion_tokens": (
        r"max_?(?:completion|output|new)?_?tokens|in the completion"
    ),
}
_SETTING_WORDS["max_tokens"] = _SETTING_WORDS["max_completion_tokens"]
_FORMAT_WORDS = re.compile(
    r"response_?(?:format|schema|jsonschema)|response format|text\.format"
    r"|json_schema|json_object"
    r"|structured.?outputs?|json.?mode|schema|grammar|strict|guided",
    re.I,
)
# Words which mean that the type itself is refused, rather than part of the schema. A
# dot or a bracket after the type points to a part.
_TYPE_WORDS = re.compile(
    r"json_schema(?![\w.\[])|json_object"
    r"|(?:response_?format|text\.format)['\"`]?[. ]+type"
    r"|structured.?outputs?|json.?mode",
    re.I,
)
_SYSTEM_WORDS = re.compile(
    r"system.{0,3}(?:role|message|prompt)|role.{0,20}system|roles must alternate"
    r"|developer instruction|only user and assistant"
    r"|(?:first|start|begin).{0,30}\buser\b"
    r"|(?:unexpected|unsupported|invalid|unknown) role|messages\W{0,2}0\W{0,2}role"
    r"|['\"`]system['\"`]",
    re.I,
)
_STREAM_WORDS = re.compile(
    r"\bstream\b.{0,40}(?:only|must|requir|enable|true)"
    r"|(?:only|must|requir|enable).{0,40}\bstream(?:ing)?\b|non-?stream",
    re.I,
)


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
    dialect = _find_step(_infer_dialect(settings, body), body, refusal.details)
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
    trials = _list_trials(_infer_dialect(settings, body), body, refusal.status)
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
        trials = _list_trials(self.dialect, self.build_body(), refusal.status)
        with _lock:
            self._known.searcher = self._known.searcher or self
        return iter(trials)

    def _find_step(self, refusal: Refusal) -> Dialect | None:
        return _find_step(self.dialect, self.build_body(), refusal.details)

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


def _find_step(
    dialect: Dialect, body: dict[str, Any], details: ErrorDetails
) -> Dialect | None:
    """Return the dialect without the first part the error names, if any."""
    # The stated field comes first, because it is more reliable than the message.
    text = f"{details.param or ''} {details.message}"
    steps = list(_list_named_steps(dialect, body, text))
    if steps:
        return min(steps, key=itemgetter(0))[1]
    if body["messages"][0]["role"] == "system" and _SYSTEM_WORDS.search(text):
        return dialect.without(SYSTEM_ROLE)
    if "stream" not in body and _STREAM_WORDS.search(text):
        return replace(dialect, streams=True)
    return None


def _list_named_steps(
    dialect: Dialect, body: dict[str, Any], text: str
) -> Iterator[tuple[int, Dialect]]:
    """Yield the step for each part that a text names, with its offset."""
    for name in [name for name in _SETTING_WORDS if name in body]:
        words = rf"(?<![^\W_])(?:{_SETTING_WORDS[name]})(?![^\W])"
        if found := re.search(words, text, re.I):
            yield found.start(), dialect.without(name)
    start = _find_format_words(body, text)
    if start is not None and "response_format" in body:
        yield start, _step_format_down(dialect, body, text)


def _list_trials(
    dialect: Dialect, body: dict[str, Any], status: int | None
) -> list[Dialect]:
    """List at most 14 dialects to try in order, if the error names nothing.

    The last one leaves out every optional part.
    """
    formats = _list_formats(dialect, body)
    if status == 500:  # only a response format breaks a server, not a setting
        return formats
    settings = [name for name in _SEARCHED_SETTINGS if name in body]
    trials = [dialect.without(name) for name in settings]
    limits = [name for name in TOKEN_LIMITS if name not in dialect.left_out]
    if body.keys().isdisjoint(limits):
        limits = []
    for count in range(1, len(limits) + 1):
        trials.append(dialect.without(*limits[:count]))
    trials += [*formats, dialect.without(SYSTEM_ROLE), replace(dialect, streams=True)]
    # Several parts may be refused at once, so finally leave out all of them.
    plain = dialect.without(*settings)
    bare = plain.without(*limits)
    trials += [plain, bare]
    trials += [plain.merge(other) for other in formats[-2:-1]]
    trials += [bare.merge(other) for other in formats[-1:]]
    untried = dict.fromkeys(trials)  # each once, in order
    untried.pop(dialect, None)
    return list(untried)


def _list_formats(dialect: Dialect, body: dict[str, Any]) -> list[Dialect]:
    """List the dialects with increasingly loose response formats."""
    formats = []
    while "response_format" in body:
        dialect = _step_format_down(dialect, body, "")
        formats.append(dialect)
        body = _reduce_format(body, dialect)
    return formats


def _reduce_format(body: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return the part of this dialect's body that the next step reads."""
    if dialect.response_format == "text":
        return {}
    if dialect.response_format == "json_object":
        return {"response_format": {"type": "json_object"}}
    return {"response_format": body["response_format"]}


def _find_format_words(body: dict[str, Any], text: str) -> int | None:
    """Return the offset of the first mention of the response format."""
    starts = []
    words = _FORMAT_WORDS.search(text)
    if words:
        starts.append(words.start())
    starts += _find_keywords(body, text).values()
    return min(starts, default=None)


def _find_keywords(body: dict[str, Any], text: str) -> dict[str, int]:
    """Map droppable schema keywords to their offsets in the text."""
    keywords = {}
    for keyword in _list_keywords(body, _VALIDATION_KEYWORDS | _OTHER_KEYWORDS):
        quoted = re.escape(keyword)
        pattern = rf"(?<![\w$]){quoted}(?!\w)"
        if keyword in _COMMON_WORDS:
            pattern = rf"['\"`]{quoted}['\"`]"
        if found := re.search(pattern, text):
            keywords[keyword] = found.start()
    return keywords


def _list_keywords(body: dict[str, Any], among: frozenset[str]) -> set[str]:
    json_schema = body.get("response_format", {}).get("json_schema")
    return collect_keywords(json_schema["schema"]) & among if json_schema else set()


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
    """Choose the schema pieces to omit; none if the whole schema must go."""
    named = _prefix(_find_keywords(body, text)) - dialect.left_out
    validating = _prefix(_list_keywords(body, _VALIDATION_KEYWORDS))
    if named:
        # After a second refusal, expect that the others would be refused one by one.
        return named | validating if validating & dialect.left_out else named
    if STRICT not in dialect.left_out and re.search(r"\bstrict\b", text, re.I):
        return {STRICT}
    if _TYPE_WORDS.search(text):
        return set()
    return (validating - dialect.left_out) or ({STRICT} - dialect.left_out)


def _prefix(keywords: Iterable[str]) -> set[str]:
    return {KEYWORD_PREFIX + keyword for keyword in keywords}
