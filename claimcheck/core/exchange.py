"""What goes to a model and what comes back, and who can carry it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from claimcheck.core.run import Usage


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
