"""The language of a text, or None."""

import pytest

from claimcheck.text.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferry did not sail on Monday.", "en"),
        ("THE COUNCIL VOTED ON MONDAY.", "en"),
        ("Der Hafen wurde nicht erweitert.", "de"),
        ("Le port n'a pas été agrandi.", "fr"),
        ("港は閉鎖された。", "ja"),
    ],
)
def test_detects_languages(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It’s the council’s plan, and it won’t change.", "en"),
        ("They’re sure it isn’t his.", "en"),
        ("L’arbitro non c’era, dell’altro s’è saputo.", "it"),
    ],
)
def test_typographic_apostrophes_make_no_difference(text, language):
    assert detect_language(text) == language


def test_reads_more_than_the_first_line():
    opening = "Der Stadtrat hat am Montag beschlossen, den Hafen im Winter für den Verkehr zu schließen.\n"
    report = "The council voted on Monday to close the harbor for the winter. " * 10
    assert detect_language(opening + report) == "en"


@pytest.mark.parametrize("text", ["", " \n", "12 345", "NASA"])
def test_abstains_without_words(text):
    assert detect_language(text) is None
