"""Average precision: precision at each row that is so, down the ranking; rows of the same score are taken together.

Manning, Raghavan, Schütze 2008, "Introduction to Information Retrieval", chapter 8.4, without interpolation.
"""

from __future__ import annotations

import numpy as np

from claimcheck.evaluation.measures.arrays import Flags, Numbers


def average_precision(gold: Flags, score: Numbers) -> float:
    """The mean precision, 0 to 1; 0 where nothing is so."""
    if not gold.any():
        return 0.0
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    last = np.r_[ranked[1:] != ranked[:-1], True]  # of each run of ties
    found = np.cumsum(gold[order])[last]
    precision = found / (np.flatnonzero(last) + 1)
    gained = np.diff(np.r_[0, found])
    return float((precision * gained).sum() / gold.sum())
