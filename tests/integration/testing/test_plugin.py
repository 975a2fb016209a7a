"""The pytest plugin, in pytest processes of its own: record, replay, miss."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.support.endpoint import completion, serve_script

TEST = """
import pytest
from openai import OpenAI

@pytest.mark.cassette("greeting")
def test_greeting():
    client = OpenAI(api_key="sk-live-abcdefghij0123456789", base_url="{url}", max_retries=0, organization="org-abcdefghij12345")
    messages = [{{"role": "user", "content": "first line\\n{line}\\nmy key is sk-live-abcdefghij0123456789"}}]
    answers = [client.chat.completions.create(model="m", messages=messages, temperature={temperature}) for _ in range({times})]
    assert answers[0].choices[0].message.content == "hello"
"""
COOKIE = {
    "set-cookie": "__cf_bm=secret",
    "x-request-id": "req_1",
    "openai-organization": "org-abcdefghij12345",
}


def pytest_in(folder, *arguments, url="http://127.0.0.1:1/v1", **options):
    write_test(folder, "test_it.py", url, **options)
    return run_pytest(folder, *arguments)


def write_test(folder, name, url, **options):
    defaults = {"line": "second line", "temperature": 0, "times": 1}
    (folder / name).write_text(TEST.format(url=url, **defaults | options))
    (folder / "pytest.ini").write_text("[pytest]\n")


def run_pytest(folder, *arguments, autoload=False):
    """Run pytest in its own process, with our plugin and pytest-socket alone: the other plugins are slow to load."""
    plugins = (
        () if autoload else ("-p", "claimcheck.testing.plugin", "-p", "pytest_socket")
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            *plugins,
            *arguments,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | ({} if autoload else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        check=False,
    )
    return done.returncode, done.stdout


def recorded(folder, **options):
    with serve_script((200, completion("hello"), COOKIE)) as (url, received):
        code, said = pytest_in(folder, "--record=once", url=url, **options)
        assert code == 0, said
    return url, received


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """A folder with a recorded cassette, the URL it was recorded from, and the requests that came there."""
    folder = tmp_path_factory.mktemp("recording")
    return folder, *recorded(folder)


@pytest.fixture
def url(recording, tmp_path):
    """The cassette is in this test's folder as well; its server is gone."""
    folder, url, _ = recording
    shutil.copytree(folder / "cassettes", tmp_path / "cassettes")
    return url


def test_record_once_then_replay_with_no_server(recording, url, tmp_path):
    _, _, received = recording
    assert len(received) == 1
    code, said = pytest_in(tmp_path, url=url)
    assert code == 0, said


@pytest.mark.usefixtures("url")
def test_no_secret_reaches_the_file(tmp_path):
    text = (tmp_path / "cassettes" / "greeting.json").read_text()
    for secret in (
        "sk-live",
        "org-abc",
        "cf_bm",
        "req_1",
        "authorization",
        "user-agent",
        "x-stainless",
    ):
        assert secret not in text.lower()
    assert "second line" in text


@pytest.fixture(scope="module")
def misses(recording, tmp_path_factory):
    """What pytest prints for each of several tests that differ from the recorded one."""
    recorded_folder, url, _ = recording
    folder = tmp_path_factory.mktemp("misses")
    shutil.copytree(recorded_folder / "cassettes", folder / "cassettes")
    write_test(folder, "test_prompt.py", url, line="another line")
    write_test(folder, "test_setting.py", url, temperature=1)
    write_test(folder, "test_times.py", url, times=2)
    code, said = run_pytest(folder)
    assert (code, "3 failed" in said) == (1, True), said
    _, *parts = said.split("_ test_greeting _")
    return dict(zip(("prompt", "setting", "times"), parts, strict=True))


def test_a_changed_prompt_misses_with_a_diff_and_the_command_to_record(misses):
    said = misses["prompt"]
    assert "CassetteMissError: greeting.json: no recorded answer for POST" in said
    assert "-$.messages[0].content: second line" in said
    assert "+$.messages[0].content: another line" in said
    assert (
        "first line" not in said.split("CassetteMissError")[1].split("To record it")[0]
    )
    assert "pytest --cassette-record=new test_prompt.py::test_greeting" in said


def test_names_a_changed_setting(misses):
    assert "-$.temperature: 0" in misses["setting"]
    assert "+$.temperature: 1" in misses["setting"]


def test_asking_more_often_than_recorded_fails(misses):
    reason = "was already played: the code sends it once more often"
    assert reason in misses["times"]


def test_asking_less_often_than_recorded_fails(tmp_path):
    url, _ = recorded(tmp_path, times=2)
    code, said = pytest_in(tmp_path, url=url)
    assert code == 1
    assert "1 recorded answer was not requested" in said


def test_never_records_a_missing_cassette_unasked(tmp_path):
    with serve_script((200, completion("hello"))) as (url, received):
        code, said = pytest_in(tmp_path, url=url)
    assert (code, received) == (1, [])
    assert "greeting.json does not exist" in said
    assert not (tmp_path / "cassettes").exists()


@pytest.mark.usefixtures("url")
def test_record_all_replaces_the_recording(tmp_path):
    with serve_script((200, completion("hello"))) as (url, _):
        assert pytest_in(tmp_path, "--record=all", url=url, line="newer line")[0] == 0
    text = (tmp_path / "cassettes" / "greeting.json").read_text()
    assert "newer line" in text
    assert "second line" not in text


@pytest.mark.usefixtures("url")
def test_record_new_adds_what_is_missing(tmp_path):
    with serve_script((200, completion("hello"))) as (url, _):
        assert pytest_in(tmp_path, "--record=new", url=url, line="newer line")[0] == 0
    text = (tmp_path / "cassettes" / "greeting.json").read_text()
    assert "newer line" in text
    assert "second line" in text


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
    code, said = run_pytest(
        tmp_path, autoload=True
    )  # as it is for users, who name no plugin
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

@pytest.mark.cassette("kept", "twice")
def test_two_names():
    pass
"""


def test_other_plugins_keep_their_options(tmp_path):
    (tmp_path / "other_plugin.py").write_text(OTHER_PLUGIN)
    (tmp_path / "test_it.py").write_text(SETTINGS_TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\nclaimcheck_cassette_dir = older\n")
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "kept.json").write_text("{}")
    options = ("--record", "--cassette-record=none", "--allow-hosts=localhost")
    plugins = ("-p", "other_plugin", "-p", "pytest_socket")
    code, said = run_pytest(tmp_path, *plugins, *options)
    assert code == 1
    assert "kept.json is not a cassette" in said
    assert "takes one name, or none" in said
    (tmp_path / "older" / "kept.json").unlink()
    code, said = run_pytest(tmp_path, *plugins, *options, "-k", "test_kept")
    assert code == 0, said


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
    plugins = ("-p", "pytest_recording.plugin", "--block-network")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    with serve_script((200, {})) as (url, _):
        (tmp_path / "test_it.py").write_text(RECORDING_TEST.format(url=url))
        modes = ("--cassette-record=once", "--record-mode=once", "--allowed-hosts=.*")
        code, said = run_pytest(tmp_path, *plugins, *modes)
        assert code == 0, said
    code, said = run_pytest(tmp_path, *plugins)
    assert code == 0, said
    names = {path.name for path in (tmp_path / "cassettes/test_it").iterdir()}
    assert names == {"test_of_pytest_recording.yaml", "test_of_claimcheck.json"}
