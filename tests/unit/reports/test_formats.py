"""One function renders a run in any format, and one renders a check."""

import json

import pytest

from claimcheck import Document, Settings, check, summarize
from claimcheck.reports.claimreview import build_review
from claimcheck.reports.formats import Format, PageStyle, render_check, render_run
from tests.support.scripted import ScriptedClient, answer, claim, response

EXTRACTIVE = Settings(
    engine="extractive",
    publisher_name="The Check",
    publisher_url="https://check.example",
)
FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998."


@pytest.fixture(scope="module")
def run():
    return summarize(Document.from_text(FERRY), settings=EXTRACTIVE)


@pytest.fixture(scope="module")
def checked():
    return check(["The ferry carries 700 passengers."], FERRY, settings=EXTRACTIVE)


@pytest.mark.parametrize(
    ("format", "mark"),
    [
        (Format.TEXT, "DIFFERS FROM ITS QUOTE"),
        (Format.JSON, '"consistency": "differs"'),
        (Format.MARKDOWN, "DIFFERS FROM ITS QUOTE"),
        (Format.HTML, "Differs from its quote"),
        (Format.CSV, ",differs,"),
    ],
)
def test_marks_a_claim_that_its_own_quote_contradicts(format, mark):
    answered = answer(
        claim("The night ferry carries 900 passengers.", "The ferry carries 800.")
    )
    run = summarize(
        Document.from_text(FERRY),
        settings=Settings(engine="llm", model="scripted"),
        client=ScriptedClient([response(answered), response({"corrections": []})]),
    )
    assert not run.claims[0].is_grounded
    assert mark in render_run(run, format)


@pytest.mark.parametrize(
    ("format", "beginning"),
    [
        (Format.TEXT, "The night ferry carries 900 passengers"),
        (Format.JSON, "{"),
        (Format.MARKDOWN, "# The night ferry carries 900 passengers"),
        (Format.HTML, "<!DOCTYPE html>"),
        (Format.CSV, "document,source,title,"),
    ],
)
def test_renders_a_run(run, format, beginning):
    assert render_run(run, format).startswith(beginning)


@pytest.mark.parametrize(
    ("format", "beginning"),
    [
        (Format.TEXT, "1. REFUTED"),
        (Format.JSON, "{"),
        (Format.MARKDOWN, "# Checked: 1 refuted"),
        (Format.HTML, "<!DOCTYPE html>"),
        (Format.CSV, "number,claim,text,speaker,verdict,"),
        (Format.CLAIMREVIEW, "[\n"),
    ],
)
def test_renders_a_check(checked, format, beginning):
    review = build_review(EXTRACTIVE, "https://check.example/1")
    assert render_check(checked, format, review=review).startswith(beginning)


def test_leaves_out_the_text_of_a_run(run):
    document = json.loads(render_run(run, Format.JSON, include_text=False))["document"]
    assert document["text"] is None


@pytest.mark.parametrize("format", [Format.JSON, Format.HTML])
def test_leaves_out_the_texts_of_a_check(checked, format):
    not_quoted = "It was built in Gdansk"
    assert not_quoted in render_check(checked, format)
    assert not_quoted not in render_check(checked, format, include_text=False)


def test_only_text_reports_have_a_width_and_colors(run):
    narrow = render_run(run, Format.TEXT, style=PageStyle(width=40, color=True))
    assert "\x1b[1m" in narrow
    assert render_run(run, Format.CSV, style=PageStyle(width=40)) == render_run(
        run, Format.CSV
    )


def test_refuses_formats_of_other_results(run, checked):
    with pytest.raises(ValueError, match="run cannot be rendered as claimreview"):
        render_run(run, Format.CLAIMREVIEW)
    with pytest.raises(ValueError, match="check cannot be rendered as brat"):
        render_check(checked, Format.BRAT)
