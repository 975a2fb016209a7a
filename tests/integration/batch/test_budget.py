"""A budget ends a batch, and a larger one resumes it."""

import asyncio
import json
import subprocess

from claimcheck import Batch, Limits, RunStore, Settings, errors
from claimcheck.batch.plan import MAX_OUTPUT_TOKENS
from claimcheck.models.outcome import StopSignal
from tests.support.batches import batch_command, run_faulty_server, write_documents
from tests.support.endpoint import completion, serve_script
from tests.support.loopback import Handler, serve_handler
from tests.support.scripted import answer, claim
from tests.support.waiting import wait_until


def test_a_budget_stops_a_batch_and_a_larger_one_resumes_it(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 30)
    with run_faulty_server() as (url, counts), RunStore(tmp_path / "s.db") as store:
        settings = Settings(
            engine="llm", model="m", base_url=url, max_output_tokens=500
        )

        def go(budget):
            batch = Batch(store, settings, Limits(concurrency=8, budget_tokens=budget))
            batch.add(str(rows))
            stop = StopSignal()
            return asyncio.run(batch.run(stop=stop)), stop, batch

        progress, stop, batch = go(12_000)
        assert isinstance(stop.error, errors.BudgetError)
        assert 0 < progress.done < 30
        assert batch.info.spent_tokens <= 12_000
        assert counts()["tokens"] == batch.info.spent_tokens
        progress, stop, _ = go(10**9)
        assert (progress.done, stop.error) == (30, None)
        assert (counts()["requests"], counts()["answered"]) == (30, 1)


def test_the_budget_remembers_requests_that_were_lost_on_the_way(tmp_path):
    """They may have been billed: every command after them counts them as spent."""
    rows = write_documents(tmp_path / "rows.jsonl", 30)
    lost = []

    class Dropping(Handler):
        def do_POST(self):
            lost.append(self.rfile.read(int(self.headers["content-length"])))
            self.connection.close()

    with serve_handler(Dropping) as url, RunStore(tmp_path / "s.db") as store:
        settings = Settings(
            engine="llm", model="m", base_url=url, attempts=1, max_output_tokens=500
        )
        limits = Limits(concurrency=2, budget_tokens=6_000)
        spent = []
        while True:
            batch = Batch(store, settings, limits)
            batch.add(str(rows))
            stop = StopSignal()
            asyncio.run(batch.run(stop=stop))
            spent.append(batch.info.spent_tokens)
            if isinstance(stop.error, errors.BudgetError):
                break
            assert isinstance(stop.error, errors.UnreachableError)
    assert spent == sorted(spent)
    assert 0 < spent[0] <= spent[-1] <= 6_000
    assert 0 < len(lost) <= 6_000 // 500


def test_the_budget_remembers_answers_without_a_count_of_tokens(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 30)
    uncounted = completion(json.dumps(answer(claim("x")))) | {"usage": None}
    with serve_script((200, uncounted)) as (url, received):
        settings = Settings(
            engine="llm", model="m", base_url=url, max_output_tokens=500
        )
        for _ in range(3):
            with RunStore(tmp_path / "s.db") as store:
                batch = Batch(store, settings, Limits(budget_tokens=6_000))
                batch.add(str(rows))
                stop = StopSignal()
                asyncio.run(batch.run(stop=stop))
                assert isinstance(stop.error, errors.BudgetError)
    assert 0 < len(received) <= 6_000 // 500


def test_the_budget_remembers_what_a_killed_process_had_sent(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 30)
    with run_faulty_server(delays=(100.0, 100.0)) as (url, counts):
        command = batch_command(
            rows, tmp_path / "s.db", url, "--budget-tokens", "100000"
        )
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            wait_until(lambda: counts()["requests"] >= 8)
            process.kill()
    with RunStore(tmp_path / "s.db", create=False) as store:
        (info,) = store.batches()
    assert info.spent_tokens >= 8 * MAX_OUTPUT_TOKENS
