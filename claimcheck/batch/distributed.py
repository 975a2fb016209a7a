"""Run a Ray dataset of documents on several machines (extra `distributed`).

Ray reads the source, schedules, restarts lost workers, and writes shards, which
`claimcheck runs import` adds to a store. All workers share one budget. The reservations
of a lost worker stay, because its requests may have been billed.

    import ray
    from claimcheck import Limits, Settings
    from claimcheck.batch.distributed import summarize_dataset

    documents = ray.data.read_json("s3://archive/*.jsonl")
    runs = summarize_dataset(documents, Settings(...), Limits(...), workers=32)
    runs.write_parquet("s3://archive/runs/")

Rows of the source are `{id, text, title, date, source}`.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from claimcheck.batch.document_runner import run_document
from claimcheck.batch.plan import Plan
from claimcheck.batch.shards import build_shard_row
from claimcheck.errors import BudgetError, InputError, ProviderError, UnreachableError
from claimcheck.llm.budget import Budget, Pricing, RequestCost
from claimcheck.llm.limiter import Limiter
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.models.outcome import Outcome
from claimcheck.models.run import Cause
from claimcheck.readers.sources import build_document_from_row
from claimcheck.settings import Limits, Settings

if TYPE_CHECKING:
    import pyarrow
    import ray.data

# The rows of a lost worker's call are requested, and paid for, again. Chosen by hand.
_ROWS_PER_CALL = 64
# Short beside the seconds of an answer, and little work for the one actor that all
# workers ask. Chosen by hand.
_BUDGET_POLL_INTERVAL_S = 0.1
_INTEGER_COLUMNS = ("requests", "input_tokens", "output_tokens")
_TEXT_COLUMNS = ("key", "config", "state", "cause", "message", "fields", "text", "run")


def summarize_dataset(
    documents: ray.data.Dataset,
    settings: Settings,
    limits: Limits | None = None,
    *,
    workers: int = 2,
    check: bool = False,
) -> ray.data.Dataset:
    """Return the outcomes as a dataset; Ray computes it when it is used.

    The limits apply to all workers together. The outcome of an invalid row, or of one
    that the budget does not cover, says so.
    """
    import ray

    plan = Plan.from_settings(settings, limits or Limits(), check=check)
    budget = None
    if plan.limits.has_budget:
        # A separate actor, which only counts and therefore needs no core.
        budget = ray.remote(Budget).options(num_cpus=0).remote(plan.limits)
    worker_plan = replace(plan, limits=_divide_limits(plan.limits, workers))
    return documents.map_batches(
        _RayWorker,
        fn_constructor_args=(worker_plan, budget),
        compute=ray.data.ActorPoolStrategy(size=workers),
        batch_size=_ROWS_PER_CALL,
        batch_format="pyarrow",
        # No limit on restarts of lost machines: the budget limits the cost.
        max_restarts=-1,
        max_task_retries=-1,
    )


def _divide_limits(limits: Limits, workers: int) -> Limits:
    """Divide the rate limits among the workers; the budget is shared."""
    return replace(
        limits,
        concurrency=max(1, limits.concurrency // workers),
        rpm=None if limits.rpm is None else max(1, limits.rpm // workers),
        tpm=None if limits.tpm is None else max(1, limits.tpm // workers),
    )


class RemoteBudget:
    """A worker's view of the shared budget; `actor` is a Ray handle.

    A reservation is settled within a request's timeout, or never, because a lost worker
    settles nothing. So nothing waits longer than that.
    """

    def __init__(self, actor: Any, timeout_s: float) -> None:
        self._actor = actor
        self._timeout_s = timeout_s

    async def reserve(self, cost: RequestCost) -> None:
        """Reserve the cost, or raise `BudgetError`."""
        deadline = time.monotonic() + self._timeout_s
        while not await self._actor.reserve.remote(cost):
            if time.monotonic() > deadline:
                raise BudgetError("the budget is used up, or reserved by lost workers")
            await asyncio.sleep(_BUDGET_POLL_INTERVAL_S)

    async def settle(self, reserved: RequestCost, spent: RequestCost) -> None:
        """Release a reservation and count what was spent of it."""
        await self._actor.settle.remote(reserved, spent)


class _RayWorker:
    """Runs tables of rows, with the same connections for all of them."""

    def __init__(self, plan: Plan, budget: Any) -> None:
        self._plan = plan
        self._runner = asyncio.Runner()
        self._client = None
        if plan.engine == "llm":
            settings = plan.settings
            shared = None
            if budget is not None:
                shared = RemoteBudget(budget, settings.timeout_s)
            limiter = Limiter(plan.limits, Pricing(settings), shared_budget=shared)
            self._client = OpenAIClient(settings, limiter)

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        import pyarrow

        rows = self._runner.run(self._run_rows(table.to_pylist()))
        return pyarrow.Table.from_pylist(rows, schema=_build_arrow_schema())

    async def _run_rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        slots = asyncio.Semaphore(self._plan.limits.concurrency)

        async def run(row: dict[str, Any]) -> dict[str, Any]:
            async with slots:
                return await self._run_row(row)

        return await asyncio.gather(*map(run, rows))

    async def _run_row(self, row: dict[str, Any]) -> dict[str, Any]:
        key = "" if row.get("id") is None else str(row["id"])
        try:
            document = build_document_from_row(row, key or "row")
        except InputError as error:
            outcome = Outcome.from_failure("unreadable", str(error))
            return build_shard_row(self._plan, key or str(error), None, outcome)
        key = key or document.id
        try:
            outcome = await run_document(document, self._plan, self._client)
        except BudgetError:
            return build_shard_row(self._plan, key, document, None)  # stays pending
        except UnreachableError as error:
            outcome = Outcome.from_failure(Cause.UNANSWERED, str(error), error.requests)
        except ProviderError as error:
            # Every worker would fail the same way: Ray ends the job with this message.
            raise RuntimeError(str(error)) from None
        return build_shard_row(self._plan, key, document, outcome)


def _build_arrow_schema() -> pyarrow.Schema:
    """Return the columns of a shard."""
    # Arrow cannot infer the type of a column without values.
    import pyarrow

    columns = [(name, pyarrow.string()) for name in _TEXT_COLUMNS]
    columns += [(name, pyarrow.int64()) for name in _INTEGER_COLUMNS]
    columns.append(("cost_usd", pyarrow.float64()))
    return pyarrow.schema(columns)
