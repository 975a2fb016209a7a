"""Beyond one machine: the same work on each document, on Ray Data (extra `distributed`).

Ray reads the source, schedules, starts again what a lost worker had, and writes shards; `claimcheck runs import` takes
these into a store. The budget is one purse for all workers: what a lost one had reserved stays reserved, for it may have
been billed.

    import ray
    from claimcheck import Limits, Settings
    from claimcheck.batch.distributed import summarized

    documents = ray.data.read_json("s3://archive/*.jsonl")          # rows {id, text, title, date, source}
    summarized(documents, Settings(...), Limits(...), workers=32).write_parquet("s3://archive/runs/")
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from claimcheck.batch.plan import Plan
from claimcheck.batch.runner import (
    LocalStepExecutor,
    run_document,
)
from claimcheck.batch.shards import build_shard_row
from claimcheck.errors import BudgetError, InputError, ProviderError, UnreachableError
from claimcheck.llm import Limiter, OpenAIClient, Pricing
from claimcheck.llm.budget import RequestCost
from claimcheck.models.llm import Spending
from claimcheck.models.outcome import Outcome
from claimcheck.models.run import Cause
from claimcheck.readers.sources import build_document_from_row
from claimcheck.settings import Limits, Settings

if TYPE_CHECKING:
    import pyarrow
    import ray.data

_ROWS_PER_CALL = 64  # rows in a worker's hands: what is asked for again when it is lost
_BUDGET_POLL_INTERVAL_S = 0.1


def summarize_dataset(
    documents: ray.data.Dataset,
    settings: Settings,
    limits: Limits | None = None,
    *,
    workers: int = 2,
    check: bool = False,
) -> ray.data.Dataset:
    """Summarize each row of a Ray dataset; return a dataset of outcomes.

    Limits are those of all workers together. A row that is none, or that the budget does not cover, has an outcome that
    says so. Nothing is done before the dataset is written or read.

    Raises:
        SettingsError: there is a budget in dollars, and the model's price is not known.
    """
    import ray

    plan = Plan.from_settings(settings, limits or Limits(), check=check)
    purse = (
        ray.remote(_BudgetActor).options(num_cpus=0).remote(plan.limits)
        if plan.limits.has_budget
        else None
    )
    return documents.map_batches(
        _RayWorker,
        fn_constructor_args=(
            replace(plan, limits=_divide_limits(plan.limits, workers)),
            purse,
        ),
        compute=ray.data.ActorPoolStrategy(size=workers),
        batch_size=_ROWS_PER_CALL,
        batch_format="pyarrow",
        max_restarts=-1,
        max_task_retries=-1,
    )


def _divide_limits(limits: Limits, workers: int) -> Limits:
    """Divide the rate limits among workers; the budget stays shared."""

    def part(value: int | None) -> int | None:
        return None if value is None else max(1, value // workers)

    return replace(
        limits,
        concurrency=part(limits.concurrency) or 1,
        rpm=part(limits.rpm),
        tpm=part(limits.tpm),
    )


class _BudgetActor:
    """The budget of all workers, as an actor of its own."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._spent, self._reserved = Spending(), Spending()
        self._open = 0

    def reserve(self, usd: float, tokens: int) -> str:
        """`yes`, `wait` for what is under way, or `never`."""
        limits, spent, reserved = self._limits, self._spent, self._reserved
        over_usd = (
            limits.budget_usd is not None
            and spent.usd + reserved.usd + usd > limits.budget_usd
        )
        over_tokens = (
            limits.budget_tokens is not None
            and spent.tokens + reserved.tokens + tokens > limits.budget_tokens
        )
        if over_usd or over_tokens:
            return "wait" if self._open else "never"
        self._open += 1
        reserved.usd, reserved.tokens = reserved.usd + usd, reserved.tokens + tokens
        return "yes"

    def settle(
        self, usd: float, tokens: int, spent_usd: float, spent_tokens: int
    ) -> None:
        """What was reserved is free again, and this much spent."""
        self._open -= 1
        reserved, spent = self._reserved, self._spent
        reserved.usd, reserved.tokens = reserved.usd - usd, reserved.tokens - tokens
        spent.usd, spent.tokens = spent.usd + spent_usd, spent.tokens + spent_tokens


class _RemoteBudget:
    """The purse as a worker's gate sees it.

    What is under way elsewhere is settled within the time of a request, or never: a worker that was lost settles nothing.
    """

    def __init__(self, actor: Any, patience_s: float) -> None:
        self._actor = actor
        self._patience_s = patience_s

    async def reserve(self, bound: RequestCost) -> None:
        given_up = time.monotonic() + self._patience_s
        while (
            answer := await self._actor.reserve.remote(bound.usd, bound.tokens)
        ) != "yes":
            if answer == "never" or time.monotonic() > given_up:
                raise BudgetError("the budget is reached")
            await asyncio.sleep(_BUDGET_POLL_INTERVAL_S)

    async def settle(self, bound: RequestCost, spent: RequestCost) -> None:
        await self._actor.settle.remote(
            bound.usd, bound.tokens, spent.usd, spent.tokens
        )


class _RayWorker:
    """What Ray calls with batches of rows; it keeps its connections and what it has learnt of the endpoint."""

    def __init__(self, plan: Plan, purse: Any) -> None:
        self._plan = plan
        self._steps = LocalStepExecutor(plan)
        self._loop = asyncio.new_event_loop()
        settings = plan.settings
        remote = _RemoteBudget(purse, settings.timeout_s) if purse is not None else None
        self._client = (
            OpenAIClient(
                settings, Limiter(plan.limits, Pricing(settings), shared_budget=remote)
            )
            if plan.engine == "llm"
            else None
        )

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        import pyarrow

        rows = self._loop.run_until_complete(self._all(table.to_pylist()))
        return pyarrow.Table.from_pylist(rows, schema=_build_arrow_schema())

    async def _all(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        slots = asyncio.Semaphore(self._plan.limits.concurrency)

        async def one(number: int, row: dict[str, Any]) -> dict[str, Any]:
            async with slots:
                return await self._one(number, row)

        return list(
            await asyncio.gather(*(one(number, row) for number, row in enumerate(rows)))
        )

    async def _one(self, number: int, row: dict[str, Any]) -> dict[str, Any]:
        key = str(row["id"]) if row.get("id") not in (None, "") else None
        try:
            document = build_document_from_row(row, key or "row")
        except InputError as error:
            return build_shard_row(
                self._plan, key or str(error), None, None, str(error)
            )
        try:
            outcome = await run_document(number, document, self._steps, self._client)
        except BudgetError:
            return build_shard_row(self._plan, key or document.id, document, None, None)
        except UnreachableError as error:
            outcome = Outcome.from_failure(Cause.UNANSWERED, str(error), error.requests)
        except (
            ProviderError
        ) as error:  # every worker would meet it: Ray ends the job with this message
            raise RuntimeError(str(error)) from None
        finally:
            self._steps.let_go(number)
        return build_shard_row(self._plan, key or document.id, document, outcome, None)


def _build_arrow_schema() -> pyarrow.Schema:
    """Return the columns of a shard as an Arrow schema."""
    import pyarrow

    text, whole, real = pyarrow.string(), pyarrow.int64(), pyarrow.float64()
    types = {
        "requests": whole,
        "input_tokens": whole,
        "output_tokens": whole,
        "cost_usd": real,
    }
    names = (
        *("key", "way", "state", "cause", "message", "fields", "text", "run"),
        *("requests", "input_tokens", "output_tokens", "cost_usd"),
    )
    return pyarrow.schema([(name, types.get(name, text)) for name in names])
