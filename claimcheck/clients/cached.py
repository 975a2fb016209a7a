"""A client that asks another one only for what it has no answer to."""

from __future__ import annotations

from dataclasses import replace

from claimcheck.core.exchange import Client, ModelRequest, ModelResponse
from claimcheck.core.run import Usage
from claimcheck.core.settings import Settings
from claimcheck.store.answers import AnswerCache, digest_of, usable


class CachedClient:
    """Answers from the cache, and into it: only such as can be used, so that asking again asks again for the others."""

    def __init__(self, inner: Client, cache: AnswerCache, settings: Settings) -> None:
        self._inner = inner
        self._cache = cache
        self._settings = settings

    def complete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request; one that was known costs nothing."""
        digest = digest_of(request, self._settings)
        return self._known(digest) or self._kept(digest, request, self._inner.complete(request))

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request, without blocking; one that was known costs nothing."""
        digest = digest_of(request, self._settings)
        return self._known(digest) or self._kept(digest, request, await self._inner.acomplete(request))

    def _known(self, digest: str) -> ModelResponse | None:
        response = self._cache.get(digest)
        return replace(response, usage=Usage(stored_answers=1)) if response else None

    def _kept(self, digest: str, request: ModelRequest, response: ModelResponse) -> ModelResponse:
        if usable(request.schema_name, response):
            self._cache.put(digest, response)
        return response
