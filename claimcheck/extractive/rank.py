"""How central each sentence is: LexRank (Erkan & Radev 2004, JAIR 22), continuous, in linear time.

The graph's edges are TF-IDF cosines. With rows of unit length in X the similarity matrix is X Xᵀ less its
diagonal, and a step of the power iteration is two sparse products: the matrix itself is never built.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]{2,}|\d[\d,.]*|[\u2e80-\u9fff]")
_DAMPING = 0.85
_MAX_ITERATIONS = 50
_CONVERGENCE_TOLERANCE = 1e-6

Vector = dict[str, float]


def compute_tfidf_vectors(texts: Sequence[str]) -> list[Vector]:
    """Return unit TF-IDF vectors over words cut to six letters."""
    counts = [
        Counter(word[:6] for word in _WORD.findall(text.lower())) for text in texts
    ]
    frequency = Counter(word for count in counts for word in count)
    rows = []
    for count in counts:
        row = {
            word: n * math.log((1 + len(texts)) / frequency[word])
            for word, n in count.items()
        }
        length = math.sqrt(sum(weight * weight for weight in row.values())) or 1.0
        rows.append({word: weight / length for word, weight in row.items()})
    return rows


def compute_cosine(left: Vector, right: Vector) -> float:
    """Return the cosine similarity of two unit vectors."""
    if len(left) > len(right):
        left, right = right, left
    return sum(weight * right.get(word, 0.0) for word, weight in left.items())


def compute_centrality(rows: Sequence[Vector]) -> NDArray[np.float64]:
    """Return the LexRank score of each row, scaled so that the largest is 1."""
    n = len(rows)
    index = {
        word: place
        for place, word in enumerate(
            dict.fromkeys(word for row in rows for word in row)
        )
    }
    if n < 3 or not index:
        return np.ones(n)
    row_of = np.repeat(np.arange(n), [len(row) for row in rows])
    column_of = np.array([index[word] for row in rows for word in row])
    weight = np.array([value for row in rows for value in row.values()])
    itself = np.bincount(row_of, weight * weight, n)

    def neighbours(values: NDArray[np.float64]) -> NDArray[np.float64]:
        words = np.bincount(column_of, weight * values[row_of], len(index))
        return np.asarray(
            np.bincount(row_of, weight * words[column_of], n) - itself * values
        )

    degree = np.maximum(neighbours(np.ones(n)), 1e-9)
    score = np.full(n, 1.0 / n)
    for _ in range(_MAX_ITERATIONS):
        following = (1 - _DAMPING) / n + _DAMPING * neighbours(score / degree)
        done = np.abs(following - score).sum() < _CONVERGENCE_TOLERANCE
        score = following
        if done:
            break
    return np.asarray(score / score.max())
