"""What people and models read, as plain files, so that a change shows in the diff. `make snapshots` writes them."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from claimcheck import Check, Document, Run, Settings, check, summarize
from claimcheck.english.metadata import fill_metadata
from claimcheck.pipeline.summarize import summarize_with_model
from claimcheck.reports import markdown, text
from claimcheck.text.reading import Reading
from claimcheck.version import __version__
from tests.support.chronicle import ReadingClient
from tests.support.command import claimcheck

FOLDER = Path(__file__).parent
COMMANDS = [
    "",
    "summarize",
    "check",
    "batch",
    "show",
    "review",
    "bundle",
    "verify",
    "diff",
    "cite",
    "match",
    "mcp",
    "serve",
    "runs",
    "runs list",
    "runs export",
    "runs retry",
    "cache",
    "cassettes",
    "index",
    "index add",
    "index search",
    "models",
    "models list",
    "models get",
    "verifier",
    "verifier get",
    "eval",
    "eval verification",
    "eval compare",
    "ground",
    "schema",
    "validate",
    "prompts",
    "prompts init",
    "prompts diff",
    "prompts lint",
    "prompts compare",
    "doctor",
    "trust",
]
CLAIMS = [
    "Ryabkov said Russia was increasingly concerned by U.S. sanctions on the Latin American country.",
    "TASS quoted Ryabkov as saying the talks were difficult but frank.",
    "Oil exports were declining by about 500,000 barrels a month.",
    "The talks were positive.",
    "The talks ended at midnight.",
]


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
    same("seed.txt", text.render_run(timeless))


def test_the_narrow_text_report(timeless):
    report = text.render_run(timeless, width=60)
    assert max(map(len, report.splitlines())) <= 60
    same("seed-60.txt", report)


def test_the_markdown_report(timeless):
    same("seed.md", markdown.render_run(timeless))


def test_the_json(timeless):
    assert Run.from_json(timeless.to_json()) == timeless
    same(
        "seed.json",
        re.sub(
            r'"version": "[^"]*"', '"version": "VERSION"', timeless.to_json(text=False)
        ),
    )


@pytest.fixture(scope="module")
def timeless_check(seed_text):
    found = check(
        CLAIMS,
        Document.from_text(seed_text, source="seed.txt"),
        settings=Settings(engine="extractive"),
    )
    return replace(found, usage=replace(found.usage, seconds=0.0))


def test_the_text_report_of_a_check(timeless_check):
    same("check.txt", text.render_check(timeless_check))


def test_the_markdown_report_of_a_check(timeless_check):
    same("check.md", markdown.render_check(timeless_check))


def test_the_json_of_a_check(timeless_check):
    assert Check.from_json(timeless_check.to_json()) == timeless_check
    same(
        "check.json",
        re.sub(
            r'"version": "[^"]*"',
            '"version": "VERSION"',
            timeless_check.to_json(text=False),
        ),
    )


def test_the_prompt_that_a_model_receives(seed_text):
    reading = Reading(seed_text)
    document = fill_metadata(Document.from_text(seed_text, source="seed.txt"), reading)
    (request,) = next(
        summarize_with_model(document, reading, Settings(engine="llm", model="m"))
    )
    same(
        "prompt.md",
        "\n\n".join(
            f"## {message.role}\n{message.content}" for message in request.messages
        )
        + "\n",
    )


def test_the_prompts_of_a_long_document(seed_text):
    client = ReadingClient()
    settings = Settings(engine="llm", model="m", passage_tokens=300)
    summarize(
        Document.from_text(seed_text, source="seed.txt"),
        settings=settings,
        client=client,
    )
    same(
        "prompts-long.md",
        "\n\n".join(
            f"## {request.schema_name} {message.role}\n{message.content}"
            for request in client.requests[1:]
            for message in request.messages
        )
        + "\n",
    )


@pytest.mark.parametrize(
    "command", COMMANDS, ids=lambda command: command or "claimcheck"
)
def test_the_help(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    done = claimcheck(*command.split(), "--help")
    assert done.returncode == 0
    same(f"help-{command.replace(' ', '-') or 'claimcheck'}.txt", done.out)
