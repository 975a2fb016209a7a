"""The budget that workers on several machines share."""

import asyncio

import pytest

from claimcheck import Limits, errors
from claimcheck.batch.distributed import RemoteBudget
from claimcheck.llm.budget import Budget, RequestCost


class Method:
    """A method of an actor's handle, as its callers see it."""

    def __init__(self, method):
        self._method = method

    async def remote(self, *arguments):
        return self._method(*arguments)


class Actor:
    """An actor's handle on a budget."""

    def __init__(self, budget):
        self.reserve = Method(budget.reserve)
        self.settle = Method(budget.settle)


def test_a_reservation_of_a_lost_worker_does_not_block_the_others_forever():
    actor = Actor(Budget(Limits(budget_tokens=1_000)))

    async def story():
        lost = RemoteBudget(actor, timeout_s=0.3)
        await lost.reserve(RequestCost(0.0, 600))
        await lost.settle(RequestCost(0.0, 600), RequestCost(0.0, 200))
        await lost.reserve(RequestCost(0.0, 800))  # and never settles it
        with pytest.raises(errors.BudgetError, match="reserved by lost workers"):
            await RemoteBudget(actor, timeout_s=0.3).reserve(RequestCost(0.0, 100))

    asyncio.run(story())


def test_a_cost_that_no_settling_can_cover_is_refused_at_once():
    actor = Actor(Budget(Limits(budget_tokens=1_000)))
    with pytest.raises(errors.BudgetError, match="1,000 tokens"):
        asyncio.run(RemoteBudget(actor, 600.0).reserve(RequestCost(0.0, 1_001)))
