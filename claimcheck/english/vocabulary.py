"""Single English words: frequency, part of speech, topic.

`benchmarks/pack_words.py` packs the data and names its sources.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from claimcheck.english.lexicon import WORD_CACHE_SIZE
from claimcheck.resources import read_packed, read_packed_lines

# From this rank in the word list on, a word counts as fully rare. Chosen by hand.
_RARE_RANK = 20_000
_DIMENSIONS = 16


@lru_cache(maxsize=WORD_CACHE_SIZE)
def compute_rarity(word: str) -> float:
    """Score a lowercase word from near 0 (common) to 1 (rare or a number)."""
    if word[0].isdigit():
        return 1.0
    rank = _get_rank(word) if len(word) > 1 else 0  # single letters say little
    return min(1.0, math.log(rank + 2) / math.log(_RARE_RANK)) ** 2


def _get_rank(word: str) -> int:
    return _load_words().get(word, (_RARE_RANK, ""))[0]


def get_part_of_speech(word: str) -> str:
    """Return n, v, a, r, N (name) or "?" (unknown) for a lowercase word."""
    return _load_words().get(word, (_RARE_RANK, "?"))[1]


def compute_topic_vector(words: Iterable[str]) -> NDArray[np.float64]:
    """Average the vectors of some lowercase words, weighted by rarity."""
    vectors = _load_vectors()
    weights, ranks = [], []
    for word in words:
        rank = _get_rank(word)
        if rank < len(vectors):
            weights.append(compute_rarity(word))
            ranks.append(rank)
    if not ranks:
        return np.zeros(_DIMENSIONS)
    weighted_sum = np.array(weights) @ vectors[ranks]
    return np.asarray(weighted_sum / np.array(weights).sum())


@cache
def _load_words() -> dict[str, tuple[int, str]]:
    """Map each word to its rank and its part of speech."""
    rows = (line.split() for line in read_packed_lines("words"))
    return {word: (rank, part) for rank, (word, part) in enumerate(rows)}


@cache
def _load_vectors() -> NDArray[np.float64]:
    """Load one vector per common word, in the order of the word list."""
    vectors = np.frombuffer(read_packed("vectors"), dtype=np.int8)
    return vectors.reshape(-1, _DIMENSIONS) / 100
