"""What is being worked on, told while it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from claimcheck.models.run import Usage


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
        return f"{self.work}: {self.answered} of {self.asked} answered" if self.asked else str(self.work)
