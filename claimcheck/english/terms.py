"""The terms of a claim, and the forms by which they are found in evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from threading import Lock
from unicodedata import normalize

from claimcheck.english.lexicon import FUNCTION_WORDS, WORD_CACHE_SIZE, stem
from claimcheck.english.names import may_be_name
from claimcheck.english.quantities import NUMBER_WORDS
from claimcheck.english.vocabulary import compute_rarity, get_part_of_speech


class FormIndex:
    """Every written word met so far, by the forms in it. With more than `most` it begins anew."""

    def __init__(self, most: int = WORD_CACHE_SIZE) -> None:
        self._most = most
        self._known: set[str] = set()
        self._by_form: dict[
            str, tuple[str, ...]
        ] = {}  # tuples: Python's search for garbage passes over them
        self._learning = Lock()

    def find_chunks(
        self, forms: Iterable[str], written: set[str]
    ) -> dict[str, set[str]]:
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
            self._known, self._by_form = (
                set(),
                {},
            )  # who looks into the old ones goes on with them
        new = written - self._known
        for word in new:
            for form in map(normalize_word, split_chunk(word)):
                self._by_form[form] = (*self._by_form.get(form, ()), word)
        self._known |= new
        return self._by_form


FORM_INDEX = FormIndex()


WORD_PATTERN = re.compile(
    r"\d+(?:[.,:/]\d+)*(?:(?:[sS][tT]|[nN][dD]|[rR][dD]|[tT][hH]|[sS])\b)?|(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]+)?"
)
# these bind a sentence together and are in every one; the rules look at them, the alignment does not
_IGNORED_WORDS = FUNCTION_WORDS | frozenset(
    "i you he she we they me him her us them not no if or into by from can could would will may might must s".split()
)
_EDGE_PUNCTUATION = ".,;:!?…-–—*'’‘\"“”()[]"  # before and after a word, no part of it
US_ABBREVIATIONS = frozenset(("US", "U.S.", "USA", "U.S.A."))  # lower case is a pronoun
_ORDINAL_FORMS = {
    word: f"{number}th"
    for number, word in enumerate(
        "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        2,
    )
}
_DEGREE_ENDINGS = (
    ("iest", "y"),
    ("ier", "y"),
    ("est", ""),
    ("est", "e"),
    ("er", ""),
    ("er", "e"),
)
_NOT_DEGREES = frozenset(
    ("higher", "fewer", "lesser", "outer", "number")
)  # no degrees, or opposed to other degrees
_COMBINING_ACCENT = re.compile(
    "(?<=[^\\W\\d_])[\u0300-\u036f]+"
)  # people leave them out: "Guaidó", "Guaido"
_ORDINAL_NUMBER = re.compile(r"(\d+)(?:st|nd|rd|th)")


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


def extract_words(text: str) -> list[str]:
    """Return the words and numbers of a text, lowercase, without possessives."""
    return split_chunks(text.split())


def split_chunks(written: Iterable[str]) -> list[str]:
    """Return the words in whitespace-separated chunks, lowercase."""
    return list(chain.from_iterable(map(_split_chunk_cached, written)))


def split_chunk(written: str) -> tuple[str, ...]:
    """Return the words in one whitespace-separated chunk, lowercase."""
    bare = written.strip(_EDGE_PUNCTUATION)
    if bare.isdecimal():
        return (bare,)
    if bare.isalpha():
        return ("usa" if bare in US_ABBREVIATIONS else bare.lower(),)
    return tuple([_clean_word(word) for word in WORD_PATTERN.findall(written)])


_split_chunk_cached = lru_cache(maxsize=WORD_CACHE_SIZE)(
    split_chunk
)  # texts are made of the same ones again and again


def _clean_word(word: str) -> str:
    if word in US_ABBREVIATIONS:
        return "usa"
    return (
        word.lower()
        .replace("’", "'")
        .removesuffix("'s")
        .replace(".", "" if word[0].isalpha() else ".")
    )


@lru_cache(maxsize=WORD_CACHE_SIZE)
def normalize_word(word: str) -> str:
    """Return the form shared by a lowercase word's inflections and spellings."""
    if not word.isascii():
        word = normalize("NFC", _COMBINING_ACCENT.sub("", normalize("NFD", word)))
    if word[0].isdigit():
        ordinal = _ORDINAL_NUMBER.fullmatch(word)
        return f"{ordinal[1]}th" if ordinal else word.replace(",", "").removesuffix("s")
    if word in NUMBER_WORDS and word not in ("a", "an", "half"):
        return f"{NUMBER_WORDS[word]:g}"
    return _ORDINAL_FORMS.get(word) or stem(word)


@lru_cache(maxsize=WORD_CACHE_SIZE)
def strip_degree(word: str) -> str:
    """Return the normalized form of a word without "-er" or "-est"."""
    if word not in _NOT_DEGREES and get_part_of_speech(word) != "v":
        for ending, instead in _DEGREE_ENDINGS:
            base = word.removesuffix(ending) + instead
            bases = (
                (base, base[:-1]) if base[-1:] == base[-2:-1] else (base,)
            )  # "bigger"
            for adjective in bases if word.endswith(ending) else ():
                if get_part_of_speech(adjective) == "a":
                    return normalize_word(adjective)
    return normalize_word(word)


def extract_terms(sentence: str) -> list[Term]:
    """Return the content terms of a claim sentence, or all its words if none."""
    every = [
        Term(
            normalize_word(word),
            word,
            compute_rarity(word),
            _is_name(match.group(), word, place),
        )
        for place, match in enumerate(WORD_PATTERN.finditer(sentence))
        for word in (_clean_word(match.group()),)
    ]
    return [
        term
        for term in every
        if term.word not in _IGNORED_WORDS and term.form not in _IGNORED_WORDS
    ] or every


def _is_name(written: str, word: str, place: int) -> bool:
    """A capital inside a sentence; at its start only on a word that is no common one."""
    return written[0].isupper() and (place > 0 or may_be_name(word))
