"""An endpoint decides how long to wait, up to one ceiling for retries and the limiter."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import openai
import pytest
import tenacity

from claimcheck import Limits, Settings
from claimcheck.llm.limiter import Limiter
from claimcheck.llm.pricing import Pricing
from claimcheck.llm.retry import is_transient, wait_retry_after
from claimcheck.llm.retry_after import MAX_RETRY_AFTER_S, parse_retry_after_s


def rate_limit_error(headers):
    request = httpx2.Request("POST", "http://x")
    response = httpx2.Response(429, headers=headers, request=request)
    return openai.RateLimitError("slow down", response=response, body=None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "7", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "Thu, 01 Jan 2015 00:00:00 GMT"}, 0),
        ({"retry-after": "3600"}, 3600),
        ({"retry-after": "nan"}, None),
    ],
)
def test_reads_how_long_to_wait(headers, seconds):
    assert parse_retry_after_s(headers) == seconds


def test_reads_a_date():
    date = datetime.now(UTC) + timedelta(seconds=30)
    header = date.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert 25 < parse_retry_after_s({"retry-after": header}) <= 30


def compute_pause_after(error):
    async def pause_after_refusal():
        settings = Settings(engine="llm", model="m")
        limiter = Limiter(Limits(concurrency=2), Pricing(settings))
        with pytest.raises(openai.RateLimitError):
            async with limiter.slot({"messages": []}):
                raise error
        return limiter._compute_pause_s(0)

    return asyncio.run(pause_after_refusal())


def test_retries_and_the_limiter_wait_as_long_as_the_endpoint_asks():
    error = rate_limit_error({"retry-after": "45"})
    state = tenacity.RetryCallState(None, None, (), {})
    state.set_exception((type(error), error, None))
    assert wait_retry_after(tenacity.wait_fixed(1))(state) == 45
    assert is_transient(error)
    assert 40 < compute_pause_after(error) <= 45


def test_nobody_waits_if_the_endpoint_asks_for_longer_than_the_ceiling():
    error = rate_limit_error({"retry-after": str(MAX_RETRY_AFTER_S + 1)})
    assert not is_transient(error)
    assert compute_pause_after(error) <= 0


def test_waits_as_the_fallback_says_without_a_header():
    error = rate_limit_error({})
    state = tenacity.RetryCallState(None, None, (), {})
    state.set_exception((type(error), error, None))
    assert wait_retry_after(tenacity.wait_fixed(3))(state) == 3
