"""Reading and validating JSON: problems have a path, and the fast validator agrees with the exact one."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimcheck import errors, schemas
from tests.support.scripted import answer, claim

VERDICT = {"rationale": "The passage says so.", "evidence": [1], "label": "supported"}
ANSWERS = {"summary.answer": answer(claim("Venus is hot.")), "verdict.answer": VERDICT}
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([10**40, -0.0, 1.0, 1e308]),
    st.text(max_size=8),
    st.sampled_from(["", " ", "\u2028", "\x1c", "\x1f ", "\ufeff", "\u200b", "\x85", "\u180e", "x" * 700, "\ud800"]),
    st.builds(list), st.builds(dict),
)  # fmt: skip


def test_names_a_broken_schema_file(monkeypatch, tmp_path):
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "a.schema.json").write_text('{"type": 5}')
    (tmp_path / "schemas" / "b.schema.json").write_text("{")
    monkeypatch.setattr(
        "claimcheck.resources.find_folder", lambda name: tmp_path / name
    )
    with pytest.raises(errors.SchemaError, match=r"a\.schema\.json: is no JSON Schema"):
        schemas.load("a")
    with pytest.raises(errors.SchemaError, match=r"b\.schema\.json: is not JSON"):
        schemas.load("b")


def test_a_problem_in_an_optional_value_names_the_value():
    (problem,) = schemas.find_problems(
        "run", json.loads(json.dumps(_run() | {"summary": {"headline": "x"}}))
    )[:1]
    assert "required property" in problem.message


def _run():
    from claimcheck import Settings, summarize

    return json.loads(
        summarize(
            "The ferry carried 900 people.", settings=Settings(engine="extractive")
        ).to_json()
    )


def places(value, path=()):
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield from places(item, (*path, key))


@st.composite
def damaged(draw, name):
    """An answer with a few of its values put out of order."""
    value = copy.deepcopy(ANSWERS[name])
    for _ in range(draw(st.integers(0, 2))):
        *way, last = draw(st.sampled_from([path for path in places(value) if path]))
        holder = value
        for key in way:
            holder = holder[key]
        match draw(st.sampled_from(["set", "drop", "more"])):
            case "set":
                holder[last] = draw(ODD)
            case "drop":
                del holder[last]
            case "more" if isinstance(holder, dict):
                holder["more"] = draw(ODD)
            case "more":
                holder.append(draw(ODD))
    return value


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_read_finds_the_same_problems_as_jsonschema(name):
    @given(damaged(name), st.booleans())
    @settings(max_examples=400, deadline=None)
    def agree(value, ascii_only):
        text = json.dumps(value, ensure_ascii=ascii_only)
        read, problems = schemas.parse_answer(name, text)
        if "\ud800" in json.dumps(value, ensure_ascii=False):
            assert [str(problem) for problem in problems] == [
                "$: holds half of a surrogate pair, which is no character"
            ]
        else:
            assert (read, problems) == (value, schemas.find_problems(name, value))

    agree()


def test_validates_a_good_answer_only_once(monkeypatch):
    monkeypatch.setattr(
        schemas, "find_problems", lambda name, value: pytest.fail("the slow way")
    )
    for name, value in ANSWERS.items():
        assert schemas.parse_answer(name, json.dumps(value)) == (value, ())
