"""Rarity, part of speech and topic of words."""

import numpy as np

from claimcheck.english.vocabulary import compute_rarity, compute_topic_vector
from claimcheck.text.words import get_part_of_speech


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
