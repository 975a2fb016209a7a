"""The summary of the extractive engine: headline, sentences, points, positions."""

from functools import cache

import pytest

from claimcheck import Document, Settings, summarize
from tests.support.paths import ARTICLES

SETTINGS = Settings(engine="extractive")

FERRY, HEAT = "ferry.txt", "heat.txt"


def test_the_summary_has_two_to_four_sentences_each_with_claims(seed_run):
    assert 2 <= len(seed_run.summary.sentences) <= 4
    assert all(sentence.claim_ids for sentence in seed_run.summary.sentences)


def test_both_sides_of_the_disagreement_are_positions(seed_run):
    assert [position.party for position in seed_run.summary.positions] == [
        "Russia",
        "United States",
    ]
    assert all(position.claim_ids for position in seed_run.summary.positions)


@cache
def run_of(name):
    text = (ARTICLES / name).read_text(encoding="utf-8")
    return summarize(
        Document.from_text(text, source=name), settings=Settings(engine="extractive")
    )


def test_a_semicolon_between_parties_gives_positions():
    assert [position.party for position in run_of(HEAT).summary.positions] == [
        "Greens",
        "Liberals",
    ]


def test_with_few_claims_the_summary_uses_the_sentences_of_the_claims():
    text = (ARTICLES / "ferry.txt").read_text(encoding="utf-8")
    run = summarize(text, settings=Settings(engine="extractive", max_claims=3))
    assert len(run.claims) == 3
    assert len(run.summary.sentences) >= 2
    assert all(sentence.claim_ids for sentence in run.summary.sentences)


def test_a_summary_has_no_captions_and_no_unattributed_quotations():
    text = (
        "The night ferry to Holm Island sank in a storm on Monday, and all 212 people on board were saved by fishermen. "
        "We hugged, and we call the night ferry our home. "
        "Scroll down for video of the night ferry and the storm. "
        "The mayor of Holm (left) and the captain of the night ferry (right) after the storm on Monday. "
        "The owner of the night ferry said the storm had been announced at noon, and that the captain had left the port at 2 p.m. "
        "Divers looked at the wreck of the night ferry on Tuesday and found that a window in the bow was broken."
    )
    summary = " ".join(
        sentence.text
        for sentence in summarize(
            text, settings=Settings(engine="extractive")
        ).summary.sentences
    )
    assert "saved by fishermen" in summary
    assert len(summary.split()) > 40
    assert not any(words in summary for words in ("hugged", "Scroll", "(left)"))


def test_a_sentence_that_begins_with_right_is_not_a_caption():
    first = "The council of Holm voted on Monday to keep the night ferry for another year, whatever it costs the island."
    right = "Right-wing members of the council of Holm voted against the night ferry, which costs the island 14 million kronor."
    other = "A study of the council found that snow lies on the roads of Holm for 90 days in most of the winters since 1961."
    run = summarize(f"{first} {right} {other}", settings=Settings(engine="extractive"))
    assert [sentence.text for sentence in run.summary.sentences] == [first, right]


def extracted(text):
    return summarize(Document.from_text(text), settings=Settings(engine="extractive"))


@pytest.mark.parametrize(
    ("first", "headline"),
    [
        (
            "A small songbird that weighs no more than two coins can stay in the air for up to eleven days without landing.",
            "A small songbird that weighs no more than two coins can stay in the air",
        ),
        (
            "The Supreme Court on Monday upheld a lower court's decision to strike down the state's ban on parking by night.",
            "The Supreme Court on Monday upheld a lower court's decision to strike down the state's ban on parking",
        ),
    ],
)
def test_a_long_first_sentence_is_cut_where_a_headline_may_end(first, headline):
    run = extracted(
        f"{first} The council met again on Thursday in the town hall of Lindvik."
    )
    assert run.summary.headline == headline


