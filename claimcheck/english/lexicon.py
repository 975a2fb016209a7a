"""Word stems, and the words that must not change without changing the meaning.

The word lists are `claimcheck/data/*.txt`; edit them there.
"""

from __future__ import annotations

from functools import cache, lru_cache

import Stemmer

from claimcheck.resources import read_packed_lines, read_words
from claimcheck.text.negation import ALL_NEGATIONS, is_negation


def _load_base_forms() -> dict[str, str]:
    """Map each irregular inflection to its base form: "went" -> "go"."""
    base_forms = {}
    for line in read_words("irregular_forms"):
        base, *inflections = line.split()
        base_forms.update(dict.fromkeys(inflections, base))
    return base_forms


def _load_critical_words() -> dict[str, str]:
    kinds = {}
    for line in read_words("critical_words"):
        kind, word = line.split()
        kinds[word] = kind
    return kinds


BASE_FORMS = _load_base_forms()
FUNCTION_WORDS = frozenset(read_words("function_words"))
FORMS_OF_BE = frozenset("be am is are was were been being".split())

# Applied before stemming, because the stemmer keeps the two spellings apart.
_BRITISH_TO_AMERICAN = (
    ("ise", "ize"),
    ("isation", "ization"),
    ("our", "or"),
    ("yse", "yze"),
    ("tre", "ter"),
)
# Respelling a short word would turn it into another word: "four", "wise", "tread".
_MIN_RESPELLED_LETTERS = 6
_MIN_LETTERS_BESIDE_ENDING = 3

# A long-running process keeps seeing new words, and its caches must not grow without a
# limit. Chosen by hand.
WORD_CACHE_SIZE = 200_000

_stemmer = Stemmer.Stemmer("english", 0)  # 0: no cache, because `stem` has one


@lru_cache(maxsize=WORD_CACHE_SIZE)
def stem(word: str) -> str:
    """Return the common stem of a lowercase word's forms and spellings."""
    base = BASE_FORMS.get(word, word)
    # "raised" is as short a word as "raise", and must keep its stem.
    if len(base.removesuffix("d").removesuffix("s")) >= _MIN_RESPELLED_LETTERS:
        for british, american in _BRITISH_TO_AMERICAN:
            if british not in base:
                continue
            if len(base) >= len(british) + _MIN_LETTERS_BESIDE_ENDING:
                base = base.replace(british, american)
    # "travelled" and "traveled" share a stem only with one "l".
    return str(_stemmer.stemWord(base.replace("ll", "l")))


_ENGLISH_KINDS = _load_critical_words()
# A quote may not be in English, so the negations of all languages count.
_KINDS_BY_WORD = dict.fromkeys(ALL_NEGATIONS, "negation") | _ENGLISH_KINDS
# By stem, to find inflections, and as written, for words whose stem belongs to another
# critical word.
CRITICAL_WORD_KINDS: dict[str, str] = {
    **{stem(word): kind for word, kind in _KINDS_BY_WORD.items()},
    **_KINDS_BY_WORD,
}
NEGATION_WORDS = frozenset(
    word for word, kind in _KINDS_BY_WORD.items() if kind == "negation"
)
_ENGLISH_NEGATIONS = frozenset(
    word for word, kind in _ENGLISH_KINDS.items() if kind == "negation"
)
NEGATION_FILLERS = FUNCTION_WORDS | frozenset(read_words("negation_fillers"))


def negates(word: str, language: str) -> bool:
    """Return whether a lowercase word negates in a language (ISO 639-1).

    One language's negation is another's "May", such as the Italian "mai" in German. In
    English, "deny" and "without" negate, too.
    """
    if language == "en" and word in _ENGLISH_NEGATIONS:
        return True
    return is_negation(word, language)


def are_synonyms(left: str, right: str) -> bool:
    """Return whether two lowercase words are synonyms in WordNet, by stem."""
    return bool(find_synonym_sets(left) & find_synonym_sets(right))


def find_synonym_sets(word: str) -> frozenset[int]:
    """Return the numbers of WordNet's sets of synonyms that contain a word."""
    return _load_synonym_sets().get(stem(word), frozenset())


@cache
def _load_synonym_sets() -> dict[str, frozenset[int]]:
    """Map each stem to the numbers of the synonym sets that contain it."""
    numbers_by_stem: dict[str, set[int]] = {}
    for number, line in enumerate(read_packed_lines("synonyms")):
        for word in line.split():
            numbers_by_stem.setdefault(stem(word), set()).add(number)
    return {form: frozenset(numbers) for form, numbers in numbers_by_stem.items()}
