"""Build queries from a claim's own words, without a model.

Engines such as Kiwix and MediaWiki only find pages with every word, so the queries get
shorter until one has enough results.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from claimcheck.english.speech import detect_speech
from claimcheck.english.terms import (
    WORD_PATTERN,
    Term,
    extract_terms,
    extract_words,
)
from claimcheck.resources import read_words

_SPEECH_VERBS = frozenset(read_words("speech_verbs"))
# Chosen by hand: longer queries find nothing if all words must match.
_MAX_WORDS = 9
_MAX_NAME_WORDS = 4
_RARE_WORDS = 3
_MIN_WEIGHT = 0.2  # "about" and "people" have less
# jusText sorts the words of a language by frequency; later ones have a meaning.
_STOP_WORDS = 200


def build_queries(text: str, language: str | None = None) -> list[str]:
    """Return up to four queries for a claim, the most specific first.

    They contain its names, numbers, and rarest words; its names and a few rare words;
    and only its names, or its rarest words. Only the first query contains the speaker,
    because others who report the same do not name them. `language` is that of the
    claim, if it is known.
    """
    if language and language != "en":
        return _build(_extract_foreign_terms(text, language))
    terms = list({term.word: term for term in extract_terms(text)}.values())
    speech = detect_speech(text)
    if speech is None:
        return _build(terms)
    content = text[speech.content_start or 0 :]
    speaker = {*extract_words(speech.speaker), *_SPEECH_VERBS}
    about = [term for term in extract_terms(content) if term.word not in speaker]
    queries = [*_build(terms)[:1], *_build(about)]
    return list(dict.fromkeys(queries))


def _extract_foreign_terms(text: str, language: str) -> list[Term]:
    """Return the words of a claim that are not among the most frequent ones.

    How rare the others are is not known, so the first ones count as the rarest.
    """
    common = _load_stop_words(language)
    terms: dict[str, Term] = {}
    for match in WORD_PATTERN.finditer(text):
        word = match[0].lower()
        is_name = match[0][0].isupper() and match.start() > 0
        terms.setdefault(word, Term(word, word, 1.0, is_name))
    rare = [term for word, term in terms.items() if word not in common]
    return rare or list(terms.values())


@cache
def _load_stop_words(language: str) -> frozenset[str]:
    """Return the most frequent words of a language; none if unknown."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale(language).get_language_name("en")
        # jusText comes with trafilatura, which reads the pages.
        lists = sorted((files("justext") / "stoplists").iterdir(), key=str)
    except (UnknownLocaleError, ModuleNotFoundError):
        return frozenset()
    for path in lists:
        if name and path.name.startswith(name):  # "Norwegian_Bokmal.txt"
            words = path.read_text(encoding="utf-8").lower().split()
            return frozenset(words[:_STOP_WORDS])
    return frozenset()


def _build(terms: list[Term]) -> list[str]:
    names: list[Term] = []
    numbers: list[Term] = []
    others: list[Term] = []
    for term in terms:
        if term.is_name:
            names.append(term)
        elif term.is_number:
            numbers.append(term)
        elif term.weight >= _MIN_WEIGHT:
            others.append(term)
    del names[_MAX_NAME_WORDS:]
    rare = sorted(others, key=lambda term: -term.weight)
    specific = [*names, *numbers, *rare][:_MAX_WORDS]
    general = names or rare[:_RARE_WORDS]
    selections = [specific, [*names, *rare[:_RARE_WORDS]], general]
    # Without names, the last two are the same; without rare words, one is empty.
    queries = dict.fromkeys(_join(selection, terms) for selection in selections)
    return list(filter(None, queries))


def _join(selected: list[Term], terms: list[Term]) -> str:
    """Return the words in the order of the claim."""
    return " ".join(term.word for term in terms if term in selected)
