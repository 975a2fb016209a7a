"""What is known of English words by themselves: how common, which part of speech, what about.

The data is packed by `benchmarks/pack_words.py`, which says where it comes from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from claimcheck.resources import read_packed, read_packed_lines

_RARE_RANK = 20_000  # a word of this rank tells as much as any
_WORD_CACHE_SIZE = 200_000  # words: a process that reads on and on must not grow
_DIMENSIONS = 16


@lru_cache(maxsize=_WORD_CACHE_SIZE)
def compute_rarity(word: str) -> float:
    """Score a lowercase word from near 0 (very common) to 1 (rare or a number)."""
    if word[0].isdigit():
        return 1.0
    rank = _get_rank(word) if len(word) > 1 else 0
    return min(1.0, math.log(rank + 2) / math.log(_RARE_RANK)) ** 2


def _get_rank(word: str) -> int:
    return _load_words().get(word, (_RARE_RANK, ""))[0]


def get_part_of_speech(word: str) -> str:
    """Return n, v, a, r, N (name) or "?" (unknown) for a lowercase word."""
    return _load_words().get(word, (_RARE_RANK, "?"))[1]


def compute_topic_vector(words: Iterable[str]) -> NDArray[np.float64]:
    """Average the vectors of some lowercase words, weighted by rarity."""
    vectors = _load_vectors()
    known = [
        (compute_rarity(word), place)
        for word in words
        if (place := _get_rank(word)) < len(vectors)
    ]
    if not known:
        return np.zeros(_DIMENSIONS)
    weights, places = (
        np.array([weight for weight, _ in known]),
        [place for _, place in known],
    )
    return np.asarray(weights @ vectors[places] / weights.sum())


@cache
def _load_words() -> dict[str, tuple[int, str]]:
    rows = (line.split() for line in read_packed_lines("words"))
    return {word: (rank, part) for rank, (word, part) in enumerate(rows)}


@cache
def _load_vectors() -> NDArray[np.float64]:
    """Load one vector per common word, in the order of the word list."""
    return (
        np.frombuffer(read_packed("vectors"), dtype=np.int8).reshape(-1, _DIMENSIONS)
        / 100
    )
