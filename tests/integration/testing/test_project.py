"""A project with cases of every kind: recorded, then replayed with no server."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.endpoint import completion
from tests.support.loopback import Handler, serve_handler

try:
    import brotli
except ImportError:
    brotli = None

PROJECT = Path(__file__).parent / "project"
# Others are slow to load.
PLUGINS = ["claimcheck.testing.plugin", "xdist.plugin", "anyio.pytest_plugin"]
INI = """[pytest]
python_files = cases_*.py
claimcheck_cassette_dir = tapes
claimcheck_allow_hosts = {database}
"""
if find_spec("pytest_asyncio"):
    PLUGINS.append("pytest_asyncio.plugin")
    INI += "asyncio_default_fixture_loop_scope = function\n"
ODD_BODIES = [
    b'{"quote": "\\"/home/anna/list.txt\\" and set-cookie: a", "b": "\\ud83d"}',
    b'{"a": 1, "a": 2}',
    b"[1e400, 1.10, -0, 123456789012345678901234567890]",
    b'{"z": 1,\n   "a": [ ]}\r\n',
    b'{"id": 1}\n{"id": 2}\n',
    b"\xff\x00\xfe\x80",
    b"\x00",
    b"",
    "\ufeff\u2028 é".encode(),
    b"{not json",
]


class Server(Handler):
    """Numbers its answers, so that no two of them are equal."""

    count = 0
    busy = 0
    lock = threading.Lock()

    def do_POST(self):
        body = self.read_body()
        with Server.lock:
            Server.count += 1
            number = Server.count
        if self.path.endswith("/chat/completions"):
            self.answer(completion(f"answer {number}"))
        elif self.path.endswith("/length"):
            self.answer(f"{number}: {len(body)}", **{"content-type": "text/plain"})
        else:
            self.answer({"number": number, "text": body.decode(), "alive": True})

    def read_body(self):
        if "content-length" in self.headers:
            return self.rfile.read(int(self.headers["content-length"]))
        body = b""
        while size := int(self.rfile.readline(), 16):  # transfer-encoding: chunked
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def do_GET(self):
        path = self.path.removeprefix("/v1")
        if path == "/stream":
            data = "".join(f'data: {{"n": {n}}}\n\n' for n in range(5))
            self.answer(data, **{"content-type": "text/event-stream"})
        elif path == "/gzip":
            data = gzip.compress(b'{"packed": true}')
            self.answer(data, **{"content-encoding": "gzip"})
        elif path == "/brotli":
            data = brotli.compress(b'{"packed": true}')
            self.answer(data, **{"content-encoding": "br"})
        elif path == "/busy":
            Server.busy += 1
            status = 429 if Server.busy % 2 else 200
            self.answer({"busy": Server.busy}, status, **{"retry-after": "0"})
        elif path == "/redirect":
            self.answer("", 307, location="/v1/odd/3")
        elif path.startswith("/odd/"):
            data = ODD_BODIES[int(path.removeprefix("/odd/"))]
            self.answer(data, **{"content-type": "application/octet-stream"})
        else:
            self.answer({"path": path, "alive": True})


def run_project(folder, *arguments, **environment):
    """Run pytest in the folder; return its exit status and what it printed."""
    environment = {name: value for name, value in environment.items() if value}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = [f"-p{name}" for name in PLUGINS]
    done = subprocess.run(
        [*command, *plugins, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def write_project(folder, database):
    folder.mkdir()
    for path in PROJECT.glob("cases_*.py"):
        shutil.copy(path, folder)
    shutil.copy(PROJECT / "project_conftest.py", folder / "conftest.py")
    (folder / "pytest.ini").write_text(INI.format(database=database))


def copy_recording(project, folder):
    shutil.copytree(project, folder)
    return folder


@pytest.fixture(scope="module")
def database():
    """The address of a service that stays up."""
    with serve_handler(Server) as url:
        yield url


@pytest.fixture(scope="module")
def project(tmp_path_factory, database):
    """A project that was recorded by two processes; the server is gone."""
    folder = tmp_path_factory.mktemp("recorded") / "project"
    write_project(folder, database.split("/")[2])
    with serve_handler(Server) as url:
        status, output = run_project(
            folder,
            "--cassette-record=new",
            "-n2",
            OPENAI_BASE_URL=url,
            OPENAI_API_KEY="newsroom-key-for-everybody",
            DB_PASSWORD="question",
            RECORDING="1",
            DATABASE=database,
        )
        assert status == 0, output
    return folder


def test_replays_elsewhere_with_no_server_and_no_key(project, database, tmp_path):
    folder = copy_recording(project, tmp_path / "elsewhere")
    status, output = run_project(folder, DATABASE=database, HOME=str(tmp_path))
    assert status == 0, output
    assert "skipped" not in output


def test_replays_its_files_in_another_order(project, database, tmp_path):
    folder = copy_recording(project, tmp_path / "reversed")
    # Named files are collected whether or not their clients are installed.
    (folder / "cases_clients.py").unlink()
    files = [path.name for path in sorted(folder.glob("cases_*.py"), reverse=True)]
    assert len(files) > 1
    status, output = run_project(folder, *files, DATABASE=database)
    assert status == 0, output


def test_replays_one_test_alone_and_writes_nothing(project, database, tmp_path):
    folder = copy_recording(project, tmp_path / "alone")
    before = sorted(folder.rglob("*.json"))
    status, output = run_project(
        folder,
        "cases_plain.py::test_the_module_again",
        "cases_plain.py::UnitTest",
        "cases_plain.py::test_shares_a_cassette[beta]",
        OPENAI_BASE_URL="http://127.0.0.1:9/v1",
        OPENAI_API_KEY="a-key-that-is-different",
        DATABASE=database,
    )
    assert status == 0, output
    assert sorted(folder.rglob("*.json")) == before


def test_every_unanswered_request_fails_its_test(project, tmp_path):
    folder = copy_recording(project, tmp_path / "faulty")
    outcomes = tmp_path / "outcomes"
    status, output = run_project(
        folder, "cases_faulty.py", FAULTY="1", OUTCOMES=str(outcomes)
    )
    assert status == 1, output
    tests = {}
    for line in outcomes.read_text(encoding="utf-8").splitlines():
        node_id, _, outcome, text, sections = json.loads(line)
        tests.setdefault(node_id, []).append((outcome, text + sections))
    assert len(tests) == 18
    for node_id, reports in tests.items():
        failed = [text for outcome, text in reports if outcome == "failed"]
        assert len(failed) == 1, (node_id, reports)
        check_explanation(node_id, failed[0])


def check_explanation(node_id, text):
    quoted = f"'{node_id}'" if "[" in node_id else node_id
    assert f"pytest --cassette-record=new {quoted}" in text, text
    assert "How to fix" not in text  # the message of vcrpy
    if "less_often" in node_id:
        assert "1 recorded answer was not requested" in text
    elif "more_often" in node_id:
        assert "no recorded answer for POST http://127.0.0.1" in text
        assert "the code sends it once more often" in text
    else:
        assert "no recorded answer for POST http://127.0.0.1" in text
        assert "the right prompt" in text
        assert "the wrong prompt" in text


def test_no_secret_is_in_the_project(project):
    for path in (project / "tapes").rglob("*.json"):
        assert "newsroom-key" not in path.read_text(encoding="utf-8")
    assert (project / "tapes/shared/name.json").exists()
    assert (project / "tapes/cases_plain/test_parameters[alpha].json").exists()
    assert (project / "tapes/cases_plain/TestSetUp.setup_class.json").exists()
