"""A server that fails in every known way, and killed processes: nothing is lost or paid for twice."""

import asyncio
import fcntl
import os
import signal
import subprocess
import termios

import pytest

from claimcheck import Limits, RunStore, Settings
from claimcheck.batch.batch import Batch
from claimcheck.models.outcome import DocumentState
from tests.support.batches import (
    batch_command,
    read_outcomes,
    release_answers,
    run_faulty_server,
    stop_server,
    write_documents,
)
from tests.support.command import claimcheck
from tests.support.faults import run_with_faults, run_with_kills
from tests.support.waiting import wait_until


def test_every_document_has_an_outcome_and_nothing_counts_twice(tmp_path):
    run_with_faults(tmp_path, documents=150)


def test_a_batch_that_is_killed_ends_like_an_undisturbed_one(tmp_path):
    run_with_kills(tmp_path, documents=40, kills=1)


def test_ctrl_c_finishes_requests_in_flight_and_the_same_command_resumes(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 16)
    with run_faulty_server(delays=(0.3, 0.4)) as (url, counts):
        command = batch_command(rows, tmp_path / "runs.db", url, "--concurrency", "4")
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            wait_until(lambda: counts()["requests"])
            process.send_signal(signal.SIGINT)
            message = process.stderr.read()
        assert process.returncode == 130
        assert (
            "finishing the requests in progress; press Ctrl-C again to stop at once"
            in message
        )
        assert "documents are pending in" in message
        assert "run the same command again to resume" in message
        again = subprocess.run(command, capture_output=True, text=True, check=False)
        assert again.returncode == 0
        # None was requested twice.
        assert (counts()["requests"], counts()["answered"]) == (16, 1)


# A closed terminal sends SIGHUP.
@pytest.mark.parametrize("way", ["SIGTERM", "closed terminal"])
def test_other_signals_end_a_batch_as_ctrl_c_does(tmp_path, way):
    """What is in flight is finished and stored, whoever reads the messages."""
    rows = write_documents(tmp_path / "rows.jsonl", 200)
    control, terminal = os.openpty()
    with run_faulty_server(hold=1) as (url, counts):
        command = batch_command(rows, tmp_path / "runs.db", url, "--concurrency", "4")
        with subprocess.Popen(
            command,
            **dict.fromkeys(("stdin", "stdout", "stderr"), terminal),
            start_new_session=True,
            # nothing else runs in this test, so the lock of no thread is copied
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        ) as process:
            os.close(terminal)
            wait_until(lambda: counts()["requests"] == 5)
            if way == "closed terminal":
                os.close(control)
            else:
                process.terminate()
            release_answers(url)
            assert process.wait(timeout=90) == (143 if way == "SIGTERM" else 129)
        requests = counts()["requests"]
    outcomes, answers = read_outcomes(tmp_path / "runs.db")
    states = [state for state, _, _ in outcomes.values()]
    assert states.count("done") == len(answers) == requests >= 5
    assert states.count("pending") == 200 - requests > 0


def test_nohup_keeps_a_batch_alive(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 10)
    with run_faulty_server(hold=1) as (url, counts):
        command = batch_command(rows, tmp_path / "runs.db", url, "--concurrency", "4")
        with subprocess.Popen(
            ["nohup", *command], stderr=subprocess.DEVNULL
        ) as process:
            wait_until(lambda: counts()["requests"] == 5)
            process.send_signal(signal.SIGHUP)
            release_answers(url)
            assert process.wait(timeout=90) == 0


def test_ctrl_c_twice_stops_at_once(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 4)
    with run_faulty_server(delays=(100.0, 100.0)) as (url, counts):
        command = batch_command(rows, tmp_path / "runs.db", url)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            wait_until(lambda: counts()["requests"])
            process.send_signal(signal.SIGINT)
            while "finishing" not in process.stderr.readline():
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=90) == 130  # the answers take longer


def test_adapts_to_the_rate_limit_of_an_endpoint_without_failures(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 40)
    with (
        run_faulty_server(per_second=10) as (url, counts),
        RunStore(tmp_path / "s.db") as store,
    ):
        settings = Settings(engine="llm", model="m", base_url=url, attempts=8)
        batch = Batch(store, settings, Limits(concurrency=32))
        batch.add(str(rows))
        progress = asyncio.run(batch.run())
        seen = counts()
    # A busy machine may hardly send more than the limit.
    assert seen["struck"]["over the rate"] > 0
    assert (progress.done, progress.failed) == (40, 0)


def test_a_lost_connection_stops_the_batch_and_leaves_documents_pending(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 60)
    with run_faulty_server(delays=(0.2, 0.3)) as (url, counts):
        command = batch_command(
            rows, tmp_path / "runs.db", url, "--concurrency", "4", "--attempts", "1"
        )
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            wait_until(lambda: counts()["requests"] >= 8)
            stop_server(url)
            message = process.stderr.read()
        assert process.returncode == 3
    assert f"{url}: no connection" in message
    assert "run the same command again to resume" in message
    with RunStore(tmp_path / "runs.db") as store:
        (info,) = store.batches()
    assert info.counts[DocumentState.FAILED] == 0
    assert info.counts[DocumentState.DONE] + info.counts[DocumentState.PENDING] == 60
    assert info.counts[DocumentState.DONE] >= 4


def test_a_wrong_key_stops_the_batch_at_once_with_one_message(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-0123456789")
    rows = write_documents(tmp_path / "rows.jsonl", 500)
    with run_faulty_server() as (url, counts):
        _, _, _, *arguments = batch_command(rows, tmp_path / "runs.db", url)
        done = claimcheck(*arguments, "--concurrency", "4")
        assert counts()["requests"] == 0
    assert done.returncode == 3
    assert done.err.count("refused the key") == 1
    assert "sk-wrong" not in done.err
