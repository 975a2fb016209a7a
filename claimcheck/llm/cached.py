"""Answers from the cache, and into it."""

from __future__ import annotations

from dataclasses import replace

from claimcheck.llm.stored import MemoryClient
from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.models.run import Usage
from claimcheck.settings import Settings
from claimcheck.store.cache import AnswerCache, usable


class CachedClient(MemoryClient):
    """What is in the cache costs nothing. Only what can be used is kept, so that asking again asks again for the rest."""

    def __init__(self, inner: Client, cache: AnswerCache, settings: Settings) -> None:
        super().__init__(inner, settings)
        self._cache = cache

    def known(self, digest: str) -> ModelResponse | None:
        """The answer in the cache, without what it once cost."""
        response = self._cache.get(digest)
        return replace(response, usage=Usage(stored_answers=1)) if response else None

    def keep(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """The answer is in the cache, if it can be used."""
        if usable(request.schema_name, response):
            self._cache.put(digest, response)
