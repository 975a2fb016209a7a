"""The script of the GitHub Action, in a repository with a change."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path("claimcheck/integrations/github_action.sh").resolve()
COMMAND = (
    "import sys; from claimcheck.integrations import prose; sys.exit(prose.main())"
)
AUTHOR = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "a.txt").write_text("The ferry carried 900 people in 2020.")
    (folder / "old.md").write_text("The ferry carried 600 people in 2020.")
    (folder / "new.md").write_text("The ferry carried 900 people in 2020.")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "Start")):
        git(folder, *command)
    (folder / "new.md").write_text("The ferry carried 700 people in 2020.")
    git(folder, "commit", "-qam", "Change")
    return folder


def git(folder, *arguments):
    done = subprocess.run(
        ["git", *AUTHOR, *arguments], cwd=folder, check=True, capture_output=True
    )
    return done.stdout.decode().strip()


def run_action(repository, base):
    runner = repository.parent / "runner"
    runner.mkdir()
    command = runner / "claimcheck-prose"  # as pip installs it
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{COMMAND}" "$@"\n')
    command.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{runner}{os.pathsep}{os.environ['PATH']}",
        "AGAINST": "sources\n",
        "FILES": "*.md",
        "FAIL_ON": "refuted",
        "BASE": base,
        "GITHUB_OUTPUT": str(runner / "output"),
        "GITHUB_STEP_SUMMARY": str(runner / "summary"),
        "RUNNER_TEMP": str(runner),
    }
    done = subprocess.run(
        ["bash", SCRIPT],
        cwd=repository,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.returncode, (runner / "output").read_text(), done.stdout.decode()


@pytest.mark.parametrize(
    ("base", "problems"), [("HEAD~1", 1), ("", 2), ("0" * 40, 2), ("HEAD", 0)]
)
def test_checks_what_changed_since_the_base_or_everything(repository, base, problems):
    if base.startswith("HEAD"):
        base = git(repository, "rev-parse", base)
    status, output, log = run_action(repository, base)
    assert output == f"problems={problems}\n"
    assert status == (1 if problems else 0)
    assert log.count("::error file=") == problems
