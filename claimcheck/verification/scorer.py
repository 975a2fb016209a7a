"""The interface between checking and whatever estimates entailment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from claimcheck.errors import InputError


@dataclass(frozen=True, slots=True)
class Entailment:
    """How a premise bears on a hypothesis: three probabilities that sum to 1."""

    entailed: float
    neutral: float
    contradicted: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """When to believe a scorer.

    A claim counts as supported if `entailed` is at least `supported_from`. The
    reliabilities are shares, 0 to 1, of such verdicts that were right on data that
    nobody looked at; None if nobody measured them.
    """

    supported_from: float
    supported_reliability: float | None = None
    refuted_reliability: float | None = None


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


def choose_scorer(name: str = "default") -> EntailmentScorer:
    """Return the scorer of that name; "default" is the best one installed."""
    # Imported here because the scorers need the classes above.
    from claimcheck.verification.lexical import LexicalScorer

    if name in ("default", "lexical"):
        return LexicalScorer()
    raise InputError(f"Unknown verifier {name!r}. Available: default, lexical")
