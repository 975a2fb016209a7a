"""Running the flows on a row."""

from __future__ import annotations

from claimcheck.english.metadata import fill_metadata
from claimcheck.evaluation.tasks.base import EngineSetup
from claimcheck.extractive import summarize_extractively as extractive_summarize
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.run import CheckFailure, Run
from claimcheck.models.verdict import Verdict
from claimcheck.pipeline.check import check_with_model, check_without_model
from claimcheck.pipeline.driver import drive
from claimcheck.pipeline.summarize import summarize_with_model
from claimcheck.text.reading import Reading
from claimcheck.verification.retrieve import Corpus


def summarize_row(document: Document, given: EngineSetup) -> Run:
    """Summarize a row's document with the engine."""
    reading = Reading(document.full_text)
    described = fill_metadata(document, reading)
    flow = (
        extractive_summarize if given.engine == "extractive" else summarize_with_model
    )
    return drive(flow(described, reading, given.settings), given.client)


def check_row(
    statement: Statement, document: Document, given: EngineSetup
) -> Verdict | CheckFailure:
    """Check a row's claim; returns the verdict or the failure."""
    flow = check_without_model if given.engine == "extractive" else check_with_model
    checked = drive(flow([statement], Corpus(document), given.settings), given.client)
    return checked.verdicts[0] if checked.verdicts else checked.failures[0]


def get_first_failure(run: Run) -> str | None:
    """Return the message of the run's first failure; None if there is none."""
    return run.failures[0].message if run.failures else None
