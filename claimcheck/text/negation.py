"""Negating words, in the languages that have a list of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from claimcheck.resources import read_words


def _load() -> dict[str, frozenset[str]]:
    negations: dict[str, frozenset[str]] = {}
    for line in read_words("negations"):
        code, *words = line.split()
        negations[code] = negations.get(code, frozenset()).union(words)
    return negations


# ISO 639-1 codes and lowercase words.
NEGATIONS = _load()
ALL_NEGATIONS = frozenset[str]().union(*NEGATIONS.values())
# "n'a", "didn't", "couldn’t"
_CONTRACTION = re.compile(r"n['’]\w+|\w+n['’]t")


def is_negation(word: str, language: str | None) -> bool:
    """Return whether a lowercase word negates.

    In a language without a list, the negations of all listed languages count.
    """
    if word in NEGATIONS.get(language or "", ALL_NEGATIONS):
        return True
    has_apostrophe = "'" in word or "’" in word
    return has_apostrophe and _CONTRACTION.fullmatch(word) is not None


def list_negations(words: Iterable[str], language: str | None) -> list[str]:
    """Return the negating words, in order."""
    return [word for word in words if is_negation(word, language)]
