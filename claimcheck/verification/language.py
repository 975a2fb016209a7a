"""How the words of a language are split, compared, and relied on.

English has lists and measurements, so rewordings can be judged. Elsewhere only the
claim's very words count; where inflections are known, passages are found by them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial

import Stemmer

from claimcheck.english.lexicon import WORD_CACHE_SIZE
from claimcheck.english.terms import extract_words, normalize_word

# Snowball's names of the languages whose inflections are known.
_STEMMERS = {
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "ru": "russian",
}
# Scripts without spaces between words: each character counts as a word.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff"
_WORD_OR_CHARACTER = re.compile(
    rf"""
    \d+(?:[.,]\d+)*
    | [{_UNSPACED}]
    # Vowel signs of Indian scripts are not letters, but they are parts of words.
    | (?:(?![{_UNSPACED}])[^\W\d_]|[\u0900-\u0dff])+
      (?:['’](?:(?![{_UNSPACED}])[^\W\d_])+)*
    """,
    re.VERBOSE,
)
_WRITTEN_NUMBER = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
)
_SPACE_IN_NUMBER = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Language:
    """How words are separated and compared; `code` is ISO 639-1 or None."""

    code: str | None
    split_words: Callable[[str], list[str]]
    normalize: Callable[[str], str]

    @property
    def is_english(self) -> bool:
        """Return whether claims may be compared by meaning."""
        return self.code == "en"

    def quote_number(self, number: str, text: str) -> str:
        """Return a number from `split_words` as the text writes it."""
        written = (match.group() for match in _WRITTEN_NUMBER.finditer(text))
        return next(
            (item for item in written if self.split_words(item) == [number]), number
        )


def _split_any(text: str, code: str | None) -> list[str]:
    """Split a text into lowercase words and uniformly written numbers."""
    text = _SPACE_IN_NUMBER.sub("", text)
    words = []
    for match in _WORD_OR_CHARACTER.finditer(text):
        word = match.group().lower()
        words.append(_normalize_number(word, code) if word[0].isdigit() else word)
    return words


def _normalize_number(written: str, code: str | None) -> str:
    """Write a number without separators: "19.000" is 19000 in German."""
    if written.isdecimal():
        return written
    # Imported here because most evidence is English.
    from babel.core import UnknownLocaleError
    from babel.numbers import NumberFormatError, parse_decimal

    try:
        return f"{parse_decimal(written, locale=code or 'en', strict=True):f}"
    except (NumberFormatError, UnknownLocaleError, ValueError):
        return written


@cache
def get_language(code: str | None) -> Language:
    """Return how to compare words of a language, by its ISO 639-1 code."""
    code = code.partition("-")[0].lower() if code else None
    if code == "en":
        return Language(code, extract_words, normalize_word)
    split_words = partial(_split_any, code=code)
    name = _STEMMERS.get(code or "")
    if name is None:
        return Language(code, split_words, str)
    stemmer = Stemmer.Stemmer(name, 0)
    normalize = lru_cache(maxsize=WORD_CACHE_SIZE)(stemmer.stemWord)
    return Language(code, split_words, normalize)
