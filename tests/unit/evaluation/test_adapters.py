"""Public datasets are read as they are published. All rows here are invented."""

import json

import pytest

from claimcheck import Rows, errors
from claimcheck.evaluation.adapters import ADAPTERS
from claimcheck.evaluation.datasets import read_dataset
from tests.support.labeled import FERRY

NIGHT = "The night ferry carries 900 passengers."
GDANSK = "It was built in Gdansk."
NEE = "not_enough_evidence"

FERRY_ABSTRACT = {"doc_id": 7, "title": "Ferries", "abstract": [f"{NIGHT}\n", GDANSK]}
FERRY_SOURCE = {"source_id": "s1", "task_type": "Summary", "source_info": FERRY}
QA_SOURCE = {
    "source_id": "s2",
    "task_type": "QA",
    "source_info": {"question": "How many?", "passages": "passage 1: 900."},
}


def make_response(labels, **fields):
    return {
        "id": "r",
        "source_id": "s1",
        "labels": labels,
        "quality": "good",
        "response": NIGHT,
        **fields,
    }


def make_sample(*labels):
    return {
        "source": FERRY,
        "summary": f" {NIGHT}",
        "annotations": [{"label": [label]} for label in labels],
        "metadata": {"summarizer": f"model-{len(labels)}"},
    }


# Dataset, the files as published, and (claim, document, label) of each row read.
PUBLISHED = [
    (
        "averitec",
        [
            {
                "claim": NIGHT,
                "label": "Conflicting Evidence/Cherrypicking",
                "fact_checking_article": "https://example.org/ferry",
                "questions": [
                    {
                        "question": "How many passengers?",
                        "answers": [
                            {"answer": "900", "answer_type": "Extractive"},
                            {
                                "answer": "No",
                                "answer_type": "Boolean",
                                "boolean_explanation": "It carries 700.",
                            },
                        ],
                    }
                ],
            },
            {"claim": "Nobody asked.", "label": "Not Enough Evidence", "questions": []},
        ],
        [
            (
                NIGHT,
                "How many passengers? 900\nHow many passengers? No It carries 700.",
                "conflicting_evidence",
            )
        ],
    ),
    (
        "climate-fever",
        [
            {
                "claim_id": "3",
                "claim": NIGHT,
                "claim_label": "DISPUTED",
                "evidences": [
                    {
                        "evidence_id": f"A:{label}",
                        "evidence": FERRY,
                        "evidence_label": label,
                    }
                    for label in ("SUPPORTS", "REFUTES", "NOT_ENOUGH_INFO")
                ],
            }
        ],
        [(NIGHT, FERRY, "supported"), (NIGHT, FERRY, "refuted"), (NIGHT, FERRY, NEE)],
    ),
    (
        "healthver",
        f'id,evidence,claim,label,topic_ip,question\n1,"{FERRY}",{NIGHT},Neutral,2,How?\n',
        [(NIGHT, FERRY, NEE)],
    ),
    (
        "scifact",
        [
            {
                "id": 1,
                "claim": NIGHT,
                "evidence": {"7": [{"sentences": [0], "label": "CONTRADICT"}]},
                "cited_doc_ids": [7],
            },
            {"id": 2, "claim": GDANSK, "evidence": {}, "cited_doc_ids": [7]},
        ],
        [(NIGHT, f"{NIGHT} {GDANSK}", "refuted"), (GDANSK, f"{NIGHT} {GDANSK}", NEE)],
    ),
    (
        "vitaminc",
        [
            {
                "unique_id": "x_1",
                "case_id": "x",
                "page": "Ferry",
                "claim": NIGHT,
                "evidence": FERRY,
                "label": "NOT ENOUGH INFO",
            }
        ],
        [(NIGHT, FERRY, NEE)],
    ),
    (
        "covid-fact",
        [
            {
                "claim": NIGHT,
                "label": "REFUTED",
                "evidence": [NIGHT, GDANSK],
                "gold_source": "https://example.org",
                "flair": "Press",
            }
        ],
        [(NIGHT, f"{NIGHT}\n{GDANSK}", "refuted")],
    ),
    (
        "ragtruth",
        [
            make_response([]),
            make_response([{"text": "900", "implicit_true": True}]),
            make_response([{"text": "900", "implicit_true": False}], source_id="s2"),
            make_response([], quality="truncated"),
        ],
        [
            (NIGHT, FERRY, "supported"),
            (NIGHT, FERRY, "supported"),
            (NIGHT, "passage 1: 900.", "not_supported"),
        ],
    ),
    (
        "aggrefact",
        [{"dataset": "Wice", "doc": FERRY, "claim": NIGHT, "label": 0}],
        [(NIGHT, FERRY, "not_supported")],
    ),
    (
        "faithbench",
        {
            "samples": [
                make_sample(),
                make_sample("Benign", "Unwanted.Intrinsic"),
                make_sample("Benign"),
            ]
        },
        [
            (NIGHT, FERRY, "supported"),
            (NIGHT, FERRY, "not_supported"),
            (NIGHT, FERRY, "supported"),
        ],
    ),
    (
        "qags",
        [
            {
                "article": FERRY,
                "summary_sentences": [
                    {
                        "sentence": sentence,
                        "responses": [
                            {"worker_id": 1, "response": answer} for answer in answers
                        ],
                    }
                    for sentence, answers in (
                        (NIGHT, ("yes", "no", "yes")),
                        (GDANSK, ("no", "no", "yes")),
                    )
                ],
            }
        ],
        [(NIGHT, FERRY, "supported"), (GDANSK, FERRY, "not_supported")],
    ),
    (
        "fm2",
        [{"claim": NIGHT, "document": FERRY, "label": "REFUTES", "supported": False}],
        [(NIGHT, FERRY, "refuted")],
    ),
    *(
        (
            name,
            [{"claim": NIGHT, "document": FERRY, "label": "other", "supported": False}],
            [(NIGHT, FERRY, "not_supported")],
        )
        for name in ("wice", "summedits")
    ),
]
LINKED = {
    "corpus.jsonl": [FERRY_ABSTRACT],
    "source_info.jsonl": [FERRY_SOURCE, QA_SOURCE],
}
OTHER_TASKS = {
    "claimbuster": (
        {"text": "Go.", "checkworthy": True},
        {"text": "Go.", "label": True},
    ),
    "policlaim": ({"text": "Go.", "label": 2}, {"text": "Go.", "label": False}),
    "factcheckbench-sentences": (
        {"text": "Go.", "label": "yes"},
        {"text": "Go.", "label": True},
    ),
    "realsumm": (
        {"document": FERRY, "reference": "<t> A ferry . </t> <t> Gdansk . </t>"},
        {"document": FERRY, "references": ["A ferry .\nGdansk ."]},
    ),
    "factcheckbench-claims": (
        {"sentence": FERRY, "claims": ["a"]},
        {"passage": FERRY, "claims": ["a"]},
    ),
    "factscore": (
        {"sentence": FERRY, "claims": []},
        {"passage": FERRY, "claims": []},
    ),
    "realsumm-scus": (
        {"passage": "<t> A ferry . </t>", "claims": ["a"]},
        {"passage": "A ferry .", "claims": ["a"]},
    ),
    "wice-evidence": (
        {"document": FERRY, "evidence_sets": [[[0, 3, "The"]]]},
        {"document": FERRY, "quotes": ["The"]},
    ),
    "pdnc": (
        {"document": FERRY, "quotes": [{"spans": [[0, 3, "The"]]}]},
        {"document": FERRY, "quotes": ["The"]},
    ),
}


