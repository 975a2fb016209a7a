"""Find pages with the same text: a copy is not a second source.

Reports of news agencies appear everywhere, and a claim's own article may be on several
sites. Texts are compared by their runs of five words (Broder 1997).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_RUN = 5
# Bounds the work for a book; a copy is recognizable by its beginning.
_MAX_WORDS = 20_000
# The share of the shorter text's runs. Two reports of one event share its quotations,
# about a tenth; a shortened copy shares nearly all. Chosen by hand.
_MIN_SHARED = 0.5
# A shorter text may share its runs by chance.
_MIN_RUNS = 20


class CopyFinder:
    """Detects texts that repeat one that was added before."""

    def __init__(self) -> None:
        self._known: list[tuple[str, frozenset[tuple[str, ...]]]] = []

    def find(self, text: str) -> str | None:
        """Return the id of an earlier text that this one repeats, if any."""
        runs = _list_runs(text)
        if len(runs) < _MIN_RUNS:
            return None
        for identity, known in self._known:
            shorter = min(len(runs), len(known))
            if shorter >= _MIN_RUNS and len(runs & known) >= _MIN_SHARED * shorter:
                return identity
        return None

    def add(self, identity: str, text: str) -> None:
        """Add a text; later ones are compared with it."""
        self._known.append((identity, _list_runs(text)))


def _list_runs(text: str) -> frozenset[tuple[str, ...]]:
    words: list[str] = []
    for match in _WORD.finditer(text):
        words.append(match.group().lower())
        if len(words) >= _MAX_WORDS:
            break
    shifted: Iterable[list[str]] = [words[start:] for start in range(_RUN)]
    return frozenset(zip(*shifted, strict=False))
