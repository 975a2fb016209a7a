"""What requests cost: stated and published prices; unknown ones are not guessed."""

import pytest

from claimcheck import Price, Settings
from claimcheck.llm.pricing import Pricing

PRICED = Settings(
    engine="llm", model="m", prices={"m": Price(input=1.0, output=2.0, cached=0.5)}
)


def test_uses_stated_prices_with_their_own_price_for_cached_tokens():
    assert Pricing(PRICED).cost_usd(1_000_000, 400_000, 500_000) == pytest.approx(
        0.6 + 0.2 + 1.0
    )


def test_knows_published_prices_and_guesses_no_others():
    known = Pricing(Settings(engine="llm", model="gpt-4o-mini"))
    assert known.cost_usd(1_000_000, 0, 0) == pytest.approx(0.15)
    assert not Pricing(Settings(engine="llm", model="nobody-knows-this")).is_known
    assert not Pricing(
        Settings(engine="llm", model="gpt-4o-mini", base_url="http://localhost:1/v1")
    ).is_known
