"""Logistic regression by Newton's method, and probabilities by cross-validation over documents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
Array = NDArray[np.float64]


def fit(x: Array, y: Array, penalty: float, importance: Array | None = None) -> Array:
    """The weights, the last of them the bias (a column of ones is added); L2 penalty on all but the bias."""
    x = np.c_[x, np.ones(len(x))]
    weights, importance = (
        np.zeros(x.shape[1]),
        np.ones(len(y)) if importance is None else importance,
    )
    shrink = penalty * np.r_[np.ones(x.shape[1] - 1), 0.0]
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (importance * (p - y)) + shrink * weights
        step = np.linalg.solve(
            (x.T * (importance * p * (1 - p))) @ x + np.diag(shrink), gradient
        )
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def predict(x: Array, weights: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.c_[x, np.ones(len(x))] @ weights)))


def folds(documents: NDArray[np.str_], seed: int = 0) -> list[NDArray[np.bool_]]:
    """For each fold which rows are held out; a document is in one fold alone."""
    order = np.random.default_rng(seed).permutation(sorted(set(documents)))
    return [np.isin(documents, order[fold::FOLDS]) for fold in range(FOLDS)]
