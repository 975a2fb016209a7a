"""Parsing and validating JSON: every problem has a path."""

import json

import pytest

from claimcheck import Settings, errors, schemas, summarize

VERDICT = {"rationale": "The passage says so.", "evidence": [1], "label": "supported"}


def test_names_a_broken_schema_file(monkeypatch, tmp_path):
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "a.schema.json").write_text('{"type": 5}')
    (tmp_path / "schemas" / "b.schema.json").write_text("{")
    monkeypatch.setattr(
        "claimcheck.resources.find_folder", lambda name: tmp_path / name
    )
    with pytest.raises(
        errors.SchemaError, match=r"a\.schema\.json is not a valid JSON Schema"
    ):
        schemas.load("a")
    with pytest.raises(errors.SchemaError, match=r"b\.schema\.json is not valid JSON"):
        schemas.load("b")


def test_a_problem_in_an_optional_value_names_the_value():
    (problem,) = schemas.find_problems(
        "run", json.loads(json.dumps(_run() | {"summary": {"headline": "x"}}))
    )[:1]
    assert "required property" in problem.message


def _run():
    return json.loads(
        summarize(
            "The ferry carried 900 people.", settings=Settings(engine="extractive")
        ).to_json()
    )


def test_refuses_half_of_a_surrogate_pair():
    broken = VERDICT | {"rationale": "The passage says \ud800"}
    for text in (json.dumps(broken), json.dumps(broken, ensure_ascii=False)):
        value, problems = schemas.parse_answer("verdict.answer", text)
        assert value is None
        assert [str(problem) for problem in problems] == [
            "$: contains half of a surrogate pair, which is not a character"
        ]


def test_reports_every_violation_with_its_path():
    broken = VERDICT | {"label": "maybe", "evidence": ["one"]}
    value, problems = schemas.parse_answer("verdict.answer", json.dumps(broken))
    assert value == broken
    assert [problem.path for problem in problems] == ["$.evidence[0]", "$.label"]


def test_ignores_prose_before_the_object():
    text = "Here it is:\n```json\n" + json.dumps(VERDICT) + "\n```"
    assert schemas.parse_answer("verdict.answer", text) == (VERDICT, ())
