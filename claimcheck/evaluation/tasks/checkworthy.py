"""Which sentences should be checked: rows {text, label}."""

from __future__ import annotations

from claimcheck.english.quantities import find_quantities
from claimcheck.evaluation.datasets import RowFields
from claimcheck.evaluation.metrics import (
    BoolArray,
    Columns,
    average_precision,
    f1,
    precision,
    recall,
)
from claimcheck.evaluation.tasks.base import EngineSetup, Measurement, Task
from claimcheck.evaluation.tasks.running import get_first_failure, summarize_row
from claimcheck.extractive.check_worthiness import (
    CHECK_WORTHY_FROM,
    score_check_worthiness,
)
from claimcheck.models.document import Document


def _measure_check_worthiness(fields: RowFields, given: EngineSetup) -> Measurement:
    gold = float(fields["label"])
    if given.engine == "extractive":
        score, _ = score_check_worthiness(
            fields["text"], find_quantities(fields["text"])
        )
        return Measurement({"gold": gold, "score": score})
    run = summarize_row(Document.from_text(fields["text"]), given)
    if failure := get_first_failure(run):
        return Measurement({"gold": gold, "score": 1 - gold}, failure)
    return Measurement(
        {
            "gold": gold,
            "score": max((claim.check_worthiness for claim in run.claims), default=0.0),
        }
    )


def _binarize_check_worthiness(columns: Columns) -> tuple[BoolArray, BoolArray]:
    return columns["gold"] == 1, columns["score"] >= CHECK_WORTHY_FROM


CHECK_WORTHINESS_TASK = Task(
    "checkworthy",
    _measure_check_worthiness,
    {
        "precision": lambda columns: precision(*_binarize_check_worthiness(columns)),
        "recall": lambda columns: recall(*_binarize_check_worthiness(columns)),
        "F1": lambda columns: f1(*_binarize_check_worthiness(columns)),
        "average precision": lambda columns: average_precision(
            columns["gold"] == 1, columns["score"]
        ),
    },
    ("summarize", "requote", "repair", "json-only"),
    ("summary.answer", "requote.answer"),
)
