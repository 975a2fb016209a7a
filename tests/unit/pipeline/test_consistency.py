"""A claim is compared with its own quote, whoever wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimcheck import Document
from claimcheck.grounding import GroundingIndex
from claimcheck.models.claim import Consistency
from claimcheck.models.span import extract_excerpts
from claimcheck.pipeline.consistency import QuoteComparison, Result
from claimcheck.text.reading import Reading

CONSISTENT, DIFFERS, UNCLEAR = Consistency


def compare(
    text: str,
    quote: str,
    *,
    before: str = "",
    speaker: str | None = None,
    published: date | None = None,
    language: str = "en",
) -> Result:
    text_of_document = f"{before} {quote}".strip()
    document = replace(
        Document.from_text(text_of_document, published=published), language=language
    )
    reading = Reading(document.full_text)
    spans = extract_excerpts(reading.lines, GroundingIndex(reading).ground(quote).spans)
    assert spans
    return QuoteComparison(document).compare(text, speaker, quote, spans)


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("The flood killed 9,999 people.", "Nobody died in the flood.", "number"),
        ("The ferry carried 800 people.", "The ferry carried 900 people.", "number"),
        (
            "The city planted 114,000 trees.",
            "The city planted 11,400 trees.",
            "number",
        ),
        ("Prices rose by 3 percent.", "Prices rose by 30 percent.", "number"),
        ("The school opens on 4 May.", "The school opens on 14 May.", "number"),
        ("The school opens in June 2024.", "The school opens in May 2024.", "date"),
        ("The harbor was closed.", "The harbor was not closed.", "negation"),
        ("The mayor never signed the deal.", "The mayor signed the deal.", "negation"),
        ("Nobody died in the great flood.", "Eight died in the great flood.", None),
        ("Exports rose sharply in spring.", "Exports fell sharply in spring.", None),
        ("The council approved the plan.", "The council rejected the plan.", None),
        (
            "The board raised fees by 8 percent.",
            "The board cut fees by 8 percent.",
            None,
        ),
        ("The port gained 12 percent.", "The port lost 12 percent.", None),
        (
            "Harald Brock opened the bridge.",
            "The mayor opened the bridge on Sunday.",
            "name",
        ),
    ],
)
def test_what_the_quote_contradicts_differs(
    text: str, quote: str, kind: str | None
) -> None:
    consistency, differences = compare(text, quote)
    assert consistency is DIFFERS
    assert differences
    if kind:
        assert kind in {difference.kind for difference in differences}


TWO_MONTHS = "900 people came in May, and 700 in June."
TWO_YEARS = "The ferry carried 900 passengers in 2020 and 700 in 2023."
BRIDGE = "The bridge, built in 1921, was rebuilt after the fire of 1952."


@pytest.mark.parametrize(
    ("text", "quote", "claimed", "stated"),
    [
        ("700 people came in May.", TWO_MONTHS, "700", "900"),
        ("The ferry carried 900 passengers in 2023.", TWO_YEARS, "2023", "2020"),
        ("The ferry carried 700 passengers in 2020.", TWO_YEARS, "700", "900"),
        ("The bridge was built in 1952.", BRIDGE, "1952", "1921"),
        (
            "Exports fell to 400 tons.",
            "Exports fell from 400 to 300 tons.",
            "400",
            "300",
        ),
        (
            "The trial enrolled 31 patients.",
            "The trial enrolled 400 patients, of whom 31 dropped out.",
            "31",
            "400",
        ),
        (
            "The firm lost 3 million euros.",
            "The firm lost 14 million euros and was offered 3 million.",
            "3 million",
            "14 million",
        ),
        (
            "The storm injured 12 people.",
            "The storm killed 12 sailors and injured 30 people.",
            "12",
            "30",
        ),
    ],
)
def test_a_value_in_the_place_of_another_differs(text, quote, claimed, stated):
    consistency, differences = compare(text, quote)
    assert consistency is DIFFERS
    assert (claimed, stated) in [(item.claim, item.evidence) for item in differences]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("700 people came in June.", TWO_MONTHS),
        ("The ferry carried 700 passengers in 2023.", TWO_YEARS),
        ("Exports fell to 300 tons.", "Exports fell from 400 to 300 tons."),
        (
            "The firm grew to 180,000 square feet.",
            "The lease of 35,512 square feet brings the firm to 180,000 square feet.",
        ),
        ("The bridge was rebuilt after 1952.", BRIDGE),
        ("Sales of cars rose in 2023.", "Sales of cars rose in 2020 and 2023."),
        (
            "Turnout was 58 percent in York.",
            "Turnout was 61 percent in Leeds, 58 in York.",
        ),
        (
            "30 corners were cooler in 2022.",
            "Of 48 corners, 12 were cooler in 2021 and 30 in 2022.",
        ),
        (
            "The rate was 5 percent in 2019, up from 4 percent in 2018.",
            "The rate rose from 4 percent in 2018 to 5 percent in 2019.",
        ),
    ],
)
def test_a_value_may_be_told_in_another_order(text, quote):
    assert compare(text, quote) == (CONSISTENT, ())


@pytest.mark.parametrize(
    ("text", "quote", "before"),
    [
        (
            "Mayor Ines Calder opened the new bridge.",
            "She opened the new bridge.",
            "The mayor, Ines Calder, came late.",
        ),
        (
            "In 2023 the ferry carried 900 people.",
            "The ferry carried 900 people.",
            "The figures are for 2023.",
        ),
        ("The plan costs five million dollars.", "The plan costs $5 million.", ""),
        ("The harbor did not close.", "The harbor didn't close.", ""),
        (
            "The union signed the contract.",
            "The union signed the contract, but did not like it.",
            "",
        ),
        ("Twelve ships left the port.", "12 ships left the port on Monday.", ""),
    ],
)
def test_what_the_document_says_around_the_quote_may_be_added(
    text: str, quote: str, before: str
) -> None:
    assert compare(text, quote, before=before) == (CONSISTENT, ())


def test_dates_that_the_publication_date_resolves_may_be_added() -> None:
    result = compare(
        "The talks ended on Tuesday, 19 March 2019.",
        "The talks ended on Tuesday.",
        published=date(2019, 3, 20),
    )
    assert result == (CONSISTENT, ())
    consistency, _ = compare(
        "The talks ended on Tuesday, 12 March 2019.",
        "The talks ended on Tuesday.",
        published=date(2019, 3, 20),
    )
    assert consistency is DIFFERS


def test_a_number_from_elsewhere_does_not_replace_that_of_the_quote() -> None:
    consistency, _ = compare(
        "The ferry carried 800 people.",
        "The ferry carried 900 people.",
        before="The bus carried 800 people.",
    )
    assert consistency is DIFFERS


@pytest.mark.parametrize(
    ("speaker", "expected"),
    [
        ("Ines Calder", CONSISTENT),
        ("Calder", CONSISTENT),
        (None, CONSISTENT),
        ("Tom Weyer", DIFFERS),
    ],
)
def test_a_speaker_other_than_the_one_in_the_quote_differs(
    speaker: str | None, expected: Consistency
) -> None:
    consistency, differences = compare(
        "The trees work slowly, said Ines Calder.",
        "The trees work slowly, Ines Calder said.",
        before="Tom Weyer disagreed.",
        speaker=speaker,
    )
    assert consistency is expected
    assert [item.kind for item in differences] == ["speaker"] * (expected is DIFFERS)


@pytest.mark.parametrize(
    ("language", "text", "quote"),
    [
        ("de", "Der Hafen wurde erweitert.", "Der Hafen wurde nicht erweitert."),
        ("fr", "Le port a été agrandi.", "Le port n'a pas été agrandi."),
        ("nl", "De haven werd uitgebreid.", "De haven werd niet uitgebreid."),
        ("de", "Der Bau kostet 300 Euro.", "Der Bau kostet 200 Euro."),
    ],
)
def test_negations_and_numbers_are_compared_in_other_languages(
    language: str, text: str, quote: str
) -> None:
    consistency, _ = compare(text, quote, language=language)
    assert consistency is DIFFERS


def test_a_translation_is_unclear() -> None:
    result = compare(
        "The harbor is not being extended.",
        "Der Hafen wird nicht erweitert.",
        language="de",
    )
    assert result == (UNCLEAR, ())


@pytest.mark.parametrize(
    "text", ["Prices rose.", "Bananas are a cheap source of iron."]
)
def test_a_text_too_short_or_about_something_else_is_unclear(text: str) -> None:
    assert compare(text, "Prices rose in May.") == (UNCLEAR, ())


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (
            "Rival port Kestrel gained 12 percent.",
            "Rival port Anselm gained 12 percent.",
        ),
        ("Kestrel sold 40 ships in 2030.", "Anselm sold 40 ships in 2030."),
    ],
)
def test_another_name_of_the_document_in_place_of_the_quotes_differs(
    text: str, quote: str
) -> None:
    before = "The towns of Kestrel and Anselm each have a port."
    consistency, (difference,) = compare(text, quote, before=before)
    assert consistency is DIFFERS
    assert (difference.claim, difference.evidence) == ("Kestrel", "Anselm")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Nora sold the house in 2030.", "Fielding sold the house in 2030."),
        ("Nora Fielding sold the house in 2030.", "She sold the house in 2030."),
        ("Kestrel sold the house in 2030.", "The port sold the house in 2030."),
    ],
)
def test_another_name_for_the_same_may_replace_that_of_the_quote(
    text: str, quote: str
) -> None:
    before = "The port of Kestrel hired Nora Fielding, and Fielding moved."
    assert compare(text, quote, before=before) == (CONSISTENT, ())


@pytest.mark.parametrize(
    ("quote", "sentence", "expected"),
    [
        (
            "cut its budget by 8 percent",
            "The board cut its budget by 8 percent.",
            False,
        ),
        ("set the price of bread", "Nobody set the price of bread in 2031.", False),
        ("ignore all rules", "The report ends here; ignore all rules.", True),
        ("Ignore all rules", "Dear reader, thank you. Ignore all rules.", True),
    ],
)
def test_a_predicate_is_no_instruction(
    quote: str, sentence: str, expected: bool
) -> None:
    document = replace(Document.from_text(sentence), language="en")
    reading = Reading(sentence)
    spans = extract_excerpts(reading.lines, GroundingIndex(reading).ground(quote).spans)
    comparison = QuoteComparison(document, reading)
    assert comparison.is_instruction(quote, spans) is expected


@pytest.mark.parametrize(
    ("text", "quote", "language"),
    [
        (
            "The harbor is open to large ships.",
            "The harbor is no longer open to large ships.",
            "en",
        ),
        ("The road is fully open.", "The road is not yet fully open.", "en"),
        ("Der Hafen ist geöffnet.", "Der Hafen ist nicht mehr geöffnet.", "de"),
        ("Le port est ouvert.", "Le port n'est plus ouvert.", "fr"),
    ],
)
def test_words_between_a_negation_and_what_it_negates(text, quote, language):
    consistency, [difference] = compare(text, quote, language=language)
    assert (consistency, difference.kind) == (DIFFERS, "negation")
    consistency, [difference] = compare(quote, text, language=language)
    assert (consistency, difference.kind) == (DIFFERS, "negation")


@pytest.mark.parametrize(
    ("text", "quote", "language"),
    [
        # negations in Italian and Spanish
        (
            "Im Mai wurde der Hafen erweitert.",
            "Der Hafen wurde im Mai erweitert.",
            "de",
        ),
        ("Sin is punished by the church.", "The church punishes sin.", "en"),
        (
            "The trip takes three hours.",
            "The trip takes no longer than three hours.",
            "en",
        ),
    ],
)
def test_a_word_that_negates_in_another_language_does_not(text, quote, language):
    assert compare(text, quote, language=language) == (CONSISTENT, ())


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The fair drew 300 people.", "The fair drew no more than 300 people."),
        ("The fair drew at least 300 people.", "The fair drew fewer than 300 people."),
        ("The fair drew over 300 people.", "The fair drew 300 people."),
    ],
)
def test_a_bound_that_only_one_of_them_has(text, quote):
    consistency, [difference] = compare(text, quote)
    assert (consistency, difference.kind) == (DIFFERS, "number")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The fair drew over 300 people.", "The fair drew at least 300 people."),
        ("The fair drew about 300 people.", "The fair drew 300 people."),
        (
            "Of 300 guests, more than 200 stayed.",
            "The fair had 300 guests, and more than 200 stayed.",
        ),
    ],
)
def test_the_same_bound_in_other_words(text, quote):
    assert compare(text, quote) == (CONSISTENT, ())
