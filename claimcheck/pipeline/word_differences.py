"""Find how the values, negations, and opposites of two wordings differ.

Only words are compared: `consistency` knows the document around them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from claimcheck.english.lexicon import FUNCTION_WORDS, NEGATION_WORDS, stem
from claimcheck.english.normal_forms import Word
from claimcheck.models.verdict import Difference
from claimcheck.verification.checks.antonyms import find_opposing_forms

_MAX_WORDS_TO_NEGATED = 3  # from a negation to what it negates; chosen by hand
# A value belongs to the words on its own side of these, and of the ends of a text.
_JOINTS = frozenset(("", "and", "but", "or", "while", "whereas"))
_YEAR = re.compile(r"1\d{3}|20\d{2}")


def list_neighbors(words: Sequence[Word]) -> Iterator[tuple[str, Word, str]]:
    """Yield each word with the forms before and after it; "" at either end."""
    forms = ["", *(word.form for word in words), ""]
    for index, word in enumerate(words):
        yield forms[index], word, forms[index + 2]


def find_numbers(
    claim: Sequence[Word], quoted: Sequence[Word], context: Sequence[Word]
) -> Iterator[Difference]:
    """Find numbers and dates of the claim that differ from the quote's."""
    context_forms = {word.form for word in context}
    added, replaced = (
        _list_other_values(claim, quoted),
        _list_other_values(quoted, claim),
    )
    for word in added:
        same_kind = [item for item in replaced if item.is_number == word.is_number]
        # "800 people" for "900 people" is wrong even if 800 occurs nearby.
        rival = _find_rival(word, claim, same_kind, quoted)
        if rival is None and word.form in context_forms:
            continue
        rival = rival or next(iter(same_kind), None)
        kind = "number" if word.is_number else "date"
        yield Difference(kind, word.surface, rival.surface if rival else None)


def find_exchanged_values(
    claim: Sequence[Word], quoted: Sequence[Word]
) -> Iterator[Difference]:
    """Find values of the quote that the claim puts in the place of another.

    "900 came in May and 700 in June" does not say that 700 came in May. The order of
    words proves little, so the claim must contain neither the value that it replaces
    nor anything that is only beside its own value in the quote.
    """
    beside = defaultdict(set)
    values_by_neighbor = defaultdict(list)
    for word, neighbors in _list_content_neighbors(quoted):
        beside[word.form].update(neighbors)
        for neighbor in neighbors:
            values_by_neighbor[neighbor].append(word)
    known = {word.form for word in claim}
    for word, neighbors in _list_content_neighbors(claim):
        # "300 tons" is "300 tons" in the quote, too.
        if not beside[word.form].isdisjoint(neighbors):
            continue
        for other in chain.from_iterable(
            map(values_by_neighbor.__getitem__, neighbors)
        ):
            own = _get_forms(beside[word.form]) - _get_forms(beside[other.form])
            is_rival = other.form not in known and _get_kind(other) == _get_kind(word)
            if is_rival and own and known.isdisjoint(own):
                kind = "number" if word.is_number else "date"
                yield Difference(kind, word.surface, other.surface)


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


def _list_other_values(words: Sequence[Word], others: Sequence[Word]) -> list[Word]:
    """Return the numbers and dates that only the first text has."""
    known = {word.form for word in others}
    return [word for word in words if is_value(word) and word.form not in known]


def _find_rival(
    word: Word,
    claim: Sequence[Word],
    candidates: Iterable[Word],
    quoted: Sequence[Word],
) -> Word | None:
    """Find the candidate with the same noun in the quote: "900 people"."""
    noun = _find_next_content_word(word, claim)
    if noun is None:
        return None
    for candidate in candidates:
        if _find_next_content_word(candidate, quoted) == noun:
            return candidate
    return None


def _find_next_content_word(number: Word, words: Sequence[Word]) -> str | None:
    index = words.index(number)
    for word in words[index + 1 : index + 3]:
        if word.form not in FUNCTION_WORDS and not is_value(word):
            return stem(word.form)
    return None


def is_value(word: Word) -> bool:
    """Return whether a word is a number or a part of a date."""
    return word.is_number or word.is_date


def find_negations(
    claim: Sequence[Word], quoted: Sequence[Word]
) -> Iterator[Difference]:
    """Find words that only one of the two texts negates."""
    in_claim, in_quote = _find_negated(claim), _find_negated(quoted)
    for form in sorted(in_claim.keys() - in_quote.keys()):
        if form in list_stems(quoted):
            yield Difference("negation", in_claim[form], _find_surface(quoted, form))
    for form in sorted(in_quote.keys() - in_claim.keys()):
        if form in list_stems(claim):
            yield Difference("negation", _find_surface(claim, form), in_quote[form])


def _find_negated(words: Sequence[Word]) -> dict[str, str]:
    """Map the stem of each negated word to the phrase that negates it."""
    negated = {}
    for index, word in enumerate(words):
        if word.form not in NEGATION_WORDS:
            continue
        following = words[index + 1 : index + 1 + _MAX_WORDS_TO_NEGATED]
        for other in following:
            if other.form not in FUNCTION_WORDS:
                negated[stem(other.form)] = f"{word.surface} {other.surface}"
                break
    return negated


def find_opposites(
    claim: Sequence[Word], quoted: Sequence[Word]
) -> Iterator[Difference]:
    """Find words of the claim whose antonyms the quote has instead."""
    quoted_stems, claimed_stems = set(list_stems(quoted)), set(list_stems(claim))
    for word in claim:
        if stem(word.form) in quoted_stems:
            continue
        opposing = find_opposing_forms(stem(word.form)) & quoted_stems - claimed_stems
        for form in sorted(opposing):
            yield Difference("opposite", word.surface, _find_surface(quoted, form))


def list_stems(words: Iterable[Word]) -> list[str]:
    """Return the stems of the content words."""
    return [stem(word.form) for word in words if word.form not in FUNCTION_WORDS]


def _find_surface(words: Sequence[Word], form: str) -> str:
    """Return the surface form of a stem in a text that contains it."""
    return next(word.surface for word in words if stem(word.form) == form)
