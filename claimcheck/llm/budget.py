"""What requests cost, and a hard limit on what all of them together may cost.

Prices come from the settings, or from `genai-prices`.

The maximum cost of a request is reserved before it is sent. Afterwards it is settled:
the reservation is released, and the actual cost counts as spent. Spent and reserved
amounts together never exceed the budget, however many requests are in flight.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from claimcheck import tokens
from claimcheck.errors import BudgetError, SettingsError
from claimcheck.models.llm import Spending
from claimcheck.settings import Limits, Price, Settings
from claimcheck.settings.run import LOCAL

# Token counts are estimates for models with another encoding than ours, and chat
# formats add a few tokens to each message. The margin was chosen by hand.
_TOKEN_MARGIN = 1.1


class Pricing:
    """The price of the settings' model at their endpoint, times a `factor`."""

    def __init__(self, settings: Settings, factor: float = 1.0) -> None:
        self._factor = factor
        self._model = settings.model or ""
        self._url = settings.base_url
        self._stated_price: Price | None = settings.prices.get(self._model)
        if settings.engine == LOCAL:
            self._stated_price = Price(0.0, 0.0)
        self._is_unpublished = False

    @property
    def is_known(self) -> bool:
        """Whether the model has a price."""
        return self.cost_usd(1000, 0, 1000) is not None

    def cost_usd(
        self, input_tokens: int, cached_tokens: int, output_tokens: int
    ) -> float | None:
        """Return the cost in US dollars, or None if the price is unknown.

        The cached tokens are part of the input tokens.
        """
        if self._stated_price:
            return self._factor * self._stated_price.cost_usd(
                input_tokens, cached_tokens, output_tokens
            )
        cost = self._look_up_cost_usd(input_tokens, cached_tokens, output_tokens)
        return None if cost is None else self._factor * cost

    def _look_up_cost_usd(
        self, input_tokens: int, cached_tokens: int, output_tokens: int
    ) -> float | None:
        if self._is_unpublished:  # don't repeat a look-up that failed
            return None
        # Imported here, because most runs need no prices.
        from genai_prices import Usage, calc_price

        usage = Usage(
            input_tokens=input_tokens,
            cache_read_tokens=cached_tokens,
            output_tokens=output_tokens,
        )
        try:
            if self._url is None:
                price = calc_price(usage, self._model, provider_id="openai")
            else:
                price = calc_price(usage, self._model, provider_api_url=self._url)
        except LookupError:
            self._is_unpublished = True
            return None
        return float(price.total_price)


def require_known_price(settings: Settings) -> None:
    """Check that a budget in dollars can be enforced.

    Raises:
        SettingsError: the model has no known price.
    """
    if Pricing(settings).is_known:
        return
    model = settings.model
    raise SettingsError(
        f"--budget-usd: the price of {model!r} at {settings.endpoint()} is unknown. "
        f'Set it in claimcheck.toml ([prices."{model}"] input = ..., output = ...), '
        "or use --budget-tokens (in Python: Settings(prices={...: Price(...)}), "
        "Limits(budget_tokens=...))."
    )


@dataclass(frozen=True, slots=True)
class RequestCost:
    """What a request costs or may cost; its tokens include the answer's."""

    usd: float = 0.0
    tokens: int = 0

    def __add__(self, other: RequestCost) -> RequestCost:
        return RequestCost(self.usd + other.usd, self.tokens + other.tokens)

    def __sub__(self, other: RequestCost) -> RequestCost:
        return RequestCost(self.usd - other.usd, self.tokens - other.tokens)


