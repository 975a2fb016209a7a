"""What changed from one run to another: added, gone, reworded and moved claims, and verdicts."""

from dataclasses import replace

from claimcheck import Label, Settings, summarize
from claimcheck.reports.diff import DiffSegment, compare_runs

OLD = (
    "The ferry carried 900 people in 2020. It was built in Gdansk in 1998. The mayor opened the harbour on Monday. "
    "Anna Brandt said the ferry is too old."
)
NEW = (
    "The mayor opened the harbour on Monday. The ferry carried 700 people in 2020. It was built in Gdansk in 1998. "
    "A new ship costs 40 million euros."
)


def run(text, **more):
    return summarize(text, settings=Settings(engine="extractive"), **more)


def test_claims_are_added_gone_reworded_and_moved():
    diff = compare_runs(run(OLD), run(NEW))
    assert diff.added == ("A new ship costs 40 million euros.",)
    assert diff.gone == ("Anna Brandt said the ferry is too old.",)
    assert [(item.old, item.new) for item in diff.reworded] == [
        (
            "The ferry carried 900 people in 2020.",
            "The ferry carried 700 people in 2020.",
        )
    ]
    assert diff.reworded[0].words == (
        DiffSegment("same", "The ferry carried"),
        DiffSegment("gone", "900"),
        DiffSegment("added", "700"),
        DiffSegment("same", "people in 2020."),
    )
    assert (diff.moved, diff.same) == (
        ("The mayor opened the harbour on Monday.",),
        2,
    )


def test_a_run_does_not_differ_from_itself():
    diff = compare_runs(run(OLD), run(OLD))
    assert (bool(diff), diff.same) == (False, len(run(OLD).claims))


def test_reports_a_changed_verdict_on_the_same_claim():
    old = run(OLD, check=True)
    claims = {claim.id for claim in old.claims}
    place = next(
        number
        for number, verdict in enumerate(old.verdicts)
        if verdict.subject in claims
    )
    verdict = old.verdicts[place]
    other = replace(verdict, finding=replace(verdict.finding, label=Label.REFUTED))
    new = replace(
        old, verdicts=(*old.verdicts[:place], other, *old.verdicts[place + 1 :])
    )
    (changed,) = compare_runs(old, new).verdicts
    assert (changed.text, changed.old, changed.new) == (
        verdict.text,
        "supported",
        "refuted",
    )
