"""The client that carries a flow, and who closes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from claimcheck.models.llm import Client, Stage
from claimcheck.settings import Settings

Progress = Callable[[Stage], None] | None


def engine_of(settings: Settings, client: Client | None) -> str:
    """The engine that runs: `llm` where a client is given, else what the settings choose."""
    return "llm" if client is not None else settings.chosen_engine()


@contextmanager
def carried(settings: Settings, client: Client | None, progress: Progress = None) -> Iterator[Client | None]:
    """The client for the block: the one given, which stays open; or one of our own, where the engine needs it.

    `progress` hears of what goes through it.
    """
    if client is not None or settings.chosen_engine() == "extractive":
        yield _watched(client, progress)
        return
    from claimcheck.llm import OpenAIClient

    own = OpenAIClient(settings)
    with ExitStack() as closing:
        closing.callback(own.close)
        yield _watched(_caching(own, settings, closing), progress)


@asynccontextmanager
async def acarried(
    settings: Settings, client: Client | None, progress: Progress = None
) -> AsyncIterator[Client | None]:
    """As `carried`, for a flow that does not block."""
    if client is not None or settings.chosen_engine() == "extractive":
        yield _watched(client, progress)
        return
    from claimcheck.llm import OpenAIClient

    own = OpenAIClient(settings)
    with ExitStack() as closing:
        try:
            yield _watched(_caching(own, settings, closing), progress)
        finally:
            await own.aclose()


def _watched(client: Client | None, progress: Progress) -> Client | None:
    if client is None or progress is None:
        return client
    from claimcheck.llm import WatchedClient

    return WatchedClient(client, progress)


def _caching(client: Client, settings: Settings, closing: ExitStack) -> Client:
    """The client behind the cache of answers, where the settings ask for it."""
    if not settings.cache:
        return client
    from claimcheck.llm import CachedClient
    from claimcheck.store.cache import AnswerCache

    return CachedClient(client, closing.enter_context(AnswerCache()), settings)
