"""The rarity and the topics of single English words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from claimcheck.english.lexicon import WORD_CACHE_SIZE
from claimcheck.resources import read_packed
from claimcheck.text.words import get_rank

# A word with this rank in the word list, or a higher one, is fully rare. Chosen by
# hand.
_RARE_RANK = 20_000
_DIMENSIONS = 16


@lru_cache(maxsize=WORD_CACHE_SIZE)
def compute_rarity(word: str) -> float:
    """Score a lowercase word from near 0 (common) to 1 (rare or a number)."""
    if word[0].isdigit():
        return 1.0
    rank = get_rank(word) if len(word) > 1 else 0  # single letters say little
    if rank is None:
        return 1.0
    return min(1.0, math.log(rank + 2) / math.log(_RARE_RANK)) ** 2


def compute_topic_vector(words: Iterable[str]) -> NDArray[np.float64]:
    """Average the vectors of some lowercase words, weighted by rarity."""
    vectors = _load_vectors()
    weights, ranks = [], []
    for word in words:
        rank = get_rank(word)
        if rank is not None and rank < len(vectors):
            weights.append(compute_rarity(word))
            ranks.append(rank)
    if not ranks:
        return np.zeros(_DIMENSIONS)
    weighted_sum = np.array(weights) @ vectors[ranks]
    return np.asarray(weighted_sum / np.array(weights).sum())


@cache
def _load_vectors() -> NDArray[np.float64]:
    """Load one vector per common word, in the order of the word list."""
    vectors = np.frombuffer(read_packed("vectors"), dtype=np.int8)
    return vectors.reshape(-1, _DIMENSIONS) / 100
