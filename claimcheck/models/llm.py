"""What is being worked on, told while it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from claimcheck.models import codec


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A question to a model.

    `schema` is the JSON Schema (strict subset) that the answer must follow, `schema_name` its name.
    `schema_message` is added for an endpoint that can't be held to a schema. `temperature` and `seed` stand above the
    settings' own where they are given.
    """

    messages: tuple[Message, ...]
    schema_name: str
    schema: dict[str, Any]
    schema_message: Message
    temperature: float | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run cost. Token counts are the endpoint's own; cached and reasoning are parts of the others.

    `stored_answers` were there already, from an earlier run, and cost nothing now. `cost_usd` is None where the model's
    price is not known.
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
        return Usage(
            self.requests + other.requests,
            self.stored_answers + other.stored_answers,
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            None
            if self.cost_usd is None or other.cost_usd is None
            else self.cost_usd + other.cost_usd,
            self.seconds + other.seconds,
        )


@dataclass(slots=True)
class Spending:
    """What has been spent so far; `usd` leaves out answers without a known price."""

    usd: float = 0.0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """An answer as it came: nothing is validated yet.

    `text` is None when the endpoint sent no choice at all. `finish_reason` is the endpoint's word
    (`stop`, `length`, `content_filter`); `refusal` the model's own, where it refused. `left_out` names the
    settings that the endpoint did not take. `fault` says why there is no answer at all, where others had one.
    """

    text: str | None
    finish_reason: str | None
    refusal: str | None
    model: str
    response_format: str
    usage: Usage
    left_out: tuple[str, ...] = ()
    fault: str | None = None


def dump_response(response: ModelResponse) -> str:
    """Write a response as JSON on one line, as stores keep it."""
    fields = codec.to_fields(response)
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":"))


def load_response(fields: str) -> ModelResponse:
    """Read the response that `dump_response` wrote."""
    return codec.from_fields(json.loads(fields), ModelResponse)


class Client(Protocol):
    """Carries requests to a model; retries of the transport are its own affair.

    Both methods raise `ProviderError` when no answer could be had.
    """

    def complete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request."""
        ...

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request, without blocking."""
        ...


class Work(StrEnum):
    """The work that a model is asked to do, or an engine does."""

    SUMMARY_AND_CLAIMS = "summary and claims"
    CLAIMS = "claims of each passage"
    SUMMARY = "summary"
    QUOTES = "quotes that were not found"
    VERDICTS = "verdicts"


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a piece of work is: so many requests `answered` of so many `asked` up to now; both 0 where none is needed."""

    work: Work
    answered: int
    asked: int

    def __str__(self) -> str:
        return (
            f"{self.work}: {self.answered} of {self.asked} answered"
            if self.asked
            else str(self.work)
        )
