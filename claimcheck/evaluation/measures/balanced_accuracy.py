"""Balanced accuracy: the mean of the recalls of both answers.

Brodersen, Ong, Stephan, Buhmann 2010, "The balanced accuracy and its posterior distribution", ICPR. 0.5 is chance.
"""

from __future__ import annotations

from claimcheck.evaluation.measures.arrays import Flags
from claimcheck.evaluation.measures.f1 import recall


def balanced_accuracy(gold: Flags, said: Flags) -> float:
    """The mean of the recalls, 0 to 1; the one recall where only one answer occurs."""
    recalls = [recall(truth, answer) for truth, answer in ((gold, said), (~gold, ~said)) if truth.any()]
    return sum(recalls) / len(recalls) if recalls else 0.0
