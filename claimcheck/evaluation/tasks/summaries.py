"""How good summaries are: rows {document, references}, beside the document's first three sentences in the same run.

Faithfulness is the share of a summary's sentences that the check by rules and alignment, without a model, finds carried
by the document; it is as good as that check is.
"""

from __future__ import annotations

import numpy as np

from claimcheck.evaluation.datasets import Fields
from claimcheck.evaluation.metrics import NAMES, Columns, Measure, rouge
from claimcheck.evaluation.tasks.base import Given, Outcome, Task
from claimcheck.evaluation.tasks.running import first_failure, run_flow
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.verdict import Label
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import sentences
from claimcheck.verification.engine import verdict_on
from claimcheck.verification.retrieve import Library

_LEAD = 3


def _measure(fields: Fields, given: Given) -> Outcome:
    document = Document.from_text(fields["document"])
    lead = [sentence.text for sentence in sentences(Reading(document.full_text), "en", headings=True)][:_LEAD]
    lead_scores = {f"lead {name}": value for name, value in rouge(lead, fields["references"]).items()}
    run = run_flow(document, given)
    if failure := first_failure(run):
        nothing = dict.fromkeys([*NAMES.values(), "faithful", "words"], 0.0)
        return Outcome({**nothing, **lead_scores}, failure)
    summary = [sentence.text for sentence in run.summary.sentences] if run.summary else []
    library = Library(document)
    carried = [
        verdict_on(Statement.of(text), library, strict=True).label is Label.SUPPORTED for text in summary
    ]
    return Outcome(
        {
            **rouge(summary, fields["references"]),
            **lead_scores,
            "faithful": sum(carried) / len(carried) if carried else 0.0,
            "words": float(sum(len(text.split()) for text in summary)),
        }
    )


def _mean(name: str) -> Measure:
    def measure(columns: Columns) -> float:
        return float(np.mean(columns[name]))

    return measure


def _gain(name: str) -> Measure:
    def measure(columns: Columns) -> float:
        return float(np.mean(columns[name] - columns[f"lead {name}"]))

    return measure


TASK = Task(
    "summaries",
    _measure,
    {
        **{name: _mean(name) for name in NAMES.values()},
        **{f"lead-3 {name}": _mean(f"lead {name}") for name in NAMES.values()},
        **{f"{name} over lead-3": _gain(name) for name in NAMES.values()},
        "faithfulness": _mean("faithful"),
        "words": _mean("words"),
    },
    ("summarize", "requote", "repair", "json-only"),
    ("summary.answer", "requote.answer"),
)
