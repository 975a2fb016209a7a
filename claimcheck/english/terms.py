"""Terms of a claim, in forms that match evidence; their rarity and topics."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from claimcheck.english.lexicon import FUNCTION_WORDS, WORD_CACHE_SIZE, stem
from claimcheck.english.quantities import NUMBER_WORDS, ORDINAL_WORDS, is_numeral
from claimcheck.resources import read_packed, read_words
from claimcheck.text.common_words import get_part_of_speech, get_rank, may_be_name

WORD_PATTERN = re.compile(
    r"""
    \d+(?:[.,:/]\d+)*                                   # 1,200.5 or 24/7
        (?:(?:[sS][tT]|[nN][dD]|[rR][dD]|[tT][hH]|[sS])\b)?   # 2nd or 1990s
    | (?:[^\W\d_]\.){2,}                                # U.S.
    | [^\W\d_]+(?:['’][^\W\d_]+)?                       # ferry or don't
    """,
    re.VERBOSE,
)
# These are in every sentence, and would align any two. Only the rules read them.
_IGNORED_WORDS = FUNCTION_WORDS | frozenset(read_words("unaligned_words"))
# Most chunks are a word without these, which avoids the regular expression.
_EDGE_PUNCTUATION = ".,;:!?…-–—*'’‘\"“”()[]"
# Only in capitals, because "us" is a pronoun.
US_ABBREVIATIONS = frozenset(("US", "U.S.", "USA", "U.S.A."))
# Without "first", which is more often a comparison than a number.
_ORDINAL_FORMS = {
    word: f"{number}th" for word, number in ORDINAL_WORDS.items() if number > 1
}
# An ending of degree, and the ending of the base form: "happier" -> "happy".
_DEGREE_ENDINGS = (
    ("iest", "y"),
    ("ier", "y"),
    ("est", ""),
    ("est", "e"),
    ("er", ""),
    ("er", "e"),
)
# "outer" and "number" are not degrees; "higher" and "fewer" have antonyms as they are.
_NOT_DEGREES = frozenset(("higher", "fewer", "lesser", "outer", "number"))
# People omit accents: "Guaidó" and "Guaido" are the same name.
_COMBINING_ACCENT = re.compile("(?<=[^\\W\\d_])[\u0300-\u036f]+")
_ORDINAL_NUMBER = re.compile(r"(\d+)(?:st|nd|rd|th)")
# A word with this rank in the word list, or a higher one, is fully rare. Chosen by
# hand.
_RARE_RANK = 20_000
_DIMENSIONS = 16


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a claim.

    `form` is the common form of inflections and spellings, and `weight` the rarity of
    the word from 0 to 1. `is_name` depends on the capital letter.
    """

    form: str
    word: str
    weight: float
    is_name: bool

    @property
    def is_number(self) -> bool:
        """Return whether the term is a number, in digits or as a word."""
        return self.form[0].isdigit()


def extract_words(text: str) -> list[str]:
    """Return the words and numbers of a text: lowercase, not possessive."""
    return list(chain.from_iterable(map(_split_chunk, text.split())))


# Cached, because texts repeat their chunks (the text between white space).
@lru_cache(maxsize=WORD_CACHE_SIZE)
def _split_chunk(chunk: str) -> tuple[str, ...]:
    bare = chunk.strip(_EDGE_PUNCTUATION)
    if bare.isdecimal():
        return (bare,)
    if bare.isalpha():
        return ("usa" if bare in US_ABBREVIATIONS else bare.lower(),)
    return tuple([_clean_word(word) for word in WORD_PATTERN.findall(chunk)])


def _clean_word(word: str) -> str:
    if word in US_ABBREVIATIONS:
        return "usa"
    plain = word.lower().replace("’", "'").removesuffix("'s")
    return plain.replace(".", "") if word[0].isalpha() else plain


@lru_cache(maxsize=WORD_CACHE_SIZE)
def normalize_word(word: str) -> str:
    """Normalize the inflections and spellings of a lowercase word."""
    if not word.isascii():
        word = normalize("NFC", _COMBINING_ACCENT.sub("", normalize("NFD", word)))
    if word[0].isdigit():
        ordinal = _ORDINAL_NUMBER.fullmatch(word)
        return f"{ordinal[1]}th" if ordinal else word.replace(",", "").removesuffix("s")
    if is_numeral(word):
        return f"{NUMBER_WORDS[word]:g}"
    return _ORDINAL_FORMS.get(word) or stem(word)


@lru_cache(maxsize=WORD_CACHE_SIZE)
def strip_degree(word: str) -> str:
    """Return the normalized form of a word without "-er" or "-est"."""
    if word in _NOT_DEGREES or get_part_of_speech(word) == "v":
        return normalize_word(word)
    for ending, replacement in _DEGREE_ENDINGS:
        if not word.endswith(ending):
            continue
        base = word.removesuffix(ending) + replacement
        candidates = [base]
        if base[-1:] == base[-2:-1]:
            candidates.append(base[:-1])  # "bigg" -> "big"
        for adjective in candidates:
            if get_part_of_speech(adjective) == "a":
                return normalize_word(adjective)
    return normalize_word(word)


def extract_terms(sentence: str) -> list[Term]:
    """Return the content terms of a claim, or all words if it has none."""
    terms = [
        _make_term(match.group(), is_first=index == 0)
        for index, match in enumerate(WORD_PATTERN.finditer(sentence))
    ]
    content_terms = [
        term
        for term in terms
        if term.word not in _IGNORED_WORDS and term.form not in _IGNORED_WORDS
    ]
    return content_terms or terms


def _make_term(written: str, *, is_first: bool) -> Term:
    word = _clean_word(written)
    # Any word is capitalized at the start of a sentence.
    is_name = written[0].isupper() and (not is_first or may_be_name(word))
    return Term(normalize_word(word), word, compute_rarity(word), is_name)


@lru_cache(maxsize=WORD_CACHE_SIZE)
def compute_rarity(word: str) -> float:
    """Score a lowercase word from near 0 (common) to 1 (rare or a number)."""
    if word[0].isdigit():
        return 1.0
    rank = get_rank(word) if len(word) > 1 else 0  # single letters say little
    if rank is None:
        return 1.0
    return min(1.0, math.log(rank + 2) / math.log(_RARE_RANK)) ** 2


def compute_topic_vector(words: Iterable[str]) -> NDArray[np.float64]:
    """Average the vectors of some lowercase words, weighted by rarity."""
    vectors = _load_vectors()
    weights, ranks = [], []
    for word in words:
        rank = get_rank(word)
        if rank is not None and rank < len(vectors):
            weights.append(compute_rarity(word))
            ranks.append(rank)
    if not ranks:
        return np.zeros(_DIMENSIONS)
    weighted_sum = np.array(weights) @ vectors[ranks]
    return np.asarray(weighted_sum / np.array(weights).sum())


@cache
def _load_vectors() -> NDArray[np.float64]:
    """Load one vector per common word, in the order of the word list."""
    vectors = np.frombuffer(read_packed("vectors"), dtype=np.int8)
    return vectors.reshape(-1, _DIMENSIONS) / 100
