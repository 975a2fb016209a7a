"""The ledger says why a sentence became no claim."""

import pytest

from claimcheck import Document, Settings, summarize

TEXT = """\
# Report

Who sold the ferry? It was sold for 3 million euros in 2020. It is late. I think that it
is really nice to be here with all of you tonight.

It was sold for 3 million euros in 2020. The yard employs 40 people in Bergen.

| Year | People | Ferries |
| 2020 | 900 | 3 |
"""


def test_each_sentence_without_a_claim_has_a_reason():
    settings = Settings(engine="extractive", max_claims=1)
    run = summarize(Document.from_text(TEXT), settings=settings)
    reasons = {
        TEXT[entry.start : entry.end].replace("\n", " "): entry.reason
        for entry in run.ledger
        if entry.reason
    }
    assert reasons == {
        "Report": "heading",
        "Who sold the ferry?": "question",
        "It is late.": "too short for a claim",
        "I think that it is really nice to be here with all of you tonight.": (
            "no check-worthy content"
        ),
        "It was sold for 3 million euros in 2020.": "duplicate",
        "The yard employs 40 people in Bergen.": "over the limit",
        "| Year | People | Ferries |": "table",
        "| 2020 | 900 | 3 |": "table",
    }
    assert [claim.quote for claim in run.claims] == [
        "It was sold for 3 million euros in 2020."
    ]
    assert {entry.status for entry in run.ledger} == {"read"}


@pytest.mark.parametrize(
    "dateline",
    [
        "Port Ellery, March 12, 2024.",
        "New York, 12 March 2024.",
        "Lübeck, 12. März 2024.",
        "Lübeck, den 12. März 2024.",
        "Rouen, le 1er mars 2024.",
        "Rouen, le 12 mars 2024.",
        "Sevilla, 12 de marzo de 2024.",
        "Utrecht, 12 maart 2024.",
        "Torino, 12 marzo 2024.",
        "Тверь, 12 марта 2024.",
    ],
)
def test_a_place_and_a_date_are_no_claim(dateline):
    text = f"{dateline} Oslo has 700,000 people."
    run = summarize(Document.from_text(text), settings=Settings(engine="extractive"))
    assert [claim.quote for claim in run.claims] == ["Oslo has 700,000 people."]
    assert run.ledger[0].reason in ("place and date", "too short for a claim")


@pytest.mark.parametrize(
    ("sentence", "next_sentence"),
    [
        ("Ann Lee died May 3, 2024.", "Oslo has 700,000 people."),
        ("Karl Meier starb am 3. Mai 2024.", "Die Stadt hat viele Einwohner."),
    ],
)
def test_what_happened_on_a_date_is_a_claim(sentence, next_sentence):
    text = f"{sentence} {next_sentence}"
    run = summarize(Document.from_text(text), settings=Settings(engine="extractive"))
    assert run.claims[0].quote == sentence


def summarize_text(text):
    run = summarize(Document.from_text(text), settings=Settings(engine="extractive"))
    return run.summary


def test_a_comparison_is_no_disagreement():
    numbers = (
        "Oslo grew by 3 percent in 2020, while Bergen shrank by 2 percent in 2021."
    )
    assert summarize_text(numbers).positions == ()
    sides = (
        "Russia backs Jane Roe as the president of the country, whereas Norway supports"
        " Tim Poe as the president."
    )
    assert [position.party for position in summarize_text(sides).positions] == [
        "Russia",
        "Norway",
    ]


def test_open_questions_do_not_repeat_the_summary():
    text = "It is unclear who paid 3 million euros for the ferry in 2020. It was sold."
    summary = summarize_text(text)
    assert summary.open_questions == ()
    assert summary.sentences[0].text.startswith("It is unclear")


REFERENCES = """\
# Ferries

Oslo has 12 ferries and 40 piers.

## {heading}

1. Smith, J. (2011). The rivers of Norway were long. p. 44.
2. Ferry statistics 2019, Oslo

## Appendix

Bergen has 7 ferries and 9 piers.
"""


@pytest.mark.parametrize(
    "heading",
    ["References", "7. References:", "Bibliography", "Literatur", "Works Cited"],
)
def test_a_list_of_references_has_no_claims(heading):
    document = Document.from_text(REFERENCES.format(heading=heading))
    run = summarize(document, settings=Settings(engine="extractive"))
    assert [claim.quote for claim in run.claims] == [
        "Oslo has 12 ferries and 40 piers.",
        "Bergen has 7 ferries and 9 piers.",
    ]
    assert "reference list" in {entry.reason for entry in run.ledger}


def test_nothing_little_worth_checking_is_a_key_point():
    text = "Oslo has 12 ferries. They have 40 piers. Its mayor is Ann Lee. It may rain."
    summary = summarize_text(text)
    assert "It may rain." not in [point.text for point in summary.key_points]
