"""The quick validator and the one that says what is wrong: whatever the first lets through, the second does."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimcheck import schemas
from tests.flow.scripted import answer, claim

VERDICT = {"rationale": "The passage says so.", "evidence": [1], "label": "supported"}
ANSWERS = {"summary.answer": answer(claim("Venus is hot.")), "verdict.answer": VERDICT}
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([10**40, -0.0, 1.0, 1e308]),
    st.text(max_size=8),
    st.sampled_from(["", " ", "\u2028", "\x1c", "\x1f ", "\ufeff", "\u200b", "\x85", "\u180e", "x" * 700, "\ud800"]),
    st.builds(list), st.builds(dict),
)  # fmt: skip


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
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
def test_what_is_read_has_the_problems_that_jsonschema_finds(name):
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


def test_a_good_answer_is_not_gone_through_twice(monkeypatch):
    monkeypatch.setattr(schemas, "find_problems", lambda name, value: pytest.fail("the slow way"))
    for name, value in ANSWERS.items():
        assert schemas.parse_answer(name, json.dumps(value)) == (value, ())
