"""Spent and reserved together never exceed the budget."""

import pytest

from claimcheck import Limits, Price, Settings, errors
from claimcheck.llm.budget import Budget, Pricing, RequestCost, estimate_max_cost
from claimcheck.models.llm import Spending


def test_a_reservation_counts_until_it_is_settled():
    budget = Budget(Limits(budget_tokens=100))
    cost = RequestCost(tokens=60)
    assert budget.reserve(cost)
    assert not budget.covers(cost)
    assert not budget.reserve(cost)
    budget.settle(cost, RequestCost(tokens=30))
    assert budget.reserve(cost)
    assert budget.spent.tokens == 30


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (
            Limits(budget_tokens=1_000),
            "900 of 1,000 tokens have been spent, and the next request may take 200",
        ),
        (
            Limits(budget_usd=0.5),
            r"\$0.4500 of \$0.5 has been spent, and the next request may cost \$0.1000",
        ),
    ],
    ids=["tokens", "dollars"],
)
def test_refuses_what_no_settling_can_free(limits, message):
    budget = Budget(limits, Spending(usd=0.45, tokens=900))
    with pytest.raises(errors.BudgetError, match=message):
        budget.reserve(RequestCost(usd=0.1, tokens=200))


def test_covers_everything_without_a_budget():
    assert Budget(Limits()).covers(RequestCost(usd=1e9, tokens=10**12))


@pytest.mark.parametrize(
    ("limit", "tokens"),
    [({"max_completion_tokens": 50}, 50), ({"max_tokens": 60}, 60), ({}, 70)],
)
def test_the_most_that_a_request_can_cost_includes_its_answer(limit, tokens):
    body = {"messages": [{"role": "user", "content": ""}], **limit}
    assert estimate_max_cost(body, None, max_output_tokens=70).tokens == tokens


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
