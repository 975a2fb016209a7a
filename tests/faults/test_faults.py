"""A server that fails in every way that servers fail in, and processes that are killed: nothing is lost or paid twice."""

import random
import signal
import subprocess
import time

from claimcheck import Limits, RunStore, Settings
from claimcheck.batch.batch import Batch
from claimcheck.store.outcome import DocumentState
from tests.faults.batches import batch_command, faulty, outcomes, stop_serving, write_documents

CAUSES = {"truncated", "invalid", "refused", "filtered", "empty"}


def test_every_document_has_an_outcome_and_nothing_counts_twice(tmp_path):
    faults(tmp_path, documents=150)


def faults(folder, *, documents, concurrency=32):
    """A batch at 25 % faults, and what has to be true after it."""
    import asyncio

    rows = write_documents(folder / "rows.jsonl", documents)
    with faulty(rate=0.25) as (url, counts), RunStore(folder / "runs.db") as store:
        settings = Settings(engine="llm", model="m", base_url=url, timeout_s=1.0, attempts=4)
        batch = Batch(store, settings, Limits(concurrency=concurrency))
        batch.add(str(rows))
        progress = asyncio.run(batch.run())
        seen = counts()
        info = batch.info
        assert info.counts[DocumentState.PENDING] == 0
        assert sum(info.counts.values()) == progress.finished == documents
        failed = [item for item in store.listed(batch.number) if item.state is not DocumentState.DONE]
        assert failed
        assert {item.cause for item in failed} <= CAUSES
        assert all(item.message for item in failed)
        assert seen["attempts"] <= settings.attempts
        assert info.spent_tokens == seen["tokens"]  # each answer that was sent whole, once
        used = "SELECT sum(input_tokens + output_tokens) FROM outcomes"
        assert store.database.execute(used).fetchone()[0] == seen["tokens"]
        ran = {key for key, _ in batch.runs()}
        assert ran == {f"row-{number}" for number in range(documents)}
    return seen, info


def test_a_batch_that_is_killed_again_and_again_ends_as_one_that_was_not(tmp_path):
    kills(tmp_path, documents=60, kills=4)


def kills(folder, *, documents, kills, seed=3):
    """The same batch undisturbed, and killed so many times on its way."""
    rows = write_documents(folder / "rows.jsonl", documents)
    quick = ("--concurrency", "8", "--quiet")
    with faulty(rate=0.25, seed=seed, hang=0.2) as (url, _):
        subprocess.run(batch_command(rows, folder / "calm.db", url, *quick), capture_output=True, check=False)
    chance = random.Random(seed)
    killed = 0
    with faulty(rate=0.25, seed=seed, hang=0.2, delays=(0.0, 0.2)) as (url, counts):
        command = batch_command(rows, folder / "killed.db", url, *quick)
        while True:
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                if killed < kills:
                    time.sleep(chance.uniform(0.7, 1.6))
                    if process.poll() is None:
                        process.send_signal(signal.SIGKILL)
                        killed += 1
                        continue
                process.wait()
                break
        twice = counts()["requests"]
    calm, disturbed = outcomes(folder / "calm.db"), outcomes(folder / "killed.db")
    assert disturbed[0] == calm[0]
    assert disturbed[1] == calm[1]
    assert all(state != "pending" for state, _, _ in calm[0].values())
    return killed, twice


def test_control_c_finishes_what_is_under_way_and_the_same_command_goes_on(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 40)
    with faulty(delays=(0.3, 0.4)) as (url, counts):
        command = batch_command(rows, tmp_path / "runs.db", url, "--concurrency", "4")
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            while not counts()["requests"]:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
        assert process.returncode == 130
        assert "finishing what is under way; Ctrl-C again stops at once" in said
        assert "documents wait in" in said
        assert "the same command goes on" in said
        again = subprocess.run(command, capture_output=True, text=True, check=False)
        assert again.returncode == 0
        assert (counts()["requests"], counts()["answered"]) == (40, 1)  # none was asked for twice


def test_control_c_twice_stops_at_once(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 4)
    with faulty(delays=(20.0, 20.0)) as (url, counts):
        command = batch_command(rows, tmp_path / "runs.db", url)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            while not counts()["requests"]:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            while "finishing" not in process.stderr.readline():
                assert process.poll() is None
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=10) == 130
            assert time.monotonic() - started < 5  # the answers would take twenty


def test_an_endpoint_that_takes_only_so_much_is_learnt_and_no_document_fails(tmp_path):
    import asyncio

    rows = write_documents(tmp_path / "rows.jsonl", 80)
    with faulty(per_second=20) as (url, counts), RunStore(tmp_path / "s.db") as store:
        settings = Settings(engine="llm", model="m", base_url=url, attempts=8)
        batch = Batch(store, settings, Limits(concurrency=32))
        batch.add(str(rows))
        progress = asyncio.run(batch.run())
        seen = counts()
    assert seen["struck"]["over the rate"] > 10
    assert (progress.done, progress.failed) == (80, 0)


def test_a_network_that_is_lost_stops_the_batch_and_its_documents_wait(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 60)
    with faulty(delays=(0.2, 0.3)) as (url, counts):
        command = batch_command(rows, tmp_path / "runs.db", url, "--concurrency", "4", "--attempts", "1")
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            while counts()["requests"] < 8:
                time.sleep(0.05)
            stop_serving(url)
            said = process.stderr.read()
        assert process.returncode == 3
    assert f"{url}: no connection" in said
    assert "the same command goes on" in said
    with RunStore(tmp_path / "runs.db") as store:
        (info,) = store.batches()
    assert info.counts[DocumentState.FAILED] == 0
    assert info.counts[DocumentState.DONE] + info.counts[DocumentState.PENDING] == 60
    assert info.counts[DocumentState.DONE] >= 4


def test_a_wrong_key_stops_the_batch_at_once_with_one_message(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-0123456789")
    rows = write_documents(tmp_path / "rows.jsonl", 500)
    with faulty() as (url, counts):
        done = subprocess.run(
            batch_command(rows, tmp_path / "runs.db", url, "--concurrency", "4"),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert counts()["requests"] == 0
    assert done.returncode == 3
    assert done.stderr.count("refused the key") == 1
    assert "sk-wrong" not in done.stderr
