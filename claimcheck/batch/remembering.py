"""A client that keeps every answer in the store before anything is made of it, and takes it from there the next time."""

from __future__ import annotations

from dataclasses import replace

from claimcheck.core.exchange import Client, ModelRequest, ModelResponse
from claimcheck.core.run import Usage
from claimcheck.core.settings import Settings
from claimcheck.store.answers import digest_of
from claimcheck.store.runs import RunStore


class RememberingClient:
    """The client of one document in one batch. An answer counts once, however often it is asked for."""

    def __init__(self, inner: Client, store: RunStore, place: tuple[int, int], settings: Settings) -> None:
        self._inner = inner
        self._store = store
        self._batch, self._document = place
        self._settings = settings
        self._counted: set[str] = set()

    def complete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request."""
        digest = digest_of(request, self._settings)
        return self._known(digest) or self._kept(digest, request, self._inner.complete(request))

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request, without blocking."""
        digest = digest_of(request, self._settings)
        return self._known(digest) or self._kept(digest, request, await self._inner.acomplete(request))

    def _known(self, digest: str) -> ModelResponse | None:
        response = self._store.answer(self._batch, self._document, digest)
        if response is None:
            return None
        if digest in self._counted:
            return replace(response, usage=Usage(stored_answers=1))
        self._counted.add(digest)
        return response

    def _kept(self, digest: str, request: ModelRequest, response: ModelResponse) -> ModelResponse:
        self._store.keep_answer(self._batch, self._document, (digest, request.schema_name), response)
        self._counted.add(digest)
        return response
