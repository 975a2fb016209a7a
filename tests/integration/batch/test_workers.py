"""Worker processes may end at any moment: no document is lost, and none left running."""

import asyncio
import json
import multiprocessing
import multiprocessing.resource_tracker
import multiprocessing.spawn
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from claimcheck import Batch, Document, RunStore, Settings, errors
from claimcheck.batch.workers import WorkerPool
from claimcheck.models.outcome import DocumentState, StopSignal
from tests.support import worker_tasks
from tests.support.batches import list_children, read_outcomes
from tests.support.paths import ROOT

SETTINGS = Settings(engine="extractive")
FERRY = "The ferry carried 900 people in 2020. It was built in Gdansk."
SCRIPT = """
import asyncio
from claimcheck import Batch, RunStore, Settings

with RunStore("runs.db") as store:
    batch = Batch(store, Settings(engine="extractive"))
    batch.add("rows.jsonl")
    print(asyncio.run(batch.run()).done)
"""


def write_rows(path, count, first=0):
    """Write documents of 2,000 characters; sixty of them are enough for workers."""
    with path.open("w") as file:
        for number in range(first, first + count):
            text = f"{FERRY} " * 32 + f"Ship {number} is red."
            file.write(json.dumps({"id": str(number), "text": text}) + "\n")
    return str(path)


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path / "runs.db") as opened:
        yield opened


@pytest.fixture
def executable(tmp_path):
    """A function that makes a shell script the Python of new worker processes."""
    before = multiprocessing.spawn.get_executable()
    multiprocessing.resource_tracker.ensure_running()  # with the real one

    def use(script):
        path = tmp_path / "python.sh"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        multiprocessing.set_executable(str(path))

    yield use
    multiprocessing.set_executable(before)


def run_in_pool(task, texts, workers=1):
    async def run():
        async with WorkerPool(task, workers) as pool:
            documents = map(Document.from_text, texts)
            return await asyncio.gather(*map(pool.run, documents))

    return asyncio.run(run())


def test_a_batch_gives_the_same_results_with_and_without_workers(tmp_path):
    workers = {"with": set(), "without": set()}

    def run(name, *sources):
        def count(progress):
            workers[name].add(bool(multiprocessing.active_children()))

        with RunStore(tmp_path / f"{name}.db") as store:
            for source in sources:
                batch = Batch(store, SETTINGS)
                batch.add(source)
                asyncio.run(batch.run(on_progress=count))
        return read_outcomes(tmp_path / f"{name}.db")

    everything = write_rows(tmp_path / "rows.jsonl", 60)
    halves = [write_rows(tmp_path / f"{half}.jsonl", 30, half) for half in (0, 30)]
    assert run("with", everything) == run("without", *halves)
    assert workers == {"with": {True}, "without": {False}}


def test_killed_workers_lose_no_document(store, tmp_path):
    def kill(progress):
        if progress.done == 5:
            for process in multiprocessing.active_children():
                process.kill()

    batch = Batch(store, SETTINGS)
    batch.add(write_rows(tmp_path / "rows.jsonl", 60))
    progress = asyncio.run(batch.run(on_progress=kill))
    assert (progress.done, progress.failed) == (60, 0)
    assert multiprocessing.active_children() == []


def test_a_document_that_crashes_its_worker_twice_fails_alone():
    texts = [f"{FERRY} Ship {number}." for number in range(20)]
    texts[7] += " POISON"
    found = run_in_pool(worker_tasks.crash, texts, workers=2)
    failed = {
        number: (outcome.cause, outcome.message)
        for number, outcome in enumerate(found)
        if outcome.state is not DocumentState.DONE
    }
    assert failed == {
        7: (
            "crashed",
            "the process that read this document crashed twice; "
            "it may have run out of memory",
        )
    }


def test_what_a_worker_prints_goes_to_stderr(capfd):
    (outcome,) = run_in_pool(worker_tasks.chatter, [FERRY])
    printed = capfd.readouterr()
    assert outcome.state is DocumentState.DONE
    assert (printed.out, "from a worker" in printed.err) == ("", True)


def test_an_error_in_a_worker_is_raised_unchanged():
    with pytest.raises(errors.StoreError, match="full"):
        run_in_pool(worker_tasks.fail, [f"{FERRY} POISON"])


def test_restarts_a_worker_that_exits_before_it_is_ready(executable, tmp_path):
    flag = tmp_path / "started"
    executable(f'[ -e {flag} ] && exec {sys.executable} "$@"; touch {flag}; exit 9')
    (outcome,) = run_in_pool(worker_tasks.crash, [FERRY])
    assert (outcome.state, flag.exists()) == (DocumentState.DONE, True)


def test_workers_that_cannot_start_stop_the_batch_and_leave_documents_pending(
    store, tmp_path, executable
):
    executable("exit 1")
    batch = Batch(store, SETTINGS)
    batch.add(write_rows(tmp_path / "rows.jsonl", 60))
    stop = StopSignal()
    asyncio.run(batch.run(stop=stop))
    assert isinstance(stop.error, errors.WorkerError)
    assert str(stop.error).startswith("cannot start a worker process (")
    assert batch.info.counts[DocumentState.PENDING] == 60


def test_a_cancelled_batch_leaves_no_worker_running(store, tmp_path):
    batch = Batch(store, SETTINGS)
    batch.add(write_rows(tmp_path / "rows.jsonl", 300))

    async def run():
        task = asyncio.ensure_future(
            batch.run(on_progress=lambda progress: task.cancel())
        )
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert multiprocessing.active_children() == []
    assert batch.info.counts[DocumentState.PENDING] > 0


def test_ctrl_c_finishes_documents_in_progress_and_leaves_the_others_pending(tmp_path):
    rows = write_rows(tmp_path / "rows.jsonl", 3_000)
    path = tmp_path / "runs.db"
    command = [sys.executable, "-m", "claimcheck", "batch", rows, "--store", str(path)]
    with subprocess.Popen(
        [*command, "--engine", "extractive"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while count_states(path).get(DocumentState.DONE, 0) == 0:
            assert process.poll() is None
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all processes
        message = process.stderr.read()
    assert (process.returncode, "Traceback" in message) == (130, False)
    counts = count_states(path)
    assert counts[DocumentState.DONE] + counts[DocumentState.PENDING] == 3_000
    assert counts[DocumentState.PENDING] > 0


def count_states(path):
    try:
        with RunStore(path, create=False) as store:
            return store.batches()[0].counts
    except (errors.InputError, IndexError):
        return {}  # the command has not got that far


def write_script(folder, documents):
    write_rows(folder / "rows.jsonl", documents)
    (folder / "script.py").write_text(SCRIPT)
    return {
        "args": [sys.executable, "script.py"],
        "cwd": folder,
        "env": {**os.environ, "PYTHONPATH": str(ROOT)},
    }


def test_a_script_needs_no_main_guard(tmp_path):
    done = subprocess.run(
        **write_script(tmp_path, 60), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "60\n", "")


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks for processes in /proc"
)
def test_workers_exit_when_their_parent_is_killed(tmp_path):
    with subprocess.Popen(
        **write_script(tmp_path, 3_000), stdout=subprocess.DEVNULL
    ) as process:
        while not (workers := find_workers(process.pid)):
            assert process.poll() is None
            time.sleep(0.02)
        process.kill()
    while any(map(is_running, workers)):
        time.sleep(0.02)


def find_workers(pid):
    return [
        child
        for child in list_children(pid)
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def is_running(pid):
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
