"""What a request costs: by the prices that the settings give, else by those that `genai-prices` keeps (MIT)."""

from __future__ import annotations

from claimcheck.settings import Price, Settings


class Pricing:
    """The price of the settings' model at their endpoint; it may not be known. `share`: of it, that is asked for."""

    def __init__(self, settings: Settings, share: float = 1.0) -> None:
        self._share = share
        self._model = settings.model or ""
        self._url = settings.base_url
        self._given: Price | None = settings.prices.get(self._model)
        self._unknown = False

    @property
    def known(self) -> bool:
        """Whether there is a price."""
        return self.cost_usd(1000, 0, 1000) is not None

    def cost_usd(
        self, input_tokens: int, cached_tokens: int, output_tokens: int
    ) -> float | None:
        """US dollars for a request, None where the price is not known; the cached tokens are part of those read."""
        if self._given:
            return self._share * self._given.cost_usd(
                input_tokens, cached_tokens, output_tokens
            )
        if self._unknown:
            return None
        from genai_prices import Usage, calc_price

        usage = Usage(
            input_tokens=input_tokens,
            cache_read_tokens=cached_tokens,
            output_tokens=output_tokens,
        )
        try:
            if self._url is None:
                price = calc_price(usage, model_ref=self._model, provider_id="openai")
            else:
                price = calc_price(
                    usage, model_ref=self._model, provider_api_url=self._url
                )
        except LookupError:
            self._unknown = True
            return None
        return self._share * float(price.total_price)
