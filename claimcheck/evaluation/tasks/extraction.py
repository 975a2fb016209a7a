"""Whether the claims that people find in a passage are found: rows {passage, claims}. The matching: `measures.coverage`."""

from __future__ import annotations

import numpy as np

from claimcheck.evaluation.datasets import RowFields
from claimcheck.evaluation.metrics import Columns, flag_covered_claims
from claimcheck.evaluation.tasks.base import EngineSetup, Measurement, Task
from claimcheck.evaluation.tasks.running import get_first_failure, summarize_row
from claimcheck.models.document import Document


def _measure_extraction(fields: RowFields, given: EngineSetup) -> Measurement:
    wanted = [str(claim) for claim in fields["claims"]]
    run = summarize_row(Document.from_text(fields["passage"]), given)
    if failure := get_first_failure(run):
        return Measurement(
            {"wanted": len(wanted), "covered": 0.0, "found": 0.0, "right": 0.0}, failure
        )
    found = [claim.text for claim in run.claims]
    # what is extracted is right when what people wrote, taken together, says it
    return Measurement(
        {
            "wanted": float(len(wanted)),
            "covered": float(sum(flag_covered_claims(wanted, found))),
            "found": float(len(found)),
            "right": float(sum(flag_covered_claims(found, [" ".join(wanted)]))),
        }
    )


def _compute_claim_coverage(columns: Columns) -> float:
    return float(columns["covered"].sum() / max(1.0, columns["wanted"].sum()))


def _compute_claim_precision(columns: Columns) -> float:
    return float(columns["right"].sum() / max(1.0, columns["found"].sum()))


EXTRACTION_TASK = Task(
    "extraction",
    _measure_extraction,
    {
        "coverage": _compute_claim_coverage,
        "precision": _compute_claim_precision,
        "claims a row": lambda columns: float(np.mean(columns["found"])),
    },
    ("summarize", "requote", "repair", "json-only"),
    ("summary.answer", "requote.answer"),
)
