"""Rank sentences by centrality: LexRank, biased to the document's beginning.

The graph's edges are TF-IDF cosines (Erkan & Radev 2004, JAIR 22), and a random walk on
it restarts at sentence i with a probability in proportion to 1 / i (Florescu & Caragea
2017, PositionRank, ACL). The only parameter is the damping of PageRank, at its usual
value; `benchmarks/summaries.py` compares the method with others.

For rows of unit length in X, the similarity matrix is X Xᵀ without its diagonal, so a
step of the power iteration takes two sparse products. The matrix itself is never built,
and the time is linear in the number of words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]{2,}|\d[\d,.]*|[\u2e80-\u9fff]")
_STEM_CHARACTERS = 6  # a cheap stem that works in many languages; chosen by hand
_DAMPING = 0.85  # the usual value of PageRank
_MAX_ITERATIONS = 50
_CONVERGENCE_TOLERANCE = 1e-6
_MIN_DEGREE = 1e-9  # avoids a division by zero for a sentence without neighbors

Vector = dict[str, float]
Array = NDArray[np.float64]


def compute_tfidf_vectors(texts: Sequence[str]) -> list[Vector]:
    """Return unit TF-IDF vectors over words cut to six letters."""
    counts: list[Counter[str]] = []
    frequency: Counter[str] = Counter()
    for text in texts:
        words = _WORD.findall(text.lower())
        counts.append(Counter(word[:_STEM_CHARACTERS] for word in words))
        frequency.update(counts[-1].keys())
    rows: list[Vector] = []
    for count in counts:
        row: Vector = {}
        for word, number in count.items():
            row[word] = number * math.log((1 + len(texts)) / frequency[word])
        length = math.sqrt(sum(weight * weight for weight in row.values())) or 1.0
        rows.append({word: weight / length for word, weight in row.items()})
    return rows


def compute_cosine(left: Vector, right: Vector) -> float:
    """Return the cosine similarity of two unit vectors."""
    if len(left) > len(right):
        left, right = right, left
    return sum(weight * right.get(word, 0.0) for word, weight in left.items())


def compute_centrality(rows: Sequence[Vector], restart: Array | None = None) -> Array:
    """Return the score of each row, in document order; the largest is 1.

    `restart` are the probabilities of restarting at each row. Benchmarks pass others
    than those of the module's docstring.
    """
    size = len(rows)
    if size < 3 or not any(rows):
        return np.ones(size)
    similarity = _Similarity(rows)
    degree = np.maximum(similarity.multiply(np.ones(size)), _MIN_DEGREE)
    if restart is None:
        restart = 1.0 / np.arange(1, size + 1)
        restart /= restart.sum()
    score = restart
    for _ in range(_MAX_ITERATIONS):
        previous = score
        steps = similarity.multiply(previous / degree)
        score = (1 - _DAMPING) * restart + _DAMPING * steps
        if np.abs(score - previous).sum() < _CONVERGENCE_TOLERANCE:
            break
    return np.asarray(score / score.max())


class _Similarity:
    """The similarity matrix of rows, as coordinates of the words in them."""

    def __init__(self, rows: Sequence[Vector]) -> None:
        columns: dict[str, int] = {}
        row_of: list[int] = []
        column_of: list[int] = []
        weights: list[float] = []
        for number, row in enumerate(rows):
            for word, weight in row.items():
                row_of.append(number)
                column_of.append(columns.setdefault(word, len(columns)))
                weights.append(weight)
        self._size = len(rows)
        self._columns = len(columns)
        self._row_of = np.array(row_of)
        self._column_of = np.array(column_of)
        self._weights = np.array(weights)
        squares = self._weights * self._weights
        self._diagonal = np.bincount(self._row_of, squares, self._size)

    def multiply(self, values: Array) -> Array:
        """Multiply the matrix, without its diagonal, by a vector."""
        spread = self._weights * values[self._row_of]
        words = np.bincount(self._column_of, spread, self._columns)
        gathered = self._weights * words[self._column_of]
        sums = np.bincount(self._row_of, gathered, self._size)
        return np.asarray(sums - self._diagonal * values)
