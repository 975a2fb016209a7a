"""A client that asks the endpoint only for answers that nothing has stored yet."""

from __future__ import annotations

from typing import Protocol

from claimcheck.llm.digest import compute_request_digest
from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.settings import Settings


class AnswerStore(Protocol):
    """Where answers are kept: a cache, a store of runs, a bundle."""

    def find(self, digest: str) -> ModelResponse | None:
        """Return the answer to the request of this digest, if there is one."""
        ...

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """Keep a new answer."""
        ...


class StoredAnswersClient:
    """Answers from a store first, and from another client otherwise.

    A new answer is in the store before anything else is done with it, so that nothing
    that was paid for is lost.
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
            response = self._inner.complete(request)
            self._answers.save(digest, request, response)
        return response

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """Answer one request without blocking."""
        digest = compute_request_digest(request, self._settings)
        response = self._answers.find(digest)
        if response is None:
            response = await self._inner.acomplete(request)
            self._answers.save(digest, request, response)
        return response
