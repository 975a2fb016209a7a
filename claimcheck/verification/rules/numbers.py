"""Numbers, with their units and as worded: "about 50,000", "more than", "at least"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from claimcheck.english.dates import MONTHS
from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.terms import extract_words, normalize_word, strip_degree
from claimcheck.english.wordnet import is_related
from claimcheck.models.verdict import Difference
from claimcheck.verification.amounts import (
    Amount,
    find_amounts,
    has_compatible_unit,
    is_conflicting_unit,
    is_consistent_amount,
    is_same_unit,
)
from claimcheck.verification.rules.pair import SentencePair

_NON_LABEL_WORDS = FUNCTION_WORDS | frozenset(
    MONTHS
)  # "1 February 1958" and "February 1, 1958" are one day
_ORDINAL = re.compile(r"\d+th")
_SCORE = re.compile(
    r"(?<![\w.,:/–-])(\d{1,3})\s?(?:-|–|to)\s?(\d{1,3})"
    r"(?=\s*(?:[,;)!?]|\.?$|\.\s|(?:on|in|to|for|against|at|by|after|over|win|loss|victory|defeat|vote)\b))"
)
_LIMIT_PHRASE = re.compile(r"\b([A-Za-z]+) (under|over|above|below) (\d+)\b")
_CENTURY = normalize_word("century")
_MAX_WORDS_TO_COUNTED = 3  # words from an ordinal to what it counts
_TOO_MANY_NUMBERS = (
    4  # numbers in one sentence: which belongs to which can't be told any more
)


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return claim numbers for which the evidence gives another value."""
    ours = find_amounts(pair.claim)
    found = _find_ordinal_conflicts(pair) + _find_score_conflicts(pair)
    if not ours:
        return found
    found += _find_limit_conflicts(pair) + (
        _find_swapped_numbers(pair) if len(ours) > 1 else []
    )
    near = find_amounts(pair.around)
    here = find_amounts(pair.evidence)
    for amount in ours:
        rivals = [
            other
            for other in here
            if is_conflicting_unit(amount.unit, other.unit)
            and other.quantity.value == amount.quantity.value
        ] or [
            other
            for other in here
            if is_same_unit(amount.unit, other.unit) and other.step == amount.step
        ]
        # a number without a unit may be anything's: it is no match where another has the claim's very unit
        match = (
            _has_same_unit
            if any(
                amount.unit == other.unit and "/" in str(other.unit) for other in rivals
            )
            else has_compatible_unit
        )
        told = here if pair.carries_all_but(amount.quantity.text) else near
        if any(
            match(amount, other) and is_consistent_amount(amount, other)
            for other in told
        ):
            continue
        if 0 < len(rivals) < _TOO_MANY_NUMBERS and not any(
            _matches_claim_number(rival, ours) for rival in rivals
        ):
            found.append(
                Difference("number", amount.quantity.text, rivals[0].quantity.text)
            )
    return found


def _find_limit_conflicts(pair: SentencePair) -> list[Difference]:
    """Return a limit ("children under 16") that differs in the evidence."""
    theirs = [match.groups() for match in _LIMIT_PHRASE.finditer(pair.evidence)]
    for match in _LIMIT_PHRASE.finditer(pair.claim):
        who, side, number = match.groups()
        others = [
            (name, limit)
            for name, way, limit in theirs
            if way == side
            and normalize_word(name.lower()) == normalize_word(who.lower())
        ]
        if others and all(limit != number for _, limit in others):
            name, limit = others[0]
            return [Difference("number", match[0], f"{name} {side} {limit}")]
    return []


