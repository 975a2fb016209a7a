"""How to install an extra: never a package that is another project's, or not there."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from claimcheck import installation
from tests.support.command import claimcheck
from tests.support.paths import ROOT

# Naming it to warn of it is fine; recommending it is not.
FOREIGN = re.compile(
    r"""
      pip3?\ install[^\n]*?[\s'"]claimcheck(?=[\[\s'"`=<>]|$)
    | pip3?\ install[^\n]*?[\s'"]claimcheck-toolkit  # not on PyPI yet
    | `claimcheck\[\w+\]`
    | (?:dependencies|test)\ =\ \["claimcheck["\[]  # of a pyproject.toml
    """,
    re.VERBOSE,
)


def test_no_file_recommends_a_package_of_pypi():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    wrong = []
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if path == Path(__file__):  # its examples are wrong on purpose
            continue
        if path.suffix in (".py", ".md", ".toml", ".sh", ".yml", ".j2", ".txt"):
            text = path.read_text("utf-8")
            wrong += [f"{name}: {match.group()}" for match in FOREIGN.finditer(text)]
    assert wrong == []


@pytest.mark.parametrize(
    "command",
    [
        "pip install claimcheck",
        "pip install 'claimcheck[pdf]'",
        "pip install -U claimcheck",
        'dependencies = ["claimcheck"]',
        'test = ["claimcheck[testing]"]',
        "pip install 'claimcheck-toolkit[web]'",
        "| PDF | `claimcheck[pdf]` |",
    ],
)
def test_the_pattern_finds_a_recommendation(command):
    assert FOREIGN.search(f"run {command}")


def test_in_a_checkout_the_command_installs_the_checkout():
    command = installation.get_install_command("pdf")
    assert command == f"pip install -e '{ROOT}[pdf]'"


class Distribution:
    def __init__(self, url):
        self.url = url

    def read_text(self, name):
        assert name == "direct_url.json"
        return self.url and json.dumps({"url": self.url, "dir_info": {}})


@pytest.mark.parametrize(
    ("url", "source"),
    [
        (None, "claimcheck-toolkit"),
        ("https://example.org/claimcheck_toolkit-0.1.0.whl", "claimcheck-toolkit"),
        ("file:///nowhere/claimcheck", "claimcheck-toolkit"),
        ("file://{}/my%20checkout", "{}/my checkout"),
    ],
)
def test_elsewhere_the_command_names_what_was_installed(
    url, source, monkeypatch, tmp_path
):
    monkeypatch.setattr(installation, "_PACKAGE_PARENT", tmp_path)
    (tmp_path / "my checkout").mkdir()
    url = url and url.format(tmp_path)
    monkeypatch.setattr(
        installation.metadata, "distribution", lambda name: Distribution(url)
    )
    command = installation.get_install_command("pdf")
    assert command == f"pip install '{source.format(tmp_path)}[pdf]'"


def test_doctor_warns_of_the_package_of_the_other_project(tmp_path, monkeypatch):
    folder = tmp_path / "site" / "claimcheck-0.1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: claimcheck\nVersion: 0.1.0\n"
    )
    monkeypatch.syspath_prepend(folder.parent)
    importlib.invalidate_caches()
    assert installation.find_foreign_distribution() == "claimcheck 0.1.0"
    done = claimcheck("doctor")
    assert b"WARNING: claimcheck 0.1.0 is also installed" in done.stdout