@pytest.fixture
def read(tmp_path):
    def read_published(name, published):
        """Write a file as published, with the files beside it, and read it."""
        if not isinstance(published, str) and ADAPTERS[name].layout == "JSON":
            published = json.dumps(published)
        elif not isinstance(published, str):
            published = "\n".join(map(json.dumps, published))
        path = tmp_path / "published"
        path.write_text(published, encoding="utf-8")
        for file, rows in LINKED.items():
            (tmp_path / file).write_text("\n".join(map(json.dumps, rows)))
        rows = Rows(path, dataset=name)
        return read_dataset(rows, ADAPTERS[name].task).examples

    return read_published


@pytest.mark.parametrize(
    ("name", "published", "expected"), PUBLISHED, ids=[case[0] for case in PUBLISHED]
)
def test_reads_claims_documents_and_labels(name, published, expected, read):
    rows = [
        (
            example.fields["claim"],
            example.fields["document"],
            str(example.fields["label"]),
        )
        for example in read(name, published)
    ]
    assert rows == expected


@pytest.mark.parametrize("name", OTHER_TASKS)
def test_reads_the_fields_of_other_tasks(name, read):
    published, expected = OTHER_TASKS[name]
    (example,) = read(name, [published])
    assert example.fields == expected


def test_every_adapter_is_tested():
    assert {case[0] for case in PUBLISHED} | OTHER_TASKS.keys() == ADAPTERS.keys()


def test_rows_of_one_document_share_its_id(read):
    rows = {name: published for name, published, _ in PUBLISHED}
    for name in ("climate-fever", "qags", "faithbench", "scifact"):
        examples = read(name, rows[name])
        assert len({example.document for example in examples}) == 1
        assert len({example.id for example in examples}) == len(examples)


@pytest.mark.parametrize(
    ("name", "published", "problem"),
    [
        (
            "climate-fever",
            [{"claim_id": "3", "text": "x"}],
            "line 1: not a row of this dataset: it lacks the field 'evidences'; it has "
            "'claim_id', 'text'",
        ),
        (
            "healthver",
            "claim;label\nx;Neutral\n",
            "row 1: not a row of this dataset: it lacks the field 'claim'; it has "
            "'claim;label'",
        ),
        (
            "vitaminc",
            [
                {
                    "unique_id": "1",
                    "page": "x",
                    "claim": "x",
                    "evidence": "y",
                    "label": "TRUE",
                }
            ],
            "line 1: label 'TRUE' is not one of 'SUPPORTS', 'REFUTES', 'NOT ENOUGH INFO'",
        ),
        ("averitec", "[", "is not JSON"),
        (
            "scifact",
            [{"id": 1, "claim": "x", "evidence": {}, "cited_doc_ids": [8]}],
            "line 1: the file beside it has no row 8",
        ),
    ],
)
def test_says_what_is_wrong_with_a_row(name, published, problem, read):
    with pytest.raises(errors.InputError, match=problem):
        read(name, published)


def test_a_missing_linked_file_is_named(tmp_path):
    path = tmp_path / "claims_dev.jsonl"
    path.write_text('{"id": 1}\n')
    with pytest.raises(errors.InputError, match=r"corpus\.jsonl"):
        read_dataset(Rows(path, dataset="scifact"), "verification")
