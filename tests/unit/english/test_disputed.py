"""Which sentences a text does not mean as facts, by their form."""

import pytest

from claimcheck import Document, Label, Settings, check, summarize
from claimcheck.english.disputed import find_disputed
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

SETTINGS = Settings(engine="extractive")
TUNNEL = """\
# The harbor tunnel

The tunnel opened in 2015.

## {heading}

- The tunnel leaks every winter.
- The tunnel cost 900 million dollars.

## Costs

The tunnel cost 310 million dollars.
"""


def list_disputed(text):
    reading = Reading(text)
    sentences = split_sentences(reading, "en", headings=True)
    return [
        sentences[index].text for index in sorted(find_disputed(reading, sentences))
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "Myths",
        "Common misconceptions",
        "Myths about the tunnel",
        "Popular rumors",
        "False claims",
        "Corrections",
        "ERRATA",
        "Corrections and clarifications",
    ],
)
def test_a_heading_disputes_its_section_up_to_the_next(heading):
    assert list_disputed(TUNNEL.format(heading=heading)) == [
        "The tunnel leaks every winter.",
        "The tunnel cost 900 million dollars.",
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "Facts",
        "The myth of Orpheus",
        "Department of Corrections",
        "Claims",
        "Myth: wet",
    ],
)
def test_other_headings_dispute_nothing(heading):
    assert list_disputed(TUNNEL.format(heading=heading)) in ([], [heading])


def test_a_label_disputes_its_sentence():
    text = (
        "Myth: The tunnel leaks every winter.\nFact: The tunnel is dry.\n\n"
        "MYTH #2: It cost 900 million dollars.\nFACT: It cost 310 million dollars.\n\n"
        "Claim: The tunnel is closed.\n\nThe tunnel is open."
    )
    assert list_disputed(text) == [
        "Myth: The tunnel leaks every winter.",
        "MYTH #2: It cost 900 million dollars.",
        "Claim: The tunnel is closed.",
    ]


def test_a_disputed_sentence_neither_supports_nor_refutes():
    document = Document.from_text(TUNNEL.format(heading="Myths"))
    claims = [
        "The tunnel leaks every winter.",
        "The tunnel cost 310 million dollars.",
        "The tunnel cost 900 million dollars.",
    ]
    leaks, cost, myth = check(claims, document, settings=SETTINGS).verdicts
    assert leaks.label is Label.NOT_ENOUGH_EVIDENCE
    assert "given as a myth" in leaks.finding.rationale
    assert leaks.finding.evidence[0].text == "The tunnel leaks every winter."
    assert cost.label is Label.SUPPORTED
    assert myth.label is Label.REFUTED


def test_a_summary_states_no_myths_and_the_ledger_says_why():
    run = summarize(TUNNEL.format(heading="Myths"), settings=SETTINGS)
    stated = [item.text for item in (*run.claims, *run.summary.sentences)]
    assert not [text for text in stated if "leaks" in text or "900" in text]
    reasons = {run.document.text[r.start : r.end]: r.reason for r in run.ledger}
    assert reasons["The tunnel leaks every winter."].startswith("given as a myth")


def test_a_text_of_nothing_but_myths_still_has_a_summary():
    run = summarize("# Myths\n\nThe tunnel leaks every winter.\n", settings=SETTINGS)
    assert run.claims
