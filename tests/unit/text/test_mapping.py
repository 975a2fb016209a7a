"""Changed copies of a text, and the way back from their offsets."""

import re

import pytest
from hypothesis import given, strategies as st

from claimcheck.text.mapping import MappedText, lower


def test_a_replacement_maps_to_all_that_it_replaced():
    mapped = MappedText.from_text("so...  it goes").replace_matches(
        re.compile(r"\.{3}\s*"), "… "
    )
    assert mapped.text == "so… it goes"
    assert mapped.locate(2, 4) == (2, 7)
    assert mapped.locate(4, 6) == (7, 9)


def test_text_beside_a_removal_keeps_its_own_range():
    mapped = MappedText.from_text("a-b-c").replace_matches(re.compile("-"), "")
    assert mapped.text == "abc"
    assert [mapped.locate(index, index + 1) for index in range(3)] == [
        (0, 1),
        (2, 3),
        (4, 5),
    ]


def test_translate_refuses_a_function_that_changes_the_length():
    with pytest.raises(ValueError, match="keeps the text's length"):
        MappedText.from_text("straße").translate(str.upper)


@given(st.text(alphabet="aBİßſéЖ ", max_size=20))
def test_lower_keeps_offsets(text):
    assert len(lower(text)) == len(text)
