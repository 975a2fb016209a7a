"""The forms in which quotes are compared."""

import pytest

from claimcheck.english.normal_forms import parse_words


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("It cost $3 million", ["it", "cost", "#3000000", "dollar"]),
        ("3,000,000 dollars", ["#3000000", "dollar"]),
        ("two hundred and five people", ["#205", "people"]),
        ("between five and six hundred", ["between", "#5", "and", "#600"]),
        ("one hundred thousand and one", ["#100001"]),
        ("a dozen of twenty-five", ["#12", "of", "#25"]),
        ("2.5bn in 2019-20", ["#2500000000", "in", "#2019", "#20"]),
        ("at -5 degrees", ["at", "#-5", "degrees"]),
        (
            "didn't and cannot and won't",
            ["did", "not", "and", "can", "not", "and", "will", "not"],
        ),
        ("per cent, percent, %", ["percent", "percent", "percent"]),
        ("March 5th, the fifth", ["march", "#5th", "the", "#5th"]),
    ],
)
def test_normalizes_words_for_comparison(text, forms):
    assert [word.form for word in parse_words(text)] == forms
