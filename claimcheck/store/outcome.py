"""What became of documents, as a store says it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from claimcheck.models.llm import Usage
from claimcheck.models.run import Run


class DocumentState(StrEnum):
    """What has become of a document: `partial` has a result, and failures in it."""

    PENDING = "pending"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document; without a result `run` is None, and `cause` and `message` say why.

    `run` is JSON without the document's text, as it is stored.
    """

    state: DocumentState
    run: str | None
    cause: str | None
    message: str | None
    usage: Usage

    @classmethod
    def of(cls, run: Run) -> Outcome:
        """The outcome of a run: done, or with failures in it."""
        written = run.to_json(text=False, indent=None)
        if not run.failures and not run.unchecked:
            return cls(DocumentState.DONE, written, None, None, run.usage)
        failure = run.failures[0] if run.failures else run.unchecked[0]
        state = (
            DocumentState.FAILED
            if run.summary is None and not run.claims
            else DocumentState.PARTIAL
        )
        return cls(state, written, str(failure.cause), failure.message, run.usage)


@dataclass(frozen=True, slots=True)
class OutcomeListing:
    """A document in a batch, without its text and run."""

    key: str
    source: str
    title: str | None
    state: DocumentState
    cause: str | None
    message: str | None
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """A batch in numbers. `way`: engine, model and settings. What was `spent` includes answers that could not be used."""

    number: int
    way: dict[str, Any]
    counts: dict[DocumentState, int]
    spent_usd: float | None
    spent_tokens: int
