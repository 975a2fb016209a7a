"""Expected calibration error: how far stated probabilities are from what happens, in ten equal bins.

Naeini, Cooper, Hauskrecht 2015, AAAI; Guo, Pleiss, Sun, Weinberger 2017, ICML. 0 is best.
"""

from __future__ import annotations

import numpy as np

from claimcheck.evaluation.measures.arrays import Flags, Numbers

_BINS = 10


def calibration_error(gold: Flags, score: Numbers) -> float:
    """The error, 0 to 1: the bins' distances weighed by how many rows they have."""
    bins = np.minimum((score * _BINS).astype(int), _BINS - 1)
    counts = np.bincount(bins, minlength=_BINS)
    gaps = np.abs(np.bincount(bins, score, _BINS) - np.bincount(bins, gold.astype(float), _BINS))
    return float(gaps.sum() / counts.sum()) if counts.sum() else 0.0
