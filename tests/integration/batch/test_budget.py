"""A budget ends a batch, and a larger one resumes it."""

import asyncio

from claimcheck import Batch, Limits, RunStore, Settings, errors
from claimcheck.models.outcome import StopSignal
from tests.support.batches import run_faulty_server, write_documents


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
