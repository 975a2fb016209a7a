"""A check: the verdicts of many claims, and what they rest on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from claimcheck.models import codec
from claimcheck.models.claim import Claim
from claimcheck.models.document import Document
from claimcheck.models.llm import Usage
from claimcheck.models.verdict import Verdict

if TYPE_CHECKING:
    import pandas


RUN_SCHEMA_VERSION = "1.2"


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A sentence of the summary, with the ids of the claims that carry it."""

    text: str
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """What one party holds where parties disagree."""

    party: str
    position: str
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The document in short; every sentence and key point is linked to claims."""

    headline: str
    sentences: tuple[LinkedText, ...]
    key_points: tuple[LinkedText, ...]
    positions: tuple[Position, ...]
    open_questions: tuple[str, ...]


class Cause(StrEnum):
    """Why there is no answer, or none that could be used."""

    UNANSWERED = "unanswered"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    FILTERED = "filtered"
    EMPTY = "empty"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Failure:
    """A request whose answer could not be used, for the characters [start, end) of the document."""

    cause: Cause
    message: str
    start: int
    end: int
    attempts: int
    raw: str | None

    def whole(self, characters: int) -> bool:
        """Whether it is about a document of so many characters as a whole."""
        return self.start == 0 and self.end == characters


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """A claim that got no verdict, and why: the answer could not be used."""

    subject: str
    text: str
    cause: Cause
    message: str
    attempts: int
    raw: str | None


class Status(StrEnum):
    """What became of a range of the document."""

    READ = "read"
    SET_ASIDE = "set_aside"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What became of the characters [start, end); the entries of a run tile its document."""

    start: int
    end: int
    status: Status
    reason: str | None


@dataclass(frozen=True, slots=True)
class Signature:
    """What made a run: enough to make it again, or to say why two runs differ.

    `prompts` and `schemas` map names to sha256 hashes. `response_format` is how the endpoint was held
    to the schema: `json_schema`, `json_object`, `text`, or None when no model was asked.
    `token_count` says which encoding counted `document.tokens`, and whether that is exact for the model.
    """

    version: str
    engine: str
    model: str | None
    response_format: str | None
    prompts: dict[str, str]
    schemas: dict[str, str]
    settings: dict[str, Any]
    seed: int | None
    token_count: str


@dataclass(frozen=True, slots=True)
class Run:
    """The result of one `summarize`; `summary` is None only when a failure says why.

    With a check, `verdicts` says of each sentence of the summary and of each claim whether the document carries it, and
    `unchecked` of which the answer could not be used; without one both are empty. `passages`: in how many parts the
    document was read.
    """

    document: Document
    summary: Summary | None
    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    unchecked: tuple[CheckFailure, ...]
    failures: tuple[Failure, ...]
    ledger: tuple[LedgerEntry, ...]
    passages: int
    usage: Usage
    signature: Signature
    schema_version: str = field(default=RUN_SCHEMA_VERSION)

    def to_json(self, *, text: bool = True, indent: int | None = 2) -> str:
        """This run as JSON that follows `schemas/run.schema.json`; `text=False` leaves the document's text out.

        Without an indent it is one line.
        """
        run = (
            self if text else replace(self, document=replace(self.document, text=None))
        )
        return codec.dump(run, indent=indent)

    def claims_frame(self) -> pandas.DataFrame:
        """The claims as a pandas DataFrame, a row each; `claimcheck.reports.table.COLUMNS` are its columns.

        Raises:
            InputError: pandas is not installed.
        """
        frame: pandas.DataFrame = _reports("table").build_data_frame(self)
        return frame

    def _repr_html_(self) -> str:
        """The run as a notebook shows it."""
        html: str = _reports("notebook").render_notebook_html(self)
        return html

    @classmethod
    def from_json(cls, data: str | bytes) -> Run:
        """The run that `to_json` wrote.

        Raises:
            InputError: the data is not JSON, or not a run of this schema version.
        """
        return codec.load(data, cls, schema="run", version=RUN_SCHEMA_VERSION)


def _reports(module: str) -> Any:
    """Return a module of `claimcheck.reports`, which is a layer above this one.

    A run shows itself in notebooks and data frames. What renders it is looked up when
    it is asked to, so that the data model imports nothing else of ours.
    """
    return import_module(f"claimcheck.reports.{module}")


def load_run(fields: str, text: str) -> Run:
    """Read a run that was written without its text, and put the text back."""
    run = codec.from_fields(json.loads(fields), Run)
    return replace(run, document=replace(run.document, text=text))


CHECK_SCHEMA_VERSION = "1.1"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: for each claim, in order, a verdict, or else a failure.

    `claimed_in` is the document that makes the claims, where it is known; `documents` are those that evidence is quoted
    from; `searched` is how many were looked through.
    """

    verdicts: tuple[Verdict, ...]
    failures: tuple[CheckFailure, ...]
    claimed_in: Document | None
    documents: tuple[Document, ...]
    searched: int
    usage: Usage
    signature: Signature
    schema_version: str = field(default=CHECK_SCHEMA_VERSION)

    def to_json(self, *, text: bool = True) -> str:
        """This check as JSON that follows `schemas/check.schema.json`; `text=False` leaves documents' texts out."""
        return codec.dump(self if text else self._without_texts())

    def _without_texts(self) -> Check:
        claimed_in = self.claimed_in and replace(self.claimed_in, text=None)
        documents = tuple(replace(document, text=None) for document in self.documents)
        return replace(self, claimed_in=claimed_in, documents=documents)

    @classmethod
    def from_json(cls, data: str | bytes) -> Check:
        """The check that `to_json` wrote.

        Raises:
            InputError: the data is not JSON, or not a check of this schema version.
        """
        return codec.load(data, cls, schema="check", version=CHECK_SCHEMA_VERSION)
