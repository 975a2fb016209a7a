"""Whether quotes are found where they stand: rows {document, quotes}, verbatim, in document order or not.

A quote is placed right when its spans' characters are the quote's. Changed and invented quotes, and other tools, are in
`make bench-grounding`.
"""

from __future__ import annotations

from claimcheck.evaluation.datasets import RowFields
from claimcheck.evaluation.metrics import Columns
from claimcheck.evaluation.tasks.base import EngineSetup, Measurement, Task
from claimcheck.grounding import GroundingIndex
from claimcheck.models.claim import Match
from claimcheck.text.reading import Reading


def _measure_grounding(fields: RowFields, given: EngineSetup) -> Measurement:
    text = fields["document"]
    quotes = [str(quote) for quote in fields["quotes"]]
    found = GroundingIndex(Reading(text)).ground_all(quotes)
    right = [
        grounded.match is not Match.NONE
        and "".join(text[span.start : span.end] for span in grounded.spans).split()
        == quote.split()
        for quote, grounded in zip(quotes, found, strict=True)
    ]
    return Measurement({"quotes": float(len(quotes)), "right": float(sum(right))})


def _compute_located_share(columns: Columns) -> float:
    return float(columns["right"].sum() / max(1.0, columns["quotes"].sum()))


GROUNDING_TASK = Task(
    "grounding", _measure_grounding, {"located": _compute_located_share}, (), ()
)
