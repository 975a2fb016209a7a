"""The pytest plugin, in pytest processes of its own: record, replay, miss."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.support.endpoint import completion, serve_script

TEST = """
import json, os, pytest, urllib.request

@pytest.mark.cassette("greeting")
def test_greeting():
    key = "sk-live-abcdefghij0123456789"
    headers = {"authorization": f"Bearer {key}", "openai-organization": "org-abcdefghij12345"}
    body = json.dumps({"line": os.environ["LINE"], "text": f"my key is {key}"}).encode()
    url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        assert b"hello" in answer.read()
"""
COOKIE = {
    "set-cookie": "__cf_bm=secret",
    "x-request-id": "req_1",
    "openai-organization": "org-abcdefghij12345",
}
# Other plugins are slow to load.
PLUGINS = ("-p", "claimcheck.testing.plugin", "-p", "pytest_socket")


def run_pytest(folder, *arguments, plugins=PLUGINS, **environment):
    """Run pytest in its own process, with our plugin and pytest-socket alone."""
    if plugins:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    return done.returncode, done.stdout


def test_records_only_when_asked_and_never_a_secret(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(TEST)
    with serve_script((200, completion("hello"), COOKIE)) as (url, received):
        environment = {"OPENAI_BASE_URL": url, "LINE": "second line"}
        code, said = run_pytest(tmp_path, **environment)
        assert (code, received) == (1, [])
        assert "greeting.json does not exist" in said
        assert not (tmp_path / "cassettes").exists()

        code, said = run_pytest(tmp_path, "--record=once", **environment)
        assert (code, len(received)) == (0, 1), said
        text = (tmp_path / "cassettes" / "greeting.json").read_text()
        for secret in ("sk-live", "org-abc", "cf_bm", "req_1", "authorization"):
            assert secret not in text.lower()

        code, said = run_pytest(tmp_path, **environment | {"LINE": "third line"})
        assert (code, len(received)) == (1, 1)
    assert "CassetteMissError: greeting.json: no recorded answer for POST" in said
    assert "-$.line: second line\n" in said
    assert "+$.line: third line\n" in said
    assert "my key is" not in said.split("CassetteMissError")[1].split("To record")[0]
    assert "pytest --cassette-record=new test_it.py::test_greeting" in said
    assert (tmp_path / "cassettes" / "greeting.json").read_text() == text


def test_no_request_leaves_while_a_cassette_plays(tmp_path):
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "empty.json").write_text(
        '{"interactions": [], "version": 1}'
    )
    (tmp_path / "test_it.py").write_text(
        "import pytest, socket\n"
        "@pytest.mark.cassette('empty')\n"
        "def test_blocked():\n"
        "    with pytest.raises(RuntimeError, match='socket'):\n"
        "        socket.create_connection(('127.0.0.1', 9))\n"
        "def test_open_again():\n"
        "    with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "        socket.create_connection(server.getsockname()).close()\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    # As it is for users, who name no plugin.
    code, said = run_pytest(tmp_path, plugins=())
    assert code == 0, said
    assert "2 passed" in said


OTHER_PLUGIN = """
def pytest_addoption(parser):
    parser.addoption("--record", action="store_true", help="of another plugin")
"""
SETTINGS_TEST = """
import socket
import pytest

@pytest.mark.cassette("kept")
def test_kept(request):
    assert request.config.getoption("--record") is True
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with pytest.raises(RuntimeError, match="127.0.0.2"):
        socket.create_connection(("127.0.0.2", 9))

@pytest.mark.cassette("broken")
def test_broken():
    pass

@pytest.mark.cassette("kept", "twice")
def test_two_names():
    pass
"""


def test_other_plugins_keep_their_options(tmp_path):
    (tmp_path / "other_plugin.py").write_text(OTHER_PLUGIN)
    (tmp_path / "test_it.py").write_text(SETTINGS_TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\nclaimcheck_cassette_dir = older\n")
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "broken.json").write_text("{}")
    options = ("--record", "--cassette-record=none", "--allow-hosts=localhost")
    code, said = run_pytest(tmp_path, "-p", "other_plugin", *options)
    assert code == 1
    assert " 2 errors in " in said
    assert "broken.json is not a cassette" in said
    assert "takes one name, or none" in said


RECORDING_TEST = """
import pytest
import urllib.request

def ask():
    return urllib.request.urlopen("{url}/models").read()

@pytest.mark.vcr
def test_of_pytest_recording():
    assert b"scripted-1" in ask()

@pytest.mark.cassette
def test_of_claimcheck():
    assert b"scripted-1" in ask()

@pytest.mark.cassette("test_it/test_of_pytest_recording.yaml")
def test_plays_what_vcrpy_has_recorded():
    assert b"scripted-1" in ask()
"""


def test_works_beside_pytest_recording_and_plays_its_cassettes(tmp_path):
    # To import it here would warn that it came too late.
    if find_spec("pytest_recording") is None:
        pytest.skip("pytest-recording is not installed")
    plugins = (*PLUGINS, "-p", "pytest_recording.plugin", "--block-network")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    with serve_script((200, {})) as (url, _):
        (tmp_path / "test_it.py").write_text(RECORDING_TEST.format(url=url))
        modes = ("--cassette-record=once", "--record-mode=once", "--allowed-hosts=.*")
        code, said = run_pytest(tmp_path, *modes, plugins=plugins)
        assert code == 0, said
    code, said = run_pytest(tmp_path, plugins=plugins)
    assert code == 0, said
    names = {path.name for path in (tmp_path / "cassettes/test_it").iterdir()}
    assert names == {"test_of_pytest_recording.yaml", "test_of_claimcheck.json"}


RERUN_TEST = """
import pytest
import urllib.request

attempts = []

@pytest.mark.cassette
def test_fails_once():
    urllib.request.urlopen("{url}/models").read()
    attempts.append(1)
    assert len(attempts) > 1
    urllib.request.urlopen("{url}/models?page=2").read()
"""


def test_a_test_that_is_run_again_records_the_rest(tmp_path):
    if find_spec("pytest_rerunfailures") is None:
        pytest.skip("pytest-rerunfailures is not installed")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    plugins = (*PLUGINS, "-p", "pytest_rerunfailures", "--reruns=1")
    with serve_script((200, {})) as (url, _):
        (tmp_path / "test_it.py").write_text(RERUN_TEST.format(url=url))
        code, said = run_pytest(tmp_path, "--cassette-record=once", plugins=plugins)
        assert code == 0, said
    code, said = run_pytest(tmp_path, plugins=plugins)
    assert code == 0, said
    assert "1 passed, 1 rerun" in said
