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
from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.models.run import Usage

_CONCURRENCY = 8
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
                pool = ThreadPoolExecutor(_CONCURRENCY)
                try:
                    outcomes = list(pool.map(outcome, requests))
                finally:  # who interrupts does not want to wait for what was not even sent
                    pool.shutdown(wait=False, cancel_futures=True)
            responses = _responses(outcomes, answered)
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
            responses = await responses_to(requests, client, answered=answered)
            answered = True
            requests = flow.send(responses)
    except StopIteration as stop:
        result: Result = stop.value
        return result


async def responses_to(
    requests: Sequence[ModelRequest], client: Client | None, *, answered: bool
) -> list[ModelResponse]:
    """The responses to a flow's requests, sent together; `answered`: whether earlier ones of it had any.

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
        return _responses([await outcome(requests[0])], answered)
    return _responses(await asyncio.gather(*map(outcome, requests)), answered)


def _responses(outcomes: Sequence[ModelResponse | ProviderError], answered: bool) -> list[ModelResponse]:
    """The responses, with the fault in those that are none; raises what is final, and what is all there is."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, ProviderError)]
    for error in errors:
        if error.final or (not answered and len(errors) == len(outcomes)):
            raise error
    return [_without_answer(item) if isinstance(item, ProviderError) else item for item in outcomes]


def _without_answer(error: ProviderError) -> ModelResponse:
    usage = Usage(requests=error.requests)
    return ModelResponse(None, None, None, "", "", usage, fault=str(error))
