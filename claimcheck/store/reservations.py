"""What open requests can cost, in the store."""

from __future__ import annotations

import time
from contextlib import suppress

from claimcheck.errors import StoreError
from claimcheck.llm.budget import RequestCost
from claimcheck.store.store import RunStore


class StoredReservations:
    """What the open requests of a batch can cost, kept in the store.

    It outlasts this process: a request that was lost, or was open when the process was
    killed, may have been billed, and the budget has to remember it.
    """

    def __init__(self, store: RunStore, batch: int) -> None:
        self._database = store.database
        self._batch = batch

    def add(self, cost: RequestCost) -> int:
        """Store what a request can cost; return a number for `remove`."""
        (number,) = self._database.fetch_one(
            "INSERT INTO reservations (batch, tokens, usd, made) "
            "VALUES (?, ?, ?, ?) RETURNING number",
            (self._batch, cost.tokens, cost.usd, time.time()),
        )
        return int(number)

    def remove(self, number: int) -> None:
        """Forget a request: its outcome is known."""
        # one that stays costs a part of the budget, and no answer
        with suppress(StoreError):
            self._database.execute(
                "DELETE FROM reservations WHERE number = ?", (number,)
            )
