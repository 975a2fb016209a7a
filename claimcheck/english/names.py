"""Find names: runs of capitalized words, by their form alone."""

from __future__ import annotations

import re
from functools import lru_cache

from claimcheck.english.dates import MONTHS, WEEKDAYS
from claimcheck.resources import read_words
from claimcheck.text.common_words import may_be_name

_CAPITALIZED_WORD = r"""
    (?:
        # The period of a title does not end a sentence.
        (?:Dr|Mr|Mrs|Ms|Prof|Gen|Sen|Rep|Gov|Lt|Col|St)\.(?=\s)
        | [A-Z][\w&'’-]*[\w&]      # Ryabkov, O'Brien, AT&T
        | [A-Z]\.(?:[A-Z]\.)+       # U.S.
        | [A-Z]
    )
"""
_NAME = re.compile(
    rf"""
    (?<!\w){_CAPITALIZED_WORD}
    (?:
        (?:\s+(?:of|de|del|van|von|al|bin|da|di|la)\s+|\s+)
        {_CAPITALIZED_WORD}
    )*
    """,
    re.VERBOSE,
)
_SENTENCE_OPENERS = frozenset(read_words("sentence_openers"))
_NOT_NAMES = _SENTENCE_OPENERS | frozenset(MONTHS) | frozenset(WEEKDAYS)
# Matches up to the last title before a name, to remove all of "Deputy Foreign
# Minister".
_OFFICE_TITLE = re.compile(
    rf"""
    ^(?:.*\s)?
    (?:{"|".join(map(re.escape, read_words("office_titles")))})
    \s+(?-i:(?=[A-Z]))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HYPHENATED_OPENER = re.compile(r"[A-Z][a-z]+-[a-z]+")  # "Long-term"
# "Holm's mayor, Anna Brandt" has two names: the possessive separates them.
_POSSESSIVE = re.compile(r"['’]s?\s+")
_POSSESSIVE_END = re.compile(r"['’]s?$")


# Cached, because every later sentence that says "he" needs a sentence's names again.
@lru_cache(maxsize=4_096)
def find_names(text: str) -> tuple[str, ...]:
    """Find the distinct names in a text, in order, without titles."""
    names: dict[str, None] = {}
    for match in _NAME.finditer(text):
        for part in _POSSESSIVE.split(match.group()):
            name = _POSSESSIVE_END.sub("", _strip_common_words(part))
            name = strip_title(name)
            if len(name) > 1 and name.lower() not in _NOT_NAMES:
                names.setdefault(name)
    return tuple([name for name in names if not _is_part_of_another(name, names)])


def _is_part_of_another(name: str, names: dict[str, None]) -> bool:
    return any(name != other and f" {name} " in f" {other} " for other in names)


def find_proper_names(text: str) -> list[str]:
    """Find names; skip common words capitalized only as the first word."""
    return [
        name
        for name in find_names(text)
        if " " in name or not text.startswith(name) or may_be_name(name.lower())
    ]


def strip_title(name: str) -> str:
    """Remove an office before a name: "Minister Ann Lee" -> "Ann Lee"."""
    return _OFFICE_TITLE.sub("", name) if " " in name else name


def _strip_common_words(name: str) -> str:
    """Remove words that are capitalized only because a sentence starts."""
    words = name.split()
    while words and _is_opener(words[0]):
        words.pop(0)
    while words and words[-1].lower() in _SENTENCE_OPENERS:
        words.pop()
    return " ".join(words)


def _is_opener(word: str) -> bool:
    if word.islower() or word.lower() in _SENTENCE_OPENERS:
        return True
    return _HYPHENATED_OPENER.fullmatch(word) is not None
