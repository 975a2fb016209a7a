"""Summarizes a document and extracts its claims."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from claimcheck.api.clients import (
    ProgressCallback,
    aopen_client,
    choose_engine,
    choose_settings,
    open_client,
)
from claimcheck.api.documents import open_document
from claimcheck.engines import build_run_flow
from claimcheck.models.document import Document
from claimcheck.models.llm import Client, RunProgress, RunWork
from claimcheck.models.run import Check, Run
from claimcheck.pipeline.driver import Flow, adrive, drive
from claimcheck.settings import Limits, SearchSettings, Settings
from claimcheck.settings.load import load_settings

if TYPE_CHECKING:
    from claimcheck.api.check import CheckJob
    from claimcheck.api.stores import RunWriter
    from claimcheck.models.outcome import Estimate, RunLocation
    from claimcheck.store.store import RunStore


def summarize(
    source: Document | str | Path,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    check: bool = False,
    search: SearchSettings | None = None,
    store: RunStore | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
) -> Run:
    """Summarize a document and list its checkable claims.

    `source` is a `Document`, a `Path` to a file, or a string that is the text itself.
    `settings` come from the environment and `claimcheck.toml` by default. A `client`
    is used with the `llm` engine and stays open. `check` also checks the sentences of
    the summary and the claims against the document. `search` also checks the claims
    against evidence from the web or other providers (`run.external_check`). A `store`
    receives the run, and every answer as soon as it arrives; stored answers are not
    requested again. `progress` is called when a request is sent and when it is
    answered. `limits` has the budget for all requests together.

    Raises:
        InputError: the source cannot be read, or the settings make no sense.
        ProviderError: the endpoint gave no answer. (An answer that cannot be used is
            in `run.failures`.)
    """
    settings = choose_settings(settings, limits, search, progress=progress)
    job = _SummarizeJob.start(source, settings, client, check=check, store=store)
    job.report_start(progress)
    with open_client(job.settings, client, progress, limits) as opened:
        used = job.wrap_client(opened)
        # The external check uses the same client, and therefore the same budget.
        run = drive(job.flow, used)
        if search and run.claims:
            check_job = job.start_check(run, search)
            run = _add_external_check(run, check_job.run(used, progress))
        return job.finish(run)


async def asummarize(
    source: Document | str | Path,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    check: bool = False,
    search: SearchSettings | None = None,
    store: RunStore | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
) -> Run:
    """Do the same as `summarize` without blocking other tasks."""
    started = time.perf_counter()
    settings = choose_settings(settings, limits, search, progress=progress)
    # Reading a PDF takes seconds, which must not stop other tasks.
    document = await asyncio.to_thread(open_document, source)
    job = _SummarizeJob.start(document, settings, client, check=check, store=store)
    # The time of reading counts as well, as for `summarize`.
    job = replace(job, started=started)
    return await _arun_job(job, client, progress, limits, search)


async def asummarize_to_store(
    document: Document,
    store: RunStore,
    *,
    settings: Settings,
    check: bool = False,
    progress: ProgressCallback = None,
) -> RunLocation:
    """Do the same as `asummarize` with a store; return the run's location."""
    job = _SummarizeJob.start(document, settings, None, check=check, store=store)
    await _arun_job(job, None, progress)
    assert job.writer is not None
    return job.writer.location


def estimate_summarize(
    source: Document | str | Path, *, settings: Settings, check: bool = False
) -> Estimate:
    """Estimate what `summarize` costs; nothing is sent, and nothing is stored.

    Raises:
        InputError: the source cannot be read.
    """
    from claimcheck.batch.estimate import estimate_document
    from claimcheck.batch.plan import Plan

    # Limits change when requests are sent, but not what they cost.
    plan = Plan.from_settings(settings, Limits(), check=check)
    return estimate_document(open_document(source), plan)


async def _arun_job(
    job: _SummarizeJob,
    client: Client | None,
    progress: ProgressCallback,
    limits: Limits | None = None,
    search: SearchSettings | None = None,
) -> Run:
    job.report_start(progress)
    async with aopen_client(job.settings, client, progress, limits) as opened:
        used = job.wrap_client(opened)
        run = await adrive(job.flow, used)
        if search and run.claims:
            check_job = job.start_check(run, search)
            run = _add_external_check(run, await check_job.arun(used, progress))
        return job.finish(run)


def _add_external_check(run: Run, checked: Check) -> Run:
    """Return the run with an external check that omits the document."""
    # One run, one sum: a report states what all of it cost.
    usage = run.usage + checked.usage
    # The run has the document already, and a file should not contain it twice.
    external = replace(checked, claimed_in=None)
    return replace(run, external_check=external, usage=usage)


def _build_flow_later(
    document: Document, settings: Settings, engine: str, check: bool
) -> Flow[Run]:
    """Build the flow only when the driver's thread runs it."""
    return (yield from build_run_flow(document, settings, engine, check=check))


@dataclass(frozen=True, slots=True)
class _SummarizeJob:
    """What `summarize` and `asummarize` share: only the driver differs."""

    flow: Flow[Run]
    settings: Settings
    engine: str
    writer: RunWriter | None
    started: float

    @classmethod
    def start(
        cls,
        source: Document | str | Path,
        settings: Settings | None,
        client: Client | None,
        *,
        check: bool,
        store: RunStore | None,
    ) -> _SummarizeJob:
        started = time.perf_counter()
        settings = settings or load_settings().settings
        engine = choose_engine(settings, client)
        document = open_document(source)
        writer = None
        if store is not None:
            # SQLite is loaded only when there is a store.
            from claimcheck.api.stores import RunWriter, build_plan

            # The plan of a batch, so that `claimcheck batch` with these settings
            # resumes this run.
            plan = build_plan(settings, engine, check)
            settings = plan.settings
            writer = RunWriter.open(store, document, plan)
        # Building it prepares the document, which takes most of the time without a
        # model.
        flow = _build_flow_later(document, settings, engine, check)
        return cls(flow, settings, engine, writer, started)

    def report_start(self, progress: ProgressCallback) -> None:
        """Report the start of work that sends no requests."""
        if progress and self.engine == "extractive":
            progress(RunProgress(RunWork.SUMMARY_AND_CLAIMS, 0, 0))

    def wrap_client(self, client: Client | None) -> Client | None:
        """Put the stored answers, if any, in front of the client."""
        return self.writer.wrap_client(client) if self.writer else client

    def start_check(self, run: Run, search: SearchSettings) -> CheckJob:
        """Prepare the check of a run against evidence that a search finds."""
        # The rules that check claims, numpy, and SQLite are loaded only here.
        from claimcheck.api.check import CheckJob

        return CheckJob.start(run, None, search, self.settings, self.engine)

    def finish(self, run: Run) -> Run:
        """Return the run with its wall time, and store it."""
        # Milliseconds: more digits say nothing.
        seconds = round(time.perf_counter() - self.started, 3)
        run = replace(run, usage=replace(run.usage, seconds=seconds))
        if self.writer:
            self.writer.save(run)
        return run
