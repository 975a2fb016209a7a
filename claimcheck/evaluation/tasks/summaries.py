"""How good summaries are: rows {document, references}, beside the document's first three sentences in the same run.

Faithfulness is the share of a summary's sentences that the check by rules and alignment, without a model, finds carried
by the document; it is as good as that check is.
"""

from __future__ import annotations

import numpy as np

from claimcheck.evaluation.datasets import RowFields
from claimcheck.evaluation.metrics import ROUGE_NAMES, Columns, Metric, rouge
from claimcheck.evaluation.tasks.base import EngineSetup, Measurement, Task
from claimcheck.evaluation.tasks.running import get_first_failure, summarize_row
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.verdict import Label
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences
from claimcheck.verification.engine import verify_statement
from claimcheck.verification.retrieve import Corpus

_LEAD_SENTENCES = 3


def _measure_summaries(fields: RowFields, given: EngineSetup) -> Measurement:
    document = Document.from_text(fields["document"])
    lead = [
        sentence.text
        for sentence in split_sentences(
            Reading(document.full_text), "en", headings=True
        )
    ][:_LEAD_SENTENCES]
    lead_scores = {
        f"lead {name}": value
        for name, value in rouge(lead, fields["references"]).items()
    }
    run = summarize_row(document, given)
    if failure := get_first_failure(run):
        nothing = dict.fromkeys([*ROUGE_NAMES.values(), "faithful", "words"], 0.0)
        return Measurement({**nothing, **lead_scores}, failure)
    summary = (
        [sentence.text for sentence in run.summary.sentences] if run.summary else []
    )
    library = Corpus(document)
    carried = [
        verify_statement(Statement.of(text), library, strict=True).label
        is Label.SUPPORTED
        for text in summary
    ]
    return Measurement(
        {
            **rouge(summary, fields["references"]),
            **lead_scores,
            "faithful": sum(carried) / len(carried) if carried else 0.0,
            "words": float(sum(len(text.split()) for text in summary)),
        }
    )


def _make_mean_metric(name: str) -> Metric:
    def measure(columns: Columns) -> float:
        return float(np.mean(columns[name]))

    return measure


def _make_gain_over_lead_metric(name: str) -> Metric:
    def measure(columns: Columns) -> float:
        return float(np.mean(columns[name] - columns[f"lead {name}"]))

    return measure


SUMMARIES_TASK = Task(
    "summaries",
    _measure_summaries,
    {
        **{name: _make_mean_metric(name) for name in ROUGE_NAMES.values()},
        **{
            f"lead-3 {name}": _make_mean_metric(f"lead {name}")
            for name in ROUGE_NAMES.values()
        },
        **{
            f"{name} over lead-3": _make_gain_over_lead_metric(name)
            for name in ROUGE_NAMES.values()
        },
        "faithfulness": _make_mean_metric("faithful"),
        "words": _make_mean_metric("words"),
    },
    ("summarize", "requote", "repair", "json-only"),
    ("summary.answer", "requote.answer"),
)
