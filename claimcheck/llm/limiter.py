"""When a request may be sent: stated limits, what the endpoint's refusals teach, and the budget.

Additive increase, multiplicative decrease (Chiu and Jain 1989): a 429 halves how many requests are in flight and holds
all of them until the time that the endpoint asks for; every answer lets a little more through again.

The budget is reserved before a request is sent, at the most that it can cost, and settled after it. A request of which
nobody knows whether it was answered (a lost connection, a timeout) keeps what was reserved: it may have been billed.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import openai

from claimcheck import tokens
from claimcheck.errors import BudgetError
from claimcheck.llm.completion import NoCompletionError
from claimcheck.llm.pricing import Pricing
from claimcheck.llm.retry import parse_retry_after_s
from claimcheck.models.llm import Spending, Usage
from claimcheck.settings import Limits

# after these nobody knows whether the request was billed
_UNKNOWN_OUTCOME_ERRORS = (
    openai.APIConnectionError,
    json.JSONDecodeError,
    NoCompletionError,
    asyncio.CancelledError,
)
_MINUTE_S = 60.0
_FIRST_PAUSE_S = (
    1.0  # after a 429 that does not say when to come back; twice as long after the next
)
_MAX_PAUSE_S = 60.0
_TOKEN_MARGIN = 1.1  # counts of tokens are estimates for other models' encodings, and chat formats add some


@dataclass(frozen=True, slots=True)
class RequestCost:
    """The most that one request can cost."""

    usd: float
    tokens: int


class SharedBudget(Protocol):
    """A budget that several processes spend from together."""

    async def reserve(self, bound: RequestCost) -> None:
        """Room for this much is kept; waits for what others may settle. Raises `BudgetError` where there is no more."""
        ...

    async def settle(self, bound: RequestCost, spent: RequestCost) -> None:
        """What was reserved is free again, and this much of it spent."""
        ...


@dataclass(slots=True)
class RequestSlot:
    """A request that may be sent now; `usage` is what the answer said of it."""

    usage: Usage | None = None


class Limiter:
    """The one gate through which all requests of a batch go; it belongs to one event loop."""

    def __init__(
        self,
        limits: Limits,
        pricing: Pricing,
        spent: Spending | None = None,
        purse: SharedBudget | None = None,
    ) -> None:
        self.spent = spent or Spending()
        self._purse = purse
        self._limits = limits
        self._pricing = pricing
        self._changed = asyncio.Event()
        self._in_flight = 0
        self._width = float(limits.concurrency)
        self._narrowed = 0.0
        self._lessons = 0
        self._closed_until = 0.0
        self._sent: deque[tuple[float, int]] = deque()
        self._sent_tokens = 0
        self._reserved = RequestCost(0.0, 0)

    @property
    def width(self) -> int:
        """The most requests at a time."""
        return self._limits.concurrency

    @asynccontextmanager
    async def turn(self, body: Mapping[str, Any]) -> AsyncIterator[RequestSlot]:
        """Waits until the request with this body may be sent, and learns from how the block ends.

        Raises:
            BudgetError: the budget does not cover it, and nothing is under way whose settling could change that.
        """
        bound = self._bound(body)
        if self._purse:
            await self._purse.reserve(bound)
        await self._enter(bound)
        turn = RequestSlot()
        lost = False
        try:
            yield turn
            lost = turn.usage is None  # answered, without a word on what it took
            self._width = min(
                float(self._limits.concurrency), self._width + 1 / self._width
            )
            self._lessons = 0
        except openai.RateLimitError as error:
            self._narrow(parse_retry_after_s(error.response.headers))
            raise
        except _UNKNOWN_OUTCOME_ERRORS as error:
            lost = not _failed_to_connect(error)
            raise
        finally:
            spent = _compute_charge(bound, turn.usage, lost=lost)
            self._leave(bound, spent)
            if self._purse:
                await self._purse.settle(bound, spent)

    def _bound(self, body: Mapping[str, Any]) -> RequestCost:
        if not (self._limits.has_budget or self._limits.tpm):
            return RequestCost(0.0, 0)
        read = math.ceil(_TOKEN_MARGIN * count_input_tokens(body))
        written = int(body.get("max_completion_tokens") or 0)
        usd = (
            self._pricing.cost_usd(read, 0, written)
            if self._limits.budget_usd is not None
            else 0.0
        )
        return RequestCost(usd or 0.0, read + written)

    async def _enter(self, bound: RequestCost) -> None:
        while pause := self._pause_s(bound):
            waited_for = self._changed
            try:
                async with asyncio.timeout(None if pause == math.inf else pause):
                    await waited_for.wait()
            except TimeoutError:
                pass
        self._in_flight += 1
        self._reserved = RequestCost(
            self._reserved.usd + bound.usd, self._reserved.tokens + bound.tokens
        )
        if self._limits.rpm or self._limits.tpm:
            self._sent.append((time.monotonic(), bound.tokens))
            self._sent_tokens += bound.tokens

    def _pause_s(self, bound: RequestCost) -> float:
        """Seconds until it makes sense to look again: 0 to go now, infinity to wait for another request's end."""
        limits = self._limits
        if self._in_flight >= max(1, int(self._width)) or self._lacks_budget(bound):
            return math.inf
        now = time.monotonic()
        if now < self._closed_until:
            return self._closed_until - now
        while self._sent and self._sent[0][0] <= now - _MINUTE_S:
            self._sent_tokens -= self._sent.popleft()[1]
        too_many = limits.rpm is not None and len(self._sent) >= limits.rpm
        too_long = (
            limits.tpm is not None
            and self._sent
            and self._sent_tokens + bound.tokens > limits.tpm
        )
        return (
            max(0.001, self._sent[0][0] + _MINUTE_S - now)
            if too_many or too_long
            else 0.0
        )

    def _lacks_budget(self, bound: RequestCost) -> bool:
        """Whether the budget leaves too little just now; raises where it always will."""
        if self._purse:
            return False
        limits, spent, reserved = self._limits, self.spent, self._reserved
        usd, most = limits.budget_usd, limits.budget_tokens
        over_usd = usd is not None and spent.usd + reserved.usd + bound.usd > usd
        over_tokens = (
            most is not None and spent.tokens + reserved.tokens + bound.tokens > most
        )
        if not (over_usd or over_tokens):
            return False
        if self._in_flight:
            return True
        if over_usd:
            told = f"${spent.usd:.4f} of ${usd:g} are spent, and the next request may cost ${bound.usd:.4f}"
        else:
            told = f"{spent.tokens:,} of {most:,} tokens are spent, and the next request may take {bound.tokens:,}"
        raise BudgetError(f"the budget is reached: {told}")

    def _narrow(self, asked: float | None) -> None:
        now = time.monotonic()
        pause = (
            min(_MAX_PAUSE_S, _FIRST_PAUSE_S * 2**self._lessons)
            if asked is None
            else asked
        )
        self._closed_until = max(self._closed_until, now + pause)
        if (
            now > self._narrowed
        ):  # requests that were sent together are refused together: one lesson
            self._width = max(1.0, self._width / 2)
            self._narrowed = self._closed_until
            self._lessons += 1

    def _leave(self, bound: RequestCost, spent: RequestCost) -> None:
        self._in_flight -= 1
        self._reserved = RequestCost(
            self._reserved.usd - bound.usd, self._reserved.tokens - bound.tokens
        )
        self.spent.usd += spent.usd
        self.spent.tokens += spent.tokens
        self._changed.set()
        self._changed = asyncio.Event()


def _compute_charge(
    bound: RequestCost, usage: Usage | None, *, lost: bool
) -> RequestCost:
    """Return the reported cost; the maximum if nobody knows it; otherwise zero."""
    if usage:
        return RequestCost(
            usage.cost_usd or 0.0, usage.input_tokens + usage.output_tokens
        )
    return bound if lost else RequestCost(0.0, 0)


def count_input_tokens(body: Mapping[str, Any], *, schema: bool = True) -> int:
    """Count the tokens of a request's messages and, with `schema`, of its schema."""
    text = "\n".join(message["content"] for message in body["messages"])
    asked = body.get("response_format", {}).get("json_schema") if schema else None
    return tokens.count(text) + (tokens.count(json.dumps(asked)) if asked else 0)


def _failed_to_connect(error: BaseException) -> bool:
    """Tell whether no connection was made at all."""
    import httpx2

    return isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
