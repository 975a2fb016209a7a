"""From a document to the flow that makes its run, whichever engine it is."""

from __future__ import annotations

from claimcheck.english.metadata import describe
from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.pipeline.driver import Flow
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading


def run_flow(document: Document, settings: Settings, engine: str, *, check: bool) -> Flow[Run]:
    """The flow of a document's run with this engine; with `check` the run is held against its own document.

    Raises:
        InputError: the document holds no words.
    """
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
        from claimcheck.pipeline.summarize import summarize_flow

        flow = summarize_flow(document, reading, settings)
    if not check:
        return flow
    from claimcheck.pipeline.check import checked

    return checked(flow, settings, engine)
