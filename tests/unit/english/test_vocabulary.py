"""Rarity, part of speech and topic of words."""

import numpy as np

from claimcheck.text.vocabulary import part_of_speech, rarity, topic_of


def test_common_words_are_least_rare_and_numbers_most():
    assert rarity("the") < rarity("people") < rarity("ferry") < rarity("zugzwang") == rarity("17") == 1


def test_knows_parts_of_speech():
    words = ("house", "eat", "purple", "quickly", "dublin", "qwrtz")
    assert [part_of_speech(word) for word in words] == ["n", "v", "a", "r", "N", "?"]


def test_words_of_one_topic_are_close():
    tax, budget, cat = (topic_of([word]) for word in ("tax", "budget", "kitten"))
    assert np.linalg.norm(tax - budget) < np.linalg.norm(tax - cat)
    assert not topic_of(["qwrtz"]).any()
