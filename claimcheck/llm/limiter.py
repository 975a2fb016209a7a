"""Decides when a request may be sent: rate limits, refusals, and the budget.

Additive increase, multiplicative decrease (Chiu and Jain 1989): a 429 halves the number
of concurrent requests and pauses all of them for as long as the endpoint asks. Every
answer then raises the number a little.
"""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import openai

from claimcheck.llm.budget import (
    Budget,
    Pricing,
    RequestCost,
    Reservations,
    SharedBudget,
    estimate_max_cost,
)
from claimcheck.llm.completion import NoCompletionError
from claimcheck.llm.refusal import read_refusal
from claimcheck.llm.retry_after import MAX_RETRY_AFTER_S
from claimcheck.models.llm import Spending, Usage
from claimcheck.settings import Limits

# After these errors it is unknown whether the request was billed. It is charged at its
# maximum cost, because a budget is a hard limit.
_UNKNOWN_OUTCOME_ERRORS = (
    openai.APIConnectionError,
    json.JSONDecodeError,
    NoCompletionError,
    asyncio.CancelledError,
    KeyboardInterrupt,
)
_RATE_WINDOW_S = 60.0
# The pause after a 429 without `Retry-After`. It doubles with each consecutive 429.
# Chosen by hand.
_FIRST_PAUSE_S = 1.0
# A pause that rounds to 0 would make the waiting loop spin.
_MIN_PAUSE_S = 0.001


