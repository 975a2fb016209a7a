"""Where a quote is in a text and how it matched, or that it is not there."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from claimcheck import Match
from claimcheck.grounding import GroundingIndex
from claimcheck.text.reading import Reading

ALPHABET = st.text(alphabet="ab C.,\n\r-\u00ad\u200béﬁ汉1“'…://ht", max_size=60)


def ground(text, quote):
    grounded = GroundingIndex(Reading(text)).ground(quote)
    return grounded.match, [text[span.start : span.end] for span in grounded.spans]


@pytest.mark.parametrize(
    ("quote", "match", "parts"),
    [
        (
            "Hours earlier, the United States imposed sanctions",
            Match.EXACT,
            ["Hours earlier, the United States imposed sanctions"],
        ),
        ("two sides still at odds", Match.EXACT, ["two sides still at odds"]),
        (
            "declining by about 50,000 barrels a month.",
            Match.NORMALIZED,
            ["declining by\nabout 50,000 barrels a month."],
        ),
        (
            "“No, we did not come to a meeting of minds, but I think the talks were positive in the sense that both sides emerged",
            Match.NORMALIZED,
            [
                '"No, we did not come to a meeting of minds, but I think the talks were positive in the sense\nthat both sides emerged'
            ],
        ),
        (
            "their respective standpoints better after the two-hour talks in Rome",
            Match.NORMALIZED,
            ["their respective standpoints better", "after the two-hour talks in Rome"],
        ),
        (
            "Abrams cited recent estimates ... the country's oil exports were declining",
            Match.NORMALIZED,
            [
                "Abrams cited recent estimates",
                "the country's oil exports were declining",
            ],
        ),
        (
            "Ryabkov was quoted by RIA news agency as saying the talks really were difficult but frank",
            Match.NONE,
            [],  # "Russia's" was dropped: a name
        ),
        (
            "the talks really were difficult but frank and that Moscow had warned Washington not to intervene",
            Match.FUZZY,
            [
                "the talks were difficult but frank\nand that Moscow had warned Washington not to intervene"
            ],
        ),
        (
            "after the very two-hour talks in Rome but Moscow’s delegation chief",
            Match.FUZZY,
            ["after the two-hour talks in Rome but Moscow's delegation chief"],
        ),
        (
            '"This really a catastrophe for Venezuela," Abrams said.',
            Match.FUZZY,
            ['"This a catastrophe for Venezuela," Abrams said.'],
        ),
        (
            "spread hunger and disease and led to an exodus",
            Match.FUZZY,
            ["spread hunger and preventable disease and\nled to an exodus"],
        ),
        (
            "has spread hunger and preventable illness",
            Match.NONE,
            [],
        ),  # a word that is not the document's
        (
            "led to the exodus of some 3 million people since 2015",
            Match.FUZZY,
            ["led to an exodus of some 3 million people since 2015"],
        ),
    ],
)
def test_finds_quotes_of_the_seed(seed_text, quote, match, parts):
    assert ground(seed_text, quote) == (match, parts)


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        ("led to an exodus of some 4 million people since 2015", "number"),
        ("led to an exodus of some 3 billion people since 2015", "unit of the number"),
        (
            "after the long three-hour talks in Rome but Moscow's delegation chief",
            "number in a compound",
        ),
        (
            "Ryabkov was quoted by Russia's TASS news agency as saying the talks were difficult",
            "name",
        ),
        (
            "the talks were not difficult but frank and that Moscow had warned Washington",
            "negation",
        ),
        (
            "the country's oil exports were rising by about 50,000 barrels a month",
            "direction",
        ),
        (
            "talks on how to defuse Venezuela's crisis ended on Wednesday with the two sides",
            "date",
        ),
        ("Moscow had warned Caracas not to intervene militarily in Venezuela", "name"),
        (
            "Washington had warned Moscow not to intervene militarily in Venezuela",
            "order",
        ),
        (
            "The Prime Minister resigned after a vote in parliament on Monday",
            "not in the document",
        ),
        (
            "the talks Venezuela oil minds Rome sanctions president crisis",
            "the document's own words",
        ),
        ("...", "no words"),
    ],
)
def test_a_quote_that_says_something_else_has_no_span(seed_text, quote, reason):
    assert ground(seed_text, quote) == (Match.NONE, []), reason


def test_a_short_near_miss_has_no_span():
    assert ground("Mercury has no moons.", "Mercury has two moons.") == (Match.NONE, [])


def test_does_not_find_a_number_inside_a_longer_one():
    assert ground("It cost 1,250,000 euros and 3.5 percent.", "250,000 euros") == (
        Match.NONE,
        [],
    )
    assert ground("It cost 1,250,000 euros and 3.5 percent.", "5 percent") == (
        Match.NONE,
        [],
    )


def test_takes_the_first_match_after_the_previous_quote():
    text = "He said yes. She said no. He said yes."
    index = GroundingIndex(Reading(text))
    assert index.ground("He said yes.").spans[0].start == 0
    _, found = index.ground_all(["She said no.", "He said yes."])
    assert found.spans[0].start == 26


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        (
            "第一句话。委内瑞拉的石油出口正在下降。",
            "石油出口正在下降",
            "石油出口正在下降",
        ),
        ("Der Kaffee kostet 3 €.", "Der Kaffee kostet 3 €.", "Der Kaffee kostet 3 €."),
        (
            "A cafe\u0301 opened in 1999 in Paris.",
            "A caf\u00e9 opened in 1999",
            "A cafe\u0301 opened in 1999",
        ),
        (
            "The \ufb01rst of\ufb01ce closed in May.",
            "The first office closed",
            "The \ufb01rst of\ufb01ce closed",
        ),
        ("وقال الوزير إن الصادرات تراجعت.", "إن الصادرات تراجعت", "إن الصادرات تراجعت"),
        ("मंत्री ने कहा कि निर्यात घटा है।", "निर्यात घटा है", "निर्यात घटा है"),
        ("👩‍👩‍👧 The family moved to Rome.", "The family moved", "The family moved"),
        (
            "so\u00adcial me\u00addia grew",
            "social media grew",
            "so\u00adcial me\u00addia grew",
        ),
        ("zero\u200bwidth marks stay", "zerowidth marks", "zero\u200bwidth marks"),
    ],
)
def test_finds_quotes_in_any_script_and_unicode_form(text, quote, found):
    match, parts = ground(text, quote)
    assert parts == [found]
    assert match in (Match.EXACT, Match.NORMALIZED)


@settings(max_examples=300, deadline=None)
@given(ALPHABET, ALPHABET)
def test_any_quote_of_any_text_gets_ordered_spans_or_none(text, quote):
    grounded = GroundingIndex(Reading(text)).ground(quote)
    assert (grounded.match is Match.NONE) == (grounded.spans == ())
    assert (grounded.match is Match.NONE) == (grounded.reason is not None)
    assert list(grounded.spans) == sorted(grounded.spans)
    assert all(0 <= span.start < span.end <= len(text) for span in grounded.spans)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["word", "Name", "12", "3.5", "cé", "a-b", "it's"]),
        min_size=3,
        max_size=12,
    ),
    st.data(),
)
def test_finds_consecutive_words_of_a_text_exactly(words, data):
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    quote = " ".join(words[first : last + 1])
    match, parts = ground(text, quote)
    assert (match, parts) == (Match.EXACT, [quote])


def rows(name):
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        reason, document, quote = line.split("\t")
        if reason not in (
            "uncased",
            "language",
        ):  # in prose with capitals, where less is refused out of hand
            document = (
                "In spring Jane Roe of Bonn made the bells of St Mary's. " + document
            )
        yield pytest.param(
            document.replace("\\n", "\n").replace("\\u0301", "\u0301"),
            quote,
            id=f"{reason}-{quote}",
        )


@pytest.mark.parametrize(("document", "quote"), list(rows("falsified_quotes.tsv")))
def test_a_falsified_quote_has_no_span(document, quote):
    assert ground(document, quote)[0] is Match.NONE


@pytest.mark.parametrize(("document", "quote"), list(rows("true_quotes.tsv")))
def test_finds_a_paraphrased_quote(document, quote):
    match, parts = ground(document, quote)
    assert match in (Match.NORMALIZED, Match.FUZZY)
    kept = " ".join(parts).split()[-1].strip(".")
    assert len(" ".join(parts)) > 0.5 * len(quote)
    assert kept in document


def test_there_are_enough_falsified_quotes():
    assert len(list(rows("falsified_quotes.tsv"))) >= 120


def test_suggests_the_nearest_passage_for_a_refused_quote(seed_text):
    grounded = GroundingIndex(Reading(seed_text)).ground(
        "led to an exodus of some 4 million people since 2015"
    )
    assert (grounded.match, grounded.spans) == (Match.NONE, ())
    assert grounded.reason == "the number '4 million' only in the quote"
    assert [seed_text[span.start : span.end] for span in grounded.suggestion] == [
        "led to an exodus of some 3 million people since 2015"
    ]


def test_a_quote_with_nothing_near_has_no_suggestion(seed_text):
    grounded = GroundingIndex(Reading(seed_text)).ground(
        "Parliament passed the budget with a narrow majority."
    )
    assert (grounded.reason, grounded.suggestion) == (
        "the document has no such passage",
        (),
    )


def test_places_repeated_quotes_between_their_neighbors():
    text = "One. He said yes. Two. He said yes. Three. He said yes."
    index = GroundingIndex(Reading(text))
    starts = [
        found.spans[0].start
        for found in index.ground_all(["Two.", "He said yes.", "Three."])
    ]
    assert starts == [18, 23, 36]
    same_twice = [
        found.spans[0].start for found in index.ground_all(["He said yes."] * 4)
    ]
    assert same_twice == [5, 23, 43, 43]


def test_prefers_the_match_with_the_same_case():
    text = "the yard is sold. So The Yard Is Sold. It is so."
    assert ground(text, "The  Yard Is Sold.") == (
        Match.NORMALIZED,
        ["The Yard Is Sold."],
    )


def test_an_ellipsis_joins_the_closest_parts():
    text = "The firm grew. It hired. The firm built two ships and sold a yard."
    assert ground(text, "The firm ... sold a yard.") == (
        Match.NORMALIZED,
        ["The firm", "sold a yard."],
    )
    assert (
        GroundingIndex(Reading(text)).ground("The firm ... sold a yard.").spans[0].start
        == 25
    )


def test_finds_or_refuses_a_quote_as_long_as_a_chapter_quickly():
    text = " ".join(f"The yard sold {number} ships." for number in range(20_000))
    assert ground(text, text[:200_000].rpartition(" ")[0])[0] is Match.EXACT
    grounded = GroundingIndex(Reading(text)).ground(
        text[:200_000].replace("sold", "lost")
    )
    assert (grounded.match, grounded.reason) == (
        Match.NONE,
        "it has more than 400 words, and not the document's",
    )
