"""The results that claimcheck publishes: runs and checks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from claimcheck.models import codec
from claimcheck.models.claim import Claim
from claimcheck.models.decision import Decision
from claimcheck.models.document import Document
from claimcheck.models.llm import Usage
from claimcheck.models.search_log import SearchLog
from claimcheck.models.verdict import Verdict

if TYPE_CHECKING:
    import pandas


# Raise these whenever a field is added, removed, or changed: `load` refuses others.
RUN_SCHEMA_VERSION = "1.5"
CHECK_SCHEMA_VERSION = "1.3"
# Results of these versions lack only fields that have a default.
_READ_CHECK_VERSIONS = (CHECK_SCHEMA_VERSION, "1.2")
_READ_RUN_VERSIONS = (RUN_SCHEMA_VERSION, "1.4", "1.3", "1.2")


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A sentence of the summary, and the ids of the claims it rests on."""

    text: str
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """The position of one party to a disagreement."""

    party: str
    position: str
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummaryProblem:
    """A text of a summary, and what in it the document does not support."""

    text: str
    message: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The document in brief, with sentences linked to claims.

    `problems` has the texts of a model that differ from the document.
    """

    headline: str
    sentences: tuple[LinkedText, ...]
    key_points: tuple[LinkedText, ...]
    positions: tuple[Position, ...]
    open_questions: tuple[str, ...]
    problems: tuple[SummaryProblem, ...] = ()


class Cause(StrEnum):
    """Why there is no usable answer."""

    # UNANSWERED: the endpoint failed for this request only. TRUNCATED: the answer hit
    # the output limit. FILTERED: the endpoint's content filter blocked it. INVALID: it
    # violates the schema even after one repair.

    UNANSWERED = "unanswered"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    FILTERED = "filtered"
    EMPTY = "empty"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Failure:
    """A request without a usable answer, about document.text[start:end]."""

    cause: Cause
    message: str
    start: int
    end: int
    attempts: int
    raw: str | None

    def covers(self, characters: int) -> bool:
        """Whether the failure covers a document of this many characters."""
        return self.start == 0 and self.end == characters


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """A claim without a verdict, because there was no usable answer."""

    subject: str
    text: str
    cause: Cause
    message: str
    attempts: int
    raw: str | None


class LedgerStatus(StrEnum):
    """What happened to a range of the document."""

    # SET_ASIDE: not part of the running text, such as a page number.

    READ = "read"
    SET_ASIDE = "set_aside"
    FAILED = "failed"


# The prefix of the reason for an ambiguous sentence; its meanings follow.
AMBIGUOUS = "ambiguous"
# The reason of an entry whose claims did not fit within the limit.
OVER_THE_LIMIT = "over the limit"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What happened to document.text[start:end].

    The entries of a run tile its document.
    """

    start: int
    end: int
    status: LedgerStatus
    reason: str | None


@dataclass(frozen=True, slots=True)
class Signature:
    """What produced a run: enough to repeat it or explain why two runs differ.

    `prompts` and `schemas` map names to sha256 hashes. `response_format` is how the
    endpoint was made to follow the schema: `json_schema`, `json_object`, `text`, or
    None when no model was asked. `token_count` names the encoding that counted
    `document.tokens`, and says whether that is exact for the model.
    """

    version: str
    engine: str
    model: str | None
    response_format: str | None
    prompts: dict[str, str] = field(hash=False)
    schemas: dict[str, str] = field(hash=False)
    settings: dict[str, Any] = field(hash=False)
    seed: int | None
    token_count: str

    @property
    def compares_words(self) -> bool:
        """Whether claims were checked by their words, not their meaning."""
        return not self.model and self.settings.get("verifier") == "lexical"


@dataclass(frozen=True, slots=True)
class ClaimStability:
    """The number of runs that contain a claim, including the published one.

    `runs` counts those with a claim that shares at least half of the shorter quote,
    `same_quote` those with the identical quote, and `same_verdict` those whose check
    has the same label for it (None without a check).
    """

    claim_id: str
    runs: int
    same_quote: int
    same_verdict: int | None


