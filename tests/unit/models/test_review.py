"""Decisions of people, taken together and applied to a run."""

from dataclasses import replace

import pytest

from claimcheck import Settings, summarize
from claimcheck.models.decision import Action, Decision
from claimcheck.models.review import (
    apply_decisions,
    count_labels,
    judge_claims,
    list_checkable_claims,
)
from claimcheck.models.run import LinkedText
from claimcheck.models.verdict import Label
from claimcheck.reports.table import iter_claim_rows
from claimcheck.reports.wording import format_check_heading

TEXT = "The ferry carried 900 people in 2020. The tower in Graz was built in 1868."


@pytest.fixture
def run():
    run = summarize(TEXT, settings=Settings(engine="extractive"), check=True)
    assert list(index_labels(run).values()) == ["supported", "supported"]
    return run


def decide(run, number, action, *, by="Ann", **given):
    empty = dict.fromkeys(("text", "verdict", "note"))
    made = Decision(run.claims[number].id, action, by=by, **{**empty, **given})
    return replace(run, decisions=(*run.decisions, made))


def index_labels(run):
    labels = {verdict.subject: verdict.label for verdict in run.verdicts}
    return {claim.id: labels[claim.id] for claim in run.claims if claim.id in labels}


def test_a_run_without_decisions_is_itself(run):
    assert apply_decisions(run) is run


def test_a_rejected_claim_keeps_its_place_and_loses_its_verdict(run):
    reviewed = apply_decisions(decide(run, 0, Action.REJECTED))
    assert reviewed.claims == run.claims
    assert index_labels(reviewed) == {run.claims[1].id: "supported"}
    assert count_labels(reviewed).claims.total() == 1
    assert list_checkable_claims(reviewed) == [run.claims[1]]


def test_a_headline_that_repeats_a_rejected_claim_is_replaced(run):
    assert run.summary.headline == "The ferry carried 900 people in 2020"
    reviewed = apply_decisions(decide(run, 0, Action.REJECTED))
    assert reviewed.summary.headline == "The tower in Graz was built in 1868."
    other = apply_decisions(decide(run, 1, Action.REJECTED))
    assert other.summary.headline == run.summary.headline


def test_an_edited_claim_has_its_new_text_and_no_verdict_on_the_old_one(run):
    edited = decide(run, 0, Action.NOTED, verdict=Label.SUPPORTED)
    edited = decide(edited, 0, Action.EDITED, text="It carried 900.")
    reviewed = apply_decisions(edited)
    assert reviewed.claims[0].text == "It carried 900."
    assert run.claims[0].id not in index_labels(reviewed)


def test_a_verdict_of_a_person_takes_the_place_of_another(run):
    own = decide(run, 0, Action.NOTED, verdict=Label.REFUTED)
    (verdict,) = [
        verdict
        for verdict in apply_decisions(own).verdicts
        if verdict.subject == run.claims[0].id
    ]
    assert (verdict.label, verdict.finding.decided_by) == ("refuted", "person")
    assert verdict.finding.rationale.startswith(
        "The verdict of Ann. The check said supported: "
    )


def test_a_report_counts_verdicts_of_people_apart_from_those_of_the_check(run):
    own = apply_decisions(decide(run, 0, Action.NOTED, verdict=Label.REFUTED))
    heading = format_check_heading(own)
    assert heading.startswith("Claims checked against the document: 1 supported;")
    assert heading.endswith("; decided by people: 1 refuted")


def test_only_people_decided_where_nothing_was_checked(run):
    unchecked = replace(run, verdicts=())
    own = apply_decisions(decide(unchecked, 0, Action.NOTED, verdict=Label.REFUTED))
    assert format_check_heading(own) == "Decided by people: 1 refuted"


def test_a_verdict_that_a_person_shares_keeps_its_evidence(run):
    own = decide(run, 0, Action.NOTED, verdict=Label.SUPPORTED)
    assert apply_decisions(own).verdicts == run.verdicts


def test_a_note_leaves_the_decision_before_in_force(run):
    noted = decide(run, 0, Action.ACCEPTED)
    noted = decide(noted, 0, Action.NOTED, note="call them", by="Bo")
    (judgment,) = judge_claims(noted).values()
    assert (judgment.action, judgment.note) == (Action.ACCEPTED, "call them")
    assert "Accepted by Ann" in judgment.describe()
    assert "Noted by Bo" in judgment.describe()
    rejected = decide(noted, 0, Action.REJECTED)
    (judgment,) = judge_claims(rejected).values()
    assert "Accepted" not in judgment.describe()


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("label", [None, *Label])
def test_applying_decisions_twice_changes_nothing_more(run, action, label):
    text = "It carried 900." if action is Action.EDITED else None
    once = apply_decisions(decide(run, 0, action, text=text, verdict=label))
    assert apply_decisions(once) == once


def test_a_table_has_what_people_decided_and_what_they_decided_about(run):
    edited = decide(
        run, 0, Action.EDITED, text="It carried 900.", verdict=Label.REFUTED
    )
    first, second = iter_claim_rows(decide(edited, 1, Action.REJECTED))
    assert (first["text"], first["verdict"]) == ("It carried 900.", "refuted")
    assert first["original_text"] == run.claims[0].text
    assert first["original_verdict"] == "supported"
    assert (second["text"], second["verdict"]) == (run.claims[1].text, None)
    assert (second["decision"], second["original_verdict"]) == ("rejected", "supported")


def test_a_corrected_speaker_keeps_the_corrected_text_and_costs_the_verdict(run):
    edited = decide(run, 0, Action.EDITED, text="It carried 900.")
    edited = decide(edited, 0, Action.EDITED, speaker="Ines Mora", by="Bo")
    reviewed = apply_decisions(edited)
    claim = reviewed.claims[0]
    assert (claim.text, claim.speaker) == ("It carried 900.", "Ines Mora")
    assert claim.id not in index_labels(reviewed)
    assert apply_decisions(reviewed) == reviewed
    (judgment,) = judge_claims(edited).values()
    assert judgment.describe().count("Edited by") == 2
    nobody = decide(edited, 0, Action.EDITED, speaker="the document")
    assert apply_decisions(nobody).claims[0].speaker is None
    accepted = apply_decisions(decide(nobody, 0, Action.ACCEPTED))
    assert accepted.claims[0] == run.claims[0]


def test_the_headline_follows_the_decisions(run):
    assert run.summary.headline == "The ferry carried 900 people in 2020"
    rejected = apply_decisions(decide(run, 0, Action.REJECTED))
    assert rejected.summary.headline == "The tower in Graz was built in 1868."
    assert apply_decisions(rejected) == rejected
    edited = decide(run, 0, Action.EDITED, text="The ferry carried 901 people.")
    assert apply_decisions(edited).summary.headline == "The ferry carried 901 people"
    neither = decide(decide(run, 0, Action.REJECTED), 1, Action.REJECTED)
    assert apply_decisions(neither).summary.headline == "text"


def test_a_text_without_claims_that_repeats_a_rejected_one_goes(run):
    points = ("the ferry carried 900 people", "Ferry", "The tower stands.")
    summary = replace(
        run.summary, key_points=tuple(LinkedText(text, ()) for text in points)
    )
    rejected = decide(replace(run, summary=summary), 0, Action.REJECTED)
    left = [item.text for item in apply_decisions(rejected).summary.key_points]
    assert left == ["Ferry", "The tower stands."]
