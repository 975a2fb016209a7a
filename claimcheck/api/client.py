"""The client that carries a flow, and who closes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from claimcheck.core.exchange import Client
from claimcheck.core.settings import Settings


def engine_of(settings: Settings, client: Client | None) -> str:
    """The engine that runs: `llm` where a client is given, else what the settings choose."""
    return "llm" if client is not None else settings.chosen_engine()


@contextmanager
def carried(settings: Settings, client: Client | None) -> Iterator[Client | None]:
    """The client for the block: the one given, which stays open; or one of our own, where the engine needs it."""
    if client is not None or settings.chosen_engine() == "extractive":
        yield client
        return
    from claimcheck.clients import OpenAIClient

    own = OpenAIClient(settings)
    try:
        yield own
    finally:
        own.close()


@asynccontextmanager
async def acarried(settings: Settings, client: Client | None) -> AsyncIterator[Client | None]:
    """As `carried`, for a flow that does not block."""
    if client is not None or settings.chosen_engine() == "extractive":
        yield client
        return
    from claimcheck.clients import OpenAIClient

    own = OpenAIClient(settings)
    try:
        yield own
    finally:
        await own.aclose()
