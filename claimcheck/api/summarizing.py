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
from claimcheck.errors import InputError
from claimcheck.flows.drive import Flow, adrive, drive
from claimcheck.text.facts import describe
from claimcheck.text.reading import Reading


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
    flow = _flow(source, settings, engine_of(settings, client), check)
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
    flow = _flow(source, settings, engine_of(settings, client), check)
    async with acarried(settings, client) as carrier:
        return _timed(await adrive(flow, carrier), started)


def _flow(source: Document | str | Path, settings: Settings, engine: str, check: bool) -> Flow[Run]:
    document = document_of(source)
    reading = Reading(document.full_text)
    if not any(char.isalnum() for char in reading.text):
        raise InputError(
            f"{document.source}: holds no words to summarize, only URLs, signs or page furniture"
        )
    document = describe(document, reading)
    if engine == "extractive":
        from claimcheck.extractive import summarize_flow as extractive_flow

        flow = extractive_flow(document, reading, settings)
    else:
        from claimcheck.flows.summarize import summarize_flow

        flow = summarize_flow(document, reading, settings)
    if not check:
        return flow
    from claimcheck.flows.faithfulness import checked

    return checked(flow, settings, engine)


def _timed(run: Run, started: float) -> Run:
    """The run with its wall time, from reading to result."""
    return replace(run, usage=replace(run.usage, seconds=round(time.perf_counter() - started, 3)))
