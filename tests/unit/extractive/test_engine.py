"""What the extractive engine finds in a real article: claims, speakers, dates, quantities."""

from functools import cache

import pytest

from claimcheck import Document, Settings, summarize
from tests.support.paths import ARTICLES

FERRY, HEAT = "ferry.txt", "heat.txt"


def claims_with(run, *words):
    return [claim for claim in run.claims if all(word in claim.quote for word in words)]


@pytest.mark.parametrize(
    "words",
    [
        ("two-hour talks in Rome",),
        ("sanctions", "Minerven", "Adrian Perdomo"),
        ("exodus of some 3 million people since 2015",),
        ("oil exports", "fall below a million barrels a day"),
        ("oil exports", "declining by about 50,000 barrels a month"),
    ],
)
def test_the_facts_an_editor_would_check_are_claims(seed_run, words):
    assert len(claims_with(seed_run, *words)) == 1


def test_finds_at_least_ten_claims(seed_run):
    assert len(seed_run.claims) >= 10


@pytest.mark.parametrize(
    ("words", "speaker"),
    [
        ("No, we did not come to a meeting of minds", "Elliot Abrams"),
        (
            "Perhaps we failed to narrow positions",
            "Sergei Ryabkov",
        ),  # TASS reports, Ryabkov speaks
        ("We assume that Washington treats our priorities", "Sergei Ryabkov"),
        ("the talks were difficult but frank", "Sergei Ryabkov"),  # RIA reports
        ("Moscow had warned Washington", "Sergei Ryabkov"),
        ("who gets the title of president", "Elliot Abrams"),
        ("useful, substantive and serious", "Elliot Abrams"),  # "He"
        ("increasingly concerned by U.S. sanctions", "Sergei Ryabkov"),
        ("all options are on the table", "Donald Trump"),
        ("a position Abrams said", "Elliot Abrams"),
        ("below a million barrels a day", "Elliot Abrams"),
        ("50,000 barrels a month", "Elliot Abrams"),
        ("This a catastrophe for Venezuela", "Elliot Abrams"),
        ("Minerven", None),
        ("back Juan Guaido", None),  # the half of the sentence that Russia does not say
        ("Maduro remains the country's only legitimate leader", "Russia"),
    ],
)
def test_finds_the_speaker_of_each_claim(seed_run, words, speaker):
    (claim,) = claims_with(seed_run, words)
    assert claim.speaker == speaker


def test_publishes_no_url_and_nothing_of_the_footer(seed_run):
    published = [
        text for claim in seed_run.claims for text in (claim.text, claim.quote)
    ]
    published += [
        sentence.text
        for sentence in (*seed_run.summary.sentences, *seed_run.summary.key_points)
    ]
    published += [seed_run.summary.headline, *seed_run.summary.open_questions]
    for text in published:
        assert not any(
            word in text
            for word in ("http", "themoscowtimes", "Original url", "a64881")
        )


def test_a_sentence_interrupted_by_a_url_is_one_claim_with_two_spans(seed_run):
    (claim,) = claims_with(seed_run, "two-hour talks in Rome")
    assert [span.text.split()[0] for span in claim.spans] == ["The", "after"]
    assert claim.quote.count(" … ") == 1


def test_the_claim_text_resolves_what_the_document_makes_certain(seed_run):
    (talks,) = claims_with(seed_run, "High-level U.S.-Russian talks")
    assert "ended on Tuesday [2019-03-19] with" in talks.text
    (called,) = claims_with(seed_run, "useful, substantive")
    assert called.text.startswith(
        "He [Elliot Abrams] called Tuesday's [2019-03-19] talks"
    )


def test_takes_the_publication_date_from_the_url(seed_run):
    assert (str(seed_run.document.published), seed_run.document.published_from) == (
        "2019-03-20",
        "url",
    )


def test_quantities_have_values_and_units(seed_run):
    (decline,) = claims_with(seed_run, "50,000 barrels a month")
    assert [(item.text, item.value, item.unit) for item in decline.quantities] == [
        ("50,000 barrels a month", 50_000.0, "barrels/month")
    ]


@cache
def run_of(name):
    text = (ARTICLES / name).read_text(encoding="utf-8")
    return summarize(
        Document.from_text(text, source=name), settings=Settings(engine="extractive")
    )


