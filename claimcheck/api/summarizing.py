"""A source in, a run out."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from claimcheck.api.client import acarried, carried, engine_of
from claimcheck.api.source import document_of
from claimcheck.config import load_settings
from claimcheck.core.document import Document
from claimcheck.core.exchange import Client
from claimcheck.core.run import Run
from claimcheck.core.settings import Settings
from claimcheck.flows.document import run_flow
from claimcheck.flows.drive import adrive, drive


def summarize(
    source: Document | str | Path,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    check: bool = False,
) -> Run:
    """The run of a source: a `Document`, a `Path` to a file, or a string that is the text itself.

    Without `settings` they come from the environment and `claimcheck.toml`. A `client` given is used, with the `llm`
    engine, and left open; otherwise the engine that the settings choose runs. With `check` the summary's sentences and
    the claims are checked against the document that they came from.

    Raises:
        InputError: the source can't be read, or the settings make no sense.
        ProviderError: the endpoint gave no answer. (An answer that can't be used is in `run.failures`.)
    """
    started = time.perf_counter()
    settings = settings or load_settings().settings
    flow = run_flow(document_of(source), settings, engine_of(settings, client), check=check)
    with carried(settings, client) as carrier:
        return _timed(drive(flow, carrier), started)


async def asummarize(
    source: Document | str | Path,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    check: bool = False,
) -> Run:
    """As `summarize`, without blocking while the model works."""
    started = time.perf_counter()
    settings = settings or load_settings().settings
    flow = run_flow(document_of(source), settings, engine_of(settings, client), check=check)
    async with acarried(settings, client) as carrier:
        return _timed(await adrive(flow, carrier), started)


def _timed(run: Run, started: float) -> Run:
    """The run with its wall time, from reading to result."""
    return replace(run, usage=replace(run.usage, seconds=round(time.perf_counter() - started, 3)))
