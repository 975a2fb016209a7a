"""One measure a file, with its definition and where it comes from. All take arrays with an element a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from claimcheck.english.terms import extract_terms, extract_words, normalize_word
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer


Columns = Mapping[str, NDArray[np.float64]]
Metric = Callable[[Columns], float]
_BOOTSTRAP_SAMPLES = 1_000
_CONFIDENCE_LEVEL = 0.95


def bootstrap_intervals(
    measures: Mapping[str, Metric],
    columns: Columns,
    documents: Sequence[str],
    seed: int,
) -> dict[str, tuple[float, float]]:
    """Return the 95 % percentile interval of each metric."""
    _, group = np.unique(np.array(documents), return_inverse=True)
    rows = [np.flatnonzero(group == number) for number in range(group.max() + 1)]
    random = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(_BOOTSTRAP_SAMPLES):
        chosen = np.concatenate(
            [rows[number] for number in random.integers(0, len(rows), len(rows))]
        )
        sample = {name: column[chosen] for name, column in columns.items()}
        for name, measure in measures.items():
            drawn[name].append(measure(sample))
    tail = 100 * (1 - _CONFIDENCE_LEVEL) / 2
    return {
        name: (
            float(np.percentile(values, tail)),
            float(np.percentile(values, 100 - tail)),
        )
        for name, values in drawn.items()
    }


BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]


def auroc(gold: BoolArray, score: FloatArray) -> float:
    """The area, 0 to 1; 0.5 where only one answer occurs."""
    positive, negative = int(gold.sum()), int((~gold).sum())
    if not positive or not negative:
        return 0.5
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]  # of ties the mean
    return float(
        (ranks[gold].sum() - positive * (positive + 1) / 2) / (positive * negative)
    )


def average_precision(gold: BoolArray, score: FloatArray) -> float:
    """The mean precision, 0 to 1; 0 where nothing is so."""
    if not gold.any():
        return 0.0
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    last = np.r_[ranked[1:] != ranked[:-1], True]  # of each run of ties
    found = np.cumsum(gold[order])[last]
    precision = found / (np.flatnonzero(last) + 1)
    gained = np.diff(np.r_[0, found])
    return float((precision * gained).sum() / gold.sum())


def balanced_accuracy(gold: BoolArray, said: BoolArray) -> float:
    """The mean of the recalls, 0 to 1; the one recall where only one answer occurs."""
    recalls = [
        recall(truth, answer)
        for truth, answer in ((gold, said), (~gold, ~said))
        if truth.any()
    ]
    return sum(recalls) / len(recalls) if recalls else 0.0


_CALIBRATION_BINS = 10


def calibration_error(gold: BoolArray, score: FloatArray) -> float:
    """The error, 0 to 1: the bins' distances weighed by how many rows they have."""
    bins = np.minimum((score * _CALIBRATION_BINS).astype(int), _CALIBRATION_BINS - 1)
    counts = np.bincount(bins, minlength=_CALIBRATION_BINS)
    gaps = np.abs(
        np.bincount(bins, score, _CALIBRATION_BINS)
        - np.bincount(bins, gold.astype(float), _CALIBRATION_BINS)
    )
    return float(gaps.sum() / counts.sum()) if counts.sum() else 0.0


MIN_SHARED_WEIGHT = 0.7


def flag_covered_claims(claims: Sequence[str], by: Sequence[str]) -> list[bool]:
    """Return for each claim whether one of the other claims covers it."""
    forms = [{normalize_word(word) for word in extract_words(other)} for other in by]
    return [
        any(
            _compute_shared_weight(claim, other) >= MIN_SHARED_WEIGHT for other in forms
        )
        for claim in claims
    ]


def _compute_shared_weight(claim: str, forms: set[str]) -> float:
    terms = extract_terms(claim)
    total = sum(term.weight for term in terms) or 1.0
    return sum(term.weight for term in terms if term.form in forms) / total


def precision(gold: BoolArray, said: BoolArray) -> float:
    """How many of those said are so, 0 to 1."""
    return float((gold & said).sum() / said.sum()) if said.any() else 0.0


def recall(gold: BoolArray, said: BoolArray) -> float:
    """How many of those that are so are said, 0 to 1."""
    return float((gold & said).sum() / gold.sum()) if gold.any() else 0.0


def f1(gold: BoolArray, said: BoolArray) -> float:
    """The harmonic mean of both, 0 to 1."""
    both = precision(gold, said) + recall(gold, said)
    return 2 * precision(gold, said) * recall(gold, said) / both if both else 0.0


ROUGE_NAMES = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeLsum": "ROUGE-L"}


def rouge(summary: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """The F1 of each kind, 0 to 1, of a summary's sentences.

    Raises:
        InputError: the `eval` extra is not installed.
    """
    scored = [
        _load_rouge_scorer().score(reference, "\n".join(summary))
        for reference in references
    ]
    return {
        shown: max(float(scores[name].fmeasure) for scores in scored)
        for name, shown in ROUGE_NAMES.items()
    }


@cache
def _load_rouge_scorer() -> RougeScorer:
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError:
        raise InputError(
            "ROUGE needs rouge-score: pip install 'claimcheck[eval]'"
        ) from None
    return RougeScorer(list(ROUGE_NAMES), use_stemmer=True)


__all__ = [
    "auroc",
    "average_precision",
    "balanced_accuracy",
    "calibration_error",
    "f1",
    "precision",
    "recall",
]
