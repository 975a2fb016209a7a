"""Rows and adapters: samples, broken rows, the fields of each task."""

import pytest

from claimcheck import Rows, Settings, errors, evaluate
from claimcheck.evaluation.datasets import RowPart, is_sealed, read_dataset
from tests.support.labeled import ROWS

SETTINGS = Settings(engine="extractive")


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
            "line 1: 'document' is missing, empty, or not a string; verification needs claim, document, label",
        ),
        ([ROWS[0], [1]], "line 2: not a JSON object"),
        ([], "is empty|has no rows"),
        (
            [ROWS[0] | {"supported": "yes"}],
            "'label' is missing, empty, or not a string",
        ),
        (
            [{"claim": "x", "document": "y", "label": "true"}],
            "line 1: label 'true' is not one of supported, refuted, not_enough_evidence, "
            "conflicting_evidence, not_supported",
        ),
    ],
)
def test_names_broken_rows_before_measuring(write, rows, problem):
    with pytest.raises(errors.InputError, match=problem):
        evaluate("verification", Rows(write(rows)), settings=SETTINGS)


def test_refuses_a_dataset_for_another_task(write):
    with pytest.raises(
        errors.InputError,
        match=r"not a dataset for verification\. Available: aggrefact, averitec, ",
    ):
        evaluate(
            "verification", Rows(write(ROWS), dataset="claimbuster"), settings=SETTINGS
        )


def test_a_boolean_becomes_a_label_unless_the_row_has_one(write):
    rows = [
        {"claim": "x", "document": "y", "supported": True},
        {"claim": "x", "document": "y", "supported": False},
        {"claim": "x", "document": "y", "supported": False, "label": "refuted"},
        {"claim": "x", "document": "y", "supported": False, "label": "partly"},
    ]
    dataset = read_dataset(Rows(write(rows)), "verification")
    assert [example.fields["label"] for example in dataset.examples] == [
        "supported",
        "not_supported",
        "refuted",
        "not_supported",
    ]


def test_examples_of_a_prompt_are_rows_for_extraction(write):
    claims = [{"quote": "A b.", "text": "A is b.", "kind": "event"}]
    path = write(
        [{"text": "A b. Is it?", "claims": claims}, {"text": "", "claims": []}]
    )
    with pytest.raises(errors.InputError, match="line 2: 'passage' is missing, empty"):
        read_dataset(Rows(path), "extraction")
    (example,) = read_dataset(
        Rows(write([{"text": "A.", "claims": claims}])), "extraction"
    ).examples
    assert (example.fields["passage"], example.fields["claims"]) == ("A.", ["A is b."])


def test_every_document_is_in_one_part(write):
    path = write(
        [replace_claim(number) | {"doc_id": str(number // 2)} for number in range(40)]
    )
    documents = {
        part: [
            example.document
            for example in read_dataset(Rows(path, part=part), "verification").examples
        ]
        for part in RowPart
    }
    assert sorted(documents[RowPart.OPEN] + documents[RowPart.SEALED]) == sorted(
        documents[RowPart.ALL]
    )
    assert all(is_sealed(document) for document in documents[RowPart.SEALED])
    assert not any(is_sealed(document) for document in documents[RowPart.OPEN])


def test_a_part_without_documents_is_an_error(write):
    sealed = next(str(number) for number in range(20) if is_sealed(str(number)))
    rows = [ROWS[0] | {"doc_id": sealed}]
    with pytest.raises(errors.InputError, match="has no row in the open part"):
        read_dataset(Rows(write(rows), part=RowPart.OPEN), "verification")
