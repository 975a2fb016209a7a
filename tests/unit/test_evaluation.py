"""Evaluation: rows of one's own, adapters, failures against the score, signatures, comparison."""

import hashlib
import json
from dataclasses import replace

import pytest

from claimcheck import Evaluation, Rows, Settings, compare_evaluations, errors, evaluate, schemas
from claimcheck.evaluation.datasets import ADAPTERS, TASK_FIELDS, read_dataset
from tests.conftest import SEED
from tests.flow.scripted import ScriptedClient, response

SETTINGS = Settings(engine="extractive")
FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998."
ROWS = [
    {"claim": "The night ferry carries 900 passengers.", "document": FERRY, "supported": True, "doc_id": "a"},
    {
        "claim": "The night ferry carries 700 passengers.",
        "document": FERRY,
        "supported": False,
        "doc_id": "a",
    },
    {"claim": "It was built in Gdansk in 1998.", "document": FERRY, "supported": True, "doc_id": "b"},
    {"claim": "The captain comes from Malmö.", "document": FERRY, "supported": False, "doc_id": "b"},
]


@pytest.fixture
def write(tmp_path):
    def to(rows, name="rows.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return to


def test_verification_scores_and_their_signature(write):
    path = write(ROWS)
    found = evaluate("verification", Rows(path), settings=SETTINGS)
    assert found.scores["balanced accuracy"].value == 1
    assert found.scores["AUROC"].value == 1
    assert (found.failed, found.signature.n, found.signature.engine) == (0, 4, "extractive")
    assert found.signature.dataset_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.signature.line().startswith("task:verification|data:rows.jsonl@")
    assert schemas.find_problems("evaluation", json.loads(found.to_json())) == ()
    assert Evaluation.from_json(found.to_json(), "x") == found


def test_a_failed_row_counts_against_the_score_and_is_reported(write):
    good = {"label": "supported", "evidence": [1], "rationale": "It says so."}
    client = ScriptedClient([response(good), response("", finish_reason="length")])
    rows = [ROWS[0], ROWS[2]]
    settings = Settings(engine="llm", model="scripted")
    found = evaluate("verification", Rows(write(rows)), settings=settings, client=client)
    assert found.failed == 1
    assert found.scores["balanced accuracy"].value == 0.5
    assert [row.failure is None for row in found.rows].count(False) == 1
    assert found.signature.prompts.keys() == {"verdict", "repair", "json-only"}


def test_check_worthiness_is_scored(write):
    rows = [
        {"text": "Unemployment fell by 3 percent to 12 million people in 2019.", "label": True},
        {"text": "Thank you all so much for being here tonight.", "label": False},
    ]
    found = evaluate("checkworthy", Rows(write(rows)), settings=SETTINGS)
    assert found.scores["F1"].value == found.scores["average precision"].value == 1


def test_summaries_are_scored_beside_the_first_three_sentences(write):
    document = SEED.read_text(encoding="utf-8")
    found = evaluate(
        "summaries", Rows(write([{"document": document, "reference": document[:60]}])), settings=SETTINGS
    )
    gain = found.scores["ROUGE-1"].value - found.scores["lead-3 ROUGE-1"].value
    assert found.scores["ROUGE-1 over lead-3"].value == pytest.approx(gain)
    assert found.scores["faithfulness"].value == 1


def test_extraction_and_grounding_are_scored(write):
    rows = [
        {
            "passage": FERRY,
            "claims": ["The night ferry carries 900 passengers.", "The captain is from Malmö."],
        }
    ]
    assert evaluate("extraction", Rows(write(rows)), settings=SETTINGS).scores["coverage"].value == 0.5
    rows = [{"document": FERRY, "quotes": ["built in Gdansk", "built in Danzig"]}]
    assert evaluate("grounding", Rows(write(rows)), settings=SETTINGS).scores["located"].value == 0.5


def test_a_sample_is_the_same_for_the_same_seed(write):
    path = write([replace_claim(number) for number in range(40)])
    ids = [
        [example.id for example in read_dataset(Rows(path, limit=5, seed=seed), "verification").examples]
        for seed in (1, 1, 2)
    ]
    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == 5


def replace_claim(number):
    return ROWS[0] | {"claim": f"Claim number {number}.", "id": f"r{number}"}


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            [{"claim": "x"}],
            "line 1: 'document' is missing or no str; verification needs claim, document, supported",
        ),
        ([ROWS[0], [1]], "line 2: is no JSON object"),
        ([], "is empty|holds no rows"),
        ([ROWS[0] | {"supported": "yes"}], "'supported' is missing or no bool"),
    ],
)
def test_broken_rows_are_named_before_anything_is_measured(write, rows, problem):
    with pytest.raises(errors.InputError, match=problem):
        evaluate("verification", Rows(write(rows)), settings=SETTINGS)


