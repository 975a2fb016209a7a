"""The gate: rates and budgets hold whatever is under way at once, and refusals teach."""

import asyncio
import time

import pytest

from claimcheck import Limits, Price, Settings, errors
from claimcheck.llm import Limiter, Pricing
from claimcheck.models.llm import Usage

PRICED = Settings(engine="llm", model="m", prices={"m": Price(input=1.0, output=2.0, cached=0.5)})
BODY = {"messages": [{"role": "user", "content": "word " * 1000}], "max_completion_tokens": 1000}


def test_a_price_given_is_used_with_cached_tokens_at_their_own():
    assert Pricing(PRICED).cost_usd(1_000_000, 400_000, 500_000) == pytest.approx(0.6 + 0.2 + 1.0)


def test_published_prices_are_known_and_others_are_not_guessed():
    known = Pricing(Settings(engine="llm", model="gpt-4o-mini"))
    assert known.cost_usd(1_000_000, 0, 0) == pytest.approx(0.15)
    assert not Pricing(Settings(engine="llm", model="nobody-knows-this")).known
    assert not Pricing(Settings(engine="llm", model="gpt-4o-mini", base_url="http://localhost:1/v1")).known


async def _sent(gate, count, *, usage=None, work_s=0.01):
    """So many requests at once: how many were sent, and the most that were under way together."""
    under_way, most, sent, refused = 0, 0, 0, []

    async def one():
        nonlocal under_way, most, sent
        try:
            async with gate.turn(BODY) as turn:
                sent += 1
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(work_s)
                under_way -= 1
                turn.usage = usage
        except errors.BudgetError as error:
            refused.append(error)

    await asyncio.gather(*(one() for _ in range(count)))
    return sent, most, refused


def test_no_more_requests_at_a_time_than_stated():
    gate = Limiter(Limits(concurrency=3), Pricing(PRICED))
    sent, most, _ = asyncio.run(_sent(gate, 10, usage=Usage()))
    assert (sent, most) == (10, 3)


@pytest.mark.parametrize(
    "limits", [Limits(budget_usd=0.01, concurrency=50), Limits(budget_tokens=7_000, concurrency=50)]
)
def test_a_budget_is_not_exceeded_by_requests_that_are_under_way_together(limits):
    """A request may cost 1,100 + 2 x 1,000 millionths of a dollar, and costs 1,000 + 2 x 500 in the end."""
    gate = Limiter(limits, Pricing(PRICED))
    usage = Usage(requests=1, input_tokens=1000, output_tokens=500, cost_usd=0.002)
    sent, most, refused = asyncio.run(_sent(gate, 50, usage=usage))
    assert most == 3  # of what they may cost, three fit
    assert sent == 4  # of what they do cost, a fourth fits, for which there may have to be room too
    assert len(refused) == 46
    assert gate.spent.usd <= 0.01
    assert gate.spent.tokens <= 7_000
    assert "the budget is reached" in str(refused[0])


def test_what_nobody_knows_the_cost_of_is_counted_at_the_most_that_it_can_cost():
    gate = Limiter(Limits(budget_tokens=5_000), Pricing(PRICED))

    async def lost():
        import openai

        async with gate.turn(BODY):
            raise openai.APITimeoutError(request=None)

    with pytest.raises(Exception, match="timed out"):
        asyncio.run(lost())
    assert gate.spent.tokens > 2_000


def test_requests_by_the_minute(monkeypatch):
    monkeypatch.setattr("claimcheck.llm.limiter._MINUTE_S", 0.3)
    gate = Limiter(Limits(rpm=5), Pricing(PRICED))
    started = time.monotonic()
    asyncio.run(_sent(gate, 11, usage=Usage(), work_s=0))
    assert 0.6 <= time.monotonic() - started < 3


def test_tokens_by_the_minute_and_a_request_that_is_larger_than_all_goes_alone(monkeypatch):
    monkeypatch.setattr("claimcheck.llm.limiter._MINUTE_S", 0.2)
    gate = Limiter(Limits(tpm=100), Pricing(PRICED))
    started = time.monotonic()
    asyncio.run(_sent(gate, 3, usage=Usage(), work_s=0))
    assert 0.4 <= time.monotonic() - started < 3


def test_a_refusal_holds_everybody_and_halves_what_is_under_way():
    import httpx2
    import openai

    gate = Limiter(Limits(concurrency=8), Pricing(PRICED))

    async def refused():
        async with gate.turn(BODY):
            response = httpx2.Response(
                429, headers={"retry-after-ms": "300"}, request=httpx2.Request("POST", "http://x")
            )
            raise openai.RateLimitError("slow down", response=response, body=None)

    async def story():
        with pytest.raises(openai.RateLimitError):
            await refused()
        started = time.monotonic()
        _, most, _ = await _sent(gate, 20, usage=Usage())
        return most, time.monotonic() - started

    most, waited = asyncio.run(story())
    assert waited >= 0.3
    assert 4 <= most < 8  # half, and then a little more with every answer


