"""What people and models get to read, as plain files: a change shows in the diff. `make snapshots` writes them."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from claimcheck import Document, Run, Settings
from claimcheck.flows.summarize import summarize_flow
from claimcheck.reports import markdown
from claimcheck.reports import text as text_report
from claimcheck.text.facts import describe
from claimcheck.text.reading import Reading
from claimcheck.version import __version__

FOLDER = Path(__file__).parent
COMMANDS = ["", "summarize", "ground", "schema", "validate", "prompts", "doctor"]


def same(name: str, text: str) -> None:
    path = FOLDER / name
    text = text.replace(f"claimcheck {__version__}", "claimcheck VERSION")
    if os.environ.get("CLAIMCHECK_SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def timeless(seed_run):
    return replace(seed_run, usage=replace(seed_run.usage, seconds=0.0))


def test_the_text_report(timeless):
    same("seed.txt", text_report.render(timeless))


def test_the_narrow_text_report(timeless):
    report = text_report.render(timeless, width=60)
    assert max(map(len, report.splitlines())) <= 60
    same("seed-60.txt", report)


def test_the_markdown_report(timeless):
    same("seed.md", markdown.render(timeless))


def test_the_json(timeless):
    assert Run.from_json(timeless.to_json()) == timeless
    same("seed.json", re.sub(r'"version": "[^"]*"', '"version": "VERSION"', timeless.to_json(text=False)))


def test_the_prompt_as_a_model_gets_it(seed_text):
    reading = Reading(seed_text)
    document = describe(Document.from_text(seed_text, source="seed.txt"), reading)
    (request,) = next(summarize_flow(document, reading, Settings(engine="llm", model="m")))
    same(
        "prompt.md",
        "\n\n".join(f"## {message.role}\n{message.content}" for message in request.messages) + "\n",
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command or "claimcheck")
def test_the_help(command):
    arguments = [command] if command else []
    done = subprocess.run(
        [sys.executable, "-m", "claimcheck", *arguments, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "100"},
    )
    same(f"help-{command or 'claimcheck'}.txt", done.stdout)
