"""Scores of labels and of the scorer, on values worked out by hand."""

import numpy as np
import pytest

from claimcheck import Rows, Settings, evaluate
from claimcheck.evaluation.verification import VERIFICATION, compute_overlap
from tests.support.labeled import FERRY, ROWS

SETTINGS = Settings(engine="extractive")
YES, NO, NEE = "supported", "refuted", "not_enough_evidence"
CONFLICT, EITHER = "conflicting_evidence", "not_supported"


def make_columns(*rows):
    gold, label, score = zip(*rows, strict=True)
    return {
        "gold": np.array(gold),
        "label": np.array(label),
        "score": np.array(score),
        "checked_score": np.array(score) * (np.array(label) != NO),
        "overlap": np.zeros(len(rows)),
    }


def score(name, columns):
    return VERIFICATION.metrics[name](columns)


FOUR_LABELS = make_columns(
    (YES, YES, 0.9),
    (YES, NEE, 0.6),
    (NO, NO, 0.1),
    (NO, YES, 0.8),
    (NEE, NEE, 0.2),
    (CONFLICT, NO, 0.4),
)
TWO_LABELS = make_columns(
    (YES, YES, 0.9), (EITHER, NO, 0.1), (EITHER, NEE, 0.2), (YES, NO, 0.3)
)


def test_precision_and_recall_of_four_labels():
    values = {name: score(name, FOUR_LABELS) for name in VERIFICATION.metrics}
    assert values["supported precision"] == 1 / 2
    assert values["supported recall"] == 1 / 2
    assert values["refuted precision"] == 1 / 2
    assert values["refuted recall"] == 1 / 2
    assert values["not_enough_evidence precision"] == 1 / 2
    assert values["not_enough_evidence recall"] == 1
    assert values["conflicting_evidence recall"] == 0


def test_a_label_that_was_never_given_has_no_precision():
    assert np.isnan(score("conflicting_evidence precision", FOUR_LABELS))


def test_refuted_is_right_for_what_is_only_known_to_be_not_supported():
    assert score("refuted precision", TWO_LABELS) == 1 / 2
    assert score("supported precision", TWO_LABELS) == 1


def test_two_answers_do_not_measure_the_other_labels():
    assert np.isnan(score("refuted recall", TWO_LABELS))
    assert np.isnan(score("not_enough_evidence precision", TWO_LABELS))


def test_answers_are_labels_that_decide():
    assert score("answered", FOUR_LABELS) == pytest.approx(4 / 6)
    assert score("answers right", FOUR_LABELS) == 1 / 2


def test_the_scorer_is_measured_apart_from_the_labels():
    assert score("scorer balanced accuracy at 0.5", FOUR_LABELS) == pytest.approx(7 / 8)
    assert score("scorer AUROC", FOUR_LABELS) == pytest.approx(7 / 8)
    assert score("overlap AUROC", FOUR_LABELS) == 0.5


def test_a_claim_to_which_a_check_objects_is_not_supported(write):
    evaluation = evaluate("verification", Rows(write(ROWS)), settings=SETTINGS)
    other_number = evaluation.rows[1].values
    assert other_number["score"] > 0
    assert other_number["checked_score"] == 0
    assert evaluation.rows[0].values["checked_score"] > 0.5


def test_the_confusion_matrix_has_a_row_for_each_annotated_label():
    matrix = VERIFICATION.build_tables(TWO_LABELS)[0]
    assert matrix.header == ("annotated", YES, NO, NEE, CONFLICT)
    assert matrix.rows == ((YES, 1, 1, 0, 0), (EITHER, 0, 1, 1, 0))


def test_the_coverage_table_ends_with_the_share_of_supported_claims():
    table = VERIFICATION.build_tables(FOUR_LABELS)[1]
    assert table.rows[0] == (0.05, 1.0, pytest.approx(1 / 3), 0.9)
    assert table.rows[-1] == (1.0, pytest.approx(1 / 3), pytest.approx(1 / 3), 0.1)


def test_the_calibration_table_counts_every_claim_once():
    table = VERIFICATION.build_tables(FOUR_LABELS)[2]
    assert sum(row[0] for row in table.rows) == 6


@pytest.mark.parametrize(
    ("claim", "overlap"),
    [
        ("The night ferries are carrying 900 passengers.", 1),
        ("A night train carries 900 passengers.", 4 / 5),
        ("Nobody swims.", 0),
        ("It is.", 0),
    ],
)
def test_overlap_is_the_share_of_content_words_by_stem(claim, overlap):
    assert compute_overlap(claim, FERRY) == pytest.approx(overlap)


def test_overlap_looks_at_three_sentences_at_a_time():
    document = "Alpha sings. Beta sings. Gamma sings. Delta sings."
    assert compute_overlap("Alpha Gamma", document) == 1
    assert compute_overlap("Alpha Delta", document) == 1 / 2
