"""Worker processes may end at any moment; nothing is lost, paid for twice or left running."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from claimcheck import Document, Limits, RunStore, Settings, errors
from claimcheck.batch.batch import Batch
from claimcheck.batch.plan import Plan
from claimcheck.batch.runner import FlowLostError
from claimcheck.batch.workers import WorkerPool
from claimcheck.models.outcome import DocumentState, Outcome
from tests.support.batches import (
    children,
    faulty,
    outcomes,
    release,
    write_documents,
)
from tests.support.paths import ROOT
from tests.support.waiting import until, until_async

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks for processes in /proc"
)
EXTRACTIVE = Plan.from_settings(Settings(engine="extractive"), Limits())
FERRY = "The ferry carried 900 people in 2020. It was built in Gdansk."
DEADLY = textwrap.dedent("""
    import os, sys
    sys.path[:] = sys.argv[1:]
    from claimcheck.batch import step, worker

    take = step.Flows.take
    def deadly(self, number, given):
        if "POISON" in getattr(given, "full_text", ""):
            os._exit(9)
        return take(self, number, given)
    step.Flows.take = deadly
    worker.main()
""")
SCRIPT = """
import asyncio, pathlib
from claimcheck import Batch, RunStore, Settings

with RunStore("runs.db") as store:
    batch = Batch(store, Settings(engine="extractive"))
    batch.add("rows.jsonl")
    print(asyncio.run(batch.run()).done)