def _find_swapped_numbers(pair: SentencePair) -> list[Difference]:
    """Return a claim number that the evidence swaps with another one."""
    ours, theirs = (
        _pair_numbers_with_labels(extract_words(pair.claim)),
        _pair_numbers_with_labels(pair.source.get_words(pair.place)),
    )
    claimed, given = {number for _, number in ours}, {number for _, number in theirs}
    both = claimed & given
    for word, number in ours:
        others = {
            other
            for before, other in theirs
            if word and before and normalize_word(before) == normalize_word(word)
        }
        if (
            number in both
            and len(others) == 1
            and number not in others
            and others <= both
        ):
            return [Difference("number", f"{word} {number}", f"{word} {others.pop()}")]
    return []


def _find_ordinal_conflicts(pair: SentencePair) -> list[Difference]:
    """Return an ordinal ("third largest") that differs in the evidence.
    the claim's."""
    ours = _find_ordinals(extract_words(pair.claim))
    theirs = _find_ordinals(pair.source.get_words(pair.place)) if ours else []
    for rank, form, written in ours:
        others = [
            (other, words)
            for other, what, words in theirs
            if other != rank and is_related(form, frozenset((what,)))
        ]
        near = (
            ranked
            for place in pair.alignment.places_near
            for ranked in _find_ordinals(pair.source.get_words(place))
        )
        if others and not any(
            other == rank and is_related(form, frozenset((what,)))
            for other, what, _ in near
        ):
            return [Difference("number", written, others[0][1])]
    return []


def _find_score_conflicts(pair: SentencePair) -> list[Difference]:
    """Return a score ("9 to 4") that differs in the evidence."""
    ours, theirs = (
        list(_SCORE.finditer(pair.claim)),
        list(_SCORE.finditer(pair.evidence)),
    )
    if len(ours) != 1 or len(theirs) != 1:
        return []
    near = [sorted(score) for score in _SCORE.findall(pair.around)]
    if sorted(ours[0].groups()) in near:
        return []
    return [Difference("number", ours[0][0], theirs[0][0])]


def _find_ordinals(words: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return each ordinal, the form of what it counts, and the phrase."""
    found = []
    for place, word in enumerate(words):
        rank = normalize_word(word)
        if _ORDINAL.fullmatch(rank) and (place == 0 or words[place - 1] not in MONTHS):
            following = words[place + 1 : place + 1 + _MAX_WORDS_TO_COUNTED]
            what = next(
                (
                    other
                    for other in following
                    if other not in FUNCTION_WORDS and other != "most"
                ),
                "",
            )
            if (
                what.isalpha() and normalize_word(what) != _CENTURY
            ):  # a text tells of several
                found.append(
                    (
                        rank,
                        strip_degree(what),
                        " ".join([word, *following[: following.index(what) + 1]]),
                    )
                )
    return found


def _pair_numbers_with_labels(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return each number with the content word right before it, or ""."""
    return [
        (before if before.isalpha() and before not in _NON_LABEL_WORDS else "", number)
        for before, number in pairwise(["", *words])
        if number[0].isdigit()
    ]


def find_missing_details(pair: SentencePair) -> list[Difference]:
    """Return the claim's numbers that are nowhere in the document."""
    ours = find_amounts(pair.claim)
    near = find_amounts(pair.around) if ours else ()
    return [
        Difference("number", amount.quantity.text, None)
        for amount in ours
        if not any(is_consistent_amount(amount, other) for other in near)
        and not _is_in_text(amount, pair.source.reading.text)
    ]


def _has_same_unit(amount: Amount, other: Amount) -> bool:
    return is_same_unit(amount.unit, other.unit)


def _matches_claim_number(rival: Amount, ours: Sequence[Amount]) -> bool:
    """Return whether an evidence number matches another number of the claim."""
    return any(
        other.unit == rival.unit and is_consistent_amount(other, rival)
        for other in ours
    )


def _is_in_text(amount: Amount, text: str) -> bool:
    """Return whether the text contains the number in a form like "2nd" or "B-52"."""
    digits, plain = f"{amount.quantity.value:g}", text.replace(",", "")
    return digits in plain and bool(
        re.search(rf"(?<![\d.,]){re.escape(digits)}(?![\d]|[.,]\d)", plain)
    )