@pytest.mark.parametrize("name", ["concurrency", "rpm", "tpm", "budget_usd", "budget_tokens"])
def test_a_limit_of_nothing_is_refused(name):
    with pytest.raises(errors.SettingsError, match=f"{name} is 0; give a number above 0"):
        Limits(**{name: 0})


def test_a_budget_in_dollars_needs_a_price(tmp_path):
    from claimcheck import Batch, RunStore

    with (
        RunStore(tmp_path / "s.db") as store,
        pytest.raises(errors.SettingsError, match=r"price of 'x' .* is not known"),
    ):
        Batch(
            store, Settings(engine="llm", model="x", base_url="http://localhost:1/v1"), Limits(budget_usd=1)
        )


@pytest.mark.parametrize(
    "price", ["{ input = 1 }", "3", '{ input = "1", output = 2 }', "{ input = -1, output = 2 }"]
)
def test_a_price_that_is_none_is_said(tmp_path, price):
    from claimcheck.config import load_settings

    (tmp_path / "claimcheck.toml").write_text(f'[prices]\n"gpt x" = {price}\n')
    with pytest.raises(errors.SettingsError, match=r"prices\.'gpt x' is .*; give US dollars"):
        load_settings(folder=tmp_path, environment={})


def test_a_budget_ends_a_batch_and_more_of_it_goes_on(tmp_path):
    from claimcheck import Batch, RunStore
    from claimcheck.batch.runner import StopSignal
    from tests.faults.batches import faulty, write_documents

    rows = write_documents(tmp_path / "rows.jsonl", 30)
    with faulty() as (url, counts), RunStore(tmp_path / "s.db") as store:
        settings = Settings(engine="llm", model="m", base_url=url, max_output_tokens=500)

        def go(budget):
            batch = Batch(store, settings, Limits(concurrency=8, budget_tokens=budget))
            batch.add(str(rows))
            stop = StopSignal()
            return asyncio.run(batch.run(stop=stop)), stop, batch

        progress, stop, batch = go(12_000)
        assert isinstance(stop.because, errors.BudgetError)
        assert 0 < progress.done < 30
        assert batch.info.spent_tokens <= 12_000
        assert counts()["tokens"] == batch.info.spent_tokens
        progress, stop, _ = go(10**9)
        assert (progress.done, stop.because) == (30, None)
        assert (counts()["requests"], counts()["answered"]) == (30, 1)


def test_the_estimate_is_what_is_asked_within_15_percent(tmp_path):
    from claimcheck import Batch, RunStore, tokens
    from tests.faults.batches import write_documents
    from tests.flow.scripted import ScriptedClient, answer, claim, response

    rows = write_documents(tmp_path / "rows.jsonl", 40)
    with RunStore(tmp_path / "s.db") as store:
        batch = Batch(store, Settings(engine="llm", model="m", base_url="http://localhost:1/v1"))
        batch.add(str(rows))
        found = batch.estimate()
        client = ScriptedClient([response(answer(claim("x")))] * 40)
        asyncio.run(batch.run(client=client))
    asked = sum(tokens.count(message.content) for request in client.requests for message in request.messages)
    assert (found.documents, found.requests, found.cost_usd) == (40, 40, None)
    assert abs(found.input_tokens - asked) <= 0.15 * asked
    assert found.output_from == "a guess"


def test_a_worker_that_is_lost_with_a_reservation_does_not_hold_up_the_others_for_ever():
    from claimcheck.batch.distributed import _BudgetActor, _RemoteBudget
    from claimcheck.llm.limiter import RequestCost

    purse = _BudgetActor(Limits(budget_tokens=1_000))

    class Actor:
        """What an actor's handle is to its callers."""

        class reserve:  # noqa: N801 - as Ray names it
            @staticmethod
            async def remote(usd, tokens):
                return purse.reserve(usd, tokens)

        class settle:  # noqa: N801 - as Ray names it
            @staticmethod
            async def remote(*values):
                return purse.settle(*values)

    async def story():
        mine = _RemoteBudget(Actor, 0.3)
        await mine.reserve(RequestCost(0.0, 600))
        await mine.settle(RequestCost(0.0, 600), RequestCost(0.0, 200))
        await mine.reserve(RequestCost(0.0, 800))  # and its worker dies
        with pytest.raises(errors.BudgetError):
            await _RemoteBudget(Actor, 0.3).reserve(RequestCost(0.0, 100))

    asyncio.run(asyncio.wait_for(story(), 10))
