"""What changed from one run to another, and the command that says so."""

import json
import subprocess
import sys

import pytest

from claimcheck import Settings, summarize
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
    found = compare_runs(run(OLD), run(NEW))
    assert found.added == ("A new ship costs 40 million euros.",)
    assert found.gone == ("Anna Brandt said the ferry is too old.",)
    assert [(item.old, item.new) for item in found.reworded] == [
        ("The ferry carried 900 people in 2020.", "The ferry carried 700 people in 2020.")
    ]
    assert found.reworded[0].words == (
        DiffSegment("same", "The ferry carried"),
        DiffSegment("gone", "900"),
        DiffSegment("added", "700"),
        DiffSegment("same", "people in 2020."),
    )
    assert (found.moved, found.same) == (("The mayor opened the harbour on Monday.",), 2)


def test_the_same_run_has_no_changes():
    found = compare_runs(run(OLD), run(OLD))
    assert (bool(found), found.same) == (False, len(run(OLD).claims))


def test_another_verdict_on_the_same_claim_is_told():
    from dataclasses import replace

    from claimcheck import Label

    old = run(OLD, check=True)
    claims = {claim.id for claim in old.claims}
    place = next(number for number, verdict in enumerate(old.verdicts) if verdict.subject in claims)
    verdict = old.verdicts[place]
    other = replace(verdict, finding=replace(verdict.finding, label=Label.REFUTED))
    new = replace(old, verdicts=(*old.verdicts[:place], other, *old.verdicts[place + 1 :]))
    (changed,) = compare_runs(old, new).verdicts
    assert (changed.text, changed.old, changed.new) == (verdict.text, "supported", "refuted")


def claimcheck(*words, given=None):
    return subprocess.run(
        [sys.executable, "-m", "claimcheck", "diff", *words, "--engine", "extractive", "--quiet"],
        input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def files(tmp_path):
    (tmp_path / "old.txt").write_text(OLD)
    (tmp_path / "new.txt").write_text(NEW)
    (tmp_path / "old.json").write_text(run(OLD).to_json())
    return tmp_path


def test_the_command_takes_documents_and_runs_alike(files):
    from_documents, from_run = claimcheck("old.txt", "new.txt"), claimcheck("old.json", "new.txt")
    assert from_documents.stdout == from_run.stdout
    assert "* The ferry carried [-900-] {+700+} people in 2020." in from_run.stdout
    assert "+ A new ship costs 40 million euros." in from_run.stdout
    piped = claimcheck("old.json", "-", given=NEW)
    assert piped.stdout == from_run.stdout
    assert json.loads(claimcheck("old.txt", "new.txt", "--format", "json").stdout)["same"] == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("old.txt", "new.txt", "--fail-on", "gone"), 1),
        (("old.txt", "new.txt", "--fail-on", "any"), 1),
        (("old.txt", "new.txt", "--fail-on", "verdicts"), 0),
        (("old.txt", "old.json", "--fail-on", "any"), 0),
        (("old.txt", "nope.txt"), 2),
        (("-", "-"), 2),
    ],
)
def test_the_exit_code_says_what_was_asked(files, words, code):
    assert claimcheck(*words).returncode == code
