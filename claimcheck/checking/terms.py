"""The terms of a claim, and the forms by which they are found in evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from claimcheck.checking.vocabulary import rarity
from claimcheck.grounding.lexicon import BASES, LIGHT, stem
from claimcheck.text.quantities import WORDS

WORD = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")
# these bind a sentence together and are in every one; the rules look at them, the alignment does not
_LIGHT = LIGHT | frozenset(
    "i you he she we they me him her us them not no if or into by from can could would will may might must".split()
)
_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a claim: its form, what it tells (0 to 1), and whether it is capitalised inside a sentence."""

    form: str
    word: str
    weight: float
    is_name: bool

    @property
    def is_number(self) -> bool:
        """Whether it is a number, in digits or as a word."""
        return self.form[0].isdigit()


def words_in(text: str) -> list[str]:
    """The words and numbers of a text, lower case."""
    return WORD.findall(text.lower())


@cache
def form_of(word: str) -> str:
    """The form that inflections of a lower-case word share; a number's digits."""
    if word[0].isdigit():
        return word.replace(",", "")
    if word in WORDS and word not in ("a", "an", "half"):
        return f"{WORDS[word]:g}"
    return stem(word.replace("’", "'").removesuffix("'s"))


@cache
def prefix_of(word: str) -> str:
    """The letters that a word shares with every word of its form: a cheap first look."""
    if word in WORDS and word not in ("a", "an", "half"):
        return form_of(word)[:_PREFIX]
    return BASES.get(word, word).replace(",", "")[:_PREFIX]


def terms_of(sentence: str) -> list[Term]:
    """The terms of a claim's sentence that carry something; all of its words where none does."""
    every = [
        Term(form_of(lowered), lowered, rarity(lowered), place > 0 and match.group()[0].isupper())
        for place, match in enumerate(WORD.finditer(sentence))
        for lowered in (match.group().lower(),)
    ]
    return [term for term in every if term.word not in _LIGHT and term.form not in _LIGHT] or every
