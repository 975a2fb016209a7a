"""A client that asks another one only for what it has no answer to."""

from __future__ import annotations

from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.settings import Settings
from claimcheck.store.cache import digest_of


class MemoryClient:
    """A client before another one. What is known, and what is kept, is for subclasses to say."""

    def __init__(self, inner: Client, settings: Settings) -> None:
        self._inner = inner
        self._settings = settings

    def complete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request; one that was known is not asked for."""
        digest = digest_of(request, self._settings)
        known = self.known(digest)
        if known is None:
            known = self._inner.complete(request)
            self.keep(digest, request, known)
        return known

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request, without blocking; one that was known is not asked for."""
        digest = digest_of(request, self._settings)
        known = self.known(digest)
        if known is None:
            known = await self._inner.acomplete(request)
            self.keep(digest, request, known)
        return known

    def known(self, digest: str) -> ModelResponse | None:
        """The answer to the request of this digest, where it is known."""
        raise NotImplementedError

    def keep(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """A new answer."""
        raise NotImplementedError
