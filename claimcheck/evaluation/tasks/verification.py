"""Whether a document carries a claim: rows {claim, document, supported}.

`supported` is said when the verdict is; refuted, conflicting and not enough evidence are the other answer. The score is
the confidence that the claim is supported: that of the label, or what it leaves; a model that states none is sure.
"""

from __future__ import annotations

from claimcheck.evaluation.datasets import Fields
from claimcheck.evaluation.metrics import Columns, Flags, auroc, balanced_accuracy, calibration_error, f1
from claimcheck.evaluation.tasks.base import Given, Outcome, Task
from claimcheck.evaluation.tasks.running import check_one
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.verdict import Label, Verdict


def _measure(fields: Fields, given: Given) -> Outcome:
    gold = float(fields["supported"])
    verdict = check_one(Statement.of(fields["claim"]), Document.from_text(fields["document"]), given)
    if not isinstance(verdict, Verdict):
        return Outcome({"gold": gold, "said": 1 - gold, "score": 1 - gold}, verdict.message)
    said = verdict.label is Label.SUPPORTED
    confidence = 1.0 if verdict.finding.confidence is None else verdict.finding.confidence
    return Outcome({"gold": gold, "said": float(said), "score": confidence if said else 1 - confidence})


def _flags(columns: Columns) -> tuple[Flags, Flags]:
    return columns["gold"] == 1, columns["said"] == 1


def _others(columns: Columns) -> tuple[Flags, Flags]:
    return columns["gold"] == 0, columns["said"] == 0


TASK = Task(
    "verification",
    _measure,
    {
        "balanced accuracy": lambda columns: balanced_accuracy(*_flags(columns)),
        "F1 supported": lambda columns: f1(*_flags(columns)),
        "F1 not supported": lambda columns: f1(*_others(columns)),
        "AUROC": lambda columns: auroc(columns["gold"] == 1, columns["score"]),
        "calibration error": lambda columns: calibration_error(columns["gold"] == 1, columns["score"]),
    },
    ("verdict", "repair", "json-only"),
    ("verdict.answer",),
)
