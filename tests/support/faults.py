"""Runs batches with faults and kills, and asserts what must be true afterwards.

The runs are short in tests and long in `make soak`.
"""

import asyncio
import fcntl
import os
import random
import signal
import subprocess
import termios
from collections import Counter
from contextlib import contextmanager

from claimcheck import Limits, RunStore, Settings
from claimcheck.batch.batch import Batch
from claimcheck.models.outcome import DocumentState
from tests.support.batches import (
    batch_command,
    read_outcomes,
    run_faulty_server,
    write_documents,
)
from tests.support.command import claimcheck
from tests.support.waiting import wait_until

# Answers in progress take less time; a batch that takes longer hangs.
_MAX_END_S = 60
CAUSES = {"truncated", "invalid", "refused", "filtered", "empty"}


def run_with_faults(folder, *, documents, concurrency=32, timeout_s=8.0):
    """Run a batch in which 25 % of the requests meet a fault.

    `timeout_s` must be long enough for a busy machine to read every complete answer.
    """
    rows = write_documents(folder / "rows.jsonl", documents)
    with (
        run_faulty_server(rate=0.25, hang=100.0) as (url, counts),
        RunStore(folder / "runs.db") as store,
    ):
        settings = Settings(
            engine="llm", model="m", base_url=url, timeout_s=timeout_s, attempts=4
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
        # Each answer that was sent completely is counted once.
        assert info.spent_tokens == seen["tokens"], seen
        query = "SELECT sum(input_tokens + output_tokens) FROM outcomes"
        assert store.database.execute(query).fetchone()[0] == seen["tokens"]
        finished = {key for key, _ in batch.runs()}
        assert finished == {f"row-{number}" for number in range(documents)}
    return seen, info


def run_with_kills(folder, *, documents, kills, seed=3, ways=("SIGKILL",)):
    """Run a batch without interruption, and one that is ended `kills` times.

    `ways` are the signals that end it, or "closed terminal". Returns how often each
    one did, and the number of requests.
    """
    rows = write_documents(folder / "rows.jsonl", documents)
    quick = ("--concurrency", "8", "--quiet")
    with run_faulty_server(rate=0.25, seed=seed, hang=0.2) as (url, _):
        command = batch_command(rows, folder / "calm.db", url, *quick)
        claimcheck(*command[3:])  # in this process, which has loaded everything
    rng = random.Random(seed)
    killed = Counter()
    with run_faulty_server(rate=0.25, seed=seed, hang=0.2, delays=(0.0, 0.2)) as (
        url,
        counts,
    ):
        command = batch_command(rows, folder / "killed.db", url, *quick)
        while True:
            with run_in_terminal(command) as (process, close_terminal):
                if killed.total() < kills:
                    _wait_for_requests(
                        process, counts, rng.randint(1, 2 * documents // (kills + 1))
                    )
                    if process.poll() is None:
                        way = rng.choice(ways)
                        if way == "closed terminal":
                            close_terminal()
                        else:
                            process.send_signal(signal.Signals[way])
                        killed[way] += 1
                        process.wait(timeout=_MAX_END_S)
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


@contextmanager
def run_in_terminal(command):
    """Run a command in its own terminal; yield it, and a function that closes that."""
    control, terminal = os.openpty()
    with subprocess.Popen(
        command,
        **dict.fromkeys(("stdin", "stdout", "stderr"), terminal),
        start_new_session=True,
        # The lock of another thread may be copied, but nothing here takes one.
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
    ) as process:
        os.close(terminal)
        is_open = True

        def close_terminal():
            nonlocal is_open
            is_open = False
            os.close(control)

        try:
            yield process, close_terminal
        finally:
            if is_open:
                os.close(control)


def _wait_for_requests(process, counts, more):
    """Wait until a process has sent `more` requests, or has ended."""
    wanted = counts()["requests"] + more
    wait_until(lambda: process.poll() is not None or counts()["requests"] >= wanted)
