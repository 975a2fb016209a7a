"""The stored answers and open requests of a batch, and their cost."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace

from claimcheck.errors import StoreError
from claimcheck.llm.budget import RequestCost
from claimcheck.llm.stored import is_usable
from claimcheck.models.brief import EMPTY_BRIEF, Brief
from claimcheck.models.llm import (
    ModelRequest,
    ModelResponse,
    Usage,
    dump_response,
    load_response,
)
from claimcheck.models.outcome import RunLocation
from claimcheck.store.database import Database

# Fewer answers say little about the usual length. Chosen by hand.
_MIN_ANSWERS_FOR_MEAN = 10
# Some endpoints count wrongly, and SQLite cannot add numbers above 2**63: a trillion
# leaves room for the sum of nine million answers.
MAX_TOKENS = 10**12


class Answers:
    """The answers in a store, each stored as soon as it was paid for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, location: RunLocation, digest: str) -> ModelResponse | None:
        """Return the stored answer to a request of this document, or None."""
        row = self._database.fetch_one(
            "SELECT response FROM answers WHERE batch = ? AND document = ? "
            "AND digest = ? AND NOT void ORDER BY number LIMIT 1",
            (location.batch, location.document, digest),
        )
        return None if row is None else load_response(row[0])

    def find_in_any_batch(
        self, document: int, digest: str
    ) -> tuple[str, ModelResponse] | None:
        """Return the schema and answer of a request, from any batch."""
        row = self._database.fetch_one(
            "SELECT schema, response FROM answers "
            # Batches are few; without them the index does not apply.
            "WHERE batch IN (SELECT number FROM batches) AND document = ? "
            "AND digest = ? AND NOT void ORDER BY number LIMIT 1",
            (document, digest),
        )
        return None if row is None else (row[0], load_response(row[1]))

    def list_all(self, location: RunLocation) -> list[tuple[str, str]]:
        """Return the digests and answers of a run, without void answers."""
        return self._database.fetch_all(
            "SELECT digest, response FROM answers "
            "WHERE batch = ? AND document = ? AND NOT void ORDER BY number",
            (location.batch, location.document),
        )

    def save(
        self, location: RunLocation, digest: str, schema: str, response: ModelResponse
    ) -> None:
        """Store an answer that was paid for, usable or not."""
        usage = response.usage
        self._database.execute(
            "INSERT INTO answers (batch, document, digest, schema, response, "
            "input_tokens, output_tokens, cost_usd) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                location.batch,
                location.document,
                digest,
                schema,
                dump_response(response),
                min(usage.input_tokens, MAX_TOKENS),
                min(usage.output_tokens, MAX_TOKENS),
                usage.cost_usd,
            ),
        )
        self._database.require_file()

    def mean_output_tokens(self, batch: int) -> dict[str, int]:
        """Return the mean length of answers by schema, if there are enough."""
        rows = self._database.fetch_all(
            "SELECT schema, avg(output_tokens) FROM answers WHERE batch = ? "
            "GROUP BY schema HAVING count(*) >= ?",
            (batch, _MIN_ANSWERS_FOR_MEAN),
        )
        return {schema: round(mean) for schema, mean in rows}

    def discard_unusable(self, location: RunLocation, brief: Brief) -> None:
        """Void the answers of a document that do not follow their schemas."""
        answers = self._database.fetch_all(
            "SELECT number, schema, response FROM answers "
            "WHERE batch = ? AND document = ? AND NOT void",
            (location.batch, location.document),
        )
        for number, schema, response in answers:
            if not is_usable(schema, load_response(response), brief):
                self._database.execute(
                    # Not deleted, because it was paid for and counts as spent.
                    "UPDATE answers SET void = 1 WHERE number = ?",
                    (number,),
                )


class DocumentAnswers:
    """The answers of one document in a batch; the cost of each counts once.

    An `AnswerStore` for `StoredAnswersClient`.
    """

    def __init__(
        self, answers: Answers, location: RunLocation, brief: Brief = EMPTY_BRIEF
    ) -> None:
        self._answers = answers
        self._location = location
        self._brief = brief
        self._counted: set[str] = set()

    def find(self, digest: str) -> ModelResponse | None:
        """Return the stored answer; only the first time with its cost.

        An answer of another batch, such as one without a check, has no cost in this
        one, which gets a copy.
        """
        response = self._answers.find(self._location, digest)
        if response is None:
            return self._copy(digest)
        if digest in self._counted:
            return replace(response, usage=Usage(stored_answers=1))
        self._counted.add(digest)
        return response

    def _copy(self, digest: str) -> ModelResponse | None:
        found = self._answers.find_in_any_batch(self._location.document, digest)
        if found is None:
            return None
        schema, response = found
        if not is_usable(schema, response, self._brief):
            return None  # asked again, as by the batch that has it
        copy = replace(response, usage=Usage(stored_answers=1))
        self._answers.save(self._location, digest, schema, copy)
        self._counted.add(digest)
        return copy

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """Store an answer, usable or not: it has been paid for."""
        schema = request.schema_name
        self._answers.save(self._location, digest, schema, response)
        self._counted.add(digest)


class StoredReservations:
    """The maximum cost of a batch's open requests, kept in the store.

    It outlasts the process: a request that was lost, or open when the process was
    killed, may have been billed, so it must count against the budget.
    """

    def __init__(self, database: Database, batch: int) -> None:
        self._database = database
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
