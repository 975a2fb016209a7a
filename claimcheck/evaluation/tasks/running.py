"""Running the flows on a row."""

from __future__ import annotations

from claimcheck.english.metadata import describe
from claimcheck.evaluation.tasks.base import Given
from claimcheck.extractive import summarize_flow as extractive_summarize
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.run import CheckFailure, Run
from claimcheck.models.verdict import Verdict
from claimcheck.pipeline.check import check_flow, extractive_flow
from claimcheck.pipeline.driver import drive
from claimcheck.pipeline.summarize import summarize_flow
from claimcheck.text.reading import Reading
from claimcheck.verification.retrieve import Library


def run_flow(document: Document, given: Given) -> Run:
    """The run of a row's document."""
    reading = Reading(document.full_text)
    described = describe(document, reading)
    flow = extractive_summarize if given.engine == "extractive" else summarize_flow
    return drive(flow(described, reading, given.settings), given.client)


def check_one(statement: Statement, document: Document, given: Given) -> Verdict | CheckFailure:
    """The verdict on a row's claim, or why there is none."""
    flow = extractive_flow if given.engine == "extractive" else check_flow
    checked = drive(flow([statement], Library(document), given.settings), given.client)
    return checked.verdicts[0] if checked.verdicts else checked.failures[0]


def first_failure(run: Run) -> str | None:
    """Why a row's run failed; None when it did not."""
    return run.failures[0].message if run.failures else None