@pytest.mark.parametrize(
    ("article", "words", "speaker"),
    [
        (FERRY, "will stop running on 4 October", "Kattegat Line"),
        (FERRY, "fuel now accounts for 38 percent", "Kattegat Line"),
        (FERRY, "every timetable and every ship", "Erik Sandahl"),
        (FERRY, "no version of the night crossing", "Erik Sandahl"),
        (FERRY, "About 900 people", None),
        (FERRY, "a closed door", "Anna Brandt"),
        (FERRY, "replied in writing on 21 August", "Erik Sandahl"),
        (FERRY, "212 islanders", "the county"),
        (FERRY, "he would have to move", "Jonas Ek"),
        (HEAT, "they work slowly", "Ines Calder"),
        (HEAT, "counted saplings", "Ines Calder"),
        (HEAT, "the study ignored shade", "Tom Weyer"),
        (HEAT, "in 7 of 10 cases", "Calder's team"),
        (HEAT, "Some 1,900 of them died", None),
    ],
)
def test_finds_the_speaker_in_other_articles(article, words, speaker):
    (claim,) = [claim for claim in run_of(article).claims if words in claim.quote]
    assert claim.speaker == speaker


def test_finds_the_title_and_date_that_the_document_states():
    assert (
        run_of(FERRY).document.title
        == "Night ferry to Holm Island to stop in October, operator says"
    )
    assert (
        str(run_of(FERRY).document.published),
        run_of(FERRY).document.published_from,
    ) == (
        "2026-09-12",
        "text",
    )
    assert (
        str(run_of(HEAT).document.published),
        run_of(HEAT).document.published_from,
    ) == (
        "2026-05-27",
        "url",
    )


def test_distinguishes_past_and_future_dates_in_one_sentence():
    (claim,) = [
        claim for claim in run_of(FERRY).claims if "will stop running" in claim.quote
    ]
    assert "on 4 October [2026-10-04]" in claim.text
    assert "on Friday [2026-09-11]" in claim.text


@pytest.mark.parametrize("article", [FERRY, HEAT])
def test_headline_byline_and_links_are_not_claims(article):
    for claim in run_of(article).claims:
        assert not any(
            word in claim.quote
            for word in ("http", "Read more", "By Marta", "five-year study finds")
        )


@pytest.mark.parametrize(
    ("before", "named"),
    [
        ("Director Paul Soto said on Tuesday that it costs 3 million.", True),
        ("Paul Soto spoke. Councilman Raj Patel called the plan too expensive.", False),
        ("Paul Soto met Raj Patel on Tuesday.", False),
        ("Paul Soto spoke. The mayor called the plan too expensive.", False),
    ],
)
def test_a_pronoun_is_explained_only_if_nobody_else_was_named(before, named):
    text = f"{before} He voted against it with 2 colleagues."
    run = summarize(text, settings=Settings(engine="extractive"))
    (claim,) = claims_with(run, "voted against it")
    assert ("[Paul Soto]" in claim.text) is named


def test_what_a_reply_quotes_names_who_wrote_it_and_who_said_it():
    text = "Bo, look.\n\nOn 15 May 2024 at 18:03, Tom Reed wrote:\n> A clerk told me that 30 beds closed.\n> It fell by 9 percent in 2023.\n"
    run = summarize(text, settings=Settings(engine="extractive"))
    (claim,) = claims_with(run, "30 beds")
    assert claim.text == "[Tom Reed said:] A clerk told me that 30 beds closed."
    assert claim.speaker == "A clerk"
    sentences = [sentence.text for sentence in run.summary.sentences]
    assert "[Tom Reed said:] It fell by 9 percent in 2023." in sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Minister sagte: „Sie wird im Jahr 2026 für 3 Millionen Euro gebaut.“",
        '"We lost 30 jobs in 2020." — Ann Lee',
        "Il a dit : « Le pont a coûté 3 millions en 2019. »",
    ],
)
def test_no_full_stop_is_added_after_a_quotation(sentence):
    run = summarize(sentence, settings=Settings(engine="extractive"))
    assert [claim.text for claim in run.claims] == [sentence]


def test_a_greeting_is_no_part_of_what_is_said():
    text = "Hi Karin, the clinic closed 30 beds in 2023. Dear readers pay 9 euros."
    run = summarize(text, settings=Settings(engine="extractive"))
    first, second = run.claims
    assert first.text == "The clinic closed 30 beds in 2023."
    assert second.text == "Dear readers pay 9 euros."
    assert not first.differences


def test_reads_a_press_release():
    text = """\
FOR IMMEDIATE RELEASE

Contact: Jane Doe, press@novatek.example

Novatek Reports Record Revenue

SALEM, Ore. — July 24, 2024 — Novatek today reported revenue of $412.6 million.

For more information, visit https://novatek.example.
"""
    run = summarize(Document.from_text(text), settings=Settings(engine="extractive"))
    assert run.document.title == "Novatek Reports Record Revenue"
    assert str(run.document.published) == "2024-07-24"
    assert len(run.claims) == 1
