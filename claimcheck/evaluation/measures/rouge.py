"""ROUGE-1, ROUGE-2 and ROUGE-L F1, by Google's rouge-score, with stemming.

Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries". ROUGE-L is the summary-level one (Lsum), sentences
parted by line breaks. Of several references the best counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from claimcheck.errors import InputError

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer

NAMES = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeLsum": "ROUGE-L"}


def rouge(summary: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """The F1 of each kind, 0 to 1, of a summary's sentences.

    Raises:
        InputError: the `eval` extra is not installed.
    """
    scored = [_scorer().score(reference, "\n".join(summary)) for reference in references]
    return {shown: max(float(scores[name].fmeasure) for scores in scored) for name, shown in NAMES.items()}


@cache
def _scorer() -> RougeScorer:
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError:
        raise InputError("ROUGE needs rouge-score: pip install 'claimcheck[eval]'") from None
    return RougeScorer(list(NAMES), use_stemmer=True)
