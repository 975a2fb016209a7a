"""Queries from a claim's words, from specific to general."""

import pytest

from claimcheck.search.queries import build_queries


@pytest.mark.parametrize(
    ("claim", "queries"),
    [
        (
            "Nairobi was founded in 1899 as a rail depot.",
            [
                "nairobi founded 1899 rail depot",
                "nairobi founded rail depot",
                "nairobi",
            ],
        ),
        ("The moon is made of cheese.", ["moon made cheese"]),
        (
            "Oil exports were declining by about 500,000 barrels a month.",
            [
                "oil exports declining 500,000 barrels month",
                "exports declining barrels",
            ],
        ),
    ],
)
def test_each_query_has_fewer_words_than_the_one_before(claim, queries):
    assert build_queries(claim) == queries


def test_only_the_first_query_names_the_speaker():
    queries = build_queries("Kilimanjaro is 4,895 metres high, said Peter Otieno.")
    assert "otieno" in queries[0]
    assert queries[1:] == [
        "kilimanjaro 4,895 metres high",
        "kilimanjaro metres high",
        "kilimanjaro",
    ]


def test_operators_of_query_languages_are_not_sent():
    (query, *_) = build_queries('site:example.com "Oslo" OR Bergen -tax (fjord)*')
    assert set(query) <= set("abcdefghijklmnopqrstuvwxyz ")
