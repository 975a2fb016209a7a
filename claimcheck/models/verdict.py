"""Verdicts: whether evidence carries a claim, and which characters of which document say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from claimcheck.models.span import Excerpt


class Label(StrEnum):
    """What a check comes to. The labels are AVeriTeC's (Schlichtkrull, Guo, Vlachos 2023)."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    CONFLICTING_EVIDENCE = "conflicting_evidence"


class Stance(StrEnum):
    """How a piece of evidence stands to a claim; `related` is about the same and decides nothing."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    RELATED = "related"


class DecidedBy(StrEnum):
    """What a label rests on: how well the words align, a rule that found a difference, or a model's answer."""

    ALIGNMENT = "alignment"
    RULES = "rules"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage of a document that bears on a claim: `text` is that of its spans, folded for reading."""

    document_id: str
    spans: tuple[Excerpt, ...]
    text: str
    stance: Stance


def put_each_stance_first(passages: Sequence[Evidence]) -> list[Evidence]:
    """Move the first passage of each stance to the front, so a cut keeps all sides."""
    first: dict[Stance, Evidence] = {}
    for passage in passages:
        first.setdefault(passage.stance, passage)
    return [
        *first.values(),
        *(passage for passage in passages if passage is not first[passage.stance]),
    ]


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of a claim that its evidence says otherwise, or not at all (`evidence` is then None).

    `kind`: number, name, date, negation, opposite, speaker, attribution, outlet, order or role.
    """

    kind: str
    claim: str
    evidence: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question about a claim.

    `confidence` is the probability, 0 to 1, that the label is right; None where a model gave none.
    """

    label: Label
    confidence: float | None
    rationale: str
    evidence: tuple[Evidence, ...]
    differences: tuple[Difference, ...]
    decided_by: DecidedBy


@dataclass(frozen=True, slots=True)
class Votes:
    """How a model answered when it was asked several times."""

    asked: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check of one claim, or of one sentence of a summary, came to.

    `subject` is the id of what was checked. When the claim is given as somebody's words, `speaker` is who, `finding`
    answers whether they said it, and `content` whether it is so; neither stands for the other. `content` is None when
    nobody is said to have said it.
    """

    subject: str
    text: str
    speaker: str | None
    finding: Finding
    content: Finding | None
    votes: Votes | None

    @property
    def label(self) -> Label:
        """The label of the finding: for somebody's words, whether they said it."""
        return self.finding.label
