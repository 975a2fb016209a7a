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


@pytest.mark.parametrize(
    ("language", "claim", "query"),
    [
        ("de", "Der Turm in Graz wurde 1868 gebaut.", "turm graz 1868 gebaut"),
        ("fr", "La tour a été construite en 1889.", "tour construite 1889"),
        ("es", "El puente fue inaugurado en 1932.", "puente inaugurado 1932"),
        ("pl", "Most został otwarty w 1932 roku.", "most otwarty 1932"),
        (
            "no",
            "Broen ble åpnet i 1932 av kong Haakon.",
            "broen åpnet 1932 kong haakon",
        ),
        ("ru", "Москва была основана в 1147 году.", "москва основана 1147"),
        ("de", "Und er ist nicht da.", "und er ist nicht da"),
        ("xx", "Ama na pixu.", "ama na pixu"),
    ],
)
def test_queries_lack_the_frequent_words_of_the_language(language, claim, query):
    assert build_queries(claim, language)[0] == query
