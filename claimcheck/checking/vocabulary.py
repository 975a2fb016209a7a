"""What is known of English words by themselves: how common, which part of speech, which opposites.

The data is packed by `benchmarks/pack_words.py`, which says where it comes from.
"""

from __future__ import annotations

import lzma
import math
from functools import cache
from pathlib import Path

from claimcheck.grounding.lexicon import stem

_DATA = Path(__file__).parent.parent / "data"
_RARE = 20_000  # a word of this rank tells as much as any


@cache
def rarity(word: str) -> float:
    """How much a lower-case word tells, from near 0 (the commonest) to 1; numbers tell most."""
    rank = _words().get(word, (_RARE, ""))[0]
    return 1.0 if word[:1].isdigit() else min(1.0, math.log(rank + 2) / math.log(_RARE)) ** 2


def part_of_speech(word: str) -> str:
    """n, v, a or r: what a lower-case word mostly is; "?" where that is not known."""
    return _words().get(word, (_RARE, "?"))[1]


@cache
def opposites(form: str) -> frozenset[str]:
    """The stems of the words that say the opposite of a stem."""
    return _opposites().get(form, frozenset())


@cache
def _words() -> dict[str, tuple[int, str]]:
    rows = (line.split() for line in _read("words"))
    return {word: (rank, part) for rank, (word, part) in enumerate(rows)}


@cache
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _read("antonyms"):
        left, right = (stem(word) for word in line.split())
        if left != right:
            found.setdefault(left, set()).add(right)
            found.setdefault(right, set()).add(left)
    return {word: frozenset(others) for word, others in found.items()}


def _read(name: str) -> list[str]:
    return lzma.decompress((_DATA / f"{name}.xz").read_bytes()).decode().splitlines()
