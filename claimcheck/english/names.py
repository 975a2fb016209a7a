"""Names: runs of capitalised words, by form alone (no model). For scripts with case."""

from __future__ import annotations

import re
from functools import lru_cache

from claimcheck.english.dates import MONTHS, WEEKDAYS
from claimcheck.english.vocabulary import get_part_of_speech

_CAPITALIZED_WORD = r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Gen|Sen|Rep|Gov|Lt|Col|St)\.(?=\s)|[A-Z][\w&'’-]*[\w&]|[A-Z]\.(?:[A-Z]\.)+|[A-Z])"
_NAME = re.compile(
    rf"(?<!\w){_CAPITALIZED_WORD}(?:(?:\s+(?:of|de|del|van|von|al|bin|da|di|la)\s+|\s+){_CAPITALIZED_WORD})*"
)
_COMMON_WORDS = frozenset(
    """
    the a an this that these those it he she they we i you his her their its our my who what when
    where why how in on at by for from with without after before since during as if while although
    though because but and or so no not yes there here some many most more all each both several few
    one two three hours days weeks months years also however meanwhile earlier later perhaps then
    now still even only just according under over about between against into until despite among
    such instead other another any every to is are was were has have had be been being do does did will
    would can could may might must shall should let its
    """.split()
)
_NOT_NAMES = _COMMON_WORDS | frozenset(MONTHS) | frozenset(WEEKDAYS)
_OFFICE_TITLE = re.compile(
    r"^(?:.*\s)?(?:president|minister|secretary|chancellor|senator|sen\.|rep\.|representative|governor|gov\.|mayor"
    r"|mr\.?|mrs\.?|ms\.?|dr\.?|professor|prof\.|general|gen\.|judge|justice|king|queen|prince|princess|sir|lord"
    r"|lady|pope|ambassador|envoy|chief|director|ceo|nurse|captain|detective|officer|coach|councill?or"
    r"|commissioner|sheriff|sergeant|colonel|admiral|inspector|superintendent|constable|bishop|archbishop|dame|baroness|spokes(?:man|woman|person))\s+(?-i:(?=[A-Z]))",
    re.I,
)
_POSSESSIVE = re.compile(r"['’]s?\s+")


@lru_cache(
    maxsize=4_096
)  # the names of a sentence are asked for by every sentence after it that says "he"
def find_names(text: str) -> tuple[str, ...]:
    """Find the distinct names in a text, in order, without titles."""
    found: dict[str, None] = {}
    for match in _NAME.finditer(text):
        for part in _POSSESSIVE.split(match.group()):
            name = strip_title(re.sub(r"['’]s?$", "", _strip_common_words(part)))
            if len(name) > 1 and name.lower() not in _NOT_NAMES:
                found.setdefault(name)
    kept = [
        name
        for name in found
        if not any(name != other and f" {name} " in f" {other} " for other in found)
    ]
    return tuple(kept)


def find_proper_names(text: str) -> list[str]:
    """Find names, ignoring a common word capitalized only as the first word."""
    return [
        name
        for name in find_names(text)
        if " " in name or not text.startswith(name) or may_be_name(name.lower())
    ]


def may_be_name(word: str) -> bool:
    """Whether a lower-case word, with a capital, may be a name: it is no common noun, verb, adjective or adverb."""
    return get_part_of_speech(word) in "?N"


def strip_title(name: str) -> str:
    """Remove the office before a name: "Deputy Minister Ann Lee" -> "Ann Lee"."""
    return _OFFICE_TITLE.sub("", name) if " " in name else name


def _strip_common_words(name: str) -> str:
    """Remove words that are capitalized only because a sentence starts."""
    words = name.split()
    while words and (
        words[0].islower()
        or words[0].lower() in _COMMON_WORDS
        or re.fullmatch(r"[A-Z][a-z]+-[a-z]+", words[0])
    ):
        words.pop(0)
    while words and words[-1].lower() in _COMMON_WORDS:
        words.pop()
    return " ".join(words)
