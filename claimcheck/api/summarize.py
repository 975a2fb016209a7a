"""A source in, a run out."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from claimcheck.api.clients import (
    ProgressCallback,
    aopen_client,
    choose_engine,
    open_client,
)
from claimcheck.api.documents import open_document
from claimcheck.config import load_settings
from claimcheck.engines import build_run_flow
from claimcheck.models.document import Document
from claimcheck.models.llm import Client, Stage, Work
from claimcheck.models.run import Run
from claimcheck.pipeline.driver import Flow, adrive, drive
from claimcheck.settings import Settings

if TYPE_CHECKING:
    from claimcheck.api.stores import RunWriter
    from claimcheck.models.outcome import RunLocation
    from claimcheck.store.store import RunStore


def summarize(
    source: Document | str | Path,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    check: bool = False,
    store: RunStore | None = None,
    progress: ProgressCallback = None,
) -> Run:
    """The run of a source: a `Document`, a `Path` to a file, or a string that is the text itself.

    Without `settings` they come from the environment and `claimcheck.toml`. A `client` given is used, with the `llm`
    engine, and left open; otherwise the engine that the settings choose runs. With `check` the summary's sentences and
    the claims are checked against the document that they came from. With a `store` the run is kept there, and every
    answer as soon as it is paid for; what is there from before is not asked for again. `progress` hears of every request
    that is asked and answered.

    Raises:
        InputError: the source can't be read, or the settings make no sense.
        ProviderError: the endpoint gave no answer. (An answer that can't be used is in `run.failures`.)
    """
    job = _SummarizeJob.of(source, settings, client, check, store)
    job.tell(progress)
    with open_client(job.settings, client, progress) as carrier:
        return job.finished(drive(job.flow, job.remembering(carrier)))


async def asummarize(
    source: Document | str | Path,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    check: bool = False,
    store: RunStore | None = None,
    progress: ProgressCallback = None,
) -> Run:
    """As `summarize`, without blocking while the model works."""
    return await _arun_job(
        _SummarizeJob.of(source, settings, client, check, store), client, progress
    )


async def asummarize_to_store(
    document: Document,
    store: RunStore,
    *,
    settings: Settings,
    check: bool = False,
    progress: ProgressCallback = None,
) -> RunLocation:
    """Do the same as `asummarize` with a store; return where the run is stored."""
    job = _SummarizeJob.of(document, settings, None, check, store)
    await _arun_job(job, None, progress)
    assert job.keeping is not None
    return job.keeping.place


async def _arun_job(
    job: _SummarizeJob, client: Client | None, progress: ProgressCallback
) -> Run:
    job.tell(progress)
    async with aopen_client(job.settings, client, progress) as carrier:
        return job.finished(await adrive(job.flow, job.remembering(carrier)))


@dataclass(frozen=True, slots=True)
class _SummarizeJob:
    flow: Flow[Run]
    settings: Settings
    engine: str
    keeping: RunWriter | None
    started: float

    @classmethod
    def of(
        cls,
        source: Document | str | Path,
        settings: Settings | None,
        client: Client | None,
        check: bool,
        store: RunStore | None,
    ) -> _SummarizeJob:
        started = time.perf_counter()
        settings = settings or load_settings().settings
        engine = choose_engine(settings, client)
        document = open_document(source)
        if store is None:
            return cls(
                build_run_flow(document, settings, engine, check=check),
                settings,
                engine,
                None,
                started,
            )
        from claimcheck.api.stores import RunWriter, build_plan

        plan = build_plan(settings, engine, check)
        flow = build_run_flow(document, plan.settings, engine, check=check)
        return cls(
            flow, plan.settings, engine, RunWriter.begun(store, document, plan), started
        )

    def tell(self, progress: ProgressCallback) -> None:
        """That the work begins, where no request will tell."""
        if progress and self.engine == "extractive":
            progress(Stage(Work.SUMMARY_AND_CLAIMS, 0, 0))

    def remembering(self, carrier: Client | None) -> Client | None:
        return self.keeping.client(carrier) if self.keeping else carrier

    def finished(self, run: Run) -> Run:
        """The run with its wall time, from reading to result, and kept where it is to be."""
        seconds = round(time.perf_counter() - self.started, 3)
        run = replace(run, usage=replace(run.usage, seconds=seconds))
        if self.keeping:
            self.keeping.keep(run)
        return run
