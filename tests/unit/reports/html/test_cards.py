"""Cards: what comes first, and what is left out because it would be said twice."""

from dataclasses import replace

import pytest

from claimcheck import Document, Settings, Statement, check, summarize
from claimcheck.reports.html.build_cards import (
    RunCards,
    build_verdict_card,
    has_same_words,
)
from claimcheck.reports.html.cards import count_cards, group_cards
from claimcheck.reports.html.texts import EvidenceAnchors
from tests.support.scripted import ScriptedClient, answer, claim, response

EXTRACTIVE = Settings(engine="extractive")
TEXT = (
    "The ferry carried 900 people in 2020. It is the oldest ship of the line. "
    "Mayor Anna Brandt said the line will close in May."
)


def build_cards(run):
    return RunCards(run, EvidenceAnchors([run.document]), None).build()


@pytest.fixture(scope="module")
def run():
    reply = answer(
        claim("It is the oldest ship of the line.", "The ferry is the oldest ship."),
        claim("Nobody wrote this sentence in it."),
        claim(
            "The ferry carried 900 people in 2020.", "It carried 700 people in 2020."
        ),
    )
    client = ScriptedClient([response(reply), response({"corrections": []})])
    return summarize(TEXT, settings=Settings(model="m"), client=client)


@pytest.mark.parametrize(
    ("text", "quote", "same"),
    [
        ("The ferry carried 900.", "the ferry carried 900", True),
        ("He [Erik] called it [2019-03-19] good.", "He called it\ngood", True),
        ("The ferry carried 900.", "The ferry carried 90", False),
        ("“Ünal” came.", '"ünal" came', True),
    ],
)
def test_the_words_of_a_quote_are_compared_without_insertions(text, quote, same):
    assert has_same_words(text, quote) is same


def test_what_needs_attention_comes_first(run):
    groups = group_cards(build_cards(run))
    found = [(group.title, [card.number for card in group.cards]) for group in groups]
    assert found == [("Needs attention", [3, 1]), ("Other claims", [2])]


def test_without_anything_urgent_there_is_one_group():
    run = summarize(TEXT, settings=EXTRACTIVE)
    assert [group.title for group in group_cards(build_cards(run))] == [""]


def test_counts_name_what_a_filter_finds(run):
    texts = [count.text for count in count_cards(build_cards(run))]
    assert texts == ["1 quote not found", "1 differs from its quote"]
    twice = replace(run, claims=(run.claims[2], run.claims[2]))
    texts = [count.text for count in count_cards(build_cards(twice))]
    assert texts == ["2 quotes not found"]


def test_reported_speech_takes_one_line():
    run = summarize(TEXT, settings=EXTRACTIVE, check=True)
    card = next(
        card for card in build_cards(run) if card.claim.speaker == "Anna Brandt"
    )
    assert card.reported_speech == (
        "Said by Anna Brandt: confirmed; whether it is true: not checked here"
    )
    assert card.findings == ()


def test_a_check_says_why_the_statement_itself_is_not_known():
    claims = [Statement.of("the line will close in May", "Anna Brandt")]
    checked = check(claims, TEXT, settings=EXTRACTIVE)
    anchors = EvidenceAnchors(checked.documents)
    card = build_verdict_card(1, checked.verdicts[0], anchors)
    assert card.reported_speech.startswith(
        "Said by Anna Brandt: confirmed; whether it is true: unknown"
    )


def test_evidence_off_the_page_has_a_location_but_no_link():
    document = Document.from_text("The ferry carried 700 people.", source="report.txt")
    checked = check(["The ferry carried 900 people."], document, settings=EXTRACTIVE)
    (evidence, *_) = checked.verdicts[0].finding.evidence
    anchors = EvidenceAnchors(checked.documents, on_page=False)
    linked = anchors.link(evidence)
    assert (linked.anchor, linked.location) == (None, "report.txt, 1:1")
