"""The command `diff`."""

import json
import subprocess
import sys

import pytest

from claimcheck import Settings, summarize

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


def test_diff_accepts_documents_and_runs_alike(files):
    from_documents, from_run = (
        claimcheck("old.txt", "new.txt"),
        claimcheck("old.json", "new.txt"),
    )
    assert from_documents.stdout == from_run.stdout
    assert "* The ferry carried [-900-] {+700+} people in 2020." in from_run.stdout
    assert "+ A new ship costs 40 million euros." in from_run.stdout
    piped = claimcheck("old.json", "-", given=NEW)
    assert piped.stdout == from_run.stdout
    assert (
        json.loads(claimcheck("old.txt", "new.txt", "--format", "json").stdout)["same"]
        == 2
    )


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
    assert claimcheck(*words).returncode == code
