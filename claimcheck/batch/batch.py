"""A batch: documents into the store, every one of them read once, whatever happens on the way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack

from claimcheck.batch.estimate import estimate_batch
from claimcheck.batch.plan import Plan
from claimcheck.batch.runner import (
    BatchRunner,
    LocalStepExecutor,
    StepExecutor,
)
from claimcheck.batch.workers import WorkerPool
from claimcheck.errors import SettingsError
from claimcheck.models.llm import Client
from claimcheck.models.outcome import (
    BatchStatus,
    Estimate,
    IngestReport,
    Progress,
    StopSignal,
)
from claimcheck.models.run import Run
from claimcheck.readers.sources import ReadOptions, find_sources
from claimcheck.settings import Limits, Settings
from claimcheck.store.ingest import ingest_sources
from claimcheck.store.store import RunStore

_MIN_CHARACTERS_FOR_WORKERS = 100_000  # characters that wait
_MAX_LLM_WORKERS = 4  # processes for a model's documents: these keep up with all that this one can ask and store
_DOCUMENTS_PER_WORKER = (
    48  # documents for a process without a model, so that it never waits
)


def _ignore_progress(progress: Progress) -> None:
    pass


class Batch:
    """Documents that are read in one way, in a store. The same way in the same store is the same batch, and goes on.

    Raises:
        SettingsError: there is a budget in dollars, and the model's price is not known.
    """

    def __init__(
        self,
        store: RunStore,
        settings: Settings,
        limits: Limits | None = None,
        *,
        check: bool = False,
    ) -> None:
        self.store = store
        self.plan = Plan.from_settings(settings, limits or Limits(), check=check)
        if self.plan.engine == "llm" and self.plan.limits.budget_usd is not None:
            _require_known_price(self.plan.settings)
        self.number = store.open_batch(self.plan.config())

    def add(
        self,
        *names: str,
        how: ReadOptions | None = None,
        told: Callable[[int], None] = lambda count: None,
    ) -> IngestReport:
        """The documents of files, folders, globs, addresses, JSON Lines and tables are in the store, all or none.

        Raises:
            InputError: a name leads nowhere, a row is broken, an id stands twice; the store is as it was then.
        """
        return ingest_sources(
            self.store.database,
            self.number,
            find_sources(names, how or ReadOptions()),
            told,
        )

    def retry_failed(self) -> int:
        """Documents that failed, wholly or in part, wait again; how many that are."""
        return self.store.requeue_failed(self.number)

    def estimate(self, told: Callable[[int], None] = lambda count: None) -> Estimate:
        """What the waiting documents will take."""
        return estimate_batch(self.store, self.number, self.plan, told)

    @property
    def info(self) -> BatchStatus:
        """The batch in numbers."""
        return self.store.batch(self.number)

    def runs(self) -> Iterator[tuple[str, Run]]:
        """The keys and runs of the documents that have one."""
        return self.store.runs(self.number)

    async def run(
        self,
        *,
        told: Callable[[Progress], None] = _ignore_progress,
        stop: StopSignal | None = None,
        client: Client | None = None,
    ) -> Progress:
        """Every document that waited has an outcome, or `stop` says why not; what was paid for is stored.

        A `client` given is used, and left open; rate limits and budgets are then its own affair.

        Raises:
            StoreError: another command works on the store: both would pay for the same documents.
        """
        with self.store.lock():
            return await self._run(told, stop, client)

    async def _run(
        self,
        told: Callable[[Progress], None],
        stop: StopSignal | None,
        client: Client | None,
    ) -> Progress:
        progress = Progress.from_status(self.info)
        count = self._workers()
        async with AsyncExitStack() as closing:
            steps: StepExecutor = LocalStepExecutor(self.plan)
            alone = self.plan.engine == "extractive" and client is None
            if count:
                workers = WorkerPool(self.plan, count, None if alone else steps)
                steps = await closing.enter_async_context(workers)
            if not alone:
                client = client or self._client(progress, closing)
            width = (
                max(1, count) * _DOCUMENTS_PER_WORKER
                if alone
                else self.plan.limits.concurrency
            )
            queue = BatchRunner(
                self.store,
                self.number,
                self.plan,
                progress,
                told,
                steps,
                stop or StopSignal(),
            )
            await queue.run(client, width)
        return progress

    def _workers(self) -> int:
        """How many processes take the documents' steps; none where this one does all in the time that they take to begin."""
        if self.store.measure_pending(self.number)[1] < _MIN_CHARACTERS_FOR_WORKERS:
            return 0
        cores = os.cpu_count() or 1
        return (
            cores
            if self.plan.engine == "extractive"
            else min(cores // 2, _MAX_LLM_WORKERS)
        )

    def _client(self, progress: Progress, closing: AsyncExitStack) -> Client:
        from claimcheck.llm import Limiter, OpenAIClient, Pricing, StoredAnswersClient

        settings = self.plan.settings
        limiter = Limiter(self.plan.limits, Pricing(settings), progress.spent)
        own = OpenAIClient(settings, limiter)
        closing.push_async_callback(own.aclose)
        if not settings.cache:
            return own
        from claimcheck.store.cache import AnswerCache

        return StoredAnswersClient(own, closing.enter_context(AnswerCache()), settings)


def _require_known_price(settings: Settings) -> None:
    from claimcheck.llm import Pricing

    if not Pricing(settings).is_known:
        raise SettingsError(
            f"--budget-usd: the price of {settings.model!r} at {settings.endpoint()} is not known; give it in "
            f'claimcheck.toml ([prices."{settings.model}"] input = ..., output = ...), or use --budget-tokens'
        )
