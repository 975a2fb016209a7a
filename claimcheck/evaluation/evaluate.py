"""A task on a data set: every row measured, failures against the score, scores with intervals and their signature."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from claimcheck import prompt, schema
from claimcheck.core.settings import CHECK_ONLY
from claimcheck.errors import InputError
from claimcheck.evaluation.bootstrap import intervals
from claimcheck.evaluation.datasets import Dataset, Example, Rows, read_dataset
from claimcheck.evaluation.result import Evaluation, EvaluationSignature, Row, Score
from claimcheck.evaluation.tasks import TASKS, Task
from claimcheck.evaluation.tasks.task import Given
from claimcheck.version import __version__

_CONCURRENCY = 8


def evaluate(
    task_name: str, rows: Rows, given: Given, *, progress: Callable[[int, int], None] | None = None
) -> Evaluation:
    """The evaluation of an engine; `progress` is told how many rows of how many are done.

    Raises:
        InputError: the rows can't be read.
        ProviderError: the endpoint gave no answer.
    """
    task = TASKS[task_name]
    dataset = read_dataset(rows, task_name)
    started = time.perf_counter()
    measured: list[Row] = []
    for row in _measured(task, dataset, given):
        measured.append(row)
        if progress:
            progress(len(measured), len(dataset.examples))
    seconds = time.perf_counter() - started
    columns = {name: np.array([row.values[name] for row in measured]) for name in measured[0].values}
    bounds = intervals(task.measures, columns, [row.document for row in measured], rows.seed)
    return Evaluation(
        signature=_signature(task, dataset, given, rows),
        scores={name: Score(measure(columns), *bounds[name]) for name, measure in task.measures.items()},
        failed=sum(row.failure is not None for row in measured),
        seconds=round(seconds, 2),
        rows=tuple(measured),
    )


def _measured(task: Task, dataset: Dataset, given: Given) -> Iterator[Row]:
    def one(example: Example) -> Row:
        try:
            outcome = task.measure(example.fields, given)
        except InputError as error:
            raise InputError(f"row {example.id}: {error}") from None
        return Row(example.id, example.document, outcome.values, outcome.failure)

    if given.client is None:
        yield from map(one, dataset.examples)
        return
    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        yield from pool.map(one, dataset.examples)


def _signature(task: Task, dataset: Dataset, given: Given, rows: Rows) -> EvaluationSignature:
    model = given.engine == "llm"
    settings = given.settings
    return EvaluationSignature(
        version=__version__,
        task=task.name,
        dataset=dataset.name,
        dataset_sha256=dataset.sha256,
        engine=given.engine,
        model=settings.model if model else None,
        prompts={name: prompt.load(name).digest for name in task.prompts} if model else {},
        schemas={name: schema.digest(name) for name in task.schemas} if model else {},
        settings=settings.published() | {name: getattr(settings, name) for name in CHECK_ONLY}
        if model
        else {},
        limit=rows.limit,
        seed=rows.seed,
        n=len(dataset.examples),
    )
