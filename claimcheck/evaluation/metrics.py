"""The metrics, each with the paper that defines it.

`gold` is the annotators' answer and `predicted` the engine's, one element per row;
`score` is the engine's confidence in `True`. All results are in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from claimcheck.english.terms import extract_terms, extract_words, normalize_word
from claimcheck.errors import InputError
from claimcheck.installation import get_install_command

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
"""The measured values by name, one per row; labels are strings."""
Metric = Callable[[Columns], float]
"""A function from columns to one score; NaN if undefined for these rows."""

_CALIBRATION_BINS = 10  # chosen by hand
_BOOTSTRAP_SAMPLES = 1_000
_CONFIDENCE_LEVEL = 0.95

# A claim is covered by another one that has at least this share of its words, weighted
# by rarity. Chosen by hand.
MIN_SHARED_WEIGHT = 0.7

ROUGE_NAMES = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeLsum": "ROUGE-L"}


def mean(name: str, columns: Columns) -> float:
    """Compute the mean of a column."""
    return float(np.mean(columns[name]))


def precision(gold: BoolArray, predicted: BoolArray) -> float:
    """Return the share of predicted rows that are correct; 0 without any.

    van Rijsbergen 1979, "Information Retrieval", chapter 7.
    """
    if not predicted.any():
        return 0.0
    return float((gold & predicted).sum() / predicted.sum())


def recall(gold: BoolArray, predicted: BoolArray) -> float:
    """Return the share of gold rows that are predicted; 0 if no row is gold.

    van Rijsbergen 1979, "Information Retrieval", chapter 7.
    """
    if not gold.any():
        return 0.0
    return float((gold & predicted).sum() / gold.sum())


def f1(gold: BoolArray, predicted: BoolArray) -> float:
    """Return the harmonic mean of precision and recall; 0 if both are 0.

    van Rijsbergen 1979, "Information Retrieval", chapter 7.
    """
    p, r = precision(gold, predicted), recall(gold, predicted)
    return 2 * p * r / (p + r) if p + r else 0.0


def balanced_accuracy(gold: BoolArray, predicted: BoolArray) -> float:
    """Return the mean of the recalls of both answers; 0.5 is chance.

    If only one answer occurs in `gold`, return the recall of that answer. Brodersen,
    Ong, Stephan, Buhmann 2010, "The balanced accuracy and its posterior distribution",
    ICPR.
    """
    recalls = []
    if gold.any():
        recalls.append(recall(gold, predicted))
    if not gold.all():
        recalls.append(recall(~gold, ~predicted))
    return sum(recalls) / len(recalls) if recalls else 0.0


def auroc(gold: BoolArray, score: FloatArray) -> float:
    """Return the area under the ROC curve; 0.5 is chance.

    The area is 0.5 if only one answer occurs in `gold`. It is the probability that a
    positive row scores above a negative one, where a tie counts half: the Mann-Whitney
    statistic. Hanley, McNeil 1982, "The meaning and use of the area under a receiver
    operating characteristic (ROC) curve", Radiology 143(1), 29-36.
    """
    # Without both answers there is no pair to rank.
    positives, negatives = int(gold.sum()), int((~gold).sum())
    if not positives or not negatives:
        return 0.5
    _, group, sizes = np.unique(score, return_inverse=True, return_counts=True)
    # Rows with equal scores all get the mean of their ranks.
    mean_ranks = np.cumsum(sizes) - (sizes - 1) / 2
    rank_sum = mean_ranks[group][gold].sum()
    u = rank_sum - positives * (positives + 1) / 2
    return float(u / (positives * negatives))


def average_precision(gold: BoolArray, score: FloatArray) -> float:
    """Return the mean precision at each positive row, by falling score.

    It is 0 if no row is positive. Rows with equal scores share a rank. Manning,
    Raghavan, Schütze 2008, "Introduction to Information Retrieval", chapter 8.4,
    without interpolation.
    """
    if not gold.any():
        return 0.0
    # Going down the ranking, precision counts wherever recall grows.
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    is_last_of_tie = np.r_[ranked[1:] != ranked[:-1], True]
    true_positives = np.cumsum(gold[order])[is_last_of_tie]
    predicted = np.flatnonzero(is_last_of_tie) + 1
    gained = np.diff(np.r_[0, true_positives])
    return float((true_positives / predicted * gained).sum() / gold.sum())


def calibration_error(gold: BoolArray, score: FloatArray) -> float:
    """Return how far the confidence is from the share of positives; 0 is best.

    This is the expected calibration error: the mean distance over ten equal bins of
    confidence, weighted by their rows. Naeini, Cooper, Hauskrecht 2015, "Obtaining Well
    Calibrated Probabilities Using Bayesian Binning", AAAI; Guo, Pleiss, Sun, Weinberger
    2017, "On Calibration of Modern Neural Networks", ICML.
    """
    if not len(score):
        return 0.0
    bins = _number_bins(score)
    confidence = np.bincount(bins, score, _CALIBRATION_BINS)
    positives = np.bincount(bins, gold.astype(float), _CALIBRATION_BINS)
    return float(np.abs(confidence - positives).sum() / len(score))


@dataclass(frozen=True, slots=True)
class ConfidenceBin:
    """Rows of similar confidence."""

    count: int
    mean_score: float
    share_positive: float


def bin_by_confidence(gold: BoolArray, score: FloatArray) -> list[ConfidenceBin]:
    """Return the bins of `calibration_error` that have rows, in order."""
    numbers = _number_bins(score)
    bins = []
    for number in np.unique(numbers):
        inside = numbers == number
        bins.append(
            ConfidenceBin(
                int(inside.sum()),
                float(score[inside].mean()),
                float(gold[inside].mean()),
            )
        )
    return bins


def _number_bins(score: FloatArray) -> NDArray[np.int_]:
    # A score of exactly 1 belongs to the last bin.
    numbers = (score * _CALIBRATION_BINS).astype(np.int_)
    return np.asarray(np.minimum(numbers, _CALIBRATION_BINS - 1))


def compute_precision_by_coverage(gold: BoolArray, score: FloatArray) -> FloatArray:
    """Return the precision of the 1, 2, ..., n rows with the highest scores.

    Rows with equal scores count with their mean, whatever their order. The last value
    is the share of positives. The mean of all values is the area under the curve of
    precision against coverage: El-Yaniv, Wiener 2010, "On the Foundations of Noise-free
    Selective Classification", JMLR 11.
    """
    _, group, sizes = np.unique(-score, return_inverse=True, return_counts=True)
    share_of_group = np.bincount(group, gold.astype(float)) / sizes
    positives = np.cumsum(np.repeat(share_of_group, sizes))
    return np.asarray(positives / np.arange(1, len(gold) + 1))


def rouge(summary: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Return the ROUGE-1, ROUGE-2 and ROUGE-L F1 of a summary's sentences.

    Google's rouge-score computes them, with stemming. ROUGE-L is the summary-level
    variant (Lsum). With several references, the best one counts. Lin 2004, "ROUGE: A
    Package for Automatic Evaluation of Summaries".

    Raises:
        InputError: the `eval` extra is not installed.
    """
    scorer = _load_rouge_scorer()
    # rouge-score expects one sentence per line.
    text = "\n".join(summary)
    scores = [scorer.score(reference, text) for reference in references]
    return {
        display_name: max(float(score[name].fmeasure) for score in scores)
        for name, display_name in ROUGE_NAMES.items()
    }


