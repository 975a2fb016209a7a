"""The README and docs/ are true: their commands and their Python run, and every command is documented."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from inspect import signature
from pathlib import Path

import pytest

from claimcheck.cli import batch, check, serve, summarize
from claimcheck.cli.doctor import EXTRAS
from tests.support.command import claimcheck
from tests.support.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
_SECONDS = re.compile(r"\b\d+\.\d s\b")
ELISION = "[...]"


def blocks(language):
    return [
        pytest.param(match[2], id=f"{page.name}-{number}")
        for page in PAGES
        for number, match in enumerate(
            _FENCE.finditer(page.read_text(encoding="utf-8")), 1
        )
        if match[1] == language
    ]


@pytest.fixture(autouse=True)
def _checkout(tmp_path, monkeypatch):
    """A folder like a fresh checkout, in which examples may write; `claimcheck` is this environment's."""
    for name in ("seeds", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv(
        "PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )


def output_of(line):
    """What a line of commands prints. `claimcheck` runs in this process, everything else in a shell."""
    printed = ""
    for commands in parts(line, ";"):
        piped = b""
        for command in parts(commands, "|"):
            if command.startswith("claimcheck "):
                done = claimcheck(*shlex.split(command)[1:], stdin=piped)
            else:
                done = subprocess.run(
                    command, shell=True, input=piped, capture_output=True, check=False
                )
            piped = done.stdout
            printed += done.stderr.decode()
        printed += piped.decode()
    return printed


def parts(line, separator):
    """Split a line at a separator that is not inside quotation marks."""
    quoted = rf"""(?:[^{re.escape(separator)}'"]|'[^']*'|"[^"]*")+"""
    return [part.strip() for part in re.findall(quoted, line)]


@pytest.mark.parametrize("block", blocks("console"))
def test_a_console_example_prints_what_the_page_shows(block):
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        printed = _SECONDS.sub("0.0 s", output_of(command))
        position = 0
        for piece in _SECONDS.sub("0.0 s", shown).split(ELISION):
            wanted = piece.strip("\n")
            found = printed.find(wanted, position)
            assert found >= 0, f"$ {command}\nprinted:\n{printed}\nwithout:\n{wanted}"
            position = found + len(wanted)


@pytest.mark.parametrize("block", blocks("python"))
def test_a_python_example_runs(block, capfd):
    exec(compile(block, "example", "exec"), {"__name__": "__main__"})
    assert capfd.readouterr().out.splitlines() == re.findall(r"# prints: (.*)", block)


def test_every_command_and_option_is_documented():
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    listing = claimcheck("--help").out
    commands = re.findall(r"^  (\w+)  ", listing.split("Commands:")[1], re.M)
    assert len(commands) > 20
    for command in commands:
        assert f"## claimcheck {command}" in text
    commands_options = {
        *signature(summarize.summarize).parameters,
        *signature(check.check).parameters,
        *signature(batch.batch).parameters,
        *signature(serve.serve).parameters,
    }
    options = {name.replace("_", "-") for name in commands_options} - {
        "source",
        "sources",
        "claims",
        "evidence",
        "open-page",
    }
    for option in options:
        assert f"--{option}" in text, option


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_exist(page):
    for target in re.findall(
        r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")
    ):
        assert (page.parent / target).exists(), target


def test_the_picture_of_the_data_model_is_up_to_date(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "pictures"))
    from model import draw

    assert (ROOT / "docs" / "pictures" / "model.svg").read_text(
        encoding="utf-8"
    ) == draw(), "run make pictures"


def test_doctor_knows_every_extra():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    assert set(EXTRAS) == set(extras) - {"all", "bench", "docs", "dev", "integrations"}
