"""The command `diff`."""

import json

import pytest

from claimcheck import Settings, summarize
from tests.support.command import claimcheck

OLD = (
    "The ferry carried 900 people in 2020. It was built in Gdansk in 1998. "
    "The mayor opened the harbour on Monday. "
    "Anna Brandt said the ferry is too old."
)
NEW = (
    "The mayor opened the harbour on Monday. The ferry carried 700 people in 2020. "
    "It was built in Gdansk in 1998. "
    "A new ship costs 40 million euros."
)


def diff(*words, stdin=""):
    return claimcheck(
        "diff", *words, "--engine", "extractive", "--quiet", stdin=stdin.encode()
    )


def run(text, **more):
    return summarize(text, settings=Settings(engine="extractive"), **more)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "old.txt").write_text(OLD)
    (tmp_path / "new.txt").write_text(NEW)
    (tmp_path / "old.json").write_text(run(OLD).to_json())
    return tmp_path


def test_diff_accepts_documents_and_runs_alike(files):
    from_documents, from_run = diff("old.txt", "new.txt"), diff("old.json", "new.txt")
    assert from_documents.out == from_run.out
    assert "* The ferry carried [-900-] {+700+} people in 2020." in from_run.out
    assert "+ A new ship costs 40 million euros." in from_run.out
    piped = diff("old.json", "-", stdin=NEW)
    assert piped.out == from_run.out
    assert json.loads(diff("old.txt", "new.txt", "--format", "json").out)["same"] == 2


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
def test_fail_on_sets_the_exit_code(files, words, code):
    assert diff(*words).returncode == code


def test_no_claim_is_gone_because_another_one_took_its_place(tmp_path):
    places = [f"Bridge {number} was built in {1900 + number}." for number in range(50)]
    (tmp_path / "old.txt").write_text(" ".join(places))
    added = "The new bridge cost 900 million dollars in 2020."
    (tmp_path / "new.txt").write_text(" ".join([added, *places]))
    changes = json.loads(diff("old.txt", "new.txt", "--format", "json").out)
    assert (changes["same"], changes["added"], changes["gone"]) == (50, [added], [])


def test_a_run_that_left_claims_out_is_named(tmp_path):
    text = " ".join(f"Bridge {number} was built in 1950." for number in range(40))
    (tmp_path / "run.json").write_text(run(text).to_json())
    done = claimcheck("diff", "run.json", "run.json", "--engine", "extractive")
    assert "run.json: 10 further sentences with a claim over the run's" in done.err
