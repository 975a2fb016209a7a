"""`--engine local`: a server is started, shared, and stopped.

In place of llama.cpp runs tests/support/llama/xllamacpp.py, whose answers are scripted.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from claimcheck import Document, Settings, asummarize, summarize
from claimcheck.errors import SettingsError, UnknownModelError, UnreachableError
from claimcheck.local import server
from tests.support import llama
from tests.support.command import claimcheck

TEXT = "The ferry line opens on Monday. Nobody knows what a ticket will cost."
ROOT = Path(__file__).parents[3]


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A model file, and a server that stops a moment after its last use."""
    folders = [str(Path(llama.__file__).parent), str(ROOT)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))
    monkeypatch.setenv("CLAIMCHECK_LOCAL_IDLE_S", "60")
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF")
    yield path
    for _, running in server.list_servers():
        os.kill(running.pid, signal.SIGKILL)


def list_pids():
    return [running.pid for _, running in server.list_servers()]


def wait_until_none_runs():
    deadline = time.monotonic() + 60
    while list_pids():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_document_is_summarized_with_nothing_else_running(model):
    settings = Settings(engine="local", model=str(model))
    run = summarize(Document.from_text(TEXT), settings=settings)
    assert run.signature.model == "tiny"
    assert run.signature.engine == "llm"
    assert [claim.text for claim in run.claims] == ["The ferry line opens on Monday."]


def test_it_works_with_asyncio(model):
    settings = Settings(engine="local", model=str(model))
    run = asyncio.run(asummarize(Document.from_text(TEXT), settings=settings))
    assert len(run.claims) == 1


def test_commands_share_a_server_until_it_is_stopped(model):
    (Path.cwd() / "a.txt").write_text(TEXT)
    for _ in range(2):
        result = claimcheck(
            "summarize", "a.txt", "--engine", "local", "--model", str(model)
        )
        assert result.returncode == 0, result.err
        pids = list_pids()
        assert len(pids) == 1
    assert "Running: tiny at http://127.0.0.1" in claimcheck("models", "list").out
    assert claimcheck("models", "stop").out == "Stopped: tiny\n"
    wait_until_none_runs()
    assert claimcheck("models", "stop").out == "Nothing is running.\n"


def test_a_server_that_still_loads_is_listed_and_stopped(model):
    model.write_bytes(b"GGUF slow")
    with ThreadPoolExecutor() as pool:
        starting = pool.submit(server.lease_server, str(model), 4_096)
        deadline = time.monotonic() + 60
        while not server.list_loading():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "Loading: tiny\n" in claimcheck("models", "list").out
        assert claimcheck("models", "stop").out == "Stopped: tiny\n"
        with pytest.raises(UnreachableError, match="was killed while it loaded"):
            starting.result()
    assert claimcheck("models", "stop").out == "Nothing is running.\n"


def test_a_server_that_died_is_started_again(model):
    settings = Settings(engine="local", model=str(model))
    summarize(Document.from_text(TEXT), settings=settings)
    (pid,) = list_pids()
    os.kill(pid, signal.SIGKILL)
    wait_until_none_runs()
    summarize(Document.from_text(TEXT), settings=settings)
    assert list_pids() != [pid]


def test_a_server_stops_when_nobody_has_used_it_for_a_while(model, monkeypatch):
    monkeypatch.setenv("CLAIMCHECK_LOCAL_IDLE_S", "0.5")
    lease = server.lease_server(str(model), 4_096)
    time.sleep(2.5)
    assert list_pids() == [lease.server.pid]  # it is in use
    lease.release()
    wait_until_none_runs()


def test_nobody_else_can_read_the_key(model):
    lease = server.lease_server(str(model), 4_096)
    folder = server.resolve_folder()
    assert folder.stat().st_mode & 0o077 == 0
    (state,) = folder.glob("*.json")
    assert state.stat().st_mode & 0o077 == 0
    assert json.loads(state.read_text())["key"] == lease.server.key
    lease.release()


def test_a_model_that_does_not_load_says_what_llama_cpp_said(model):
    model.write_bytes(b"GGUF damaged")
    with pytest.raises(UnreachableError, match=r"did not start: .*failed to load"):
        server.lease_server(str(model), 4_096)


def test_the_key_and_endpoint_of_the_environment_are_not_used(model, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    (Path.cwd() / "a.txt").write_text(TEXT)
    result = claimcheck(
        "summarize", "a.txt", "--engine", "local", "--model", str(model)
    )
    assert result.returncode == 0, result.err


def test_without_a_model_the_message_says_how_to_get_one():
    settings = Settings(engine="local")
    with pytest.raises(UnknownModelError, match="claimcheck models use NAME"):
        summarize(Document.from_text(TEXT), settings=settings)


def test_a_model_becomes_the_default(model):
    result = claimcheck("models", "use", str(model))
    assert result.returncode == 0, result.err
    assert "tiny: 0.0 GB, needs about 1.5 of this machine's" in result.out
    (Path.cwd() / "a.txt").write_text(TEXT)
    result = claimcheck("summarize", "a.txt", "--format", "json")
    assert json.loads(result.out)["signature"]["model"] == "tiny"
    assert f"Default: {model.resolve()}" in claimcheck("models", "list").out


def test_a_project_file_does_not_choose_a_model_without_approval(model):
    Path("claimcheck.toml").write_text(f'engine = "local"\nmodel = "{model}"\n')
    Path("a.txt").write_text(TEXT)
    result = claimcheck("summarize", "a.txt")
    assert result.returncode == 2
    assert "claimcheck trust" in result.err
    assert claimcheck("trust", ".").returncode == 0
    assert claimcheck("summarize", "a.txt").returncode == 0


def test_a_project_file_does_not_name_the_file_of_a_users_engine(model):
    from claimcheck.settings.load import load_settings

    Path("claimcheck.toml").write_text(f'model = "{model}"\n')
    with pytest.raises(SettingsError, match="Name your model with --model"):
        load_settings({"engine": "local"})
