"""Web Annotations: claims and decisions go out, and come back."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from claimcheck import Settings, summarize
from claimcheck.errors import InputError
from claimcheck.models.decision import Action, Decision
from claimcheck.models.verdict import Label
from claimcheck.readers.annotations import parse_decisions, parse_statements
from claimcheck.reports.annotations import render

TEXT = "The ferry carried 900 people in 2020. The tower in Graz was built in 1868."
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def run():
    return summarize(TEXT, settings=Settings(engine="extractive"), check=True)


def decide(claim, action, *, text=None, verdict=None, note=None, by="Ann", hour=12):
    return Decision(claim.id, action, text, verdict, note, by, AT.replace(hour=hour))


def test_targets_select_the_characters_of_the_document(run):
    page = json.loads(render(run))
    assert page["type"] == "AnnotationPage"
    assert len(page["items"]) == len(run.claims) == 2
    for item in page["items"]:
        (target,) = item["target"]
        position, quote = target["selector"]
        assert TEXT[position["start"] : position["end"]] == quote["exact"]
        found = quote["prefix"] + quote["exact"] + quote["suffix"]
        assert found in TEXT


def test_decisions_come_back_as_they_were(run):
    first, second = run.claims
    decisions = (
        decide(first, Action.ACCEPTED),
        decide(
            second, Action.NOTED, verdict=Label.REFUTED, note="no", by="Bo", hour=13
        ),
        decide(first, Action.EDITED, text="It carried 900.", hour=14),
        decide(first, Action.ACCEPTED, hour=15),
    )
    data = render(replace(run, decisions=decisions)).encode()
    imported = parse_decisions(data, "a.jsonld", run, "Cy")
    assert (imported.decisions, imported.unmatched) == (decisions, 0)
    again = parse_decisions(data, "a.jsonld", replace(run, decisions=decisions), "Cy")
    assert again.decisions == ()


def test_the_verdicts_of_claimcheck_are_no_decisions(run):
    assert parse_decisions(render(run).encode(), "a", run, "Cy").decisions == ()


def test_an_annotation_of_another_tool_is_matched_by_its_quote(run):
    quote = run.claims[1].spans[0].text
    item = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": "https://annotations.example/7",
        "type": "Annotation",
        "bodyValue": "ask the museum",
        "creator": "https://annotations.example/users/dee",
        "target": {
            "source": "ferry.txt",
            "selector": {"type": "TextQuoteSelector", "exact": quote},
        },
    }
    other = {**item, "target": "https://elsewhere.example"}
    data = json.dumps([item, other]).encode()
    imported = parse_decisions(data, "a", run, "Cy")
    (decision,) = imported.decisions
    assert (decision.claim, decision.note) == (run.claims[1].id, "ask the museum")
    assert decision.by == "https://annotations.example/users/dee"
    assert imported.unmatched == 1
    known = replace(run, decisions=imported.decisions)
    assert parse_decisions(data, "a", known, "Cy").decisions == ()
    assert [item.text for item in parse_statements(data, "a")] == [quote]


@pytest.mark.parametrize(
    "data", [b"{", b'{"items": [1]}', b'[{"type": "Annotation"}]', b"[" * 100_000]
)
def test_what_is_no_annotation_is_named(run, data):
    with pytest.raises(InputError, match=r"a\.jsonld"):
        parse_decisions(data, "a.jsonld", run, "Cy")


@pytest.mark.parametrize(
    "target",
    [None, 7, [None], {"selector": 7}, {"selector": [7, {"exact": 7, "start": "x"}]}],
)
@pytest.mark.parametrize("body", [None, 7, [None, {"value": 7}], {"creator": 7}])
def test_odd_annotations_decide_nothing(run, target, body):
    data = json.dumps([{"target": target, "body": body, "creator": [7]}]).encode()
    assert parse_decisions(data, "a", run, "Cy").decisions == ()
