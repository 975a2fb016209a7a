"""Counts with their nouns."""

import pytest

from claimcheck.counting import format_count


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "answer", "0 answers"),
        (1, "recorded answer", "1 recorded answer"),
        (2, "recorded answer", "2 recorded answers"),
        (1234567, "entry", "1,234,567 entries"),
        (2, "day", "2 days"),
        (3, "address", "3 addresses"),
        (4, "batch", "4 batches"),
    ],
)
def test_a_noun_agrees_with_its_number(count, noun, text):
    assert format_count(count, noun) == text
