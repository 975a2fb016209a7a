"""Batches that meet faults or are killed, and what must hold after them: short in the tests, long in `make soak`."""

import asyncio
import random
import signal
import subprocess

from claimcheck import Limits, RunStore, Settings
from claimcheck.batch.batch import Batch
from claimcheck.models.outcome import DocumentState
from tests.support.batches import (
    batch_command,
    read_outcomes,
    run_faulty_server,
    write_documents,
)
from tests.support.waiting import wait_until

CAUSES = {"truncated", "invalid", "refused", "filtered", "empty"}


def run_with_faults(folder, *, documents, concurrency=32):
    """A batch at 25 % faults, and what has to be true after it."""
    rows = write_documents(folder / "rows.jsonl", documents)
    with (
        run_faulty_server(rate=0.25, hang=100.0) as (url, counts),
        RunStore(folder / "runs.db") as store,
    ):
        settings = Settings(
            engine="llm", model="m", base_url=url, timeout_s=8.0, attempts=4
        )
        batch = Batch(store, settings, Limits(concurrency=concurrency))
        batch.add(str(rows))
        progress = asyncio.run(batch.run())
        seen = counts()
        info = batch.info
        assert info.counts[DocumentState.PENDING] == 0
        assert sum(info.counts.values()) == progress.finished == documents
        failed = [
            item
            for item in store.list_documents(batch.number)
            if item.state is not DocumentState.DONE
        ]
        assert failed
        assert {item.cause for item in failed} <= CAUSES
        assert all(item.message for item in failed)
        assert seen["attempts"] <= settings.attempts
        assert (
            info.spent_tokens == seen["tokens"]
        )  # each answer that was sent whole, once
        used = "SELECT sum(input_tokens + output_tokens) FROM outcomes"
        assert store.database.execute(used).fetchone()[0] == seen["tokens"]
        ran = {key for key, _ in batch.runs()}
        assert ran == {f"row-{number}" for number in range(documents)}
    return seen, info


def run_with_kills(folder, *, documents, kills, seed=3):
    """The same batch undisturbed, and killed so many times on its way."""
    rows = write_documents(folder / "rows.jsonl", documents)
    quick = ("--concurrency", "8", "--quiet")
    with run_faulty_server(rate=0.25, seed=seed, hang=0.2) as (url, _):
        subprocess.run(
            batch_command(rows, folder / "calm.db", url, *quick),
            capture_output=True,
            check=False,
        )
    chance = random.Random(seed)
    killed = 0
    with run_faulty_server(rate=0.25, seed=seed, hang=0.2, delays=(0.0, 0.2)) as (
        url,
        counts,
    ):
        command = batch_command(rows, folder / "killed.db", url, *quick)
        while True:
            with subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                if killed < kills:
                    _wait_for_requests(
                        process, counts, chance.randint(1, 2 * documents // (kills + 1))
                    )
                    if process.poll() is None:
                        process.send_signal(signal.SIGKILL)
                        killed += 1
                        continue
                process.wait()
                break
        twice = counts()["requests"]
    calm, disturbed = (
        read_outcomes(folder / "calm.db"),
        read_outcomes(folder / "killed.db"),
    )
    assert disturbed[0] == calm[0]
    assert disturbed[1] == calm[1]
    assert all(state != "pending" for state, _, _ in calm[0].values())
    return killed, twice


def _wait_for_requests(process, counts, more):
    """Wait until a process has sent so many more requests, or has ended."""
    wanted = counts()["requests"] + more
    wait_until(lambda: process.poll() is not None or counts()["requests"] >= wanted)
