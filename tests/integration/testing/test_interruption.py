"""An interrupted recording keeps every answer, and the same command resumes it."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from tests.support.loopback import Handler, serve_handler
from tests.support.waiting import wait_until

TEST = """
import json, os, pytest, urllib.request

def ask(line):
    body = json.dumps({"line": line}).encode()
    with urllib.request.urlopen(os.environ["OPENAI_BASE_URL"], body) as answer:
        return json.load(answer)

@pytest.fixture(scope="module")
def asked_by_the_module():
    return ask("module")

@pytest.mark.cassette
def test_asks_three_times(asked_by_the_module):
    answers = [asked_by_the_module, *map(ask, ["one", "two", "three"])]
    assert answers == ["MODULE", "ONE", "TWO", "THREE"]
"""


class Server(Handler):
    """Answers in capitals; "three" only after `may_end`."""

    def do_POST(self):
        line = json.loads(self.rfile.read(int(self.headers["content-length"])))["line"]
        self.server.received.append(line)
        if line == "three":
            self.server.may_end.wait()
        self.answer(json.dumps(line.upper()))


def start_pytest(folder, url, *arguments):
    plugins = ("-p", "claimcheck.testing.plugin", "-p", "xdist.plugin")
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OPENAI_BASE_URL": url}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", *plugins, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | environment,
    )


def run_pytest(folder, url, *arguments):
    with start_pytest(folder, url, *arguments) as process:
        output, _ = process.communicate()
    return process.returncode, output


@pytest.mark.parametrize(
    ("sent", "mode"), [("SIGINT", "once"), ("SIGTERM", "new"), ("SIGKILL", "all")]
)
def test_an_interrupted_recording_keeps_its_answers(tmp_path, sent, mode):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(TEST)
    received, may_end = [], threading.Event()

    class Scripted(Server):
        def setup(self):
            self.server.received, self.server.may_end = received, may_end
            super().setup()

    with serve_handler(Scripted) as url:
        with start_pytest(tmp_path, url, f"--cassette-record={mode}") as process:
            wait_until(lambda: received[-1:] == ["three"])
            process.send_signal(getattr(signal, sent))
            output, _ = process.communicate()
        assert process.returncode in (2, -signal.SIGKILL), output
        assert received == ["module", "one", "two", "three"]
        may_end.set()
        status, output = run_pytest(tmp_path, url, "--cassette-record=once")
        assert status == 0, output
        assert received == ["module", "one", "two", "three", "three"]
    cassettes = [path for path in tmp_path.glob("cassettes/**/*") if path.is_file()]
    contents = [json.loads(path.read_text()) for path in cassettes]  # nothing else
    assert sum(len(content["interactions"]) for content in contents) == 4
    assert not any("incomplete" in content for content in contents)
