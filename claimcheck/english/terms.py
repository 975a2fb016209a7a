"""The terms of a claim, and the forms by which they are found in evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from threading import Lock
from unicodedata import normalize

from claimcheck.english.lexicon import LIGHT, REMEMBERED, stem
from claimcheck.english.names import may_be_name
from claimcheck.english.quantities import WORDS
from claimcheck.english.vocabulary import part_of_speech, rarity


class Lookup:
    """Every written word met so far, by the forms in it. With more than `most` it begins anew."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._known: set[str] = set()
        self._by_form: dict[str, tuple[str, ...]] = {}  # tuples: Python's search for garbage passes over them
        self._learning = Lock()

    def holding(self, forms: Iterable[str], written: set[str]) -> dict[str, set[str]]:
        """Those of the written words that hold any of the forms, and which of them. Threads may share it."""
        with self._learning:
            by_form = self._learn(written)
        found: dict[str, set[str]] = {}
        for form in forms:
            for word in by_form.get(form, ()):
                if word in written:
                    found.setdefault(word, set()).add(form)
        return found

    def _learn(self, written: set[str]) -> dict[str, tuple[str, ...]]:
        if len(self._known) > self._most:
            self._known, self._by_form = set(), {}  # who looks into the old ones goes on with them
        new = written - self._known
        for word in new:
            for form in map(form_of, words_of(word)):
                self._by_form[form] = (*self._by_form.get(form, ()), word)
        self._known |= new
        return self._by_form


LOOKUP = Lookup()


WORD = re.compile(
    r"\d+(?:[.,:/]\d+)*(?:(?:[sS][tT]|[nN][dD]|[rR][dD]|[tT][hH]|[sS])\b)?|(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]+)?"
)
# these bind a sentence together and are in every one; the rules look at them, the alignment does not
_LIGHT = LIGHT | frozenset(
    "i you he she we they me him her us them not no if or into by from can could would will may might must s".split()
)
_AROUND = ".,;:!?…-–—*'’‘\"“”()[]"  # before and after a word, no part of it
COUNTRY = frozenset(("US", "U.S.", "USA", "U.S.A."))  # lower case is a pronoun
_ORDINALS = {
    word: f"{number}th"
    for number, word in enumerate(
        "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 2
    )
}
_DEGREES = (("iest", "y"), ("ier", "y"), ("est", ""), ("est", "e"), ("er", ""), ("er", "e"))
_THEMSELVES = frozenset(
    ("higher", "fewer", "lesser", "outer", "number")
)  # no degrees, or opposed to other degrees
_ACCENT = re.compile("(?<=[^\\W\\d_])[\u0300-\u036f]+")  # people leave them out: "Guaidó", "Guaido"
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a claim: its form, what it tells (0 to 1), and whether it is a name by its capital."""

    form: str
    word: str
    weight: float
    is_name: bool

    @property
    def is_number(self) -> bool:
        """Whether it is a number, in digits or as a word."""
        return self.form[0].isdigit()


def words_in(text: str) -> list[str]:
    """The words and numbers of a text, lower case, without possessives."""
    return words_among(text.split())


def words_among(written: Iterable[str]) -> list[str]:
    """The words in what stands between white spaces, lower case."""
    return list(chain.from_iterable(map(_words_again, written)))


def words_of(written: str) -> tuple[str, ...]:
    """The words between two white spaces, lower case."""
    bare = written.strip(_AROUND)
    if bare.isdecimal():
        return (bare,)
    if bare.isalpha():
        return ("usa" if bare in COUNTRY else bare.lower(),)
    return tuple([_plain(word) for word in WORD.findall(written)])


_words_again = lru_cache(maxsize=REMEMBERED)(words_of)  # texts are made of the same ones again and again


def _plain(word: str) -> str:
    if word in COUNTRY:
        return "usa"
    return word.lower().replace("’", "'").removesuffix("'s").replace(".", "" if word[0].isalpha() else ".")


@lru_cache(maxsize=REMEMBERED)
def form_of(word: str) -> str:
    """The form that inflections and spellings of a lower-case word share; a number's digits, an ordinal's as "5th"."""
    if not word.isascii():
        word = normalize("NFC", _ACCENT.sub("", normalize("NFD", word)))
    if word[0].isdigit():
        ordinal = _ORDINAL.fullmatch(word)
        return f"{ordinal[1]}th" if ordinal else word.replace(",", "").removesuffix("s")
    if word in WORDS and word not in ("a", "an", "half"):
        return f"{WORDS[word]:g}"
    return _ORDINALS.get(word) or stem(word)


@lru_cache(maxsize=REMEMBERED)
def ungraded(word: str) -> str:
    """The form of a word, of "weaker" and "weakest" that of "weak"."""
    if word not in _THEMSELVES and part_of_speech(word) != "v":
        for ending, instead in _DEGREES:
            base = word.removesuffix(ending) + instead
            bases = (base, base[:-1]) if base[-1:] == base[-2:-1] else (base,)  # "bigger"
            for adjective in bases if word.endswith(ending) else ():
                if part_of_speech(adjective) == "a":
                    return form_of(adjective)
    return form_of(word)


def terms_of(sentence: str) -> list[Term]:
    """The terms of a claim's sentence that carry something; all of its words where none does."""
    every = [
        Term(form_of(word), word, rarity(word), _is_name(match.group(), word, place))
        for place, match in enumerate(WORD.finditer(sentence))
        for word in (_plain(match.group()),)
    ]
    return [term for term in every if term.word not in _LIGHT and term.form not in _LIGHT] or every


def _is_name(written: str, word: str, place: int) -> bool:
    """A capital inside a sentence; at its start only on a word that is no common one."""
    return written[0].isupper() and (place > 0 or may_be_name(word))
