"""Two evaluations are compared row by row, and only on the same data."""

from dataclasses import replace

import pytest

from claimcheck import Rows, Settings, compare_evaluations, errors, evaluate
from claimcheck.evaluation.datasets import RowPart
from tests.support.labeled import ROWS

SETTINGS = Settings(engine="extractive")


def test_compares_two_evaluations_row_by_row(write, tmp_path):
    path = write(ROWS)
    first = evaluate("verification", Rows(path), settings=SETTINGS)
    wrong = tuple(
        replace(row, values=row.values | {"label": "not_enough_evidence"})
        for row in first.rows
    )
    second = replace(first, rows=wrong)
    (tmp_path / "a.json").write_text(first.to_json())
    (tmp_path / "b.json").write_text(second.to_json())
    comparison = compare_evaluations(tmp_path / "a.json", tmp_path / "b.json")
    assert comparison == compare_evaluations(first, second)
    assert comparison.n == 4
    assert comparison.differences["supported recall"].value == -1
    assert (
        compare_evaluations(tmp_path / "a.json", tmp_path / "a.json")
        .differences["scorer AUROC"]
        .value
        == 0
    )


def test_refuses_to_compare_evaluations_of_different_data(write, tmp_path):
    for name, rows in (("a", ROWS), ("b", ROWS[::-1])):
        evaluation = evaluate(
            "verification", Rows(write(rows, f"{name}.jsonl")), settings=SETTINGS
        )
        (tmp_path / f"{name}.json").write_text(evaluation.to_json())
    with pytest.raises(errors.InputError, match="can't be compared"):
        compare_evaluations(tmp_path / "a.json", tmp_path / "b.json")
    (tmp_path / "c.json").write_text("{}")
    with pytest.raises(errors.InputError, match="is not a valid evaluation"):
        compare_evaluations(tmp_path / "a.json", tmp_path / "c.json")


def test_refuses_to_compare_sealed_rows(write, tmp_path):
    path = write([row | {"doc_id": f"{number}"} for number, row in enumerate(ROWS * 3)])
    evaluation = evaluate(
        "verification", Rows(path, part=RowPart.SEALED), settings=SETTINGS
    )
    (tmp_path / "a.json").write_text(evaluation.to_json())
    with pytest.raises(errors.InputError, match="sealed part has no rows to compare"):
        compare_evaluations(tmp_path / "a.json", tmp_path / "a.json")