"""


def workers_of(pid="self"):
    told = {
        child: Path(f"/proc/{child}/cmdline").read_bytes() for child in children(pid)
    }
    return [
        child
        for child, command in told.items()
        if b"claimcheck.batch.worker" in command
    ]


def runs(pid):
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.fixture
def always(monkeypatch):
    """Two workers, however little there is to do."""
    monkeypatch.setattr("claimcheck.batch.batch._MIN_CHARACTERS_FOR_WORKERS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 4)


def batch_of(documents, folder, url, name, **more):
    """What became of the documents, and what happened `meanwhile`."""
    meanwhile = more.pop("meanwhile", None)

    async def both(batch):
        work = asyncio.ensure_future(batch.run())
        seen = await meanwhile(work) if meanwhile else None
        await work
        return seen

    settings = Settings(
        engine="llm", model="m", base_url=url, timeout_s=60.0, attempts=4
    )
    with RunStore(folder / name) as store:
        batch = Batch(store, settings, Limits(concurrency=16))
        batch.add(str(documents))
        seen = asyncio.run(both(batch))
        assert batch.info.counts[DocumentState.PENDING] == 0
    assert workers_of() == []
    return outcomes(folder / name), seen


def test_a_batch_gives_the_same_results_with_and_without_workers(
    tmp_path, always, monkeypatch
):
    rows = write_documents(tmp_path / "rows.jsonl", 120)
    with faulty(rate=0.25, hang=0.2) as (url, _):
        with_workers, seen = batch_of(
            rows, tmp_path, url, "with.db", meanwhile=most_workers
        )
    assert seen == 2
    monkeypatch.setattr("claimcheck.batch.batch._MIN_CHARACTERS_FOR_WORKERS", 10**9)
    with faulty(rate=0.25, hang=0.2) as (url, _):
        without, seen = batch_of(
            rows, tmp_path, url, "without.db", meanwhile=most_workers
        )
    assert seen == 0
    assert with_workers == without


async def most_workers(work):
    """How many workers were seen at once until there were two, or the batch was done."""
    most = 0
    while most < 2 and not work.done():
        most = max(most, len(workers_of()))
        await asyncio.sleep(0.01)
    return most


def test_killed_workers_lose_no_document_and_no_answer(tmp_path, always):
    rows = write_documents(tmp_path / "rows.jsonl", 90)
    with faulty(rate=0.25, hang=0.2) as (url, _):
        calm, _ = batch_of(rows, tmp_path, url, "calm.db")

    async def kill(work):
        # each of the two once: a document fails when its worker is killed twice over it
        pids = await until_async(lambda: len(found := workers_of()) == 2 and found)
        release(url)
        for pid in pids:
            wanted = counts()["requests"] + 10
            await until_async(lambda: counts()["requests"] >= wanted)  # noqa: B023
            os.kill(pid, signal.SIGKILL)
        assert not work.done()
        return len(pids)

    with faulty(rate=0.25, hang=0.2, delays=(0.2, 0.8), hold=8) as (url, counts):
        disturbed, killed = batch_of(rows, tmp_path, url, "killed.db", meanwhile=kill)
        asked = counts()
    assert killed == 2
    assert asked["answered"] == 1  # no answer was had twice
    assert [key for key in calm[0] if disturbed[0][key] != calm[0][key]] == []
    assert disturbed[1] == calm[1]


def test_a_document_that_crashes_its_worker_twice_fails_alone(monkeypatch):
    monkeypatch.setattr("claimcheck.batch.workers._WORKER_COMMAND", DEADLY)

    async def outcome(workers, number, text):
        while True:
            try:
                return await workers.take(number, Document.from_text(text))
            except FlowLostError:
                pass

    async def every():
        async with WorkerPool(EXTRACTIVE, 1) as workers:
            texts = [f"{FERRY} Ship {number}." for number in range(20)]
            texts[7] = f"{FERRY} POISON"
            return await asyncio.gather(
                *(outcome(workers, *item) for item in enumerate(texts))
            )

    found = asyncio.run(every())
    failed = {
        number: step
        for number, step in enumerate(found)
        if step.state is not DocumentState.DONE
    }
    assert list(failed) == [7]
    assert (failed[7].cause, failed[7].message) == (
        "crashed",
        "the process that read it was ended; is there memory?",
    )


def test_output_of_a_worker_does_not_disturb_the_protocol(monkeypatch, capfd):
    chatty = DEADLY.replace(
        "    return take(", '    print("from a step", flush=True)\n    return take('
    )
    monkeypatch.setattr("claimcheck.batch.workers._WORKER_COMMAND", chatty)

    async def one():
        async with WorkerPool(EXTRACTIVE, 1) as workers:
            return await workers.take(1, Document.from_text(FERRY))

    assert asyncio.run(one()).state is DocumentState.DONE
    assert "from a step" in capfd.readouterr().err


def test_an_internal_error_in_a_worker_fails_only_its_document(monkeypatch):
    mistaken = DEADLY.replace("os._exit(9)", "self.plan = None")
    monkeypatch.setattr("claimcheck.batch.workers._WORKER_COMMAND", mistaken)

    async def both():
        async with WorkerPool(EXTRACTIVE, 1) as workers:
            texts = (FERRY, f"{FERRY} POISON")
            return [
                await workers.take(number, Document.from_text(text))
                for number, text in enumerate(texts)
            ]

    good, bad = asyncio.run(both())
    assert isinstance(bad, Outcome)
    assert (bad.state, bad.cause) == (DocumentState.FAILED, "internal")
    assert good.state is DocumentState.DONE


def test_a_store_error_in_a_worker_is_raised_unchanged(monkeypatch):
    broken = DEADLY.replace(
        "os._exit(9)",
        "from claimcheck.errors import StoreError; raise StoreError('full')",
    )
    monkeypatch.setattr("claimcheck.batch.workers._WORKER_COMMAND", broken)

    async def one():
        async with WorkerPool(EXTRACTIVE, 1) as workers:
            with pytest.raises(errors.StoreError, match="full"):
                await workers.take(1, Document.from_text(f"{FERRY} POISON"))
            return await workers.take(2, Document.from_text(FERRY))

    assert asyncio.run(one()).state is DocumentState.DONE


def test_restarts_a_worker_that_exits_before_it_is_ready(tmp_path, monkeypatch):
    begun = tmp_path / "begun"
    stumbling = f"import os, pathlib; begun = pathlib.Path({str(begun)!r})\nif not begun.exists(): begun.touch(); os._exit(9)\n"
    monkeypatch.setattr("claimcheck.batch.workers._WORKER_COMMAND", stumbling + DEADLY)

    async def one():
        async with WorkerPool(EXTRACTIVE, 1) as workers:
            return await workers.take(1, Document.from_text(FERRY))

    assert asyncio.run(one()).state is DocumentState.DONE
    assert begun.exists()


def test_workers_that_cannot_start_stop_the_batch_and_leave_documents_pending(
    tmp_path, always, monkeypatch
):
    monkeypatch.setattr("sys.executable", "/bin/false")
    settings = Settings(engine="extractive")
    with RunStore(tmp_path / "runs.db") as store:
        batch = Batch(store, settings)
        batch.add(str(write_documents(tmp_path / "rows.jsonl", 20)))
        from claimcheck.models.outcome import StopSignal

        stop = StopSignal()
        asyncio.run(batch.run(stop=stop))
        assert isinstance(stop.error, errors.WorkerError)
        assert str(stop.error).startswith(
            "/bin/false: a worker process can't be begun (IncompleteReadError"
        )
        assert batch.info.counts[DocumentState.PENDING] == 20


def test_a_cancelled_batch_leaves_no_worker_running(tmp_path, always):
    rows = write_documents(tmp_path / "rows.jsonl", 50)

    async def cancelled(batch):
        work = asyncio.ensure_future(batch.run())
        await until_async(lambda: workers_of() and counts()["requests"])
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    with (
        faulty(delays=(100.0, 100.0)) as (url, counts),
        RunStore(tmp_path / "runs.db") as store,
    ):
        batch = Batch(
            store,
            Settings(engine="llm", model="m", base_url=url),
            Limits(concurrency=16),
        )
        batch.add(str(rows))
        asyncio.run(cancelled(batch))
    assert workers_of() == []


def script(folder, characters):
    with (folder / "rows.jsonl").open("w") as file:
        while file.tell() < characters:
            file.write(
                json.dumps({"text": f"{FERRY} " * 30 + f"Ship {file.tell()}."}) + "\n"
            )
    (folder / "script.py").write_text(SCRIPT)
    return [sys.executable, "script.py"], {**os.environ, "PYTHONPATH": str(ROOT)}


def test_a_script_needs_no_main_guard(tmp_path):
    command, environment = script(tmp_path, 400_000)
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 100


def test_workers_exit_with_their_parent_process(tmp_path):
    command, environment = script(tmp_path, 4_000_000)
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        found = until(lambda: workers_of(process.pid))
        process.send_signal(signal.SIGKILL)
    until(lambda: not any(map(runs, found)))
