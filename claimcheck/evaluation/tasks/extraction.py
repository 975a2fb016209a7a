"""Whether the claims that people find in a passage are found: rows {passage, claims}. The matching: `measures.coverage`."""

from __future__ import annotations

import numpy as np

from claimcheck.evaluation.datasets import Fields
from claimcheck.evaluation.metrics import Columns, covered
from claimcheck.evaluation.tasks.base import Given, Outcome, Task
from claimcheck.evaluation.tasks.running import first_failure, run_flow
from claimcheck.models.document import Document


def _measure(fields: Fields, given: Given) -> Outcome:
    wanted = [str(claim) for claim in fields["claims"]]
    run = run_flow(Document.from_text(fields["passage"]), given)
    if failure := first_failure(run):
        return Outcome({"wanted": len(wanted), "covered": 0.0, "found": 0.0, "right": 0.0}, failure)
    found = [claim.text for claim in run.claims]
    # what is extracted is right when what people wrote, taken together, says it
    return Outcome(
        {
            "wanted": float(len(wanted)),
            "covered": float(sum(covered(wanted, found))),
            "found": float(len(found)),
            "right": float(sum(covered(found, [" ".join(wanted)]))),
        }
    )


def _coverage(columns: Columns) -> float:
    return float(columns["covered"].sum() / max(1.0, columns["wanted"].sum()))


def _precision(columns: Columns) -> float:
    return float(columns["right"].sum() / max(1.0, columns["found"].sum()))


TASK = Task(
    "extraction",
    _measure,
    {
        "coverage": _coverage,
        "precision": _precision,
        "claims a row": lambda columns: float(np.mean(columns["found"])),
    },
    ("summarize", "requote", "repair", "json-only"),
    ("summary.answer", "requote.answer"),
)