def test_skips_a_point_that_depends_on_the_previous_sentence():
    run = extracted(
        "The council voted 9-4 on Tuesday to raise the fare from 32 to 36 kronor, a compromise that ended long talks.\n\n"
        "The transport department had asked for 40 kronor, arguing that fuel costs had risen by a third.\n\n"
        "The mayor said free travel for children would cost about 14 million kronor a year.\n\n"
        "Ridership has recovered to 91 percent of its level before the pandemic. It fell by more than half in 2020.\n\n"
        "The number of complaints about late buses dropped from 2,140 in 2022 to 1,610 last year.\n\n"
        "The council rejected a proposal by the Left Party to scrap fares. It postponed a vote on the tram until March 2025.\n\n"
        "Pensioners pay 18 kronor. The airport line carried 4,300 people a day in May, 200 more than a year before."
    )
    points = [point.text for point in run.summary.key_points]
    assert len(points) == 5
    assert not [point for point in points if point.startswith("It ")]


@pytest.mark.parametrize("text", [".A", "... A ferry sank."])
def test_a_stray_full_stop_is_not_a_headline(text):
    run = summarize(text, settings=Settings(engine="extractive"))
    assert any(char.isalnum() for char in run.summary.headline)


PADDING = (
    "The council of Bergen met on Tuesday and sold the ferry for 3 million euros.",
    "The ferry had carried 900 people a day since the harbor opened in 1950.",
    "The yard employs 40 people and paid 2 million euros in taxes in 2020.",
)


def find_open_questions(sentence):
    text = " ".join((*PADDING, sentence))
    run = summarize(Document.from_text(text), settings=Settings(engine="extractive"))
    return run.summary.open_questions


@pytest.mark.parametrize(
    "sentence",
    [
        "Who will pay for the repairs?",
        "But how many people will use it?",
        "It is not yet known who will pay for the repairs.",
        "The cause of the fire is still unknown.",
        "The cost of the plan has not been disclosed.",
        "Nobody knows how many people used it.",
        "The port did not say when the work would end.",
        "It remains to be seen whether the plan works.",
        "Who pays for it is an open question.",
        "The company declined to say how much it had paid.",
    ],
)
def test_what_a_text_leaves_open_is_an_open_question(sentence):
    assert find_open_questions(sentence) == (sentence,)


@pytest.mark.parametrize(
    "sentence",
    [
        "Can you imagine a town without a ferry?",
        "Did you know that it opened in 1950?",
        "Looking for a boat?",
        "Any questions?",
        "An unknown man painted the old dock.",
        "The mayor declined to run again.",
        "The two sides are at odds over the price.",
        "He asked a question about the dock.",
        "The company declined to comment.",
        "The case is known as the dock trial.",
    ],
)
def test_what_a_text_asks_its_reader_or_knows_is_none(sentence):
    assert find_open_questions(sentence) == ()


@pytest.mark.parametrize(
    "dependent",
    [
        "It carries 40,000 cars a day and cost 12 million dollars to repair in 2021.",
        "Its owner paid 12 million dollars for repairs to the deck in 2021.",
        "But they want the state to pay 9 million dollars a year for the repairs.",
        "These cost the county 12 million dollars in 2021 and 9 million in 2022.",
    ],
)
def test_no_sentence_with_an_open_pronoun_stands_beside_another(dependent):
    text = (
        "The harbor tunnel opened in 2015 and cost the city 310 million dollars. "
        "The old bridge closed in 2014 because its cables had rusted in the salt air. "
        f"{dependent} Voters in the harbor elected Ann Lee in 2012 with 54 percent. "
        "This year the city council of Voss cut taxes on ships by 5 percent."
    )
    summary = summarize(text, settings=SETTINGS).summary
    shown = [item.text for item in (*summary.sentences, *summary.key_points)]
    assert dependent not in shown
    assert len(shown) == 4


def test_a_text_of_nothing_but_pronouns_still_has_a_summary():
    text = "It opened in 2015 with 900 guests. It cost the city 310 million dollars."
    assert len(summarize(text, settings=SETTINGS).summary.sentences) == 2
