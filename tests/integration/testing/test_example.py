"""The example project for CI, copied by a stranger, and offline."""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

EXAMPLE = ROOT / "examples" / "ci"
# The plugins that the example installs; those of our own tests are slow to load.
PYTEST_ENVIRONMENT = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": "-p no:cacheprovider -p claimcheck.testing.plugin -p pytest_socket",
}


def read_commands():
    """The commands that the workflow runs, without the installation."""
    lines = (EXAMPLE / ".github/workflows/tests.yml").read_text().splitlines()
    commands = [line.split("- run: ")[1] for line in lines if "- run: " in line]
    assert commands[1] == 'pip install ".[test]"'
    return commands[2:]


@pytest.mark.parametrize("command", read_commands())
def test_the_workflow_replays_the_example_without_a_key(tmp_path, command):
    project = shutil.copytree(EXAMPLE, tmp_path / "newsroom")
    module, *arguments = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        env=os.environ | PYTEST_ENVIRONMENT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_recordings_state_their_model_and_prompts():
    from claimcheck.api.cassettes import summarize_cassettes

    summaries = summarize_cassettes(EXAMPLE / "cassettes")
    assert {model for summary in summaries for model in summary.models} == {
        "qwen2.5-coder-1.5b-instruct"
    }
    assert {name for summary in summaries for name in summary.templates} == {
        "prompts/summarize",
        "prompts/verdict",
        "schemas/summary.answer",
        "schemas/verdict.answer",
    }