@cache
def _load_rouge_scorer() -> RougeScorer:
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError:
        raise InputError(
            f"ROUGE needs rouge-score: {get_install_command('eval')}"
        ) from None
    return RougeScorer(list(ROUGE_NAMES), use_stemmer=True)


def flag_covered_claims(claims: Sequence[str], others: Sequence[str]) -> list[bool]:
    """Return for each claim whether one of the other claims covers it.

    A claim is covered if the other one has `MIN_SHARED_WEIGHT` of its words, weighted
    by rarity, in any inflection. So synonyms do not count, the same words with another
    meaning do, and a claim that says several things may cover several others. This
    measure is our own.
    """
    form_sets = []
    for other in others:
        form_sets.append({normalize_word(word) for word in extract_words(other)})
    return [
        any(
            _compute_shared_weight(claim, forms) >= MIN_SHARED_WEIGHT
            for forms in form_sets
        )
        for claim in claims
    ]


def _compute_shared_weight(claim: str, forms: set[str]) -> float:
    """Return the share of the claim's words that have one of the forms."""
    terms = extract_terms(claim)
    total = sum(term.weight for term in terms) or 1.0
    return sum(term.weight for term in terms if term.form in forms) / total


def bootstrap_intervals(
    metrics: Mapping[str, Metric],
    columns: Columns,
    documents: Sequence[str],
    seed: int,
) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of each metric, from 1,000 resamples.

    Documents are drawn, not rows, because rows of one document are not independent.
    Efron, Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13; Field, Welsh
    2007, "Bootstrapping clustered data".
    """
    _, group = np.unique(np.array(documents), return_inverse=True)
    rows_of = [np.flatnonzero(group == number) for number in range(group.max() + 1)]
    random = np.random.default_rng(seed)
    samples: dict[str, list[float]] = {name: [] for name in metrics}
    for _ in range(_BOOTSTRAP_SAMPLES):
        drawn = random.integers(0, len(rows_of), len(rows_of))
        rows = np.concatenate([rows_of[number] for number in drawn])
        resampled = {name: column[rows] for name, column in columns.items()}
        for name, metric in metrics.items():
            samples[name].append(metric(resampled))
    tail = 100 * (1 - _CONFIDENCE_LEVEL) / 2
    intervals = {}
    for name, values in samples.items():
        # Resamples for which the metric is undefined (NaN) do not count.
        low, high = np.nanpercentile(values, [tail, 100 - tail])
        intervals[name] = (float(low), float(high))
    return intervals
