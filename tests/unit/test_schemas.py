"""Parsing and validating JSON: every problem has a path."""

import json

import pytest

from claimcheck import Settings, errors, schemas, summarize


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


@pytest.mark.parametrize("arguments", [{}, {"text": "a", "url": "https://a.org"}])
def test_a_missing_alternative_is_named(arguments):
    (problem,) = schemas.find_problems("request.summarize", arguments)
    assert str(problem) == "$: give exactly one of `text`, `url`, `data`"
