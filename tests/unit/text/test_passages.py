"""Passages cover the view and keep to their token budget, in linear time."""

import time

from claimcheck import tokens
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import halve_passage, split_into_passages
from tests.support.chronicle import CHRONICLE


def test_passages_cover_the_view_within_the_budget():
    reading = Reading(CHRONICLE)
    for budget in (100, 300, 5_000):
        parts = split_into_passages(reading, "en", budget)
        assert (
            "".join(reading.text[part.start : part.end] for part in parts)
            == reading.text
        )
        assert max(part.tokens for part in parts) <= budget
        assert all(
            tokens.count(reading.text[part.start : part.end]) <= 1.05 * part.tokens
            for part in parts
        )
    smallest = min(
        split_into_passages(reading, "en", 300), key=lambda part: part.tokens
    )
    assert smallest.tokens > 150  # about the same length, no crumbs


def test_cuts_one_long_paragraph_in_linear_time():
    sentence = "In the year 1900, the town of Aldbury counted its houses, and the mayor said so. "
    seconds = []
    for count in (1_500, 6_000):
        reading = Reading(sentence * count)
        rounds = []
        for _ in range(3):
            started = time.process_time()
            split_into_passages(reading, "en", 6_000)
            rounds.append(time.process_time() - started)
        seconds.append(min(rounds))  # the others waited for something
    # Four times the text; quadratic would be sixteen.
    assert seconds[1] < 10 * seconds[0]


def test_cuts_a_sentence_longer_than_a_passage_between_words():
    reading = Reading("word " * 3_000)
    parts = split_into_passages(reading, "en", 500)
    assert len(parts) > 5
    assert all(
        reading.text[part.start : part.end].strip().startswith("word") for part in parts
    )
    assert (
        halve_passage(
            Reading("One sentence only."),
            [0],
            split_into_passages(Reading("One sentence only."), "en", 500)[0],
        )[1:]
        == ()
    )
