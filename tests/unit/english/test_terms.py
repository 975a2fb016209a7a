"""Terms: forms of words, names, rarity, and topics."""

import sys

import numpy as np
import pytest

from claimcheck.english.terms import (
    compute_rarity,
    compute_topic_vector,
    extract_terms,
    extract_words,
    normalize_word,
)
from claimcheck.text.common_words import get_part_of_speech


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


def test_common_words_are_least_rare_and_numbers_most():
    assert (
        compute_rarity("the")
        < compute_rarity("people")
        < compute_rarity("ferry")
        < compute_rarity("zugzwang")
        == compute_rarity("17")
        == 1
    )


def test_knows_parts_of_speech():
    words = ("house", "eat", "purple", "quickly", "dublin", "qwrtz")
    assert [get_part_of_speech(word) for word in words] == [
        "n",
        "v",
        "a",
        "r",
        "N",
        "?",
    ]


def test_words_of_one_topic_are_close():
    tax, budget, cat = (
        compute_topic_vector([word]) for word in ("tax", "budget", "kitten")
    )
    assert np.linalg.norm(tax - budget) < np.linalg.norm(tax - cat)
    assert not compute_topic_vector(["qwrtz"]).any()
