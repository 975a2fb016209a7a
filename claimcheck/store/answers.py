"""The answers of one document, which its batch paid for."""

from __future__ import annotations

from dataclasses import replace

from claimcheck.models.llm import ModelRequest, ModelResponse, Usage
from claimcheck.models.outcome import RunLocation
from claimcheck.store.store import RunStore


class DocumentAnswers:
    """The answers of one document; the cost of each counts once.

    An `AnswerStore` for `StoredAnswersClient`.
    """

    def __init__(self, store: RunStore, location: RunLocation) -> None:
        self._store = store
        self._location = location
        self._counted: set[str] = set()

    def find(self, digest: str) -> ModelResponse | None:
        """Return the stored answer with its cost: this batch paid for it."""
        response = self._store.find_answer(self._location, digest)
        if response is None:
            return None
        if digest in self._counted:
            return replace(response, usage=Usage(stored_answers=1))
        self._counted.add(digest)
        return response

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """Store an answer, usable or not: it has been paid for."""
        schema = request.schema_name
        self._store.save_answer(self._location, digest, schema, response)
        self._counted.add(digest)
