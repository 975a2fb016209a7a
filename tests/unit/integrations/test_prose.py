"""`claimcheck-prose`: problems as lines, only new ones, and annotations."""

import subprocess

import pytest

from claimcheck.integrations.prose import main

WRONG = "The ferry carried 700 people in 2020."


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.txt").write_text("The ferry carried 900 people in 2020.")
    (tmp_path / "draft, 1.md").write_text(f"# News\n\n{WRONG}\n")
    return tmp_path


def run_git(*arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def test_prints_a_line_for_each_problem(folder, capsys):
    assert main(["draft, 1.md", "--against", "sources"]) == 1
    assert capsys.readouterr().out == (
        "draft, 1.md:3:1: error: number: “The ferry carried 700 people in 2020.” "
        "The claim says “700 people”, the evidence “900 people”. Of "
        "verdicts like this, 9 in 10 were right on unseen data.\n"
    )


def test_prints_annotations_for_github(folder, capsys):
    main(["draft, 1.md", "--against", "sources", "--github", "--report", "r.txt"])
    printed = capsys.readouterr().out
    assert printed.startswith("::error file=draft%2C 1.md,line=3,title=number::“The")
    assert (folder / "r.txt").read_text(encoding="utf-8").startswith("draft, 1.md:3:1:")


def test_leaves_out_what_an_earlier_revision_had(folder, capsys):
    run_git("init", "-q")
    run_git("add", "-A")
    run_git("commit", "-qm", "first")
    arguments = ["draft, 1.md", "--against", "sources", "--since", "HEAD"]
    assert main(arguments) == 0
    text = (
        f"Nothing happened today.\n\n{WRONG}\n\nThe ferry carried 800 people in 2020."
    )
    (folder / "draft, 1.md").write_text(text)
    assert main(arguments) == 1
    assert "800 people" in capsys.readouterr().out
    (folder / "new.md").write_text(WRONG)
    assert main(["new.md", *arguments[1:]]) == 1


def test_a_claim_without_evidence_fails_only_on_request(folder):
    (folder / "open.md").write_text("The tower in Graz was built in 1868.")
    arguments = ["open.md", "--against", "sources"]
    assert main(arguments) == 0
    assert main([*arguments, "--fail-on", "unsupported"]) == 1


def test_a_missing_file_is_an_error_of_usage(folder, capsys):
    assert main(["missing.md", "--against", "sources"]) == 2
    assert "missing.md" in capsys.readouterr().err
