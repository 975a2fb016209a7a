"""Find how the values, negations, and opposites of two wordings differ.

Only words are compared: `consistency` knows the document around them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property
from itertools import zip_longest

from claimcheck.english.lexicon import (
    FUNCTION_WORDS,
    NEGATION_FILLERS,
    negates,
    stem,
)
from claimcheck.english.normal_forms import Word, parse_words
from claimcheck.models.verdict import Difference
from claimcheck.verification.amounts import find_amounts
from claimcheck.verification.checks.antonyms import find_opposing_forms

_MAX_WORDS_TO_NEGATED = 3  # from a negation to what it negates; chosen by hand
# A value belongs to the words on its own side of these, and of the ends of a text.
_JOINTS = frozenset(("", "and", "but", "or", "while", "whereas"))
# On which side of a number what counts is: "at least 300", "fewer than 300".
_BOUNDS: dict[str | None, str] = {
    "more": "above",
    "least": "above",
    "less": "below",
    "most": "below",
}
_YEAR = re.compile(r"1\d{3}|20\d{2}")


class Wording:
    """The words of a text; its content words by their stems."""

    def __init__(self, words: Iterable[Word]) -> None:
        self.words = tuple(words)
        self.forms = frozenset(word.form for word in self.words)

    @classmethod
    def parse(cls, text: str) -> Wording:
        """Return the wording of a text."""
        return cls(parse_words(text))

    @cached_property
    def surfaces(self) -> dict[str, str]:
        """The first surface form of each content word, by its stem."""
        surfaces: dict[str, str] = {}
        for word in self.words:
            if word.form not in FUNCTION_WORDS:
                surfaces.setdefault(stem(word.form), word.surface)
        return surfaces

    @property
    def stems(self) -> Set[str]:
        """The stems of the content words."""
        return self.surfaces.keys()

    def list_values(self, known: Set[str]) -> list[Word]:
        """Return the numbers and parts of dates that have no known form."""
        values = filter(is_value, self.words)
        return [word for word in values if word.form not in known]


def list_neighbors(words: Sequence[Word]) -> Iterator[tuple[str, Word, str]]:
    """Yield each word with the forms before and after it; "" at either end."""
    forms = ["", *(word.form for word in words), ""]
    yield from zip(forms, words, forms[2:], strict=False)


def find_numbers(
    claim: Wording, quoted: Wording, context: Set[str]
) -> Iterator[Difference]:
    """Find numbers and dates of the claim that differ from the quote's.

    `context` has the forms of the words around the quote.
    """
    replaced = quoted.list_values(claim.forms)
    for word in claim.list_values(quoted.forms):
        same_kind = [item for item in replaced if item.is_number == word.is_number]
        # "800 people" for "900 people" is wrong even if 800 occurs nearby.
        rival = _find_rival(word, claim, same_kind, quoted)
        if rival is None and word.form in context:
            continue
        rival = rival or next(iter(same_kind), None)
        yield _build_difference(word, rival)


def _build_difference(value: Word, other: Word | None) -> Difference:
    kind = "number" if value.is_number else "date"
    return Difference(kind, value.surface, other.surface if other else None)


def find_exchanged_values(claim: Wording, quoted: Wording) -> Iterator[Difference]:
    """Find values of the quote that the claim puts in the place of another.

    "900 came in May and 700 in June" does not say that 700 came in May. The order of
    words proves little, so the claim must contain neither the value that it replaces
    nor anything that is only beside its own value in the quote.
    """
    beside = defaultdict(set)
    values_by_neighbor = defaultdict(list)
    for word, neighbors in _list_content_neighbors(quoted.words):
        beside[word.form].update(neighbors)
        for neighbor in neighbors:
            values_by_neighbor[neighbor].append(word)
    for word, neighbors in _list_content_neighbors(claim.words):
        # "300 tons" is "300 tons" in the quote, too.
        if not beside[word.form].isdisjoint(neighbors):
            continue
        for neighbor in neighbors:
            for other in values_by_neighbor[neighbor]:
                own = _get_forms(beside[word.form]) - _get_forms(beside[other.form])
                is_rival = _get_kind(other) == _get_kind(word) and own
                if is_rival and claim.forms.isdisjoint({other.form, *own}):
                    yield _build_difference(word, other)


def find_bounds(claim: str, quote: str) -> Iterator[Difference]:
    """Find numbers of the quote that only one of the texts makes a bound."""
    quoted = find_amounts(quote)
    for amount in find_amounts(claim):
        same = [item for item in quoted if item.value == amount.value]
        sides = {_BOUNDS.get(item.wording) for item in same}
        if same and _BOUNDS.get(amount.wording) not in sides:
            yield Difference("number", amount.worded, same[0].worded)


def _get_forms(neighbors: Iterable[tuple[int, str]]) -> set[str]:
    return {form for _, form in neighbors}


def _list_content_neighbors(
    words: Sequence[Word],
) -> Iterator[tuple[Word, list[tuple[int, str]]]]:
    """Yield each value with the content words beside it, and their sides."""
    content = [
        word
        for word in words
        if word.form in _JOINTS or word.form not in FUNCTION_WORDS
    ]
    for before, word, after in list_neighbors(content):
        if is_value(word):
            sides = enumerate((before, after))
            yield word, [(side, form) for side, form in sides if form not in _JOINTS]


def _get_kind(value: Word) -> tuple[bool, bool]:
    return value.is_number, _YEAR.fullmatch(value.surface) is not None


def _find_rival(
    word: Word, claim: Wording, candidates: Iterable[Word], quoted: Wording
) -> Word | None:
    """Find the candidate with the same noun in the quote: "900 people"."""
    noun = _find_next_content_word(word, claim.words)
    if noun is None:
        return None
    for candidate in candidates:
        if _find_next_content_word(candidate, quoted.words) == noun:
            return candidate
    return None


def _find_next_content_word(number: Word, words: Sequence[Word]) -> str | None:
    index = words.index(number)
    # One word may come in between: "900 of them".
    for word in words[index + 1 : index + 3]:
        if word.form not in FUNCTION_WORDS and not is_value(word):
            return stem(word.form)
    return None


def is_value(word: Word) -> bool:
    """Return whether a word is a number or a part of a date."""
    return word.is_number or word.is_date


def find_negations(
    claim: Wording, quoted: Wording, language: str
) -> Iterator[Difference]:
    """Find words that only one of two texts in a language negates."""
    in_claim = _find_negated(claim.words, language)
    in_quote = _find_negated(quoted.words, language)
    for form in sorted((in_claim.keys() - in_quote.keys()) & quoted.stems):
        yield Difference("negation", in_claim[form], quoted.surfaces[form])
    for form in sorted((in_quote.keys() - in_claim.keys()) & claim.stems):
        yield Difference("negation", claim.surfaces[form], in_quote[form])


def _find_negated(words: Sequence[Word], language: str) -> dict[str, str]:
    """Map the stem of each negated word to the phrase that negates it."""
    negated = {}
    for index, word in enumerate(words):
        if not negates(word.form, language):
            continue
        phrase = [word.surface]
        following = words[index + 1 : index + 1 + _MAX_WORDS_TO_NEGATED]
        for other, after in zip_longest(following, following[1:]):
            phrase.append(other.surface)
            # "No longer than" is a bound.
            is_bound = after is not None and after.form == "than"
            if other.form not in NEGATION_FILLERS or is_bound:
                negated[stem(other.form)] = " ".join(phrase)
                break
    return negated


def find_opposites(claim: Wording, quoted: Wording) -> Iterator[Difference]:
    """Find words of the claim whose antonyms the quote has instead."""
    for word in claim.words:
        form = stem(word.form)
        if form in quoted.stems:
            continue
        opposing = find_opposing_forms(form) & quoted.stems - claim.stems
        for other in sorted(opposing):
            yield Difference("opposite", word.surface, quoted.surfaces[other])
