"""Defines the tasks of an evaluation, and the values that all tasks share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from claimcheck.evaluation.metrics import Columns, Metric
from claimcheck.models.llm import Client
from claimcheck.models.verdict import Label
from claimcheck.settings import Settings
from claimcheck.verification.scorer import EntailmentScorer

RowFields = dict[str, Any]

# The label of a claim that is refuted or lacks evidence, in datasets that don't say
# which.
NOT_SUPPORTED = "not_supported"
GOLD_LABELS = (*(str(label) for label in Label), NOT_SUPPORTED)


@dataclass(frozen=True, slots=True)
class EngineSetup:
    """The engine that is evaluated; `client` is None without a model.

    `scorer` judges evidence wherever the engine asks no model.
    """

    settings: Settings
    client: Client | None
    engine: str
    scorer: EntailmentScorer


@dataclass(frozen=True, slots=True)
class Measurement:
    """The values measured on a row, and the reason if the row failed."""

    values: dict[str, float | str]
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A result that is not a single score, such as a confusion matrix.

    Shares are from 0 to 1. A cell is None where there is nothing to report.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A task: `measure` measures one row; metrics and tables cover all rows.

    `prompts` and `schemas` are the names of those that a model receives. `uses_scorer`
    says that without a model the scores depend on the scorer of evidence.
    """

    name: str
    measure: Callable[[RowFields, EngineSetup], Measurement]
    metrics: Mapping[str, Metric]
    build_tables: Callable[[Columns], tuple[Table, ...]] = lambda columns: ()
    prompts: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    uses_scorer: bool = False
