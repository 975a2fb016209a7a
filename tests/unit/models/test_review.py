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
from claimcheck.models.verdict import Label
from claimcheck.reports.table import iter_claim_rows

TEXT = "The ferry carried 900 people in 2020. The tower in Graz was built in 1868."


@pytest.fixture
def run():
    run = summarize(TEXT, settings=Settings(engine="extractive"), check=True)
    assert list(index_labels(run).values()) == ["supported", "supported"]
    return run


def decide(run, number, action, *, text=None, verdict=None, note=None, by="Ann"):
    made = Decision(run.claims[number].id, action, text, verdict, note, by)
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
    assert count_labels(reviewed)[0].total() == 1
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
