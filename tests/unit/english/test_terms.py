"""Terms: forms of words, and names."""

import sys

import pytest

from claimcheck.english.terms import (
    extract_terms,
    extract_words,
    normalize_word,
)


def test_different_spellings_have_one_form():
    assert [
        normalize_word(word) for word in ("five", "5", "fifth", "5th", "1,800", "1940s")
    ] == [
        "5",
        "5",
        "5th",
        "5th",
        "1800",
        "1940",
    ]
    assert extract_words("The U.S. and the US, not us; Minaj's") == [
        "the",
        "usa",
        "and",
        "the",
        "usa",
        "not",
        "us",
        "minaj",
    ]


def test_recognizes_names_by_capitals():
    names = [
        term.word
        for term in extract_terms("Qwrtz met Liz Cheney on Monday, and talks failed.")
        if term.is_name
    ]
    assert names == ["qwrtz", "liz", "cheney", "monday"]


@pytest.fixture
def frequent_thread_switches():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)
