"""Quantities in text: value and unit."""

import pytest

from claimcheck.english.quantities import find_quantities


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("some 3 million people", [("3 million people", 3e6, "people")]),
        (
            "below a million barrels a day",
            [("a million barrels a day", 1e6, "barrels/day")],
        ),
        ("It cost $1.2 billion.", [("$1.2 billion", 1.2e9, "USD")]),
        ("fell 7% and 2.5 percent", [("7%", 7.0, "%"), ("2.5 percent", 2.5, "%")]),
        ("twenty-five ships", [("twenty-five ships", 25.0, "ships")]),
        (
            "two hundred thousand people",
            [("two hundred thousand people", 2e5, "people")],
        ),
        ("In 2015 it closed on May 4.", []),
        (
            "It opened on 3 May, closed on 4 Sept, and 12 of them may leave.",
            [("12", 12.0, None)],
        ),
        ("the 3rd of 5:30 v2.1.3", []),
        ("one of them, no one", []),
        ("350万人, 3,5 Millionen", []),  # better none than a wrong value
        ("1.200.000 or 19.000", [("1.200.000", 1.2e6, None), ("19.000", 1.9e4, None)]),
        ("19 000 people", [("19 000 people", 1.9e4, "people")]),
        ("2 million a month, each month", [("2 million a month", 2e6, "1/month")]),
        ("9 boats every week", [("9 boats every week", 9.0, "boats/week")]),
        ("1,250,000 euros", [("1,250,000 euros", 1.25e6, "euros")]),
        ("almost NOK 4 billion", [("NOK 4 billion", 4e9, "NOK")]),
        ("EUR42m and A$5", [("EUR42m", 4.2e7, "EUR"), ("A$5", 5.0, "AUD")]),
        (
            "5 million Canadian dollars",
            [("5 million Canadian dollars", 5e6, "Canadian dollars")],
        ),
        (
            "They try 3 times, in all 96.",
            [("3 times", 3.0, "times"), ("96", 96.0, None)],
        ),
        ("ABC7, CO2, MP3", []),
        ("in the twenty-first century", []),
        ("Part 2 of Game 6, No. 13 seed", []),
        ("eighteen and a half years", [("eighteen and a half years", 18.5, "years")]),
        (
            "two and a half million people",
            [("two and a half million people", 2.5e6, "people")],
        ),
        ("two separate rooms", [("two separate rooms", 2.0, "rooms")]),
        (
            "500 large international companies",
            [("500 large international companies", 500.0, "companies")],
        ),
        (
            "33.6 trillion cubic metres",
            [("33.6 trillion cubic metres", 3.36e13, "cubic metres")],
        ),
        (
            "12 million free meals a day",
            [("12 million free meals a day", 1.2e7, "meals/day")],
        ),
    ],
)
def test_finds_quantities(text, found):
    assert [
        (item.text, item.value, item.unit) for item in find_quantities(text)
    ] == found
