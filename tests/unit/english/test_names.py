"""Names, found by their form."""

import pytest

from claimcheck.english.names import find_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Deputy Foreign Minister Sergei Ryabkov met Elliot Abrams.",
            ["Sergei Ryabkov", "Elliot Abrams"],
        ),
        ("Apple sells the iPhone, and iOS with it.", ["Apple"]),
        (
            "J.K. Rowling’s book, O’Brien's and Ludwig van Beethoven's",
            ["J.K. Rowling", "O’Brien", "Ludwig van Beethoven"],
        ),
        ("Instead of waiting, the mayor of Rome left on Monday in May.", ["Rome"]),
        ("the bank is in the northeast", []),
    ],
)
def test_finds_names(text, names):
    assert list(find_names(text)) == names
