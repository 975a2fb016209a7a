"""Every answer is in the store before anything is made of it, and is taken from there the next time."""

from __future__ import annotations

from dataclasses import replace

from claimcheck.llm.stored import MemoryClient
from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.models.run import Usage
from claimcheck.settings import Settings
from claimcheck.store.store import RunStore


class RememberingClient(MemoryClient):
    """The client of one document in one batch. An answer counts once, however often it is asked for."""

    def __init__(self, inner: Client, store: RunStore, place: tuple[int, int], settings: Settings) -> None:
        super().__init__(inner, settings)
        self._store = store
        self._batch, self._document = place
        self._counted: set[str] = set()

    def known(self, digest: str) -> ModelResponse | None:
        """The answer in the store, with what it cost: it was this batch that paid for it."""
        response = self._store.answer(self._batch, self._document, digest)
        if response is None:
            return None
        if digest in self._counted:
            return replace(response, usage=Usage(stored_answers=1))
        self._counted.add(digest)
        return response

    def keep(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """The answer is in the store, whatever it is worth."""
        self._store.keep_answer(self._batch, self._document, (digest, request.schema_name), response)
        self._counted.add(digest)
