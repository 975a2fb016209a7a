"""What is known of English words by themselves: how common, which part of speech, what about.

The data is packed by `benchmarks/pack_words.py`, which says where it comes from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from claimcheck.resources import packed, packed_lines

_RARE = 20_000  # a word of this rank tells as much as any
_REMEMBERED = 200_000  # words: a process that reads on and on must not grow
_DIMENSIONS = 16


@lru_cache(maxsize=_REMEMBERED)
def rarity(word: str) -> float:
    """How much a lower-case word tells, from near 0 (the commonest) to 1; numbers tell most."""
    if word[0].isdigit():
        return 1.0
    rank = _rank(word) if len(word) > 1 else 0
    return min(1.0, math.log(rank + 2) / math.log(_RARE)) ** 2


def _rank(word: str) -> int:
    return _words().get(word, (_RARE, ""))[0]


def part_of_speech(word: str) -> str:
    """n, v, a or r: what a lower-case word mostly is; N, a name; "?" where that is not known."""
    return _words().get(word, (_RARE, "?"))[1]


def topic_of(words: Iterable[str]) -> NDArray[np.float64]:
    """What lower-case words are about: the mean of their vectors in 16 dimensions, the rarer ones weighing more."""
    vectors = _vectors()
    known = [(rarity(word), place) for word in words if (place := _rank(word)) < len(vectors)]
    if not known:
        return np.zeros(_DIMENSIONS)
    weights, places = np.array([weight for weight, _ in known]), [place for _, place in known]
    return np.asarray(weights @ vectors[places] / weights.sum())


@cache
def _words() -> dict[str, tuple[int, str]]:
    rows = (line.split() for line in packed_lines("words"))
    return {word: (rank, part) for rank, (word, part) in enumerate(rows)}


@cache
def _vectors() -> NDArray[np.float64]:
    """A row for each of the commonest words, in the order of `_words`."""
    return np.frombuffer(packed("vectors"), dtype=np.int8).reshape(-1, _DIMENSIONS) / 100
