"""A project with cases of every kind: its recordings play anywhere, with no server.

They were recorded from a server that is not part of the repository, see
record_project.py.
"""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.quirks import serve_quirks

PROJECT = Path(__file__).parent / "project"
# Others are slow to load.
PLUGINS = ["claimcheck.testing.plugin", "xdist.plugin", "anyio.pytest_plugin"]
if find_spec("pytest_asyncio"):
    PLUGINS.append("pytest_asyncio.plugin")


def run_project(folder, *arguments, **environment):
    """Run pytest in the folder; return its exit status and what it printed."""
    plugins = [f"-p{name}" for name in PLUGINS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environment,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path):
    """The project, in another folder than that of the recording."""
    return shutil.copytree(PROJECT, tmp_path / "elsewhere")


def read_cassettes(project):
    return {
        path.relative_to(project / "cassettes"): path.read_text(encoding="utf-8")
        for path in (project / "cassettes").rglob("*.json")
    }


def test_replays_elsewhere_in_another_order_with_no_server_and_another_key(project):
    assert len(read_cassettes(project)) > 40
    before = read_cassettes(project)
    status, output = run_project(
        project,
        "-n2",
        HOME="/nowhere",
        LANG="C",
        TZ="Asia/Tokyo",
        PYTHONUTF8="0",
        ORDER="reversed",
        OPENAI_BASE_URL="http://127.0.0.1:9",
        OPENAI_API_KEY="a-key-that-is-different",
    )
    assert status == 0, output
    assert "skipped" not in output
    assert read_cassettes(project) == before


def test_every_unanswered_request_fails_its_test(project):
    reports = run_and_read_reports(project, "test_faulty.py", FAULTY="1")
    assert len(reports) == 19
    for node_id, outcomes in reports.items():
        failed = [text for outcome, text in outcomes if outcome == "failed"]
        assert len(failed) == 1, (node_id, outcomes)
        check_explanation(node_id, failed[0])


def run_and_read_reports(project, *arguments, **environment):
    """Run tests of which some fail; return (outcome, text) of each test's phases."""
    path = project / "outcomes"
    status, output = run_project(project, *arguments, OUTCOMES=str(path), **environment)
    assert status == 1, output
    reports = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        node_id, outcome, text = json.loads(line)
        reports.setdefault(node_id, []).append((outcome, text))
    return reports


def check_explanation(node_id, text):
    quoted = f"'{node_id}'" if "[" in node_id else node_id
    assert f"pytest --cassette-record=new {quoted}" in text, text
    assert "How to fix" not in text  # the message of vcrpy
    if "less_often" in node_id:
        assert "1 recorded answer was not requested" in text
    elif "more_often" in node_id:
        assert "no recorded answer for POST http://127.0.0.1" in text
        assert "the code sends it one more time" in text
    else:
        assert "no recorded answer for POST http://127.0.0.1" in text
        assert "the right prompt" in text
        assert "the wrong prompt" in text


def test_a_missing_cassette_fails_the_tests_that_play_it(project):
    missing = [
        "test_sync",
        "TestClass.test_one",
        "test_parameters[beta]",
        "module_answer",
    ]
    for name in missing:
        (project / f"cassettes/test_plain/{name}.json").unlink()
    before = read_cassettes(project)
    reports = run_and_read_reports(
        project,
        "-ksync or parameters or scope or module or TestClass",
        OPENAI_BASE_URL="http://127.0.0.1:9",
    )
    failed = {
        node_id.removeprefix("test_plain.py::"): text
        for node_id, outcomes in reports.items()
        for outcome, text in outcomes
        if outcome == "failed"
    }
    assert all(".json does not exist" in text for text in failed.values())
    assert list(failed) == [
        "test_sync",
        "test_parameters[beta]",
        "TestClass::test_one",
        "test_every_scope[one/1]",
        "test_every_scope[two]",
        "test_the_module_again",
    ]
    assert read_cassettes(project) == before


def test_two_workers_record_what_is_in_the_repository(project):
    shutil.rmtree(project / "cassettes")
    shared = "scope or module or shares or parameters or set_up or unit or mixed"
    with serve_quirks() as (url, _):
        status, output = run_project(
            project,
            "--cassette-record=new",
            "-n2",
            f"-k{shared}",
            OPENAI_BASE_URL=url,
            OPENAI_API_KEY="newsroom-key-for-everybody",
            DB_PASSWORD="question",
        )
    assert status == 0, output
    recorded, committed = read_cassettes(project), read_cassettes(PROJECT)
    assert len(recorded) > 20
    for path, text in recorded.items():
        assert "newsroom-key" not in text
        assert list_requests(text) == list_requests(committed[path])


def list_requests(cassette):
    """Return the requests of each test in a cassette."""
    return sorted(
        json.dumps([item, interaction["request"]["body"]])
        for interaction in json.loads(cassette)["interactions"]
        for item in interaction["items"]
    )


def test_no_secret_is_in_the_recordings():
    for text in read_cassettes(PROJECT).values():
        assert "newsroom-key" not in text
        assert "authorization" not in text.lower()
