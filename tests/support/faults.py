"""Run batches with faults and kills, and assert what must be true afterwards.

Short in the tests, long in `make soak`.
"""

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
    """Run a batch in which 25 % of the requests meet a fault."""
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
        # each answer that was sent completely is counted once
        assert info.spent_tokens == seen["tokens"]
        query = "SELECT sum(input_tokens + output_tokens) FROM outcomes"
        assert store.database.execute(query).fetchone()[0] == seen["tokens"]
        finished = {key for key, _ in batch.runs()}
        assert finished == {f"row-{number}" for number in range(documents)}
    return seen, info


def run_with_kills(folder, *, documents, kills, seed=3):
    """Run a batch without interruption, and one that is killed `kills` times.

    Returns the number of kills and the number of requests.
    """
    rows = write_documents(folder / "rows.jsonl", documents)
    quick = ("--concurrency", "8", "--quiet")
    with run_faulty_server(rate=0.25, seed=seed, hang=0.2) as (url, _):
        subprocess.run(
            batch_command(rows, folder / "calm.db", url, *quick),
            capture_output=True,
            check=False,
        )
    rng = random.Random(seed)
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
                        process, counts, rng.randint(1, 2 * documents // (kills + 1))
                    )
                    if process.poll() is None:
                        process.send_signal(signal.SIGKILL)
                        killed += 1
                        continue
                process.wait()
                break
        requests = counts()["requests"]
    calm, disturbed = (
        read_outcomes(folder / "calm.db"),
        read_outcomes(folder / "killed.db"),
    )
    assert disturbed[0] == calm[0]
    assert disturbed[1] == calm[1]
    assert all(state != "pending" for state, _, _ in calm[0].values())
    return killed, requests


def _wait_for_requests(process, counts, more):
    """Wait until a process has sent `more` requests, or has ended."""
    wanted = counts()["requests"] + more
    wait_until(lambda: process.poll() is not None or counts()["requests"] >= wanted)