@dataclass(slots=True)
class RequestSlot:
    """Permission to send one request. Set `usage` if the answer reports it.

    `charge` is the cost that counts: the maximum until the outcome is known, and for an
    answer that does not report its usage.
    """

    max_cost: RequestCost
    usage: Usage | None = None
    charge: RequestCost = field(default_factory=RequestCost)

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Charge for the request that the block sends."""
        self.charge = self.max_cost
        try:
            yield
        except BaseException as error:
            if not _may_be_billed(error):
                self.charge = RequestCost()
            raise
        if self.usage:
            tokens = self.usage.input_tokens + self.usage.output_tokens
            self.charge = RequestCost(self.usage.cost_usd or 0.0, tokens)


class Limiter:
    """Limits all requests of a batch; it belongs to one event loop.

    It has its own `Budget`, unless several processes share a `shared_budget`.
    `reservations` store the maximum cost of requests whose outcome is unknown.
    Set `on_pause` to get the seconds for which the endpoint accepts no requests.
    """

    def __init__(
        self,
        limits: Limits,
        pricing: Pricing,
        spent: Spending | None = None,
        shared_budget: SharedBudget | None = None,
        *,
        reservations: Reservations | None = None,
    ) -> None:
        self._limits = limits
        self._pricing = pricing
        self._budget = Budget(limits, spent)
        self._shared_budget = shared_budget
        self._reservations = reservations
        self.on_pause: Callable[[float], None] = lambda seconds: None
        self._changed = asyncio.Event()
        self._in_flight = 0
        self._concurrency = float(limits.concurrency)
        self._refusals_in_a_row = 0
        self._closed_until = 0.0
        self._halved_until = 0.0
        self._sent: deque[tuple[float, int]] = deque()  # time and tokens, oldest first
        self._sent_tokens = 0

    @property
    def max_concurrency(self) -> int:
        """The maximum number of concurrent requests."""
        return self._limits.concurrency

    @property
    def spent(self) -> Spending:
        """What this limiter's requests have cost so far."""
        return self._budget.spent

    @asynccontextmanager
    async def slot(
        self, body: Mapping[str, Any], max_output_tokens: int | None = None
    ) -> AsyncIterator[RequestSlot]:
        """Wait until the request may be sent; adapt the limits to its outcome.

        `max_output_tokens` is used if the body cannot state a maximum.

        Raises:
            BudgetError: the budget does not cover the request, and no other request is
                in flight whose settling could change that.
        """
        max_cost = self._estimate_max_cost(body, max_output_tokens)
        slot = RequestSlot(max_cost)
        await self._reserve(max_cost)
        reservation = None
        try:
            async with self._turn(max_cost.tokens):
                reservation = self._add_reservation(max_cost)
                with slot.watch():
                    yield slot
        finally:
            if slot.charge is not max_cost:
                self._remove_reservation(reservation)
            await self._settle(max_cost, slot.charge)

    def _estimate_max_cost(
        self, body: Mapping[str, Any], max_output_tokens: int | None
    ) -> RequestCost:
        # Counting the tokens of every request takes time: skip it if no limit needs it.
        if not (self._limits.has_budget or self._limits.tpm):
            return RequestCost()
        has_usd_budget = self._limits.budget_usd is not None
        pricing = self._pricing if has_usd_budget else None
        return estimate_max_cost(body, pricing, max_output_tokens)

    def _add_reservation(self, cost: RequestCost) -> int | None:
        if self._reservations is None or not self._limits.has_budget:
            return None
        return self._reservations.add(cost)

    def _remove_reservation(self, reservation: int | None) -> None:
        """Forget a reservation once the answer is stored."""
        if self._reservations is None or reservation is None:
            return
        # The caller stores the answer before it awaits anything else, so this runs
        # after that. A process killed in between leaves too much reserved, never too
        # little.
        remove = self._reservations.remove
        asyncio.get_running_loop().call_soon(remove, reservation)

    async def _reserve(self, cost: RequestCost) -> None:
        if self._shared_budget:
            await self._shared_budget.reserve(cost)
            return
        while not self._budget.reserve(cost):
            await self._changed.wait()

    async def _settle(self, reserved: RequestCost, spent: RequestCost) -> None:
        if self._shared_budget:
            await self._shared_budget.settle(reserved, spent)
            return
        self._budget.settle(reserved, spent)
        self._wake_waiters()

    @asynccontextmanager
    async def _turn(self, tokens: int) -> AsyncIterator[None]:
        """Wait for the rate limits, then count the request as in flight."""
        while pause := self._compute_pause_s(tokens):
            await self._wait_for_change(pause)
        self._in_flight += 1
        if self._limits.rpm or self._limits.tpm:
            self._sent.append((time.monotonic(), tokens))
            self._sent_tokens += tokens
        try:
            yield
            self._raise_concurrency()
        except Exception as error:
            refusal = read_refusal(error)
            if refusal and refusal.is_rate_limit:
                self._lower_concurrency(refusal.retry_after_s)
            raise
        finally:
            self._in_flight -= 1
            self._wake_waiters()

    async def _wait_for_change(self, pause_s: float) -> None:
        timeout = None if pause_s == math.inf else pause_s
        try:
            async with asyncio.timeout(timeout):
                await self._changed.wait()
        except TimeoutError:
            pass

    def _wake_waiters(self) -> None:
        # All current waiters hold the old event; later ones get a new one.
        self._changed.set()
        self._changed = asyncio.Event()

    def _compute_pause_s(self, tokens: int) -> float:
        """Return the seconds to wait before the next check; 0 to send now.

        Infinity means waiting for another request to end.
        """
        if self._in_flight >= max(1, int(self._concurrency)):
            return math.inf
        now = time.monotonic()
        if now < self._closed_until:
            return self._closed_until - now
        self._forget_before(now - _RATE_WINDOW_S)
        if not self._exceeds_rate(tokens):
            return 0.0
        return max(_MIN_PAUSE_S, self._sent[0][0] + _RATE_WINDOW_S - now)

    def _forget_before(self, time_s: float) -> None:
        while self._sent and self._sent[0][0] <= time_s:
            _, tokens = self._sent.popleft()
            self._sent_tokens -= tokens

    def _exceeds_rate(self, tokens: int) -> bool:
        # A request with more tokens than a minute allows is sent alone: waiting longer
        # would not help.
        if not self._sent:
            return False
        rpm, tpm = self._limits.rpm, self._limits.tpm
        if rpm is not None and len(self._sent) >= rpm:
            return True
        return tpm is not None and self._sent_tokens + tokens > tpm

    def _raise_concurrency(self) -> None:
        # One more for each full round of answers, as TCP does.
        raised = self._concurrency + 1 / self._concurrency
        self._concurrency = min(float(self._limits.concurrency), raised)
        self._refusals_in_a_row = 0

    def _lower_concurrency(self, retry_after_s: float | None) -> None:
        now = time.monotonic()
        pause = retry_after_s
        if pause is None:
            pause = min(MAX_RETRY_AFTER_S, _FIRST_PAUSE_S * 2**self._refusals_in_a_row)
        # A longer pause ends the batch with a `RetryLaterError`, so nothing waits for
        # it.
        if pause > MAX_RETRY_AFTER_S:
            return
        # Requests that were sent together are refused together: halve only once.
        is_first = now > self._halved_until
        self._closed_until = max(self._closed_until, now + pause)
        if is_first:
            self._concurrency = max(1.0, self._concurrency / 2)
            self._halved_until = self._closed_until
            self._refusals_in_a_row += 1
            self.on_pause(pause)


class BudgetGate:
    """The budget of requests that threads send, without other limits."""

    def __init__(self, limits: Limits, pricing: Pricing) -> None:
        self._budget = Budget(limits)
        self._pricing = pricing if limits.budget_usd is not None else None
        self._changed = threading.Condition()

    @contextmanager
    def slot(
        self, body: Mapping[str, Any], max_output_tokens: int | None
    ) -> Iterator[RequestSlot]:
        """Reserve the maximum cost of a request, and settle its actual cost.

        Raises:
            BudgetError: the budget does not cover the request, and no other request is
                in flight whose settling could change that.
        """
        max_cost = estimate_max_cost(body, self._pricing, max_output_tokens)
        with self._changed:
            while not self._budget.reserve(max_cost):
                self._changed.wait()
        slot = RequestSlot(max_cost)
        try:
            with slot.watch():
                yield slot
        finally:
            with self._changed:
                self._budget.settle(max_cost, slot.charge)
                self._changed.notify_all()


def _may_be_billed(error: BaseException) -> bool:
    """Return whether a request that ended in this error may be billed."""
    if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout):
        return False  # no connection was made
    return isinstance(error, _UNKNOWN_OUTCOME_ERRORS)