@dataclass(frozen=True, slots=True)
class Stability:
    """The agreement of `runs` runs; the first of them is the one published.

    `jaccard` is the mean over all pairs of runs of the share of their claims that both
    have, compared by location. `claims` covers the claims of the published run.
    """

    runs: int
    jaccard: float
    claims: tuple[ClaimStability, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """The result of one `summarize`.

    `summary` is None only if a failure says why. After a check, `verdicts` has one for
    each sentence of the summary and each claim: whether the document supports it.
    `unchecked` lists those without a usable answer. Both are empty without a check.
    `passages` is the number of parts in which the document was read. `external_check`
    is the check of the claims against evidence from a search, if any. `decisions` are
    people's decisions about the claims, oldest first. `stability` compares the run with
    further runs of the same document, if there were any.
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
    external_check: Check | None = None
    decisions: tuple[Decision, ...] = ()
    stability: Stability | None = None
    schema_version: str = field(default=RUN_SCHEMA_VERSION)

    def to_json(self, *, text: bool = True, indent: int | None = 2) -> str:
        """Write this run as JSON that follows `schemas/run.schema.json`.

        `text=False` leaves out the document's text. `indent=None` writes one line.
        """
        if text:
            return codec.dump(self, indent=indent)
        external = self.external_check
        # Offsets stay valid: whoever has the text can put it back.
        without_text = replace(
            self,
            document=replace(self.document, text=None),
            external_check=external and external.without_texts(),
        )
        return codec.dump(without_text, indent=indent)

    def claims_frame(self) -> pandas.DataFrame:
        """Return the claims as a pandas DataFrame, one row each.

        `claimcheck.reports.table.COLUMNS` describes the columns.

        Raises:
            InputError: pandas is not installed.
        """
        # Imported when called: pandas is an extra.
        frame: pandas.DataFrame = _reports("table").build_data_frame(self)
        return frame

    def _repr_markdown_(self) -> str:
        """Render the run for a notebook."""
        markdown: str = _reports("markdown").render_run(self)
        return markdown

    @classmethod
    def from_json(cls, data: str | bytes) -> Run:
        """Read a run that `to_json` wrote.

        Raises:
            InputError: the data is not JSON, or not a run of this schema version.
        """
        # Older versions are read, too: people keep runs for years.
        return codec.load(data, cls, schema="run", versions=_READ_RUN_VERSIONS)


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check: one verdict or failure per claim, in order.

    `claimed_in` is the document that makes the claims, if known. `documents` are the
    ones quoted as evidence, and `searched` is the number of documents searched.
    `search` records how evidence was found, unless the user gave it.
    """

    verdicts: tuple[Verdict, ...]
    failures: tuple[CheckFailure, ...]
    claimed_in: Document | None
    documents: tuple[Document, ...]
    searched: int
    usage: Usage
    signature: Signature
    search: SearchLog | None = None
    schema_version: str = field(default=CHECK_SCHEMA_VERSION)

    def to_json(self, *, text: bool = True) -> str:
        """Write this check as JSON that follows `schemas/check.schema.json`.

        `text=False` leaves out the documents' texts.
        """
        return codec.dump(self if text else self.without_texts())

    def _repr_markdown_(self) -> str:
        """Render the check for a notebook."""
        markdown: str = _reports("markdown").render_check(self)
        return markdown

    def without_texts(self) -> Check:
        """Return a copy without the documents' texts."""
        # The source and the hash stay, so that evidence can be looked up.
        claimed_in = self.claimed_in and replace(self.claimed_in, text=None)
        documents = tuple(replace(document, text=None) for document in self.documents)
        return replace(self, claimed_in=claimed_in, documents=documents)

    @classmethod
    def from_json(cls, data: str | bytes) -> Check:
        """Read a check that `to_json` wrote.

        Raises:
            InputError: the data is not JSON, or not a check of this schema version.
        """
        return codec.load(data, cls, schema="check", versions=_READ_CHECK_VERSIONS)


def _reports(module: str) -> Any:
    """Return a module of `claimcheck.reports`, a layer above this one.

    The methods that need it belong on the results, where people look for them. They
    import it when called, so that the data model depends on no other layer.
    """
    return import_module(f"claimcheck.reports.{module}")


def load_run(fields: str, text: str) -> Run:
    """Read a run that was written without its text, and restore the text."""
    # Not `Run.from_json`: the store wrote it, and checking it costs more than reading
    # it.
    run = codec.from_fields(json.loads(fields), Run)
    return replace(run, document=replace(run.document, text=text))
