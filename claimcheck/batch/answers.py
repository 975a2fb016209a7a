"""The answers of one document in one batch, kept in the store of runs."""

from __future__ import annotations

from dataclasses import replace

from claimcheck.models.llm import ModelRequest, ModelResponse, Usage
from claimcheck.store.store import RunStore


class DocumentAnswers:
    """An `AnswerStore` over a store of runs. What an answer cost counts once."""

    def __init__(self, store: RunStore, batch: int, document: int) -> None:
        self._store = store
        self._batch, self._document = batch, document
        self._counted: set[str] = set()

    def find(self, digest: str) -> ModelResponse | None:
        """Return the stored answer with what it cost: it was this batch that paid."""
        response = self._store.find_answer(self._batch, self._document, digest)
        if response is None:
            return None
        if digest in self._counted:
            return replace(response, usage=Usage(stored_answers=1))
        self._counted.add(digest)
        return response

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """Keep an answer, usable or not: it has been paid for."""
        self._store.save_answer(
            self._batch, self._document, (digest, request.schema_name), response
        )
        self._counted.add(digest)
