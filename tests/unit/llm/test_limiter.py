"""Rates and budgets hold for concurrent requests, and refusals slow all of them down."""

import asyncio
import time

import httpx2
import pytest

from claimcheck import Limits, Price, Settings, errors
from claimcheck.llm.budget import Pricing
from claimcheck.llm.limiter import Limiter
from claimcheck.models.llm import Usage

PRICED = Settings(
    engine="llm", model="m", prices={"m": Price(input=1.0, output=2.0, cached=0.5)}
)
BODY = {
    "messages": [{"role": "user", "content": "word " * 1000}],
    "max_completion_tokens": 1000,
}


async def _send(limiter, count, *, usage=None, work_s=0.01):
    """Send `count` requests at once; return how many were sent and the peak concurrency."""
    in_flight, peak, sent, refused = 0, 0, 0, []

    async def one():
        nonlocal in_flight, peak, sent
        try:
            async with limiter.slot(BODY) as slot:
                sent += 1
                in_flight += 1
                peak = max(peak, in_flight)
                await asyncio.sleep(work_s)
                in_flight -= 1
                slot.usage = usage
        except errors.BudgetError as error:
            refused.append(error)

    await asyncio.gather(*(one() for _ in range(count)))
    return sent, peak, refused


def test_sends_at_most_the_stated_number_of_requests_at_once():
    limiter = Limiter(Limits(concurrency=3), Pricing(PRICED))
    sent, peak, _ = asyncio.run(_send(limiter, 10, usage=Usage()))
    assert (sent, peak) == (10, 3)


@pytest.mark.parametrize(
    "limits",
    [
        Limits(budget_usd=0.01, concurrency=50),
        Limits(budget_tokens=7_000, concurrency=50),
    ],
)
def test_concurrent_requests_do_not_exceed_the_budget(limits):
    """In millionths of a dollar, each may cost 1,100 + 2,000 and costs 1,000 + 1,000."""
    limiter = Limiter(limits, Pricing(PRICED))
    usage = Usage(requests=1, input_tokens=1000, output_tokens=500, cost_usd=0.002)
    sent, peak, refused = asyncio.run(_send(limiter, 50, usage=usage))
    # The budget covers what three may cost. Of what they do cost, it covers a fourth,
    # for which there may have to be room, too.
    assert peak == 3
    assert sent == 4
    assert len(refused) == 46
    assert limiter.spent.usd <= 0.01
    assert limiter.spent.tokens <= 7_000
    assert "the budget is used up" in str(refused[0])


def test_charges_an_unknown_cost_at_its_upper_bound():
    limiter = Limiter(Limits(budget_tokens=5_000), Pricing(PRICED))

    async def time_out():
        import openai

        async with limiter.slot(BODY):
            raise openai.APITimeoutError(request=None)

    with pytest.raises(Exception, match="timed out"):
        asyncio.run(time_out())
    assert limiter.spent.tokens > 2_000


def test_limits_requests_per_minute(monkeypatch):
    monkeypatch.setattr("claimcheck.llm.limiter._RATE_WINDOW_S", 0.3)
    limiter = Limiter(Limits(rpm=5), Pricing(PRICED))
    started = time.monotonic()
    asyncio.run(_send(limiter, 11, usage=Usage(), work_s=0))
    assert time.monotonic() - started >= 0.6


def test_limits_tokens_per_minute_and_sends_an_oversized_request_alone(monkeypatch):
    monkeypatch.setattr("claimcheck.llm.limiter._RATE_WINDOW_S", 0.2)
    limiter = Limiter(Limits(tpm=100), Pricing(PRICED))
    started = time.monotonic()
    asyncio.run(_send(limiter, 3, usage=Usage(), work_s=0))
    assert time.monotonic() - started >= 0.4


def test_a_rate_limit_pauses_everyone_and_halves_concurrency():
    import openai

    limiter = Limiter(Limits(concurrency=8), Pricing(PRICED))

    async def refuse():
        async with limiter.slot(BODY):
            response = httpx2.Response(
                429,
                headers={"retry-after-ms": "300"},
                request=httpx2.Request("POST", "http://x"),
            )
            raise openai.RateLimitError("slow down", response=response, body=None)

    async def send_after_refusal():
        with pytest.raises(openai.RateLimitError):
            await refuse()
        started = time.monotonic()
        _, peak, _ = await _send(limiter, 20, usage=Usage())
        return peak, time.monotonic() - started

    peak, waited = asyncio.run(send_after_refusal())
    assert waited >= 0.3
    assert 4 <= peak < 8  # half, and then a little more with every answer
