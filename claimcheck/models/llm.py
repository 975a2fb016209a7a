"""Requests to a model, its responses, and the protocol of a client."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from claimcheck.models import codec
from claimcheck.models.brief import EMPTY_BRIEF, Brief


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A question to a model.

    `schema` is the JSON Schema (OpenAI's strict subset) that the answer must follow,
    and `schema_name` its name. `schema_message` describes it in words, for endpoints
    that cannot enforce a schema. `temperature` and `seed` override the settings.
    `brief` is kept because a repair of the answer needs it again, and `fence` is the
    mark around the text of others, to recognize it in the answer.
    """

    messages: tuple[Message, ...]
    schema_name: str
    schema: dict[str, Any] = field(hash=False)
    schema_message: Message
    # Votes need answers that differ, whatever the settings say.
    temperature: float | None = None
    seed: int | None = None
    brief: Brief = EMPTY_BRIEF
    fence: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run cost.

    Token counts are the endpoint's own; `cached_tokens` are part of `input_tokens`, and
    `reasoning_tokens` of `output_tokens`. `stored_answers` came from the cache or
    another run, and cost nothing. A run in a store states what it cost in all, even if
    earlier commands paid for a part, so that a resumed run equals an undisturbed one.
    `cost_usd` is None when the price of the model is unknown.
    """

    requests: int = 0
    stored_answers: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        # One unknown price makes the whole sum unknown.
        cost_usd = None
        if self.cost_usd is not None and other.cost_usd is not None:
            cost_usd = self.cost_usd + other.cost_usd
        return Usage(
            # Written out: a loop over fields would add up `cost_usd` as well.
            self.requests + other.requests,
            self.stored_answers + other.stored_answers,
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            cost_usd,
            self.seconds + other.seconds,
        )


@dataclass(slots=True)
class Spending:
    """What has been spent; `usd` leaves out answers of unknown price."""

    usd: float = 0.0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """An answer as received; nothing is validated yet.

    `text` is None when the endpoint sent no choice. `finish_reason` is OpenAI's word
    for the endpoint's own (`stop`, `length`, `content_filter`), and `refusal` the
    model's message when it refused. `left_out` names the settings that the endpoint
    does not accept.
    `fault` says why this request got no answer although others did. `exceeds_window` is
    true if the request is too long for the model. `unread_tokens` is how much of the
    request the endpoint seems to have cut off before the model read it.
    `has_divided_usage` is False if the endpoint reports only the sum of its tokens.
    Half of a surrogate pair, as in an answer cut inside an emoji, becomes U+FFFD,
    because it can't be stored or printed.
    """

    text: str | None
    finish_reason: str | None
    refusal: str | None
    model: str
    response_format: str
    usage: Usage
    left_out: tuple[str, ...] = ()
    fault: str | None = None
    exceeds_window: bool = False
    unread_tokens: int = 0
    has_divided_usage: bool = True

    def __post_init__(self) -> None:
        for name in ("text", "finish_reason", "refusal", "model", "fault"):
            value = getattr(self, name)
            if value is not None and not value.isascii():
                object.__setattr__(self, name, _replace_surrogates(value))


def _replace_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Paid(Protocol):
    """Something that has a cost."""

    @property
    def usage(self) -> Usage:
        """What it cost."""
        ...


def sum_usage(items: Iterable[Paid]) -> Usage:
    """Return what all of these cost together."""
    return sum((item.usage for item in items), Usage())


def build_unanswered_response(
    fault: str,
    *,
    requests: int,
    exceeds_window: bool = False,
    is_filtered: bool = False,
) -> ModelResponse:
    """Build the response for one request that got no answer."""
    return ModelResponse(
        text=None,
        # The flow then treats it like an answer that was filtered.
        finish_reason="content_filter" if is_filtered else None,
        refusal=None,
        model="",
        response_format="",
        usage=Usage(requests=requests),
        fault=fault,
        exceeds_window=exceeds_window,
    )


def dump_response(response: ModelResponse) -> str:
    """Write a response as JSON on one line, as in a store."""
    # All fields, so that a stored answer replays like the first one.
    fields = codec.to_fields(response)
    # ASCII, because an answer may contain what SQLite cannot store as text.
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":"))


def load_response(fields: str) -> ModelResponse:
    """Read the response that `dump_response` wrote."""
    return codec.from_fields(json.loads(fields), ModelResponse)


class Client(Protocol):
    """Sends requests to a model, and retries transport failures.

    Both methods raise `ProviderError` if the endpoint gives no answer.
    """

    def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer one request."""
        ...

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """Answer one request without blocking."""
        ...


class RunWork(StrEnum):
    """What a run is working on, in words for people."""

    SUMMARY_AND_CLAIMS = "summary and claims"
    CLAIMS = "claims of each passage"
    SUMMARY = "summary"
    QUOTES = "quotes that were not found"
    VERDICTS = "verdicts"
    QUERIES = "search queries"
    MATCHES = "earlier fact checks"
    SEARCH = "evidence for each claim"
    WAITING = "waiting for the endpoint"


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Progress of a run: `answered` of the `asked` requests of a kind of work.

    Both are 0 when the work needs no requests, and while it waits because the endpoint
    accepts no requests until `paused_until`.
    """

    work: RunWork
    answered: int
    asked: int
    paused_until: datetime | None = None

    def __str__(self) -> str:
        if self.paused_until:
            # In the user's time zone, because they compare it with a clock.
            until = self.paused_until.astimezone()
            return f"the endpoint accepts no requests until {until:%H:%M:%S}"
        if not self.asked:
            return str(self.work)
        return f"{self.work}: {self.answered} of {self.asked} answered"
