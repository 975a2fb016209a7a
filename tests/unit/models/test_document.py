"""A document keeps its text as it was read; its id depends on the text alone."""

import pytest

from claimcheck import Document, errors


def test_refuses_a_lone_surrogate_and_names_its_location():
    with pytest.raises(errors.InputError, match="text:2:3: contains a lone surrogate"):
        Document.from_text("One.\nTw\ud800o.")


def test_keeps_the_line_breaks_of_the_source():
    assert Document.from_text("a\r\nb\rc\n").text == "a\r\nb\rc\n"


def test_the_id_depends_on_the_text_alone():
    assert (
        Document.from_text("a b", source="x").id
        == Document.from_text("a b", source="y").id
    )
    assert Document.from_text("a b").id != Document.from_text("a c").id
