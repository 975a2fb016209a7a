"""Common English words, as far as the form of a text needs them.

They tell a compound from a word that layout broke, and a name from a heading.
"""

from __future__ import annotations

from functools import cache

from claimcheck.resources import read_packed_lines

_NAME, _UNKNOWN = "N", "?"


def is_word(word: str) -> bool:
    """Return whether a lowercase word is common, as a name or otherwise."""
    return word in _load_words()


def may_be_name(word: str) -> bool:
    """Return whether a lowercase word is a name, or in no dictionary."""
    return _load_words().get(word, _UNKNOWN) in (_NAME, _UNKNOWN)


@cache
def _load_words() -> dict[str, str]:
    """Map each common word to its part of speech."""
    rows = (line.split() for line in read_packed_lines("words"))
    return {row[0]: row[1] for row in rows}
