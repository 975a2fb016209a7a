"""Common English words: their frequency rank and usual part of speech.

They distinguish a compound from a word broken by layout, a name from a heading, and
possible speakers. `benchmarks/pack_words.py` packs them and names its sources.
"""

from __future__ import annotations

from functools import cache

from claimcheck.resources import read_packed_lines

_NAME, _SPEAKER, _UNKNOWN = "N", "p", "?"


def is_word(word: str) -> bool:
    """Return whether a lowercase word is common, as a name or otherwise."""
    return word in _load_words()


def may_be_name(word: str) -> bool:
    """Return whether a lowercase word is a name, or not in the dictionary."""
    return _get_part(word) in (_NAME, _UNKNOWN)


def get_genders(word: str) -> str:
    """Return who has a lowercase given name: "f", "m", or "fm"; or nothing."""
    return _load_given_names().get(word, "")


def may_be_person(name: str) -> bool:
    """Return whether all words of a name may be names of people."""
    words = name.lower().split()
    return all(may_be_name(word) or get_genders(word) for word in words)


def may_speak(word: str) -> bool:
    """Return whether a lowercase word names a person, group, or place."""
    return _get_part(word) == _SPEAKER


def get_part_of_speech(word: str) -> str:
    """Return n, v, a, r, N (name) or "?" (unknown) for a lowercase word."""
    part = _get_part(word)
    return "n" if part == _SPEAKER else part


def get_rank(word: str) -> int | None:
    """Return the number of more common words; None for a rare word."""
    return _load_words().get(word, (None, ""))[0]


def _get_part(word: str) -> str:
    return _load_words().get(word, (None, _UNKNOWN))[1]


@cache
def _load_words() -> dict[str, tuple[int | None, str]]:
    """Map each common word to its rank and its part of speech."""
    rows = (line.split() for line in read_packed_lines("words"))
    return {word: (rank, part) for rank, (word, part) in enumerate(rows)}


@cache
def _load_given_names() -> dict[str, str]:
    rows = (line.split() for line in read_packed_lines("given_names"))
    return {row[0]: row[1] for row in rows}
