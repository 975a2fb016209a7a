"""Evaluates an engine on a dataset, and compares two evaluations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from math import isnan
from typing import Any

import numpy as np

from claimcheck import prompts, schemas
from claimcheck.errors import InputError
from claimcheck.evaluation.base import EngineSetup, Task
from claimcheck.evaluation.datasets import (
    Dataset,
    LabeledRow,
    RowPart,
    Rows,
    read_dataset,
)
from claimcheck.evaluation.metrics import Columns, Metric, bootstrap_intervals
from claimcheck.evaluation.result import (
    Evaluation,
    EvaluationSignature,
    MeasuredRow,
    Score,
)
from claimcheck.evaluation.tasks import TASKS
from claimcheck.settings.run import CHECK_ONLY_SETTINGS
from claimcheck.version import __version__

_CONCURRENCY = 8  # requests to a model at a time; chosen by hand


def run_evaluation(
    task_name: str,
    rows: Rows,
    setup: EngineSetup,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Evaluate an engine.

    `on_progress` is called with the number of finished rows and the number of all rows.

    Raises:
        InputError: the rows can't be read.
        ProviderError: the endpoint gave no answer.
    """
    task = TASKS[task_name]
    dataset = read_dataset(rows, task_name)
    # The time measures the engine, so reading the file is not part of it.
    started = time.perf_counter()
    measured: list[MeasuredRow] = []
    for row in _measure_rows(task, dataset, setup):
        measured.append(row)
        if on_progress:
            on_progress(len(measured), len(dataset.examples))
    seconds = time.perf_counter() - started
    columns = {
        name: np.array([row.values[name] for row in measured])
        for name in measured[0].values
    }
    documents = [row.document for row in measured]
    return Evaluation(
        signature=_build_signature(task, dataset, setup, rows),
        scores=compute_scores(task.metrics, columns, documents, rows.seed),
        failed=sum(row.failure is not None for row in measured),
        seconds=round(seconds, 2),
        tables=task.build_tables(columns),
        # Once somebody has seen the sealed rows they are useless, so only aggregates
        # are returned.
        rows=() if rows.part == RowPart.SEALED else tuple(measured),
    )


def _measure_rows(
    task: Task, dataset: Dataset, setup: EngineSetup
) -> Iterator[MeasuredRow]:
    def measure(example: LabeledRow) -> MeasuredRow:
        try:
            measurement = task.measure(example.fields, setup)
        except InputError as error:
            # The engine does not know about rows, but a person has to find this one.
            raise InputError(f"row {example.id}: {error}") from None
        return MeasuredRow(
            example.id, example.document, measurement.values, measurement.failure
        )

    # Without a model, nothing waits for a network, so threads would only cost time.
    if setup.client is None:
        yield from map(measure, dataset.examples)
        return
    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        # In the order of the rows, so that the same run writes the same file.
        yield from pool.map(measure, dataset.examples)


def compute_scores(
    metrics: Mapping[str, Metric],
    columns: Columns,
    documents: Sequence[str],
    seed: int,
) -> dict[str, Score]:
    """Return the scores, with intervals, of the metrics that are defined."""
    values = {name: metric(columns) for name, metric in metrics.items()}
    # A metric that is undefined for these rows is NaN, and is not reported.
    defined = {name: value for name, value in values.items() if not isnan(value)}
    intervals = bootstrap_intervals(
        {name: metrics[name] for name in defined}, columns, documents, seed
    )
    return {name: Score(value, *intervals[name]) for name, value in defined.items()}


def _build_signature(
    task: Task, dataset: Dataset, setup: EngineSetup, rows: Rows
) -> EvaluationSignature:
    settings = setup.settings
    signature = EvaluationSignature(
        version=__version__,
        task=task.name,
        dataset=dataset.name,
        dataset_sha256=dataset.sha256,
        engine=setup.engine,
        verifier=setup.scorer.name if task.uses_scorer else None,
        model=None,
        prompts={},
        schemas={},
        settings={},
        part=str(rows.part),
        limit=rows.limit,
        seed=rows.seed,
        n=len(dataset.examples),
    )
    if setup.engine != "llm":
        return signature
    # A run's signature omits these settings, but a check depends on them.
    check_settings = {name: getattr(settings, name) for name in CHECK_ONLY_SETTINGS}
    return replace(
        signature,
        model=settings.model,
        prompts=prompts.compute_digests(task.prompts, settings.brief.prompts),
        schemas={name: schemas.compute_digest(name) for name in task.schemas},
        settings=settings.published() | check_settings,
    )


@dataclass(frozen=True, slots=True)
class EvaluationComparison:
    """The score differences, second minus first, on the rows that both have.

    `n` is the number of these rows.
    """

    n: int
    differences: dict[str, Score] = field(hash=False)


def compare_scores(first: Evaluation, second: Evaluation) -> EvaluationComparison:
    """Compare two evaluations, row by row.

    The intervals are paired: each resample scores both on the same rows.

    Raises:
        InputError: the evaluations are of different tasks or data, or have no row in
            common.
    """
    _require_same_data(first.signature, second.signature)
    if not first.rows or not second.rows:
        raise InputError(
            "compare: an evaluation of the sealed part has no rows to compare; use "
            "--part open or all"
        )
    # Samples of one file may overlap; only the rows that both have are compared.
    second_rows = {row.id: row for row in second.rows}
    pairs = [(row, second_rows[row.id]) for row in first.rows if row.id in second_rows]
    if not pairs:
        raise InputError(
            "compare: the two evaluations have no row in common; use the same --limit "
            "and --seed"
        )
    columns = pair_columns(
        [row.values for row, _ in pairs], [row.values for _, row in pairs]
    )
    metrics = {
        name: make_difference(metric)
        for name, metric in TASKS[first.signature.task].metrics.items()
    }
    documents = [row.document for row, _ in pairs]
    differences = compute_scores(metrics, columns, documents, first.signature.seed)
    return EvaluationComparison(len(pairs), differences)


def _require_same_data(first: EvaluationSignature, second: EvaluationSignature) -> None:
    same_task = first.task == second.task
    # Hashes are compared, not names: a file may have changed, or been renamed.
    if same_task and first.dataset_sha256 == second.dataset_sha256:
        return
    described = [
        f"{signature.task} on {signature.dataset}@{signature.dataset_sha256[:12]}"
        for signature in (first, second)
    ]
    raise InputError(
        f"compare: {' and '.join(described)} can't be compared; evaluate both on the "
        "same file"
    )


def make_difference(metric: Metric) -> Metric:
    """Return a metric that is the second evaluation's minus the first's."""

    def compute_difference(columns: Columns) -> float:
        return metric(select_columns(columns, "second ")) - metric(
            select_columns(columns, "first ")
        )

    return compute_difference


def pair_columns(
    first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the columns of both, in one mapping, to be resampled together."""
    columns = {}
    for side, rows in (("first", first), ("second", second)):
        for name in rows[0]:
            columns[f"{side} {name}"] = np.array([row[name] for row in rows])
    return columns


def select_columns(columns: Columns, prefix: str) -> Columns:
    """Return the columns with this prefix, without it."""
    return {
        name.removeprefix(prefix): column
        for name, column in columns.items()
        if name.startswith(prefix)
    }
