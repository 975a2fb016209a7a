"""brat's standoff annotations: claims and decisions go out, and come back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from claimcheck import Settings, summarize
from claimcheck.errors import InputError
from claimcheck.models.decision import Action, Decision
from claimcheck.models.verdict import Label
from claimcheck.readers.annotations import (
    holds_annotations,
    parse_decisions,
    parse_statements,
)
from claimcheck.reports.brat import render, render_text

TEXT = (
    "Ann Lee said the ferry carried 900 people\r\nin 2020. "
    "The tower in Graz\twas built in 1868."
)
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def run():
    return summarize(TEXT, settings=Settings(engine="extractive"), check=True)


def decide(claim, action, **values):
    fields = {"text": None, "verdict": None, "note": None, "by": "Ann", "at": AT}
    return Decision(claim.id, action, **{**fields, **values})


def read_changes(run, written):
    data = written.encode()
    assert holds_annotations(data)
    imported = parse_decisions(data, "a.ann", run, "Bo")
    assert imported.unmatched == 0
    return [
        (one.claim, one.action, one.text, one.verdict, one.note, one.by)
        for one in imported.decisions
    ]


def test_ranges_cut_a_quote_at_line_breaks_and_tabs(run):
    lines = render(run).splitlines()
    assert lines[:2] == [
        "T1\tClaim 0 41;43 51\tAnn Lee said the ferry carried 900 people in 2020.",
        "A1\tKind T1 quantity",
    ]
    text = render_text(run.document)
    assert "\r" not in text
    for line in lines:
        if line.startswith("T"):
            _, ranges, words = line.split("\t")
            parts = [tuple(map(int, part.split())) for part in ranges[6:].split(";")]
            assert words == " ".join(text[start:end] for start, end in parts)


def test_the_same_file_decides_nothing_again(run):
    first, second = run.claims
    decided = replace(
        run,
        decisions=(
            decide(first, Action.EDITED, text="It carried\n 900.", speaker="Bo Li"),
            decide(second, Action.REJECTED, note="two\tspaces"),
            decide(second, Action.NOTED, verdict=Label.REFUTED),
        ),
    )
    assert read_changes(run, render(run)) == []
    assert read_changes(decided, render(decided)) == []


def test_what_somebody_changed_in_brat_is_a_decision(run):
    first, second = run.claims
    written = render(run)
    assert f"A2\tVerdict T1 {Label.SUPPORTED}" in written
    changed = written.replace("A2\tVerdict T1 supported", "A2\tVerdict T1 refuted")
    changed += "A9\tDecision T2 accepted\n#9\tAnnotatorNotes T1\tonly 700\n"
    assert read_changes(run, changed) == [
        (first.id, Action.NOTED, None, Label.REFUTED, "only 700", "Bo"),
        (second.id, Action.ACCEPTED, None, None, None, "Bo"),
    ]
    edited = written + "#9\tEditedText T1\tIt carried 900.\n"
    assert read_changes(run, edited) == [
        (first.id, Action.EDITED, "It carried 900.", None, None, "Bo")
    ]


def test_annotations_of_others_belong_to_the_claim_with_their_quote(run):
    claim = run.claims[1]
    (span,) = claim.spans
    ranges = f"{span.start} {span.start + 17};{span.start + 18} {span.end}"
    quote = " ".join(span.text.split())
    written = (
        f"T7\tAssertion {ranges}\t{quote}\nT8\tAssertion 0 3\tAnn\n"
        "R1\tSame Arg1:T7 Arg2:T8\n*\tEquiv T7 T8\n#1\tAnnotatorNotes T7\task\n"
    )
    imported = parse_decisions(written.encode(), "a.ann", run, "Bo")
    (decision,) = imported.decisions
    assert (decision.claim, decision.note) == (claim.id, "ask")
    assert imported.unmatched == 1
    assert [item.text for item in parse_statements(written.encode(), "a.ann")] == [
        quote,
        "Ann",
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"The ferry carried 900 people.\n",
        b"T1\tClaim 0 3\tAnn\nnot an annotation\n",
        b"#1\tAnnotatorNotes T1\talone\n",
        b"id\ttext\nT1\tThe ferry\n",
    ],
)
def test_other_files_are_not_taken_for_annotations(data):
    assert not holds_annotations(data)


@pytest.mark.parametrize("line", [b"T1\tClaim 0", b"words", b"T1\tClaim a b\tAnn"])
def test_another_line_is_an_error_with_its_number(run, line):
    data = b"T3\tClaim 0 3\tAnn\n" + line
    with pytest.raises(InputError, match=r"a\.ann, line 2: is neither"):
        parse_decisions(data, "a.ann", run, "Bo")