class Budget:
    """The budget of one process, or of an actor that several processes share.

    It updates `spent`, which the caller may share with a progress display. It is not
    thread-safe: use it from one thread or one event loop.
    """

    def __init__(self, limits: Limits, spent: Spending | None = None) -> None:
        self.spent = spent or Spending()
        self._limits = limits
        self._reserved = RequestCost()
        self._open_reservations = 0

    def covers(self, cost: RequestCost) -> bool:
        """Return whether this cost can be reserved now."""
        return not (self._exceeds_usd(cost) or self._exceeds_tokens(cost))

    def reserve(self, cost: RequestCost) -> bool:
        """Reserve the cost and return True; if False, wait for a `settle`.

        Raises:
            BudgetError: the budget does not cover the cost, and no reservation is open
                whose settling could change that.
        """
        if not self.covers(cost):
            # Most requests cost less than the maximum that is reserved for them.
            if self._open_reservations:
                return False
            raise self._build_error(cost)
        self._reserved += cost
        self._open_reservations += 1
        return True

    def settle(self, reserved: RequestCost, spent: RequestCost) -> None:
        """Release the reservation of a request; count its actual cost."""
        self._reserved -= reserved
        self._open_reservations -= 1
        self.spent.usd += spent.usd
        self.spent.tokens += spent.tokens

    def _exceeds_usd(self, cost: RequestCost) -> bool:
        limit = self._limits.budget_usd
        total = self.spent.usd + self._reserved.usd + cost.usd
        return limit is not None and total > limit

    def _exceeds_tokens(self, cost: RequestCost) -> bool:
        limit = self._limits.budget_tokens
        total = self.spent.tokens + self._reserved.tokens + cost.tokens
        return limit is not None and total > limit

    def _build_error(self, cost: RequestCost) -> BudgetError:
        limits, spent = self._limits, self.spent
        if self._exceeds_usd(cost):
            problem = (
                f"${spent.usd:.4f} of ${limits.budget_usd:g} has been spent, "
                f"and the next request may cost ${cost.usd:.4f}"
            )
        else:
            problem = (
                f"{spent.tokens:,} of {limits.budget_tokens:,} tokens have been spent, "
                f"and the next request may take {cost.tokens:,}"
            )
        return BudgetError(
            f"the budget is used up: {problem}; raise the budget to continue"
        )


class SharedBudget(Protocol):
    """A `Budget` that lives in another process and is shared by several."""

    async def reserve(self, cost: RequestCost) -> None:
        """Reserve the cost; wait as long as `settle` may still free enough.

        Raises:
            BudgetError: the budget does not cover the cost.
        """
        ...

    async def settle(self, reserved: RequestCost, spent: RequestCost) -> None:
        """Release the reservation of a request; count its actual cost."""
        ...


class Reservations(Protocol):
    """A store of reservations that outlasts the process that made them."""

    def add(self, cost: RequestCost) -> int:
        """Store a request's maximum cost; return a number for `remove`."""
        ...

    def remove(self, number: int) -> None:
        """Remove a reservation once the outcome of its request is known."""
        ...


def estimate_max_cost(
    body: Mapping[str, Any],
    pricing: Pricing | None,
    max_output_tokens: int | None = None,
) -> RequestCost:
    """Return the maximum cost of the request with this body.

    Without `pricing` or a known price, `usd` is 0. `max_output_tokens` is used if the
    body states no maximum, because some endpoints do not accept one.
    """
    # Without any maximum, an answer could have any length; batches always state one.
    input_tokens = math.ceil(_TOKEN_MARGIN * count_input_tokens(body))
    stated = body.get("max_completion_tokens") or body.get("max_tokens")
    output_tokens = int(stated or max_output_tokens or 0)
    usd = pricing.cost_usd(input_tokens, 0, output_tokens) if pricing else None
    return RequestCost(usd or 0.0, input_tokens + output_tokens)


def count_input_tokens(body: Mapping[str, Any], *, schema: bool = True) -> int:
    """Count the tokens of a request's messages and, on request, its schema."""
    text = "\n".join(message["content"] for message in body["messages"])
    count = tokens.count(text)
    response_schema = body.get("response_format", {}).get("json_schema")
    if schema and response_schema:
        count += tokens.count(json.dumps(response_schema))
    return count
