"""Invariants of every run, on text that hypothesis makes up."""

import json
import re

import pytest
from hypothesis import given, settings, strategies as st

from claimcheck import Document, Run, Settings, errors, schemas, summarize
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.reports import markdown, text as text_report

PIECES = st.sampled_from(
    [
        "The ministry said 5,000 people left in 2019. ",
        '"We lost $3 billion," Jane Roe told reporters on Monday. ',
        "He said so",
        "\n",
        "\n\n",
        "\r\n",
        "https://example.org/2020/01/02/a-",
        "\nb64881\n",
        "Original url:\n",
        "- item one\n",
        "汉语句子。第二句!",
        "مرحبا بالعالم. ",
        "👩‍👩‍👧 e\u0301 \u00ad\u200b ",
        "-----\n",
        "{{ x }} <b>|</b> `*_",
        "opposition-\ncontrolled ",
        " whereas the United States backs it and that ",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=30)), min_size=1, max_size=14).map(
    "".join
)


def run_of(text):
    try:
        return summarize(
            Document.from_text(text), settings=Settings(engine="extractive")
        )
    except errors.InputError:
        return None  # what can't be a document is tested by name elsewhere


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_every_span_is_document_text_and_the_ledger_covers_the_document(text):
    run = run_of(text)
    if run is None:
        return
    assert run.document.text == text
    assert find_run_inconsistencies(run) == []


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_a_run_survives_the_round_trip_and_follows_its_schema(text):
    run = run_of(text)
    if run is None:
        return
    assert Run.from_json(run.to_json()) == run
    assert schemas.find_problems("run", json.loads(run.to_json())) == ()


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_every_report_renders(text):
    run = run_of(text)
    if run is None:
        return
    assert (
        re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text_report.render_run(run)) is None
    )
    assert re.search(r"(?<!\\)[<>]", markdown.render_run(run)) is None


def test_the_same_text_gives_the_same_run(seed_text):
    first, second = (run_of(seed_text) for _ in range(2))
    assert (first.claims, first.summary, first.ledger) == (
        second.claims,
        second.summary,
        second.ledger,
    )


@pytest.mark.parametrize("kept", [True, False])
def test_a_run_without_its_text_follows_the_schema_too(seed_run, kept):
    data = seed_run.to_json(text=kept)
    assert schemas.find_problems("run", json.loads(data)) == ()
    assert (Run.from_json(data).document.text is None) is not kept
