"""The area under the ROC curve: how often a row that is so scores above one that is not; ties count half.

Hanley, McNeil 1982, Radiology 143(1), 29-36: the Mann-Whitney statistic. 0.5 is chance.
"""

from __future__ import annotations

import numpy as np

from claimcheck.evaluation.measures.arrays import Flags, Numbers


def auroc(gold: Flags, score: Numbers) -> float:
    """The area, 0 to 1; 0.5 where only one answer occurs."""
    positive, negative = int(gold.sum()), int((~gold).sum())
    if not positive or not negative:
        return 0.5
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]  # of ties the mean
    return float((ranks[gold].sum() - positive * (positive + 1) / 2) / (positive * negative))
