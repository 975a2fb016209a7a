"""The two drivers of a flow, one with threads and one with asyncio.

A failed request becomes a fault in its response if another request succeeded, so that
answers that were paid for are not lost. The error is raised if no request succeeded, or
if every other request would fail in the same way. A request that exceeds the model's
context window is never an error here: the flow can send less.

A flow without requests yields empty lists, so that it can be canceled between its
steps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from claimcheck.errors import ContextWindowError, FilteredError, ProviderError
from claimcheck.models.llm import (
    Client,
    ModelRequest,
    ModelResponse,
    build_unanswered_response,
)

# Chosen by hand. Batches use asyncio instead, with the user's limits.
_MAX_THREADS = 8
Result = TypeVar("Result")
Flow = Generator[list[ModelRequest], list[ModelResponse], Result]
ResponseOrError = ModelResponse | ProviderError


def drive(flow: Flow[Result], client: Client | None) -> Result:
    """Run a flow with threads and return its result.

    Only a flow without requests can run without a client.

    Raises:
        ProviderError: the error is final, or no request has a response.
    """
    steps = _Steps(flow)
    try:
        requests = next(flow)
        while True:  # until the flow returns, which raises StopIteration
            requests = steps.advance(_complete_all(requests, client))
    except StopIteration as stop:
        result: Result = stop.value
        return result


async def adrive(flow: Flow[Result], client: Client | None) -> Result:
    """Run a flow with asyncio and return its result, like `drive`.

    Without a client, the flow only computes. It runs in a thread, so that other tasks
    continue and time limits hold.
    """
    if client is None:
        return await _adrive_in_thread(flow)
    steps = _Steps(flow)
    try:
        requests = next(flow)
        while True:
            requests = steps.advance(await _acomplete_all(requests, client))
    except StopIteration as stop:
        result: Result = stop.value
        return result


class _Steps(Generic[Result]):
    """The steps of a flow: each takes outcomes, and asks for the next ones."""

    def __init__(self, flow: Flow[Result]) -> None:
        self._flow = flow
        self._has_answer = False  # if any request was answered so far

    def advance(self, outcomes: Sequence[ResponseOrError]) -> list[ModelRequest]:
        """Send the outcomes of requests to the flow; return the next requests.

        Raises:
            ProviderError: the error is final, or no request of the flow was answered.
        """
        try:
            responses = _resolve_outcomes(outcomes, has_answer=self._has_answer)
        except ProviderError as error:
            return self._flow.throw(error)  # it may add what it has so far
        has_new_answer = any(response.fault is None for response in responses)
        self._has_answer = self._has_answer or has_new_answer
        return self._flow.send(responses)


async def _adrive_in_thread(flow: Flow[Result]) -> Result:
    # One step at a time: when the task is canceled, the thread ends with its step.
    while not (finished := await asyncio.to_thread(_advance, flow)):
        pass
    return finished.result


@dataclass(frozen=True, slots=True)
class _Finished(Generic[Result]):
    result: Result


def _advance(flow: Flow[Result]) -> _Finished[Result] | None:
    """Run the next step of a flow without requests; None if there are more."""
    try:
        requests = next(flow)
    except StopIteration as stop:  # asyncio can't receive this from a thread
        return _Finished(stop.value)
    assert not requests, "a flow without a client sends no requests"
    return None


def _complete_all(
    requests: Sequence[ModelRequest], client: Client | None
) -> list[ResponseOrError]:
    # A single request runs in the main thread, where Ctrl-C can interrupt it.
    if len(requests) <= 1:
        return [_complete(request, client) for request in requests]
    pool = ThreadPoolExecutor(_MAX_THREADS)
    try:
        return list(pool.map(lambda request: _complete(request, client), requests))
    finally:
        # After an interrupt, drop the requests that have not been sent.
        pool.shutdown(wait=False, cancel_futures=True)


def _complete(request: ModelRequest, client: Client | None) -> ResponseOrError:
    assert client is not None
    try:
        return client.complete(request)
    except ProviderError as error:
        return error


async def _acomplete_all(
    requests: Sequence[ModelRequest], client: Client
) -> list[ResponseOrError]:
    """Send requests concurrently, and keep their order."""
    if not requests:
        await asyncio.sleep(0)  # a chance to be canceled
    if len(requests) == 1:  # needs no task
        return [await _acomplete(requests[0], client)]
    tasks = [_acomplete(request, client) for request in requests]
    return await asyncio.gather(*tasks)


async def _acomplete(request: ModelRequest, client: Client) -> ResponseOrError:
    try:
        return await client.acomplete(request)
    except ProviderError as error:
        return error


def _resolve_outcomes(
    outcomes: Sequence[ResponseOrError], *, has_answer: bool
) -> list[ModelResponse]:
    """Turn errors into responses with a fault, or raise one of them.

    `has_answer` is true if an earlier request of the flow was answered.
    """
    # A final error (a wrong key, no budget) would hit every later request as well.
    errors = [outcome for outcome in outcomes if isinstance(outcome, ProviderError)]
    is_useful = has_answer or len(errors) < len(outcomes)
    for error in errors:
        if isinstance(error, ContextWindowError):
            continue
        if error.final or not is_useful:
            raise error
    return list(map(_build_response, outcomes))


def _build_response(outcome: ResponseOrError) -> ModelResponse:
    if isinstance(outcome, ModelResponse):
        return outcome
    return build_unanswered_response(
        str(outcome),
        requests=outcome.requests,
        exceeds_window=isinstance(outcome, ContextWindowError),
        is_filtered=isinstance(outcome, FilteredError),
    )
