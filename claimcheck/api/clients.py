"""Chooses, wraps, and closes the client of a run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from claimcheck.arguments import require_client, require_function, require_kind
from claimcheck.errors import SettingsError
from claimcheck.models.llm import Client, RunProgress, RunWork
from claimcheck.settings import Limits, SearchSettings, Settings
from claimcheck.settings.load import fill_endpoint, load_settings

if TYPE_CHECKING:
    from claimcheck.llm.budget import Pricing

ProgressCallback = Callable[[RunProgress], None] | None


def choose_engine(settings: Settings, client: Client | None) -> str:
    """Return `llm` if there is a client, else the engine of the settings.

    Raises:
        SettingsError: there is a client, but the settings say to use no model.
    """
    require_kind(settings, Settings, "settings", "claimcheck.Settings(...)")
    if client is None:
        return settings.chosen_engine()
    if settings.engine == "extractive":
        raise SettingsError(
            "engine is 'extractive', which uses no model, but there is a client; leave "
            "out one of them"
        )
    return "llm"


@contextmanager
def open_client(
    settings: Settings,
    client: Client | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
) -> Iterator[Client | None]:
    """Yield the given client, or open and close one if the engine needs it.

    Pass the client to several calls to share its connections and the budget of
    `limits`, of which nothing else applies. `progress` is called for every request and
    answer. The caller's own client stays open and takes care of its own budget.

    Raises:
        SettingsError: the budget is in dollars, and the model's price is unknown.
    """
    with ExitStack() as stack:
        yield _open_client(settings, client, progress, limits, stack)


@asynccontextmanager
async def aopen_client(
    settings: Settings,
    client: Client | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
) -> AsyncIterator[Client | None]:
    """Do the same as `open_client` for calls that do not block.

    All `limits` apply, also across calls that run at the same time.
    """
    async with AsyncExitStack() as stack:
        yield _open_client(settings, client, progress, limits, stack)


def _open_client(
    settings: Settings,
    client: Client | None,
    progress: ProgressCallback,
    limits: Limits | None,
    stack: ExitStack | AsyncExitStack,
) -> Client | None:
    """Return the client of a call; the stack closes one opened here."""
    if client is not None:
        method = "complete" if isinstance(stack, ExitStack) else "acomplete"
        require_client(client, method)
    # The caller's own client decides what it caches.
    if client is not None or choose_engine(settings, client) == "extractive":
        return _wrap_with_progress(client, progress)
    # Imported here, because openai takes half a second to load.
    from claimcheck.llm.limiter import BudgetGate, Limiter
    from claimcheck.llm.openai_client import OpenAIClient

    settings = limit_answers(settings, limits)
    on_pause = _report_pauses(progress)
    if isinstance(stack, ExitStack):
        # Threads of one call are few, so only the budget limits them.
        budget = None
        if limits and limits.has_budget:
            budget = BudgetGate(limits, _choose_pricing(settings, limits))
        opened = OpenAIClient(settings, budget=budget, on_pause=on_pause)
        stack.callback(opened.close)
    else:
        limiter = None
        if limits:
            limiter = Limiter(limits, _choose_pricing(settings, limits))
            limiter.on_pause = on_pause
        opened = OpenAIClient(settings, limiter)
        stack.push_async_callback(opened.aclose)
    return _wrap_with_progress(_wrap_with_cache(opened, settings, stack), progress)


def choose_settings(
    settings: Settings | None,
    limits: Limits | None,
    search: SearchSettings | None = None,
    *,
    progress: ProgressCallback = None,
) -> Settings:
    """Check a call's arguments; return its settings, by default the user's.

    Raises:
        InputError: an argument is of the wrong type.
    """
    if search is not None:
        require_kind(search, SearchSettings, "search", "claimcheck.SearchSettings(...)")
    require_function(progress, "progress")
    return limit_answers(settings or load_settings().settings, limits)


def limit_answers(settings: Settings, limits: Limits | None) -> Settings:
    """Return the settings, with a maximum answer length if there is a budget.

    A budget is a hard limit, so a request must not be able to exceed it.
    """
    require_kind(settings, Settings, "settings", "claimcheck.Settings(...)")
    if limits is None:
        return settings
    require_kind(limits, Limits, "limits", "claimcheck.Limits(...)")
    if not limits.has_budget or settings.max_output_tokens is not None:
        return settings
    from claimcheck.batch.plan import MAX_OUTPUT_TOKENS

    return replace(settings, max_output_tokens=MAX_OUTPUT_TOKENS)


def _report_pauses(progress: ProgressCallback) -> Callable[[float], None]:
    def report(seconds: float) -> None:
        if progress:
            # A time, not a duration: who shows it may show it later.
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            progress(RunProgress(RunWork.WAITING, 0, 0, until))

    return report


def _choose_pricing(settings: Settings, limits: Limits) -> Pricing:
    from claimcheck.llm.budget import Pricing, require_known_price

    settings = fill_endpoint(settings)
    # A budget in dollars without a price would never stop anything.
    if limits.budget_usd is not None:
        require_known_price(settings)
    return Pricing(settings)


def _wrap_with_progress(
    client: Client | None, progress: ProgressCallback
) -> Client | None:
    # A wrapper that reports to nobody only makes tracebacks longer.
    if client is None or progress is None:
        return client
    from claimcheck.llm.progress import ProgressClient

    return ProgressClient(client, progress)


def _wrap_with_cache(
    client: Client, settings: Settings, stack: ExitStack | AsyncExitStack
) -> Client:
    """Put the answer cache before the client if the settings ask for it."""
    if not settings.cache:
        return client
    from claimcheck.llm.stored import StoredAnswersClient
    from claimcheck.store.cache import AnswerCache

    # The endpoint is part of the key under which an answer is stored.
    settings = fill_endpoint(settings)
    return StoredAnswersClient(client, stack.enter_context(AnswerCache()), settings)
