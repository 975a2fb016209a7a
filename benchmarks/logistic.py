"""Fit logistic regressions by Newton's method; split rows into folds by document."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
Array = NDArray[np.float64]


def fit(x: Array, y: Array, penalty: float, importance: Array | None = None) -> Array:
    """Return the weights; the last one is the bias, for which a column is added.

    The L2 penalty applies to all weights except the bias.
    """
    x = np.c_[x, np.ones(len(x))]
    weights = np.zeros(x.shape[1])
    if importance is None:
        importance = np.ones(len(y))
    penalties = penalty * np.r_[np.ones(x.shape[1] - 1), 0.0]
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (importance * (p - y)) + penalties * weights
        hessian = (x.T * (importance * p * (1 - p))) @ x + np.diag(penalties)
        step = np.linalg.solve(hessian, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def predict(x: Array, weights: Array) -> Array:
    """Return the probability of each row."""
    return np.asarray(1 / (1 + np.exp(-np.c_[x, np.ones(len(x))] @ weights)))


def make_folds(documents: NDArray[np.str_], seed: int = 0) -> list[NDArray[np.bool_]]:
    """Return a mask of held-out rows per fold; a document is in one fold only."""
    order = np.random.default_rng(seed).permutation(sorted(set(documents)))
    return [np.isin(documents, order[fold::FOLDS]) for fold in range(FOLDS)]
