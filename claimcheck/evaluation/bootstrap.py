"""Confidence intervals by the bootstrap over documents: rows of one document are drawn together.

Efron, Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13: the percentile interval. Rows of one document
are not independent, so documents are what is drawn (Field, Welsh 2007, on clustered data).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[np.float64]]
Measure = Callable[[Columns], float]
_DRAWS = 1_000
_LEVEL = 0.95


def intervals(
    measures: Mapping[str, Measure], columns: Columns, documents: Sequence[str], seed: int
) -> dict[str, tuple[float, float]]:
    """The 95 % interval of each measure."""
    _, group = np.unique(np.array(documents), return_inverse=True)
    rows = [np.flatnonzero(group == number) for number in range(group.max() + 1)]
    random = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(_DRAWS):
        chosen = np.concatenate([rows[number] for number in random.integers(0, len(rows), len(rows))])
        sample = {name: column[chosen] for name, column in columns.items()}
        for name, measure in measures.items():
            drawn[name].append(measure(sample))
    tail = 100 * (1 - _LEVEL) / 2
    return {
        name: (float(np.percentile(values, tail)), float(np.percentile(values, 100 - tail)))
        for name, values in drawn.items()
    }
