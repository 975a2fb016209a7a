"""A draft's statements, the sources that they cite, and what those say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from claimcheck.models.document import Document
from claimcheck.models.llm import Usage
from claimcheck.models.run import Signature
from claimcheck.models.verdict import Label, Verdict


class Citing(StrEnum):
    """Whether a cited source says what the text cites it for."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CitedStatement:
    """A sentence of a draft, and the addresses that it cites, in order."""

    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedCitation:
    """A source that a statement cites.

    `verdict` is None if the source could not be read or compared; `problem` says why.
    """

    source: str
    document_id: str | None
    verdict: Verdict | None
    problem: str | None

    @property
    def outcome(self) -> Citing:
        """What the source says of the statement."""
        if self.document_id is None:
            return Citing.UNREACHABLE
        if self.verdict is None:
            return Citing.FAILED
        match self.verdict.label:
            case Label.SUPPORTED:
                return Citing.SUPPORTED
            case Label.REFUTED | Label.CONFLICTING_EVIDENCE:
                return Citing.CONTRADICTED
        return Citing.NOT_FOUND


# A source that supports a statement counts, whatever its others are worth.
_PRECEDENCE = (
    Citing.SUPPORTED,
    Citing.CONTRADICTED,
    Citing.NOT_FOUND,
    Citing.FAILED,
    Citing.UNREACHABLE,
)


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A statement that cites sources, and what each of them says."""

    text: str
    citations: tuple[CheckedCitation, ...]

    @property
    def outcome(self) -> Citing:
        """The best outcome of its citations."""
        outcomes = {citation.outcome for citation in self.citations}
        return next(outcome for outcome in _PRECEDENCE if outcome in outcomes)


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """The citations of a draft.

    `uncited` are its sentences without a source. Precision and recall are those of ALCE
    (Gao et al. 2023), with one difference: sources are read one by one, so that two
    that support a sentence only together do not count.
    """

    statements: tuple[CheckedStatement, ...]
    uncited: tuple[str, ...]
    documents: tuple[Document, ...]
    usage: Usage
    signature: Signature

    @property
    def recall(self) -> float | None:
        """The share of all sentences that a source of theirs supports."""
        total = len(self.statements) + len(self.uncited)
        supported = sum(item.outcome is Citing.SUPPORTED for item in self.statements)
        return supported / total if total else None

    @property
    def precision(self) -> float | None:
        """The share of citations whose source supports the sentence."""
        outcomes = [
            citation.outcome for item in self.statements for citation in item.citations
        ]
        if not outcomes:
            return None
        return outcomes.count(Citing.SUPPORTED) / len(outcomes)
