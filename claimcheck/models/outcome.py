"""The plain data that a run store reports: outcomes, listings, and counts.

The command line and the server read these; only `store` and `batch` create them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from claimcheck.errors import ClaimcheckError, InputError
from claimcheck.models.llm import Spending, Usage
from claimcheck.models.run import Check, Run

_LOCATION_NAME = re.compile(r"([1-9]\d{0,8})-([1-9]\d{0,8})")


class DocumentState(StrEnum):
    """The state of a document; `partial` is a result with failures."""

    PENDING = "pending"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A document's outcome; `message` says why a run is missing or partial.

    `run` is JSON without the document's text, as the store keeps it.
    """

    state: DocumentState
    run: str | None
    cause: str | None
    message: str | None
    usage: Usage

    @classmethod
    def from_run(cls, run: Run) -> Outcome:
        """Build the outcome of a run; a run without content has failed."""
        # The store has the text already, with the document.
        run_json = run.to_json(text=False, indent=None)
        # A claim without a verdict makes a run partial: its check is not complete.
        if not run.failures and not run.unchecked:
            return cls(DocumentState.DONE, run_json, None, None, run.usage)
        # A partial result is worth exporting; one without content is only a failure.
        has_content = run.summary is not None or bool(run.claims)
        state = DocumentState.PARTIAL if has_content else DocumentState.FAILED
        # One cause for lists; the run has all of them.
        first = run.failures[0] if run.failures else run.unchecked[0]
        return cls(state, run_json, str(first.cause), first.message, run.usage)

    @classmethod
    def from_failure(cls, cause: str, message: str, requests: int = 0) -> Outcome:
        """Build the outcome of a document without a result."""
        # Even failed requests count, because endpoints limit them.
        usage = Usage(requests=requests)
        return cls(DocumentState.FAILED, None, str(cause), message, usage)


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
    """The counts and spending of a batch.

    `config` holds engine, model and settings. The spending includes unusable answers;
    `spent_usd` is None if the price of any answer is unknown.
    """

    number: int
    config: dict[str, Any] = field(hash=False)
    counts: dict[DocumentState, int] = field(hash=False)
    spent_usd: float | None
    spent_tokens: int


@dataclass(slots=True)
class Progress:
    """Document counts and spending, updated while a batch runs.

    `finished_now` is the number of documents that this command finished. `spent` covers
    the entire batch, including earlier commands; `priced` is False if its dollars are
    incomplete. `paused_until` is set while the endpoint accepts no requests.
    """

    total: int = 0
    done: int = 0
    partial: int = 0
    failed: int = 0
    finished_now: int = 0
    spent: Spending = field(default_factory=Spending)
    priced: bool = True
    paused_until: datetime | None = None

    @classmethod
    def from_status(cls, batch: BatchStatus) -> Progress:
        """Start from the batch's state in the store."""
        counts = batch.counts
        return cls(
            total=sum(counts.values()),
            # From the store, so that a resumed batch does not begin at 0.
            done=counts[DocumentState.DONE],
            partial=counts[DocumentState.PARTIAL],
            failed=counts[DocumentState.FAILED],
            spent=Spending(batch.spent_usd or 0.0, batch.spent_tokens),
            priced=batch.spent_usd is not None,
        )

    @property
    def finished(self) -> int:
        """The number of documents that have an outcome."""
        return self.done + self.partial + self.failed

    @property
    def is_paused(self) -> bool:
        """Whether the endpoint accepts no requests at the moment."""
        # It is never reset; the clock decides.
        return self.paused_until is not None and self.paused_until > datetime.now(UTC)


@dataclass(slots=True)
class StopSignal:
    """A request to stop a batch after the documents in progress.

    `error` is the reason, or None if a person asked.
    """

    requested: bool = False
    error: ClaimcheckError | None = None

    def request(self, error: ClaimcheckError | None = None) -> None:
        """Ask the batch to stop; the first error is kept."""
        self.requested = True
        # Later errors are often consequences of the first.
        self.error = self.error or error


@dataclass(frozen=True, slots=True)
class Estimate:
    """The expected number of requests and tokens of documents.

    Repairs and retries are not included. The requests of `counted` documents were
    built and counted; the others are extrapolated from their length. `output_source`
    says where the expected output tokens come from. `cost_usd` is None if the price is
    unknown.
    """

    documents: int
    counted: int
    requests: int
    input_tokens: int
    output_tokens: int
    output_source: str
    cost_usd: float | None
    unusable: int


@dataclass(slots=True)
class IngestReport:
    """The number of documents in the sources, and of new and changed ones.

    `repeated` texts were skipped; `unreadable` sources are recorded as failures.
    """

    documents: int = 0
    new: int = 0
    changed: int = 0
    repeated: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class RunLocation:
    """The batch and document numbers of a run; `str` gives `2-17`."""

    batch: int
    document: int

    def __str__(self) -> str:
        return f"{self.batch}-{self.document}"

    @classmethod
    def parse(cls, name: str) -> RunLocation:
        """Parse a name such as `2-17`.

        Raises:
            InputError: the name is not two numbers.
        """
        # At most nine digits, so that SQLite can compare the numbers.
        match = _LOCATION_NAME.fullmatch(name)
        if match is None:
            raise InputError(
                f"{name!r} is not the name of a run; give two numbers, such as 2-17"
            )
        return cls(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class RunListing:
    """A run in a list; `headline` and `claims` are None if it has no result.

    `opening` is the beginning of the text.
    """

    location: RunLocation
    source: str
    title: str | None
    opening: str
    headline: str | None
    claims: int | None
    state: DocumentState
    message: str | None
    finished_at: datetime
    cost_usd: float | None
    engine: str
    model: str | None
    checked: bool


@dataclass(frozen=True, slots=True)
class SavedCheck:
    """A stored check; `subject` is the id of its claim, if it has one."""

    number: int
    subject: str | None
    saved_at: datetime
    check: Check
