"""The metrics, on values worked out by hand."""

import numpy as np
import pytest

from claimcheck.evaluation import measures
from claimcheck.evaluation.bootstrap import intervals
from claimcheck.evaluation.measures.coverage import covered
from claimcheck.evaluation.measures.rouge import rouge

GOLD = np.array([True, True, True, False, False])
SAID = np.array([True, True, False, True, False])


def test_precision_recall_and_f1():
    assert measures.precision(GOLD, SAID) == pytest.approx(2 / 3)
    assert measures.recall(GOLD, SAID) == pytest.approx(2 / 3)
    assert measures.f1(GOLD, SAID) == pytest.approx(2 / 3)


def test_no_predictions_or_no_positives_score_zero():
    none = np.zeros(5, dtype=bool)
    assert (measures.precision(GOLD, none), measures.f1(GOLD, none), measures.recall(none, SAID)) == (0, 0, 0)


def test_balanced_accuracy_is_the_mean_of_both_recalls():
    assert measures.balanced_accuracy(GOLD, SAID) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert measures.balanced_accuracy(GOLD, GOLD) == 1
    assert measures.balanced_accuracy(
        np.ones(3, dtype=bool), np.array([True, False, False])
    ) == pytest.approx(1 / 3)


def test_auroc_counts_ties_as_half():
    assert measures.auroc(np.array([True, False]), np.array([0.9, 0.1])) == 1
    assert measures.auroc(np.array([True, False]), np.array([0.1, 0.9])) == 0
    assert measures.auroc(np.array([True, False, True]), np.array([0.5, 0.5, 0.5])) == 0.5
    assert measures.auroc(GOLD, np.array([0.9, 0.4, 0.3, 0.4, 0.1])) == pytest.approx(4.5 / 6)


def test_average_precision_groups_equal_scores():
    assert measures.average_precision(
        np.array([True, False, True]), np.array([3.0, 2.0, 1.0])
    ) == pytest.approx((1 + 2 / 3) / 2)
    assert measures.average_precision(np.array([True, False]), np.array([1.0, 1.0])) == 0.5


def test_calibration_error_is_the_distance_from_the_observed_rate():
    assert measures.calibration_error(np.array([True, False]), np.array([1.0, 0.0])) == 0
    assert measures.calibration_error(np.array([True, True]), np.array([0.75, 0.75])) == pytest.approx(0.25)
    assert measures.calibration_error(np.array([False, False]), np.array([1.0, 0.95])) == pytest.approx(0.975)


def test_rouge_of_the_same_text_is_one_and_the_best_reference_counts():
    assert rouge(["The cat sat."], ["The cat sat."]) == {"ROUGE-1": 1, "ROUGE-2": 1, "ROUGE-L": 1}
    assert rouge(["The cat sat."], ["dogs bark", "The cat ran."])["ROUGE-1"] == pytest.approx(2 / 3)


def test_a_claim_is_covered_by_one_with_most_of_its_words():
    claims = ["The ferry carries 900 passengers.", "The captain is from Malmö."]
    assert covered(claims, ["Every night the ferry carries 900 passengers to the island."]) == [True, False]


def test_an_interval_covers_the_value_and_resamples_whole_documents():
    values = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    mean = {"mean": lambda columns: float(columns["x"].mean())}
    apart = intervals(mean, {"x": values}, list("abcdef"), 0)["mean"]
    together = intervals(mean, {"x": values}, list("aaabbb"), 0)["mean"]
    assert apart[0] < 0.5 < apart[1]
    assert together == (0.0, 1.0)
    assert intervals(mean, {"x": values}, list("abcdef"), 0)["mean"] == apart
