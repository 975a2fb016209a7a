"""The statements of a draft, and whether the cited sources support them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from claimcheck.models import codec
from claimcheck.models.document import Document
from claimcheck.models.llm import Usage
from claimcheck.models.run import Signature
from claimcheck.models.verdict import Label, Verdict

CITATIONS_SCHEMA_VERSION = "1.1"


class CitationOutcome(StrEnum):
    """Whether a cited source says what the text cites it for, best first.

    `undefined`: the draft does not say which source it is.
    """

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_FOUND = "not_found"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class CitedStatement:
    """A sentence of a draft, and the addresses that it cites, in order.

    `claim` is what the sources should say: the text without "according to ...".
    `undefined` lists the references that the draft does not define, such as "[7]".
    """

    text: str
    claim: str
    sources: tuple[str, ...]
    undefined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedCitation:
    """A source that a statement cites.

    `verdict` is None if the source could not be read or compared; `problem` says why.
    `is_needed` is true if the other sources together do not support the statement
    without this one.
    """

    source: str
    outcome: CitationOutcome
    document_id: str | None = None
    verdict: Verdict | None = None
    problem: str | None = None
    is_needed: bool = False

    @property
    def is_precise(self) -> bool:
        """Whether it counts for citation precision, as ALCE defines it."""
        return self.outcome is CitationOutcome.SUPPORTED or self.is_needed


def name_outcome(verdict: Verdict) -> CitationOutcome:
    """Return the citation outcome that a verdict means."""
    match verdict.label:
        case Label.SUPPORTED:
            return CitationOutcome.SUPPORTED
        # One source that contradicts itself does not back the sentence either.
        case Label.REFUTED | Label.CONFLICTING_EVIDENCE:
            return CitationOutcome.CONTRADICTED
    return CitationOutcome.NOT_FOUND


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A statement that cites sources, and what each of them says.

    `claim` is what was checked: the text without "according to ...". `together` is the
    verdict on all sources read as one, if no source alone supports it. `outcome` is the
    best outcome of its citations: one supporting source is enough.
    """

    text: str
    claim: str
    outcome: CitationOutcome
    citations: tuple[CheckedCitation, ...]
    together: Verdict | None = None


def choose_outcome(
    citations: Sequence[CheckedCitation], together: Verdict | None
) -> CitationOutcome:
    """Return the outcome of a statement."""
    # Sources may support together what none of them says alone.
    if together is not None and together.label is Label.SUPPORTED:
        return CitationOutcome.SUPPORTED
    # The order of the enum is the order of preference.
    outcomes = {citation.outcome for citation in citations}
    return next(outcome for outcome in CitationOutcome if outcome in outcomes)


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """The citations of a draft.

    `uncited` lists the sentences without a source, and `unused` the references that no
    sentence cites. Precision and recall follow ALCE (Gao et al. 2023). Recall is the
    share of all sentences that their sources, read together, support. Precision is the
    share of citations that support their sentence alone, or that the others need to
    support it. Both are None if there is nothing to count.
    """

    statements: tuple[CheckedStatement, ...]
    uncited: tuple[str, ...]
    unused: tuple[str, ...]
    documents: tuple[Document, ...]
    precision: float | None
    recall: float | None
    usage: Usage
    signature: Signature
    schema_version: str = CITATIONS_SCHEMA_VERSION

    def to_json(self) -> str:
        """Write this as JSON that follows `schemas/citations.schema.json`.

        The documents' texts are left out, because they belong to the sources.
        """
        documents = tuple(replace(document, text=None) for document in self.documents)
        return codec.dump(replace(self, documents=documents))


def measure_precision(statements: Sequence[CheckedStatement]) -> float | None:
    """Return the citation precision of a draft; None without citations."""
    citations = [citation for item in statements for citation in item.citations]
    if not citations:
        return None
    return sum(citation.is_precise for citation in citations) / len(citations)


def measure_recall(
    statements: Sequence[CheckedStatement], uncited: int
) -> float | None:
    """Return the citation recall; `uncited` counts the other sentences."""
    # A sentence without a source counts against recall: nothing supports it.
    total = len(statements) + uncited
    # Outcomes, not verdicts: a sentence may be supported by its sources together.
    supported = sum(item.outcome is CitationOutcome.SUPPORTED for item in statements)
    return supported / total if total else None
