"""The Python API: a source in, a run out. Layer 6."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from claimcheck.config import load_settings
from claimcheck.core.claim import Match
from claimcheck.core.document import Document
from claimcheck.core.exchange import Client
from claimcheck.core.places import Places
from claimcheck.core.run import Run
from claimcheck.core.settings import Settings
from claimcheck.core.span import Excerpt, excerpts
from claimcheck.errors import InputError
from claimcheck.text.facts import describe
from claimcheck.text.reading import Reading

if TYPE_CHECKING:
    from claimcheck.clients import OpenAIClient
    from claimcheck.flows.drive import Flow


def summarize(
    source: Document | str | Path, *, settings: Settings | None = None, client: Client | None = None
) -> Run:
    """The run of a source: a `Document`, a `Path` to a file, or a string that is the text itself.

    Without `settings` they come from the environment and `claimcheck.toml`. A `client` given is used, with the `llm`
    engine, and left open; otherwise the engine that the settings choose runs.

    Raises:
        InputError: the source can't be read, or the settings make no sense.
        ProviderError: the endpoint gave no answer. (An answer that can't be used is in `run.failures`.)
    """
    from claimcheck.flows.drive import drive

    started = time.perf_counter()
    flow, client, own = _begun(source, settings, client)
    try:
        return _timed(drive(flow, client), started)
    finally:
        if own:
            own.close()


async def asummarize(
    source: Document | str | Path, *, settings: Settings | None = None, client: Client | None = None
) -> Run:
    """As `summarize`, without blocking while the model works."""
    from claimcheck.flows.drive import adrive

    started = time.perf_counter()
    flow, client, own = _begun(source, settings, client)
    try:
        return _timed(await adrive(flow, client), started)
    finally:
        if own:
            await own.aclose()


@dataclass(frozen=True, slots=True)
class GroundedQuote:
    """Where a quote stands in a document; `spans` is empty exactly when `match` is `none`, and `reason` says why.

    `suggestion` is then the nearest passage, if any is near: something to look at, never the quote.
    """

    quote: str
    match: Match
    spans: tuple[Excerpt, ...]
    reason: str | None
    suggestion: tuple[Excerpt, ...]


def ground(source: Document | str | Path, quotes: Iterable[str]) -> tuple[GroundedQuote, ...]:
    """One result for each quote, in order; the document is made ready once.

    A quote that occurs several times is placed between the quotes before and after it, so quotes given in document
    order are told apart.

    Raises:
        InputError: the source can't be read.
    """
    from claimcheck.grounding import GroundingIndex

    document = _document(source)
    index = GroundingIndex(Reading(document.full_text))
    wanted = tuple(quotes)
    places = Places(document.full_text)
    return tuple(
        GroundedQuote(
            quote,
            grounded.match,
            excerpts(places, grounded.spans),
            grounded.reason,
            excerpts(places, grounded.suggestion),
        )
        for quote, grounded in zip(wanted, index.ground_all(wanted), strict=True)
    )


def _begun(
    source: Document | str | Path, settings: Settings | None, client: Client | None
) -> tuple[Flow[Run], Client | None, OpenAIClient | None]:
    """The flow for a source, the client that carries it, and that client again if it is ours to close."""
    document, reading, settings = _prepared(source, settings)
    if client is None and settings.chosen_engine() == "extractive":
        from claimcheck.extractive import summarize_flow as extractive_flow

        return extractive_flow(document, reading, settings), None, None
    from claimcheck.flows.summarize import summarize_flow

    flow = summarize_flow(document, reading, settings)
    if client is not None:
        return flow, client, None
    from claimcheck.clients import OpenAIClient

    own = OpenAIClient(settings)
    return flow, own, own


def _prepared(source: Document | str | Path, settings: Settings | None) -> tuple[Document, Reading, Settings]:
    document = _document(source)
    reading = Reading(document.full_text)
    if not any(char.isalnum() for char in reading.text):
        raise InputError(
            f"{document.source}: holds no words to summarize, only URLs, signs or page furniture"
        )
    return describe(document, reading), reading, settings or load_settings().settings


def _document(source: Document | str | Path) -> Document:
    if isinstance(source, Path):
        return Document.from_path(source)
    return Document.from_text(source) if isinstance(source, str) else source


def _timed(run: Run, started: float) -> Run:
    """The run with its wall time, from reading to result."""
    return replace(run, usage=replace(run.usage, seconds=round(time.perf_counter() - started, 3)))


@dataclass(frozen=True, slots=True)
class Probe:
    """What an endpoint was found to do; `response_format` is None when no model was named to try."""

    models: tuple[str, ...]
    response_format: str | None
    enforces_schema: bool


def probe(settings: Settings) -> Probe:
    """Lists an endpoint's models and asks one for an answer that its prompt forbids and its schema demands.

    Raises:
        ProviderError: the endpoint does not answer.
    """
    from claimcheck.clients import OpenAIClient
    from claimcheck.core.exchange import Message, ModelRequest

    schema = {
        "type": "object",
        "properties": {"colour": {"type": "string", "enum": ["vermilion"]}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    request = ModelRequest(
        messages=(Message("user", "Answer with the one word hello and nothing else: no JSON."),),
        schema_name="probe",
        schema=schema,
        schema_message=Message("system", "Answer in JSON if you can."),
    )
    client = OpenAIClient(settings if settings.model else replace(settings, model="-"))
    try:
        models = tuple(client.models())
        if not settings.model:
            return Probe(models, None, False)
        response = client.complete(request)
    finally:
        client.close()
    enforced = response.response_format == "json_schema" and "vermilion" in (response.text or "")
    return Probe(models, response.response_format, enforced)
