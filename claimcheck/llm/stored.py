"""Stored answers: the digest of a request, and the client that reuses answers.

Only answers that follow their schema are worth storing, so that bad ones are requested
again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Protocol

from claimcheck import tokens
from claimcheck.models.brief import EMPTY_BRIEF, Brief
from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.salvage import parse_answer
from claimcheck.settings import Settings


class AnswerStore(Protocol):
    """A place that stores answers: a cache, a store of runs, a bundle."""

    def find(self, digest: str) -> ModelResponse | None:
        """Return the answer to the request with this digest, if any."""
        ...

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """Store a new answer."""
        ...


class StoredAnswersClient:
    """Answers from a store if possible, and from another client otherwise.

    A new answer is stored before anything else happens, so that no answer that was paid
    for is lost.
    """

    def __init__(self, inner: Client, answers: AnswerStore, settings: Settings) -> None:
        self._inner = inner
        self._answers = answers
        self._settings = settings

    def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer one request."""
        digest = compute_request_digest(request, self._settings)
        response = self._answers.find(digest)
        if response is None:
            response = mark_unread(request, self._inner.complete(request))
            self._answers.save(digest, request, response)
        return response

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """Answer one request without blocking."""
        digest = compute_request_digest(request, self._settings)
        response = self._answers.find(digest)
        if response is None:
            response = mark_unread(request, await self._inner.acomplete(request))
            self._answers.save(digest, request, response)
        return response


def compute_request_digest(request: ModelRequest, settings: Settings) -> str:
    """Return the SHA-256 of everything that determines a model's answer.

    That is the endpoint, the model, the messages, the schema, and the settings, but not
    the key: two people who send the same request get the same answer.
    """
    temperature, seed = request.temperature, request.seed
    fields = {
        "endpoint": settings.endpoint(),
        "model": settings.model,
        "messages": [[message.role, message.content] for message in request.messages],
        "schema": request.schema,
        "temperature": settings.temperature if temperature is None else temperature,
        "seed": settings.seed if seed is None else seed,
        "max_output_tokens": settings.max_output_tokens,
    }
    # Users' stores contain these digests: any change here makes users pay again.
    fields |= settings.optional_published()
    canonical = json.dumps(
        fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    # A document may contain half of a surrogate pair, which UTF-8 does not allow.
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def mark_unread(request: ModelRequest, response: ModelResponse) -> ModelResponse:
    """Record how much of the request was cut off.

    Once stored, an answer has no usage from which to compute it. Cached tokens were
    also read, and some endpoints do not count them as input.
    """
    if not response.has_divided_usage:
        return response  # how much was read is unknown
    usage = response.usage
    text = "\n".join(message.content for message in request.messages)
    unread_tokens = tokens.estimate_unread(
        text, usage.input_tokens + usage.cached_tokens
    )
    return replace(response, unread_tokens=unread_tokens) if unread_tokens else response


def is_usable(
    schema_name: str, response: ModelResponse, brief: Brief = EMPTY_BRIEF
) -> bool:
    """Return whether an answer is complete and its request was fully read."""
    if response.refusal or response.unread_tokens:
        return False
    return parse_answer(schema_name, response.text or "", brief).is_complete
