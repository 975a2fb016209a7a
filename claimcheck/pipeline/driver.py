"""The two drivers of a flow: one with threads, one with asyncio. There is no third way to run one.

A request without an answer is a failure of the flow's, as long as another one has an answer: what was paid for is not
thrown away. Where none has, or the error is final, it is raised. A flow that yields no request only offers to be left: there
work that asks nobody can be cancelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from claimcheck.errors import ProviderError
from claimcheck.models.llm import Client, ModelRequest, ModelResponse, Usage

_MAX_THREADS = 8
Result = TypeVar("Result")
Flow = Generator[list[ModelRequest], list[ModelResponse], Result]


def drive(flow: Flow[Result], client: Client | None) -> Result:
    """The flow's result, its requests sent with threads; only a flow without requests needs no client."""

    def outcome(request: ModelRequest) -> ModelResponse | ProviderError:
        assert client is not None
        try:
            return client.complete(request)
        except ProviderError as error:
            return error

    answered = False
    try:
        requests = next(flow)
        while True:
            if not requests:
                requests = flow.send([])
                continue
            if len(requests) == 1:  # the main thread can be interrupted while it waits
                outcomes = [outcome(requests[0])]
            else:
                pool = ThreadPoolExecutor(_MAX_THREADS)
                try:
                    outcomes = list(pool.map(outcome, requests))
                finally:  # who interrupts does not want to wait for what was not even sent
                    pool.shutdown(wait=False, cancel_futures=True)
            responses = _resolve_outcomes(outcomes, answered)
            answered = True
            requests = flow.send(responses)
    except StopIteration as stop:
        result: Result = stop.value
        return result


async def adrive(flow: Flow[Result], client: Client | None) -> Result:
    """The flow's result, its requests sent with asyncio."""
    answered = False
    try:
        requests = next(flow)
        while True:
            if not requests:
                await asyncio.sleep(0)
                requests = flow.send([])
                continue
            responses = await fetch_responses(requests, client, answered=answered)
            answered = True
            requests = flow.send(responses)
    except StopIteration as stop:
        result: Result = stop.value
        return result


async def fetch_responses(
    requests: Sequence[ModelRequest], client: Client | None, *, answered: bool
) -> list[ModelResponse]:
    """Send the requests of a flow concurrently and return the responses.

    Raises:
        ProviderError: one that is final, or no request of the flow has an answer.
    """

    async def outcome(request: ModelRequest) -> ModelResponse | ProviderError:
        assert client is not None
        try:
            return await client.acomplete(request)
        except ProviderError as error:
            return error

    if len(requests) == 1:  # a task of its own would only cost time
        return _resolve_outcomes([await outcome(requests[0])], answered)
    return _resolve_outcomes(await asyncio.gather(*map(outcome, requests)), answered)


def _resolve_outcomes(
    outcomes: Sequence[ModelResponse | ProviderError], answered: bool
) -> list[ModelResponse]:
    """Turn errors into responses with a fault; raise if final, or if all failed."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, ProviderError)]
    for error in errors:
        if error.final or (not answered and len(errors) == len(outcomes)):
            raise error
    return [
        _build_unanswered_response(item) if isinstance(item, ProviderError) else item
        for item in outcomes
    ]


def _build_unanswered_response(error: ProviderError) -> ModelResponse:
    usage = Usage(requests=error.requests)
    return ModelResponse(None, None, None, "", "", usage, fault=str(error))
