"""An endpoint decides how long to wait, up to one ceiling for retries and the limiter."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import httpx2
import openai
import pytest
import tenacity

from claimcheck import Limits, Settings, errors
from claimcheck.llm.budget import Pricing
from claimcheck.llm.errors import translate_error
from claimcheck.llm.limiter import Limiter
from claimcheck.llm.refusal import read_refusal
from claimcheck.llm.retry import is_transient, wait_retry_after
from claimcheck.llm.retry_after import MAX_RETRY_AFTER_S, parse_retry_after_s


def rate_limit_error(headers, body=None):
    request = httpx2.Request("POST", "http://x")
    response = httpx2.Response(429, headers=headers, request=request, json=body)
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
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "1e99"}, 1e99),
        ({"retry-after": "inf"}, float("inf")),
        ({"retry-after": "30s"}, 30),
        ({"retry-after": "1m30s"}, 90),
        ({"retry-after": "2 seconds"}, 2),
        ({"retry-after": "9" * 400}, float("inf")),
        ({"retry-after": "Thu, 01 Jan 999999 00:00:00 GMT"}, None),
    ],
)
def test_reads_how_long_to_wait(headers, seconds):
    assert parse_retry_after_s(headers) == seconds


def test_reads_a_date(monkeypatch):
    date = datetime.now(UTC) + timedelta(seconds=30)
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    for header in (
        date.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        date.strftime("%a, %d %b %Y %H:%M:%S"),
        date.strftime("%a %b %d %H:%M:%S %Y"),
        date.strftime("%A, %d-%b-%y %H:%M:%S GMT"),
        str(int(date.timestamp())),
    ):
        assert 25 < parse_retry_after_s({"retry-after": header}) <= 30, header
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"message": "Limit 30. Please try again in 20.5s."}, 20.5),
        ({"message": "Please try again in 1m2.5s. Need more?"}, 62.5),
        ({"message": "Please try again in 240ms."}, 0.24),
        ({"message": "Please retry after 2 hours"}, 7200),
        ({"message": "slow down", "details": [{"retryDelay": "34s"}]}, 34),
        ({"message": "Please try again in a moment"}, None),
        ({"message": "try again in 5 different ways"}, None),
    ],
)
def test_reads_how_long_to_wait_in_the_words_of_a_429(body, seconds):
    error = rate_limit_error({}, {"error": body})
    assert read_refusal(error).retry_after_s == seconds


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


@pytest.mark.parametrize(
    ("asked", "seconds"), [("3600", 3600), ("1d", 86_400), ("inf", 315_360_000)]
)
def test_the_error_of_a_long_wait_says_when_it_ends(asked, seconds):
    refusal = rate_limit_error({"retry-after": asked})
    error = translate_error(refusal, Settings(model="m", api_key="k" * 20))
    assert isinstance(error, errors.RetryLaterError)
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    assert abs(error.retry_at - end) < timedelta(minutes=1)
    assert f"{error.retry_at:%Y-%m-%d %H:%M}" in str(error)


def test_an_endpoint_need_not_say_when_it_accepts_requests_again():
    assert errors.RetryLaterError("busy", 3).retry_at is None
