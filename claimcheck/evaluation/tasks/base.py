"""What every task says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from claimcheck.evaluation.datasets import RowFields
from claimcheck.evaluation.metrics import Metric
from claimcheck.models.llm import Client
from claimcheck.settings import Settings


@dataclass(frozen=True, slots=True)
class EngineSetup:
    """What a row is measured with."""

    settings: Settings
    client: Client | None
    engine: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured of a row, and why it failed, if it did: a failed row has the worst values there are."""

    values: dict[str, float]
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """`measure` takes a row's fields to its outcome; `measures` take the columns of all rows to scores.

    `prompts` and `schemas` are those that a model is asked with.
    """

    name: str
    measure: Callable[[RowFields, EngineSetup], Measurement]
    measures: Mapping[str, Metric]
    prompts: tuple[str, ...]
    schemas: tuple[str, ...]
