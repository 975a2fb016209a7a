"""The body of a request, in the dialect that an endpoint accepts.

The first request to an endpoint uses everything. Its `Dialect` then records what it
refuses: a setting, a piece of the response format, a role.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from claimcheck.llm import responses_api
from claimcheck.models.llm import Message, ModelRequest
from claimcheck.schemas import KEYS_OF_NAMES, strip_keywords
from claimcheck.settings import Settings
from claimcheck.settings.run import RESPONSES

# From the strictest to the one that every endpoint accepts.
RESPONSE_FORMATS = ("json_schema", "json_object", "text")
STRICT = "schema.strict"
SYSTEM_ROLE = "system_role"
KEYWORD_PREFIX = "schema."
# The second name is OpenAI's older one, and the only one that many endpoints know.
TOKEN_LIMITS = ("max_completion_tokens", "max_tokens")


@dataclass(frozen=True, slots=True)
class Dialect:
    """The form in which requests are sent to an endpoint and model.

    `left_out` names the omitted parts: settings of a request (`temperature`), keywords
    of the schema (`schema.maxItems`), `schema.strict`, and `system_role`. If it has
    `max_completion_tokens`, `max_tokens` is sent instead. `streams` asks for a stream.
    """

    response_format: str = RESPONSE_FORMATS[0]
    left_out: frozenset[str] = frozenset()
    streams: bool = False

    def without(self, *names: str) -> Dialect:
        """Return a dialect that also leaves out these parts."""
        return replace(self, left_out=self.left_out.union(names))

    def merge(self, other: Dialect) -> Dialect:
        """Return the dialect that avoids whatever either of the two avoids."""
        return Dialect(
            max(self.response_format, other.response_format, key=_rank_format),
            self.left_out | other.left_out,
            self.streams or other.streams,
        )

    def to_json(self) -> str:
        """Write the dialect as JSON, so that another process can use it."""
        return json.dumps(
            {
                "response_format": self.response_format,
                "left_out": sorted(self.left_out),
                "streams": self.streams,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Dialect:
        """Read the dialect that `to_json` wrote."""
        fields = json.loads(text)
        left_out = frozenset(fields["left_out"])
        return cls(fields["response_format"], left_out, fields["streams"])

    def describe_left_out(self) -> tuple[str, ...]:
        """Return the names of the parts left out, sorted.

        Pieces of the schema are among them only if a schema is sent.
        """
        names = sorted(self.left_out)
        if self.response_format == "json_schema":
            return tuple(names)
        return tuple(name for name in names if not name.startswith(KEYWORD_PREFIX))


def build_first_dialect(settings: Settings) -> Dialect:
    """Return the dialect of an endpoint that has not refused anything yet."""
    left_out = responses_api.LEFT_OUT if settings.api == RESPONSES else frozenset()
    return Dialect(left_out=left_out)


def get_path(settings: Settings) -> str:
    """Return the path of the API of the settings, below the endpoint's URL."""
    is_responses = settings.api == RESPONSES
    return responses_api.PATH if is_responses else "/chat/completions"


def translate_body(body: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Return the body in the form of the settings' API."""
    if settings.api == RESPONSES:
        return responses_api.build_responses_body(body)
    return body


def build_body(
    request: ModelRequest, settings: Settings, dialect: Dialect
) -> dict[str, Any]:
    """Return a chat completion's body; `translate_body` handles other APIs."""
    body: dict[str, Any] = {"model": settings.model}
    messages = list(request.messages)
    if dialect.response_format == "json_schema":
        body["response_format"] = _build_schema_format(request, dialect)
    else:
        # The endpoint does not enforce the schema, so the model must read it.
        messages[0] = _join(messages[0], request.schema_message)
    if dialect.response_format == "json_object":
        body["response_format"] = {"type": "json_object"}
    if SYSTEM_ROLE in dialect.left_out:
        messages = _fold_system_messages(messages)
    body["messages"] = [
        {"role": message.role, "content": message.content} for message in messages
    ]
    return body | _build_optional_fields(request, settings, dialect)


def get_response_format(body: dict[str, Any]) -> str:
    """Return the response format that a body asks for."""
    return str(body.get("response_format", {"type": RESPONSE_FORMATS[-1]})["type"])


def collect_keywords(schema: Any, *, are_properties: bool = False) -> set[str]:
    """Return all keywords that a schema uses; property names do not count."""
    keywords: set[str] = set()
    if isinstance(schema, dict):
        for key, value in schema.items():
            if not are_properties:
                keywords.add(key)
            are_inner = key in KEYS_OF_NAMES and not are_properties
            keywords |= collect_keywords(value, are_properties=are_inner)
    elif isinstance(schema, list):
        for item in schema:
            keywords |= collect_keywords(item)
    return keywords


def _rank_format(response_format: str) -> int:
    return RESPONSE_FORMATS.index(response_format)


def _build_optional_fields(
    request: ModelRequest, settings: Settings, dialect: Dialect
) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    # "unset" in the settings also overrides requests with their own temperature.
    if settings.temperature is not None:
        override = request.temperature
        fields["temperature"] = settings.temperature if override is None else override
    fields["seed"] = settings.seed if request.seed is None else request.seed
    for name in TOKEN_LIMITS:
        if name not in dialect.left_out:
            fields[name] = settings.max_output_tokens
            break
    fields["reasoning_effort"] = settings.reasoning_effort
    if settings.api == RESPONSES:
        fields["store"] = False
    if dialect.streams:
        fields["stream"] = True
        fields["stream_options"] = {"include_usage": True}
    return {
        name: value
        for name, value in fields.items()
        if value is not None and name not in dialect.left_out
    }


def _build_schema_format(request: ModelRequest, dialect: Dialect) -> dict[str, Any]:
    names = {
        name.removeprefix(KEYWORD_PREFIX)
        for name in dialect.left_out
        if name.startswith(KEYWORD_PREFIX) and name != STRICT
    }
    schema: dict[str, Any] = {
        # OpenAI allows only letters, digits, underscores, and dashes in the name.
        "name": request.schema_name.replace(".", "_"),
        "strict": True,
        "schema": strip_keywords(request.schema, names),
    }
    if STRICT in dialect.left_out:
        del schema["strict"]
    return {"type": "json_schema", "json_schema": schema}


def _fold_system_messages(messages: list[Message]) -> list[Message]:
    """Move system messages to the start of the user's message after them."""
    folded: list[Message] = []
    pending: Message | None = None
    for message in messages:
        joined = _join(pending, message) if pending else message
        if message.role == "system":
            pending = joined
            continue
        folded.append(replace(joined, role=message.role))
        pending = None
    if pending:
        folded.append(replace(pending, role="user"))
    return folded


def _join(first: Message, second: Message) -> Message:
    return replace(first, content=f"{first.content}\n\n{second.content}")
