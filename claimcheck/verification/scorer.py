"""The interface between checking and whatever estimates entailment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entailment:
    """How a premise bears on a hypothesis: probabilities that sum to 1."""

    entailed: float
    neutral: float
    contradicted: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """When to believe a scorer.

    A claim counts as supported if `entailed` is at least `supported_from`. The
    reliabilities are shares, 0 to 1, of such verdicts that were right on data that
    nobody looked at; None if nobody measured them. Claims and evidence in other
    `languages` (ISO 639-1) than these are compared by their very words only.
    """

    supported_from: float
    supported_reliability: float | None = None
    refuted_reliability: float | None = None
    languages: tuple[str, ...] = ("en",)


class EntailmentScorer(Protocol):
    """Estimates whether premises entail or contradict hypotheses."""

    @property
    def name(self) -> str:
        """Identifies the scorer and its weights in a run's signature."""

    @property
    def calibration(self) -> Calibration:
        """When to believe the scores."""

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        """Return one result for each (premise, hypothesis), in order."""
