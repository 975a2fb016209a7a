"""Each task is scored; a failed row counts against the score."""

import hashlib
import json

import pytest

from claimcheck import Evaluation, Rows, Settings, evaluate, schemas
from claimcheck.evaluation.datasets import RowPart
from tests.support.labeled import FERRY, ROWS
from tests.support.paths import SEED
from tests.support.scripted import ScriptedClient, response

SETTINGS = Settings(engine="extractive")


def test_scores_verification_with_a_signature(write):
    path = write(ROWS)
    evaluation = evaluate("verification", Rows(path), settings=SETTINGS)
    assert evaluation.scores["supported recall"].value == 1
    assert evaluation.scores["checked balanced accuracy at 0.5"].value == 1
    assert (evaluation.failed, evaluation.signature.n, evaluation.signature.engine) == (
        0,
        4,
        "extractive",
    )
    assert (
        evaluation.signature.dataset_sha256
        == hashlib.sha256(path.read_bytes()).hexdigest()
    )
    assert evaluation.signature.line().startswith("task:verification|data:rows.jsonl@")
    assert schemas.find_problems("evaluation", json.loads(evaluation.to_json())) == ()
    assert Evaluation.from_json(evaluation.to_json(), "x") == evaluation


def test_a_failed_row_counts_against_the_score_and_is_reported(write):
    item = {"number": 1, "label": "supported", "evidence": [1], "rationale": "So."}
    good = {"verdicts": [item]}
    client = ScriptedClient([response(good), response("", finish_reason="length")])
    rows = [ROWS[0], ROWS[2]]
    settings = Settings(engine="llm", model="scripted")
    evaluation = evaluate(
        "verification", Rows(write(rows)), settings=settings, client=client
    )
    assert evaluation.failed == 1
    assert evaluation.scores["scorer balanced accuracy at 0.5"].value == 0.5
    assert evaluation.scores["supported precision"].value == 1
    assert [row.failure is None for row in evaluation.rows].count(False) == 1
    assert evaluation.signature.prompts.keys() == {"verdict", "repair", "json-only"}


def test_sealed_rows_are_scored_but_never_returned(write):
    rows = [row | {"doc_id": f"{number}"} for number, row in enumerate(ROWS * 3)]
    evaluation = evaluate(
        "verification", Rows(write(rows), part=RowPart.SEALED), settings=SETTINGS
    )
    assert evaluation.rows == ()
    assert "scorer AUROC" in evaluation.scores
    assert 0 < evaluation.signature.n < len(rows)
    assert evaluation.signature.part == "sealed"
    assert "900" not in evaluation.to_json()
    assert schemas.find_problems("evaluation", json.loads(evaluation.to_json())) == ()


def test_scores_check_worthiness(write):
    rows = [
        {
            "text": "Unemployment fell by 3 percent to 12 million people in 2019.",
            "label": True,
        },
        {"text": "Thank you all so much for being here tonight.", "label": False},
    ]
    evaluation = evaluate("checkworthy", Rows(write(rows)), settings=SETTINGS)
    assert (
        evaluation.scores["F1"].value
        == evaluation.scores["average precision"].value
        == 1
    )


def test_scores_summaries_against_the_first_three_sentences(write):
    document = SEED.read_text(encoding="utf-8")
    evaluation = evaluate(
        "summaries",
        Rows(write([{"document": document, "reference": document[:60]}])),
        settings=SETTINGS,
    )
    gain = (
        evaluation.scores["ROUGE-1"].value - evaluation.scores["lead-3 ROUGE-1"].value
    )
    assert evaluation.scores["ROUGE-1 over lead-3"].value == pytest.approx(gain)
    assert evaluation.scores["faithfulness"].value == 1


def test_scores_extraction_and_grounding(write):
    rows = [
        {
            "passage": FERRY,
            "claims": [
                "The night ferry carries 900 passengers.",
                "The captain is from Malmö.",
            ],
        }
    ]
    assert (
        evaluate("extraction", Rows(write(rows)), settings=SETTINGS)
        .scores["coverage"]
        .value
        == 0.5
    )
    rows = [{"document": FERRY, "quotes": ["built in Gdansk", "built in Danzig"]}]
    assert (
        evaluate("grounding", Rows(write(rows)), settings=SETTINGS)
        .scores["located"]
        .value
        == 0.5
    )


def test_extracting_nothing_from_a_passage_without_claims_is_right(write):
    rows = [{"passage": "What a lovely evening!", "claims": []}]
    scores = evaluate("extraction", Rows(write(rows)), settings=SETTINGS).scores
    assert scores["coverage"].value == 1
    assert scores["precision"].value == 1
    assert scores["claims a row"].value == 0


def test_extracting_something_from_a_passage_without_claims_is_wrong(write):
    rows = [{"passage": FERRY, "claims": []}]
    scores = evaluate("extraction", Rows(write(rows)), settings=SETTINGS).scores
    assert scores["coverage"].value == 0
    assert scores["precision"].value == 0
    assert scores["claims a row"].value == 2
