"""The stored answers and open requests of a batch, and their cost."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace

from claimcheck.errors import StoreError
from claimcheck.llm.budget import RequestCost
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
        """Return the stored answer; only the first time with its cost."""
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


class StoredReservations:
    """The maximum cost of a batch's open requests, kept in the store.

    It outlasts the process: a request that was lost, or open when the process was
    killed, may have been billed, so it must count against the budget.
    """

    def __init__(self, store: RunStore, batch: int) -> None:
        self._database = store.database
        self._batch = batch

    def add(self, cost: RequestCost) -> int:
        """Store a request's maximum cost; return a number for `remove`."""
        (number,) = self._database.fetch_one(
            "INSERT INTO reservations (batch, tokens, usd, made) "
            "VALUES (?, ?, ?, ?) RETURNING number",
            (self._batch, cost.tokens, cost.usd, time.time()),
        )
        return int(number)

    def remove(self, number: int) -> None:
        """Remove a reservation once the outcome of its request is known."""
        # One that can't be removed only costs part of the budget, not an answer.
        with suppress(StoreError):
            self._database.execute(
                "DELETE FROM reservations WHERE number = ?", (number,)
            )
