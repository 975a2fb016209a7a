"""Whether a document carries a claim: rows {claim, document, supported}.

`supported` is said when the verdict is; refuted, conflicting and not enough evidence are the other answer. The score is
the confidence that the claim is supported: that of the label, or what it leaves; a model that states none is sure.
"""

from __future__ import annotations

from claimcheck.evaluation.datasets import RowFields
from claimcheck.evaluation.metrics import (
    BoolArray,
    Columns,
    auroc,
    balanced_accuracy,
    calibration_error,
    f1,
)
from claimcheck.evaluation.tasks.base import EngineSetup, Measurement, Task
from claimcheck.evaluation.tasks.running import check_row
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.verdict import Label, Verdict


def _measure_verification(fields: RowFields, given: EngineSetup) -> Measurement:
    gold = float(fields["supported"])
    verdict = check_row(
        Statement.of(fields["claim"]), Document.from_text(fields["document"]), given
    )
    if not isinstance(verdict, Verdict):
        return Measurement(
            {"gold": gold, "said": 1 - gold, "score": 1 - gold}, verdict.message
        )
    said = verdict.label is Label.SUPPORTED
    confidence = (
        1.0 if verdict.finding.confidence is None else verdict.finding.confidence
    )
    return Measurement(
        {
            "gold": gold,
            "said": float(said),
            "score": confidence if said else 1 - confidence,
        }
    )


def _binarize_supported(columns: Columns) -> tuple[BoolArray, BoolArray]:
    return columns["gold"] == 1, columns["said"] == 1


def _binarize_not_supported(columns: Columns) -> tuple[BoolArray, BoolArray]:
    return columns["gold"] == 0, columns["said"] == 0


VERIFICATION_TASK = Task(
    "verification",
    _measure_verification,
    {
        "balanced accuracy": lambda columns: balanced_accuracy(
            *_binarize_supported(columns)
        ),
        "F1 supported": lambda columns: f1(*_binarize_supported(columns)),
        "F1 not supported": lambda columns: f1(*_binarize_not_supported(columns)),
        "AUROC": lambda columns: auroc(columns["gold"] == 1, columns["score"]),
        "calibration error": lambda columns: calibration_error(
            columns["gold"] == 1, columns["score"]
        ),
    },
    ("verdict", "repair", "json-only"),
    ("verdict.answer",),
)
