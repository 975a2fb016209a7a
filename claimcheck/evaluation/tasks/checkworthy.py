"""Which sentences should be checked: rows {text, label}."""

from __future__ import annotations

from claimcheck.english.quantities import quantities_in
from claimcheck.evaluation.datasets import Fields
from claimcheck.evaluation.metrics import Columns, Flags, average_precision, f1, precision, recall
from claimcheck.evaluation.tasks.base import Given, Outcome, Task
from claimcheck.evaluation.tasks.running import first_failure, run_flow
from claimcheck.extractive.check_worthiness import THRESHOLD, check_worthiness
from claimcheck.models.document import Document


def _measure(fields: Fields, given: Given) -> Outcome:
    gold = float(fields["label"])
    if given.engine == "extractive":
        score, _ = check_worthiness(fields["text"], quantities_in(fields["text"]))
        return Outcome({"gold": gold, "score": score})
    run = run_flow(Document.from_text(fields["text"]), given)
    if failure := first_failure(run):
        return Outcome({"gold": gold, "score": 1 - gold}, failure)
    return Outcome(
        {"gold": gold, "score": max((claim.check_worthiness for claim in run.claims), default=0.0)}
    )


def _flags(columns: Columns) -> tuple[Flags, Flags]:
    return columns["gold"] == 1, columns["score"] >= THRESHOLD


TASK = Task(
    "checkworthy",
    _measure,
    {
        "precision": lambda columns: precision(*_flags(columns)),
        "recall": lambda columns: recall(*_flags(columns)),
        "F1": lambda columns: f1(*_flags(columns)),
        "average precision": lambda columns: average_precision(columns["gold"] == 1, columns["score"]),
    },
    ("summarize", "requote", "repair", "json-only"),
    ("summary.answer", "requote.answer"),
)
