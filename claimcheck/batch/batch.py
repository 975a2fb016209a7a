"""A batch: documents in a store, each run once with the same configuration."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from claimcheck.arguments import require_client, require_function, require_kind
from claimcheck.batch.document_runner import run_document, run_extractively
from claimcheck.batch.estimate import estimate_batch
from claimcheck.batch.plan import Plan
from claimcheck.batch.runner import BatchRunner, RunDocument
from claimcheck.batch.workers import WorkerPool
from claimcheck.llm.budget import Pricing, require_known_price
from claimcheck.llm.limiter import Limiter
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.stored import StoredAnswersClient
from claimcheck.models.document import Document
from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.models.outcome import (
    BatchStatus,
    Estimate,
    IngestReport,
    Outcome,
    Progress,
    RunLocation,
    StopSignal,
)
from claimcheck.models.run import Run
from claimcheck.readers.sources import ReadOptions, find_sources
from claimcheck.settings import Limits, Settings
from claimcheck.store.answers import DocumentAnswers, StoredReservations
from claimcheck.store.cache import AnswerCache
from claimcheck.store.ingest import ingest_sources
from claimcheck.store.store import RunStore

# One process reads this much in about the time it takes to start workers.
_MIN_CHARACTERS_FOR_WORKERS = 100_000
# The maximum number of event loop rounds from the last bytes of an answer, through the
# layers of the HTTP client, to its storage. Chosen by hand, rounded up.
_ROUNDS_PER_ANSWER = 8
# Enough that a worker never waits for this process to store an outcome. Chosen by hand.
_DOCUMENTS_PER_WORKER = 8


def _ignore_progress(progress: Progress) -> None:
    pass


class Batch:
    """The documents in a store that one configuration reads.

    The same settings with the same store are the same batch, which resumes.

    Raises:
        InputError: an argument is of the wrong type.
        SettingsError: the budget is in dollars, and the model's price is unknown.
    """

    def __init__(
        self,
        store: RunStore,
        settings: Settings,
        limits: Limits | None = None,
        *,
        check: bool = False,
    ) -> None:
        require_kind(store, RunStore, "store", "claimcheck.RunStore(path)")
        self.store = store
        self.plan = Plan.from_settings(settings, limits or Limits(), check=check)
        if self.plan.engine == "llm" and self.plan.limits.budget_usd is not None:
            require_known_price(self.plan.settings)
        self.number = store.open_batch(self.plan.config())

    def add(
        self,
        *sources: str | Path | Document,
        how: ReadOptions | None = None,
        on_progress: Callable[[int], None] = lambda count: None,
    ) -> IngestReport:
        """Add documents, and those of files, folders, patterns, and tables.

        A string is a path, a pattern, or an address. The key of a `Document` is its
        id. Calls `on_progress` with the number of documents read since the last call.

        Raises:
            InputError: a source is missing or of another type, a row is broken, or an
                id appears twice; the store is unchanged.
        """
        require_function(on_progress, "on_progress")
        how = how or ReadOptions()
        require_kind(how, ReadOptions, "how", "claimcheck.ReadOptions(...)")
        found = find_sources(sources, how)
        return ingest_sources(self.store.database, self.number, found, on_progress)

    def retry_failed(self) -> int:
        """Make failed and partial documents pending; return how many.

        Raises:
            StoreError: another command works on the store.
        """
        with self.store.database.lock():
            return self.store.requeue_failed(self.number)

    def estimate(
        self,
        on_progress: Callable[[int], None] = lambda count: None,
        *,
        price_factor: float = 1.0,
    ) -> Estimate:
        """Estimate the cost of the pending documents.

        `price_factor` is the price relative to that of single requests. Calls
        `on_progress` with the number of documents counted so far.
        """
        require_function(on_progress, "on_progress")
        return estimate_batch(
            self.store, self.number, self.plan, on_progress, price_factor=price_factor
        )

    @property
    def info(self) -> BatchStatus:
        """The counts and spending of the batch."""
        return self.store.batch(self.number)

    def runs(self) -> Iterator[tuple[str, Run]]:
        """Yield the keys and runs of the documents that have one."""
        return self.store.runs(self.number)

    async def run(
        self,
        *,
        on_progress: Callable[[Progress], None] = _ignore_progress,
        stop: StopSignal | None = None,
        client: Client | None = None,
    ) -> Progress:
        """Run the pending documents until all are done or `stop` is set.

        Calls `on_progress` after each document. Answers are stored as soon as they
        arrive. Your own `client` stays open, and takes care of its own limits and
        budget. What stops the batch is raised, or becomes the `error` of your own
        `stop`; the documents that are left stay pending.

        Raises:
            ProviderError: every further request would fail (a wrong key, no budget,
                no network).
            StoreError: another command is working on the store; both would pay for the
                same documents. Or the store can't be written to.
            WorkerError: a worker process can't be started.
        """
        if client is not None:
            require_client(client, "acomplete")
        require_function(on_progress, "on_progress")
        if stop is not None:
            require_kind(
                stop, StopSignal, "stop", "claimcheck.models.outcome.StopSignal()"
            )
        signal = stop or StopSignal()
        with self.store.database.lock():
            progress = Progress.from_status(self.info)
            async with AsyncExitStack() as resources:
                if client is None and self.plan.engine == "llm":
                    client = self._open_client(progress, on_progress, resources)
                run_one, width = await self._choose_runner(client, resources)
                runner = BatchRunner(
                    store=self.store,
                    batch=self.number,
                    run_document=run_one,
                    width=width,
                    progress=progress,
                    on_progress=on_progress,
                    stop=signal,
                )
                await runner.run()
            self.store.database.require_file()
        if stop is None and signal.error is not None:
            raise signal.error
        return progress

    async def _choose_runner(
        self, client: Client | None, resources: AsyncExitStack
    ) -> tuple[RunDocument, int]:
        """Return a function that runs one document, and the concurrency."""
        if client is not None:
            # In this process, which has the limits, budget, and store: workers would
            # not be faster, because the time is spent waiting for answers.
            run_one = partial(self._run_with_model, client, _Turns())
            return run_one, self.plan.limits.concurrency
        _, characters = self.store.measure_pending(self.number)
        if characters < _MIN_CHARACTERS_FOR_WORKERS:
            # More documents at a time would not be faster in one process.
            return self._run_here, 1
        workers = os.cpu_count() or 1
        task = partial(run_extractively, self.plan)
        pool = await resources.enter_async_context(WorkerPool(task, workers))
        return partial(_run_in_pool, pool), workers * _DOCUMENTS_PER_WORKER

    async def _run_with_model(
        self, client: Client, turns: _Turns, location: RunLocation, document: Document
    ) -> Outcome:
        await turns.wait()
        # The store comes before the cache, so that the batch counts what it paid for.
        brief = self.plan.settings.brief
        answers = DocumentAnswers(self.store.answers, location, brief)
        stored = StoredAnswersClient(client, answers, self.plan.settings)
        return await run_document(document, self.plan, _TurnTakingClient(stored, turns))

    async def _run_here(self, location: RunLocation, document: Document) -> Outcome:
        return await run_document(document, self.plan, None)

    def _open_client(
        self,
        progress: Progress,
        on_progress: Callable[[Progress], None],
        resources: AsyncExitStack,
    ) -> Client:
        def report_pause(seconds: float) -> None:
            progress.paused_until = datetime.now(UTC) + timedelta(seconds=seconds)
            on_progress(progress)

        settings = self.plan.settings
        pricing = Pricing(settings)
        progress.priced = progress.priced and pricing.is_known
        limiter = Limiter(
            self.plan.limits,
            pricing,
            progress.spent,
            reservations=StoredReservations(self.store.database, self.number),
        )
        limiter.on_pause = report_pause
        client = OpenAIClient(settings, limiter)
        resources.push_async_callback(client.aclose)
        if not settings.cache:
            return client
        cache = resources.enter_context(AnswerCache())
        return StoredAnswersClient(client, cache, settings)


class _Turns:
    """Lets documents continue one at a time, once waiting answers are stored.

    Grounding the answer of a document takes milliseconds, during which other answers
    wait in their sockets. They are paid for but not stored: a killed process loses
    them.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def wait(self) -> None:
        """Wait for the turn; it ends at the document's next `await`."""
        async with self._lock:
            for _ in range(_ROUNDS_PER_ANSWER):
                await asyncio.sleep(0)


class _TurnTakingClient:
    """Returns an answer, already stored, when it is its document's turn."""

    def __init__(self, stored: StoredAnswersClient, turns: _Turns) -> None:
        self._stored = stored
        self._turns = turns

    def complete(self, request: ModelRequest) -> ModelResponse:
        return self._stored.complete(request)

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        response = await self._stored.acomplete(request)
        await self._turns.wait()
        return response


async def _run_in_pool(
    pool: WorkerPool, location: RunLocation, document: Document
) -> Outcome:
    return await pool.run(document)
