"""Compute the cost of requests, from the settings or `genai-prices`."""

from __future__ import annotations

from claimcheck.errors import SettingsError
from claimcheck.settings import Price, Settings
from claimcheck.settings.run import LOCAL


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
