"""Two evaluations of the same rows: what the second scores above the first, with an interval of the difference."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from claimcheck import prompts, schemas
from claimcheck.errors import InputError
from claimcheck.evaluation.datasets import Dataset, Example, Rows, read_dataset
from claimcheck.evaluation.metrics import Columns, Metric, bootstrap_intervals
from claimcheck.evaluation.result import (
    Evaluation,
    EvaluationSignature,
    MeasuredRow,
    Score,
)
from claimcheck.evaluation.tasks import TASKS, Task
from claimcheck.evaluation.tasks.base import EngineSetup
from claimcheck.settings import CHECK_ONLY_SETTINGS
from claimcheck.version import __version__

_CONCURRENCY = 8


def run_evaluation(
    task_name: str,
    rows: Rows,
    given: EngineSetup,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Evaluate an engine; calls `progress` with the number of rows done and in all.

    Raises:
        InputError: the rows can't be read.
        ProviderError: the endpoint gave no answer.
    """
    task = TASKS[task_name]
    dataset = read_dataset(rows, task_name)
    started = time.perf_counter()
    measured: list[MeasuredRow] = []
    for row in _measure_rows(task, dataset, given):
        measured.append(row)
        if progress:
            progress(len(measured), len(dataset.examples))
    seconds = time.perf_counter() - started
    columns = {
        name: np.array([row.values[name] for row in measured])
        for name in measured[0].values
    }
    bounds = bootstrap_intervals(
        task.measures, columns, [row.document for row in measured], rows.seed
    )
    return Evaluation(
        signature=_build_signature(task, dataset, given, rows),
        scores={
            name: Score(measure(columns), *bounds[name])
            for name, measure in task.measures.items()
        },
        failed=sum(row.failure is not None for row in measured),
        seconds=round(seconds, 2),
        rows=tuple(measured),
    )


def _measure_rows(
    task: Task, dataset: Dataset, given: EngineSetup
) -> Iterator[MeasuredRow]:
    def one(example: Example) -> MeasuredRow:
        try:
            outcome = task.measure(example.fields, given)
        except InputError as error:
            raise InputError(f"row {example.id}: {error}") from None
        return MeasuredRow(
            example.id, example.document, outcome.values, outcome.failure
        )

    if given.client is None:
        yield from map(one, dataset.examples)
        return
    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        yield from pool.map(one, dataset.examples)


def _build_signature(
    task: Task, dataset: Dataset, given: EngineSetup, rows: Rows
) -> EvaluationSignature:
    model = given.engine == "llm"
    settings = given.settings
    return EvaluationSignature(
        version=__version__,
        task=task.name,
        dataset=dataset.name,
        dataset_sha256=dataset.sha256,
        engine=given.engine,
        model=settings.model if model else None,
        prompts={name: prompts.load(name).digest for name in task.prompts}
        if model
        else {},
        schemas={name: schemas.compute_digest(name) for name in task.schemas}
        if model
        else {},
        settings=settings.published()
        | {name: getattr(settings, name) for name in CHECK_ONLY_SETTINGS}
        if model
        else {},
        limit=rows.limit,
        seed=rows.seed,
        n=len(dataset.examples),
    )


@dataclass(frozen=True, slots=True)
class EvaluationComparison:
    """The rows that both have, and the difference of each score, second less first, over them."""

    n: int
    differences: dict[str, Score]


def compare_scores(first: Evaluation, second: Evaluation) -> EvaluationComparison:
    """Compare two evaluations, paired: each resample scores both on the same rows.

    Raises:
        InputError: they are of different tasks or data, or share no row.
    """
    left, right = first.signature, second.signature
    if left.task != right.task or left.dataset_sha256 != right.dataset_sha256:
        raise InputError(
            f"compare: {left.task} on {left.dataset}@{left.dataset_sha256[:12]} and {right.task} on "
            f"{right.dataset}@{right.dataset_sha256[:12]} can't be compared; evaluate both on the same file"
        )
    theirs = {row.id: row for row in second.rows}
    pairs = [(row, theirs[row.id]) for row in first.rows if row.id in theirs]
    if not pairs:
        raise InputError(
            "compare: the two have no row in common; use the same --limit and --seed"
        )
    columns = {
        f"{side} {name}": np.array([pair[number].values[name] for pair in pairs])
        for number, side in enumerate(("first", "second"))
        for name in _list_value_names(pairs[0][number])
    }
    measures = {
        name: _make_difference_metric(measure)
        for name, measure in TASKS[left.task].measures.items()
    }
    bounds = bootstrap_intervals(
        measures, columns, [row.document for row, _ in pairs], left.seed
    )
    return EvaluationComparison(
        len(pairs),
        {
            name: Score(measure(columns), *bounds[name])
            for name, measure in measures.items()
        },
    )


def _list_value_names(row: MeasuredRow) -> list[str]:
    return list(row.values)


def _make_difference_metric(measure: Metric) -> Metric:
    def of(columns: Columns, side: str) -> float:
        return measure(
            {
                name.removeprefix(side): column
                for name, column in columns.items()
                if name.startswith(side)
            }
        )

    return lambda columns: of(columns, "second ") - of(columns, "first ")
