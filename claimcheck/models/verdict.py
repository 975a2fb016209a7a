"""Verdicts: whether evidence supports a claim, and where the evidence is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from claimcheck.models.span import Excerpt


class Label(StrEnum):
    """The result of a check; AVeriTeC's labels (Schlichtkrull et al. 2023)."""

    # Reports count labels in this order.
    SUPPORTED = "supported"
    REFUTED = "refuted"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    CONFLICTING_EVIDENCE = "conflicting_evidence"


class Stance(StrEnum):
    """How evidence bears on a claim.

    `related` evidence is about the same subject but does not decide the label.
    """

    SUPPORTS = "supports"
    REFUTES = "refutes"
    RELATED = "related"


class DecidedBy(StrEnum):
    """What a label is based on.

    `alignment`: how well the words match. `rules`: a rule found a difference.
    `model`: a model's answer. `person`: a decision, applied to a run.
    """

    ALIGNMENT = "alignment"
    RULES = "rules"
    MODEL = "model"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage of a document that bears on a claim.

    `text` is the text of its spans with white space collapsed.
    """

    document_id: str
    spans: tuple[Excerpt, ...]
    text: str
    stance: Stance


def put_each_stance_first(passages: Sequence[Evidence]) -> list[Evidence]:
    """Move the first passage of each stance to the front.

    A report that shows only the first few passages then shows every side.
    """
    first: dict[Stance, Evidence] = {}  # in the order of first appearance
    for passage in passages:
        # The passages are in order of importance, so the first of a stance is its best.
        first.setdefault(passage.stance, passage)
    return [
        *first.values(),
        *(passage for passage in passages if passage is not first[passage.stance]),
    ]


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of a claim that its evidence contradicts or does not contain.

    `kind` is number, name, date, negation, opposite, speaker, or attribution; older
    runs may have outlet, order, or role. `evidence` has the words of the evidence, or
    None if it does not contain them. A claim's own quote counts as evidence.
    """

    kind: str
    claim: str
    evidence: str | None

    def describe(self, evidence: str, claim: str = "the claim") -> str:
        """Describe the difference in half a sentence.

        `claim` and `evidence` name the two texts: "the evidence", or "its quote".
        """
        match self.kind:
            # The words are there, but not in the voice of the evidence.
            case "attribution":
                return f"{evidence} gives this only as a statement by {self.evidence}"
            case "speaker" if self.evidence is None:
                return f"{evidence} does not attribute it to {self.claim}"
            case "speaker":
                return f"{claim} names “{self.claim}”, {evidence} “{self.evidence}”"
            case _ if self.evidence is None:
                return f"“{self.claim}” is not in {evidence}"
            case _:
                return f"{claim} says “{self.claim}”, {evidence} “{self.evidence}”"


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question about a claim.

    `confidence` is the probability, 0 to 1, that the label is right; None if a model
    gave none, or if nothing was compared with the claim.
    """

    label: Label
    confidence: float | None
    rationale: str
    evidence: tuple[Evidence, ...]
    differences: tuple[Difference, ...]
    decided_by: DecidedBy


@dataclass(frozen=True, slots=True)
class Votes:
    """How many of a model's repeated answers agreed with the label."""

    asked: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of checking one claim, or one sentence of a summary.

    `subject` is the id of what was checked. An attributed claim raises two questions:
    `finding` answers whether `speaker` said it, and `content` whether it is true. For
    other claims, `speaker` and `content` are None.
    """

    subject: str
    text: str
    speaker: str | None
    finding: Finding
    content: Finding | None
    votes: Votes | None

    @property
    def label(self) -> Label:
        """The finding's label; for attributed claims, whether it was said."""
        return self.finding.label
