"""The two drivers of a flow: one with threads, one with asyncio. There is no third way to run one."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from claimcheck.core.exchange import Client, ModelRequest, ModelResponse

_CONCURRENCY = 8
Result = TypeVar("Result")
Flow = Generator[list[ModelRequest], list[ModelResponse], Result]


def drive(flow: Flow[Result], client: Client | None) -> Result:
    """The flow's result, its requests sent with threads; only a flow without requests needs no client."""
    try:
        requests = next(flow)
        while True:
            assert client is not None
            if len(requests) == 1:  # the main thread can be interrupted while it waits
                responses = [client.complete(requests[0])]
            else:
                with ThreadPoolExecutor(_CONCURRENCY) as pool:
                    responses = list(pool.map(client.complete, requests))
            requests = flow.send(responses)
    except StopIteration as stop:
        result: Result = stop.value
        return result


async def adrive(flow: Flow[Result], client: Client | None) -> Result:
    """The flow's result, its requests sent with asyncio."""
    try:
        requests = next(flow)
        while True:
            assert client is not None
            requests = flow.send(list(await asyncio.gather(*map(client.acomplete, requests))))
    except StopIteration as stop:
        result: Result = stop.value
        return result
