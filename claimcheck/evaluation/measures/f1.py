"""Precision, recall and their harmonic mean, of one answer.

van Rijsbergen 1979, "Information Retrieval", chapter 7. Where nothing is said, or nothing is there, they are 0.
"""

from __future__ import annotations

from claimcheck.evaluation.measures.arrays import Flags


def precision(gold: Flags, said: Flags) -> float:
    """How many of those said are so, 0 to 1."""
    return float((gold & said).sum() / said.sum()) if said.any() else 0.0


def recall(gold: Flags, said: Flags) -> float:
    """How many of those that are so are said, 0 to 1."""
    return float((gold & said).sum() / gold.sum()) if gold.any() else 0.0


def f1(gold: Flags, said: Flags) -> float:
    """The harmonic mean of both, 0 to 1."""
    both = precision(gold, said) + recall(gold, said)
    return 2 * precision(gold, said) * recall(gold, said) / both if both else 0.0
