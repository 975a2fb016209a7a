"""Find the refused part of a request, and what to send instead.

A refusal whose words name a part leads to one step: a dialect without that part, or
with a replacement. One that names nothing leads to trials in a fixed order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import itemgetter
from typing import Any

from claimcheck.llm.body import (
    KEYWORD_PREFIX,
    RESPONSE_FORMATS,
    STRICT,
    SYSTEM_ROLE,
    TOKEN_LIMITS,
    Dialect,
    collect_keywords,
)
from claimcheck.llm.error_body import ErrorDetails

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


def find_step(
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


def list_trials(
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
