"""Calls that share a client share its budget."""

from __future__ import annotations

import asyncio
import json

import pytest

from claimcheck import (
    Limits,
    Settings,
    aopen_client,
    asummarize,
    errors,
    estimate_check,
    estimate_summarize,
    open_client,
    summarize,
)
from tests.support.endpoint import completion, serve_script
from tests.support.scripted import answer, claim

TEXT = "The ferry carried 900 people in May."
ANSWER = (200, completion(json.dumps(answer(claim(TEXT)))))
# The scripted endpoint bills 1,020 tokens for each request. At its maximum, a request
# takes about 10,000 tokens, so the budget is used up after some of the ten.
LIMITS = Limits(concurrency=2, budget_tokens=13_000)


async def asummarize_all(settings):
    async with aopen_client(settings, limits=LIMITS) as client:
        calls = [asummarize(TEXT, settings=settings, client=client) for _ in range(10)]
        return await asyncio.gather(*calls, return_exceptions=True)


def summarize_all(settings):
    results = []
    with open_client(settings, limits=LIMITS) as client:
        for _ in range(10):
            try:
                results.append(summarize(TEXT, settings=settings, client=client))
            except errors.BudgetError as error:
                results.append(error)
    return results


@pytest.mark.parametrize(
    "run_all", [summarize_all, lambda settings: asyncio.run(asummarize_all(settings))]
)
def test_ten_calls_stay_within_one_budget(run_all):
    with serve_script(ANSWER) as (url, received):
        results = run_all(Settings(model="m", base_url=url))
    refused = [item for item in results if isinstance(item, errors.BudgetError)]
    assert 0 < len(received) < 10
    assert len(refused) == 10 - len(received)
    assert all(body["max_completion_tokens"] for body in received)


def test_estimates_send_nothing():
    with serve_script(ANSWER) as (url, received):
        settings = Settings(model="m", base_url=url)
        summary = estimate_summarize(TEXT, settings=settings)
        check = estimate_check([TEXT], TEXT, settings=settings)
    assert (summary.requests, check.requests, received) == (1, 1, [])
    assert min(summary.input_tokens, check.input_tokens) > 0
