"""What tokens cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens: read, read from the endpoint's cache, and written."""

    input: float
    output: float
    cached: float | None = None

    def cost_usd(self, input_tokens: int, cached_tokens: int, output_tokens: int) -> float:
        """The cost of a request; the cached tokens are part of those read."""
        cached = self.input if self.cached is None else self.cached
        fresh = input_tokens - cached_tokens
        return (fresh * self.input + cached_tokens * cached + output_tokens * self.output) / 1e6