def test_a_set_for_another_task_is_refused(write):
    with pytest.raises(errors.InputError, match="none of the sets for verification: fm2, summedits, wice"):
        evaluate("verification", Rows(write(ROWS), dataset="claimbuster"), settings=SETTINGS)


SAMPLES = {
    "claimbuster": {"text": "We cut taxes.", "checkworthy": True},
    "policlaim": {"text": "We cut taxes.", "label": 1},
    "factcheckbench-sentences": {"text": "We cut taxes.", "label": "yes"},
    "wice": ROWS[0],
    "summedits": ROWS[0],
    "fm2": ROWS[0],
    "realsumm": {"document": FERRY, "reference": "<t> A ferry . </t> <t> Gdansk . </t>"},
    "factcheckbench-claims": {"sentence": FERRY, "claims": ["a"]},
    "factscore": {"sentence": FERRY, "claims": ["a"]},
    "realsumm-scus": {"passage": "<t> A ferry . </t>", "claims": ["a"]},
    "wice-evidence": {"document": FERRY, "evidence_sets": [[[0, 3, "The"]]]},
    "pdnc": {"document": FERRY, "quotes": [{"spans": [[0, 3, "The"]]}]},
}


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_makes_the_fields_of_its_task(name, write):
    adapter = ADAPTERS[name]
    (example,) = read_dataset(Rows(write([SAMPLES[name]]), dataset=name), adapter.task).examples
    assert {
        key: isinstance(example.fields[key], kind) for key, kind in TASK_FIELDS[adapter.task].items()
    } == dict.fromkeys(TASK_FIELDS[adapter.task], True)


def test_two_evaluations_are_compared_row_by_row(write, tmp_path):
    path = write(ROWS)
    first = evaluate("verification", Rows(path), settings=SETTINGS)
    wrong = tuple(replace(row, values=row.values | {"said": 1 - row.values["gold"]}) for row in first.rows)
    (tmp_path / "a.json").write_text(first.to_json())
    (tmp_path / "b.json").write_text(replace(first, rows=wrong).to_json())
    found = compare_evaluations(tmp_path / "a.json", tmp_path / "b.json")
    assert found.n == 4
    assert found.differences["balanced accuracy"].value == -1
    assert compare_evaluations(tmp_path / "a.json", tmp_path / "a.json").differences["AUROC"].value == 0


def test_evaluations_of_other_data_are_not_compared(write, tmp_path):
    for name, rows in (("a", ROWS), ("b", ROWS[::-1])):
        found = evaluate("verification", Rows(write(rows, f"{name}.jsonl")), settings=SETTINGS)
        (tmp_path / f"{name}.json").write_text(found.to_json())
    with pytest.raises(errors.InputError, match="can't be compared"):
        compare_evaluations(tmp_path / "a.json", tmp_path / "b.json")
    (tmp_path / "c.json").write_text("{}")
    with pytest.raises(errors.InputError, match="is no evaluation"):
        compare_evaluations(tmp_path / "a.json", tmp_path / "c.json")
