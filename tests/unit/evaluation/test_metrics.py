"""The metrics, on values worked out by hand."""

import numpy as np
import pytest

from claimcheck.evaluation import metrics
from claimcheck.evaluation.metrics import (
    bootstrap_intervals,
    flag_covered_claims,
    rouge,
)

GOLD = np.array([True, True, True, False, False])
SAID = np.array([True, True, False, True, False])


def test_precision_recall_and_f1():
    assert metrics.precision(GOLD, SAID) == pytest.approx(2 / 3)
    assert metrics.recall(GOLD, SAID) == pytest.approx(2 / 3)
    assert metrics.f1(GOLD, SAID) == pytest.approx(2 / 3)


def test_no_predictions_or_no_positives_score_zero():
    none = np.zeros(5, dtype=bool)
    assert (
        metrics.precision(GOLD, none),
        metrics.f1(GOLD, none),
        metrics.recall(none, SAID),
    ) == (0, 0, 0)


def test_balanced_accuracy_is_the_mean_of_both_recalls():
    assert metrics.balanced_accuracy(GOLD, SAID) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert metrics.balanced_accuracy(GOLD, GOLD) == 1
    assert metrics.balanced_accuracy(
        np.ones(3, dtype=bool), np.array([True, False, False])
    ) == pytest.approx(1 / 3)


def test_auroc_counts_ties_as_half():
    assert metrics.auroc(np.array([True, False]), np.array([0.9, 0.1])) == 1
    assert metrics.auroc(np.array([True, False]), np.array([0.1, 0.9])) == 0
    assert (
        metrics.auroc(np.array([True, False, True]), np.array([0.5, 0.5, 0.5])) == 0.5
    )
    assert metrics.auroc(GOLD, np.array([0.9, 0.4, 0.3, 0.4, 0.1])) == pytest.approx(
        4.5 / 6
    )


def test_average_precision_groups_equal_scores():
    assert metrics.average_precision(
        np.array([True, False, True]), np.array([3.0, 2.0, 1.0])
    ) == pytest.approx((1 + 2 / 3) / 2)
    assert (
        metrics.average_precision(np.array([True, False]), np.array([1.0, 1.0])) == 0.5
    )


def test_calibration_error_is_the_distance_from_the_observed_rate():
    assert metrics.calibration_error(np.array([True, False]), np.array([1.0, 0.0])) == 0
    assert metrics.calibration_error(
        np.array([True, True]), np.array([0.75, 0.75])
    ) == pytest.approx(0.25)
    assert metrics.calibration_error(
        np.array([False, False]), np.array([1.0, 0.95])
    ) == pytest.approx(0.975)


def test_confidence_bins_give_size_mean_and_share_of_positives():
    bins = metrics.bin_by_confidence(
        np.array([True, False, True]), np.array([0.31, 0.33, 1.0])
    )
    assert [(part.count, part.share_positive) for part in bins] == [(2, 0.5), (1, 1.0)]
    assert bins[0].mean_score == pytest.approx(0.32)


def test_precision_by_coverage_follows_the_ranking():
    precision = metrics.compute_precision_by_coverage(
        np.array([False, True, False, True]), np.array([0.2, 0.9, 0.5, 0.7])
    )
    assert precision == pytest.approx([1, 1, 2 / 3, 1 / 2])


def test_precision_by_coverage_does_not_depend_on_the_order_of_equal_scores():
    gold, score = np.array([True, False, True, True]), np.full(4, 0.5)
    precision = metrics.compute_precision_by_coverage(gold, score)
    assert precision == pytest.approx([0.75] * 4)


def test_rouge_of_the_same_text_is_one_and_the_best_reference_counts():
    assert rouge(["The cat sat."], ["The cat sat."]) == {
        "ROUGE-1": 1,
        "ROUGE-2": 1,
        "ROUGE-L": 1,
    }
    assert rouge(["The cat sat."], ["dogs bark", "The cat ran."])[
        "ROUGE-1"
    ] == pytest.approx(2 / 3)


def test_a_claim_is_covered_by_one_with_most_of_its_words():
    claims = ["The ferry carries 900 passengers.", "The captain is from Malmö."]
    assert flag_covered_claims(
        claims, ["Every night the ferry carries 900 passengers to the island."]
    ) == [True, False]


def test_an_interval_covers_the_value_and_resamples_whole_documents():
    values = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    mean = {"mean": lambda columns: float(columns["x"].mean())}
    apart = bootstrap_intervals(mean, {"x": values}, list("abcdef"), 0)["mean"]
    together = bootstrap_intervals(mean, {"x": values}, list("aaabbb"), 0)["mean"]
    assert apart[0] < 0.5 < apart[1]
    assert together == (0.0, 1.0)
    assert bootstrap_intervals(mean, {"x": values}, list("abcdef"), 0)["mean"] == apart


def test_an_interval_ignores_resamples_for_which_the_metric_is_undefined():
    values = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    metric = {"x": lambda columns: 1.0 if columns["x"].any() else float("nan")}
    assert bootstrap_intervals(metric, {"x": values}, list("abcdef"), 0) == {
        "x": (1.0, 1.0)
    }
