"""Chooses the flow that turns a document into a run: `llm` or `extractive`.

Each engine is imported only when it runs.
"""

from __future__ import annotations

from dataclasses import replace

from claimcheck.english.metadata import fill_metadata
from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.pipeline.driver import Flow
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading


def build_run_flow(
    document: Document, settings: Settings, engine: str, *, check: bool
) -> Flow[Run]:
    """Build a flow that summarizes and, if requested, checks with an engine.

    The extractive engine does not repeat, because it would find the same claims.

    Raises:
        InputError: the document has no words.
    """
    run = yield from _build_flow(document, settings, engine, check=check)
    if document.layout is None:
        return run
    # Most documents have no pages, and then no reader needs to be loaded.
    from claimcheck.readers.rectangles import add_rectangles

    return add_rectangles(run, document.layout)


def _build_flow(
    document: Document, settings: Settings, engine: str, *, check: bool
) -> Flow[Run]:
    reading = Reading(document.full_text)
    if not any(char.isalnum() for char in reading.text):
        raise InputError(
            f"{document.source}: has no words to summarize, only URLs, symbols, "
            "or page headers"
        )
    document = _describe(document, reading)
    if engine == "extractive" or settings.repeat == 1:
        return _build_single_flow(document, reading, settings, engine, check)
    from claimcheck.pipeline.stability import repeat_run

    flows = [
        _build_single_flow(document, reading, settings, engine, check)
        for _ in range(settings.repeat)
    ]
    return repeat_run(flows, settings)


def _describe(document: Document, reading: Reading) -> Document:
    """Fill in the metadata; joined documents have no common title or date."""
    described = fill_metadata(document, reading)
    if document.parts:
        return replace(described, title=None, published=None, published_from=None)
    return described


def _build_single_flow(
    document: Document, reading: Reading, settings: Settings, engine: str, check: bool
) -> Flow[Run]:
    if document.parts:
        flow = _build_joint_flow(document, settings, engine)
    elif engine == "extractive":
        from claimcheck.extractive import summarize_extractively

        flow = summarize_extractively(document, reading, settings)
    else:
        from claimcheck.pipeline.summarize import summarize_with_model

        flow = summarize_with_model(document, reading, settings)
    if engine != "extractive":
        flow = _compare_summary(flow, reading, settings)
    if not check:
        return flow
    from claimcheck.pipeline.check import check_run

    return check_run(flow, reading, settings, engine)


def _compare_summary(
    flow: Flow[Run], reading: Reading, settings: Settings
) -> Flow[Run]:
    from claimcheck.pipeline.consistency import add_summary_problems

    run = yield from flow
    return add_summary_problems(run, reading, settings.brief)


def _build_joint_flow(document: Document, settings: Settings, engine: str) -> Flow[Run]:
    """Build a flow that reads each of the joined documents separately."""
    from claimcheck.pipeline.joint import summarize_parts

    flows = []
    parts = []
    for part in document.parts:
        part_document = document.extract_part(part)
        reading = Reading(part_document.full_text)
        part_document = fill_metadata(part_document, reading)
        parts.append(
            replace(part, title=part_document.title, published=part_document.published)
        )
        if engine == "extractive":
            from claimcheck.extractive import summarize_extractively

            flows.append(summarize_extractively(part_document, reading, settings))
        else:
            from claimcheck.pipeline.long_document import limit_claims
            from claimcheck.pipeline.summarize import summarize_with_model

            limit = limit_claims(part.end - part.start, document.characters, settings)
            part_settings = replace(settings, max_claims=limit)
            flows.append(
                summarize_with_model(
                    part_document, reading, part_settings, claims_only=True
                )
            )
    return summarize_parts(replace(document, parts=tuple(parts)), settings, flows)
