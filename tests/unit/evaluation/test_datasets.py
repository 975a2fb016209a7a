"""Rows and adapters: samples, broken rows, the fields of each task."""

import pytest

from claimcheck import Rows, Settings, errors, evaluate
from claimcheck.evaluation.datasets import ADAPTERS, TASK_FIELDS, read_dataset
from tests.support.labeled import FERRY, ROWS

SETTINGS = Settings(engine="extractive")
SAMPLES = {
    "claimbuster": {"text": "We cut taxes.", "checkworthy": True},
    "policlaim": {"text": "We cut taxes.", "label": 1},
    "factcheckbench-sentences": {"text": "We cut taxes.", "label": "yes"},
    "wice": ROWS[0],
    "summedits": ROWS[0],
    "fm2": ROWS[0],
    "realsumm": {
        "document": FERRY,
        "reference": "<t> A ferry . </t> <t> Gdansk . </t>",
    },
    "factcheckbench-claims": {"sentence": FERRY, "claims": ["a"]},
    "factscore": {"sentence": FERRY, "claims": ["a"]},
    "realsumm-scus": {"passage": "<t> A ferry . </t>", "claims": ["a"]},
    "wice-evidence": {"document": FERRY, "evidence_sets": [[[0, 3, "The"]]]},
    "pdnc": {"document": FERRY, "quotes": [{"spans": [[0, 3, "The"]]}]},
}


def test_the_same_seed_gives_the_same_sample(write):
    path = write([replace_claim(number) for number in range(40)])
    ids = [
        [
            example.id
            for example in read_dataset(
                Rows(path, limit=5, seed=seed), "verification"
            ).examples
        ]
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
            "line 1: 'document' is missing, empty, or not a string; verification needs claim, document, supported",
        ),
        ([ROWS[0], [1]], "line 2: not a JSON object"),
        ([], "is empty|has no rows"),
        (
            [ROWS[0] | {"supported": "yes"}],
            "'supported' is missing, empty, or not a Boolean",
        ),
    ],
)
def test_names_broken_rows_before_measuring(write, rows, problem):
    with pytest.raises(errors.InputError, match=problem):
        evaluate("verification", Rows(write(rows)), settings=SETTINGS)


def test_refuses_a_dataset_for_another_task(write):
    with pytest.raises(
        errors.InputError,
        match=r"not a dataset for verification\. Available: fm2, summedits, wice",
    ):
        evaluate(
            "verification", Rows(write(ROWS), dataset="claimbuster"), settings=SETTINGS
        )


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_provides_the_fields_of_its_task(name, write):
    adapter = ADAPTERS[name]
    (example,) = read_dataset(
        Rows(write([SAMPLES[name]]), dataset=name), adapter.task
    ).examples
    assert {
        key: isinstance(example.fields[key], kind)
        for key, kind in TASK_FIELDS[adapter.task].items()
    } == dict.fromkeys(TASK_FIELDS[adapter.task], True)
