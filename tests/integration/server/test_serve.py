"""The `serve` command, as a process that a user starts and stops."""

import os
import re
import signal
import socket
import subprocess
import sys

import httpx2
import pytest

from claimcheck import RunStore
from claimcheck.store.history import History
from tests.support.command import claimcheck
from tests.support.web import FERRY


@pytest.fixture
def start():
    """Start servers as processes; return each with its address."""
    processes = []

    def start_process(*options, **environment):
        process = subprocess.Popen(
            [sys.executable, "-m", "claimcheck", "serve", "--port", "0", *options],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        processes.append(process)
        for line in process.stderr:
            if match := re.search(r"claimcheck is at (http://\S+/) ", line):
                return process, match[1]
        raise AssertionError(f"the server exited with {process.wait()}")

    yield start_process
    for process in processes:
        process.kill()
        process.wait()
        process.stderr.close()


def read_refusal(*options, **environment):
    done = claimcheck("serve", "--quiet", *options, environment=environment)
    assert done.returncode == 2
    return done.err


def test_starts_serves_and_stops_with_ctrl_c(start, tmp_path):
    process, url = start("--store", "s.db")
    response = httpx2.post(
        f"{url}api/runs", json={"text": FERRY}, trust_env=False, timeout=60
    )
    assert response.status_code == 201
    process.send_signal(signal.SIGINT)
    assert process.wait(90) == 0
    assert process.stderr.read() == ""
    with RunStore(tmp_path / "s.db") as store:
        assert len(History(store).list_runs(10)) == 1


def test_killing_the_server_loses_no_finished_run(start):
    process, url = start()
    response = httpx2.post(
        f"{url}api/runs", json={"text": FERRY}, trust_env=False, timeout=60
    )
    location = response.headers["location"]
    process.kill()
    _, url = start()
    run = httpx2.get(f"{url.rstrip('/')}{location}", trust_env=False, timeout=60).json()
    assert run["document"]["text"] == FERRY


def test_the_store_is_readable_by_its_owner_only(start, tmp_path):
    start()
    (path,) = tmp_path.rglob("runs.db")
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_other_machines_need_the_token(start):
    token = "a-long-and-random-token"
    assert "CLAIMCHECK_TOKEN" in read_refusal("--host", "0.0.0.0")
    assert "at least 16" in read_refusal(CLAIMCHECK_TOKEN="short")
    process, url = start("--host", "0.0.0.0", CLAIMCHECK_TOKEN=token)
    url = url.replace("0.0.0.0", "127.0.0.1")
    url = f"{url}api/about"
    headers = {"authorization": f"Bearer {token}"}
    assert httpx2.get(url, trust_env=False, timeout=60).status_code == 401
    assert (
        httpx2.get(url, headers=headers, trust_env=False, timeout=60).status_code == 200
    )
    process.send_signal(signal.SIGINT)
    process.wait(90)
    assert token not in process.stderr.read()


def test_names_what_prevents_the_start(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "claimcheck", "serve", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; use --port 0"
        in done.stderr
    )
    (tmp_path / "no.db").write_text("This is not a database.")
    assert "no.db: not a" in read_refusal("--port", "0", "--store", "no.db")
    assert "missing/s.db" in read_refusal("--port", "0", "--store", "missing/s.db")
    assert "--max-claims is 0" in read_refusal("--max-claims", "0")
