"""Numbers, with their units and as worded: "about 50,000", "at least"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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

# "1 February 1958" and "February 1, 1958" are one day.
_NON_LABEL_WORDS = FUNCTION_WORDS | frozenset(MONTHS)
_ORDINAL = re.compile(r"\d+th")
_SCORE = re.compile(
    r"""
    (?<![\w.,:/–-])(\d{1,3})\s?(?:-|–|to)\s?(\d{1,3})
    (?=
        \s*
        (?:
            [,;)!?] | \.?$ | \.\s
            | (?:on|in|to|for|against|at|by|after|over|win|loss|victory|defeat|vote)\b
        )
    )
    """,
    re.VERBOSE,
)
_LIMIT_PHRASE = re.compile(r"\b([A-Za-z]+) (under|over|above|below) (\d+)\b")
# Not ranked: a text about the 19th century may well mention the 20th.
_CENTURY = normalize_word("century")
_MAX_WORDS_TO_COUNTED = 3  # from an ordinal to what it counts
# With this many numbers in a sentence, it is unclear which belongs to what.
_TOO_MANY_NUMBERS = 4


@dataclass(frozen=True, slots=True)
class _Ordinal:
    """A rank such as "3th", the form of what is ranked, and the phrase."""

    rank: str
    ranked: str
    phrase: str


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return claim numbers for which the evidence gives another value."""
    claim_amounts = find_amounts(pair.claim)
    differences = _find_ordinal_conflicts(pair) + _find_score_conflicts(pair)
    if not claim_amounts:
        return differences
    differences += _find_limit_conflicts(pair)
    if len(claim_amounts) > 1:
        differences += _find_swapped_numbers(pair)
    for amount in claim_amounts:
        rival = _find_rival(amount, claim_amounts, pair)
        if rival is not None:
            written = amount.quantity.text
            differences.append(Difference("number", written, rival.quantity.text))
    return differences


def _find_rival(
    amount: Amount, claim_amounts: Sequence[Amount], pair: SentencePair
) -> Amount | None:
    """Return the evidence's amount that replaces the claim's, or None."""
    evidence_amounts = find_amounts(pair.evidence)
    rivals = _list_rivals(amount, evidence_amounts)
    if _is_confirmed(amount, rivals, pair):
        return None
    if not 0 < len(rivals) < _TOO_MANY_NUMBERS:
        return None
    if any(_matches_claim_number(rival, claim_amounts) for rival in rivals):
        return None
    return rivals[0]


def _list_rivals(amount: Amount, others: Sequence[Amount]) -> list[Amount]:
    """Return the number in other units, or else others in its unit."""
    # "14 a month" beside "14 a year": the unit is what differs.
    same_numbers = [
        other
        for other in others
        if other.quantity.value == amount.quantity.value
        and is_conflicting_unit(amount.unit, other.unit)
    ]
    if same_numbers:
        return same_numbers
    return [
        other
        for other in others
        if other.is_change == amount.is_change and is_same_unit(amount.unit, other.unit)
    ]


def _is_confirmed(amount: Amount, rivals: Iterable[Amount], pair: SentencePair) -> bool:
    """Return whether the evidence has the claim's number."""
    is_same_fact = pair.states_same_fact(amount.quantity.text)
    others = find_amounts(pair.evidence if is_same_fact else pair.nearby_text)
    # A number without a unit may count anything. It confirms nothing where another
    # number has the claim's very unit, with its rate.
    has_same_rate = any(
        amount.unit == rival.unit and "/" in str(rival.unit) for rival in rivals
    )
    for other in others:
        if has_same_rate:
            is_fitting = is_same_unit(amount.unit, other.unit)
        else:
            is_fitting = has_compatible_unit(amount, other)
        if is_fitting and is_consistent_amount(amount, other):
            return True
    return False


def _find_limit_conflicts(pair: SentencePair) -> list[Difference]:
    """Return a limit ("children under 16") that differs in the evidence."""
    evidence_limits = [
        match.groups() for match in _LIMIT_PHRASE.finditer(pair.evidence)
    ]
    for match in _LIMIT_PHRASE.finditer(pair.claim):
        noun, side, number = match.groups()
        form = normalize_word(noun.lower())
        others = [
            (other_noun, other_number)
            for other_noun, other_side, other_number in evidence_limits
            if other_side == side and normalize_word(other_noun.lower()) == form
        ]
        if others and all(other_number != number for _, other_number in others):
            other_noun, other_number = others[0]
            phrase = f"{other_noun} {side} {other_number}"
            return [Difference("number", match[0], phrase)]
    return []


def _find_swapped_numbers(pair: SentencePair) -> list[Difference]:
    """Return a claim number that the evidence swaps with another one."""
    claim_numbers = _pair_numbers_with_labels(extract_words(pair.claim))
    evidence_numbers = _pair_numbers_with_labels(pair.evidence_words)
    # "300 boats and 20 ferries" beside "20 boats and 300 ferries"
    in_both = {number for _, number in claim_numbers} & {
        number for _, number in evidence_numbers
    }
    for label, number in claim_numbers:
        if not label or number not in in_both:
            continue
        others = {
            other
            for other_label, other in evidence_numbers
            if other_label and normalize_word(other_label) == normalize_word(label)
        }
        if len(others) == 1 and number not in others and others <= in_both:
            swapped = f"{label} {others.pop()}"
            return [Difference("number", f"{label} {number}", swapped)]
    return []


def _pair_numbers_with_labels(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return each number with the content word right before it, or ""."""
    pairs = []
    for before, number in pairwise(["", *words]):
        if number[0].isdigit():
            is_label = before.isalpha() and before not in _NON_LABEL_WORDS
            pairs.append((before if is_label else "", number))
    return pairs


def _find_ordinal_conflicts(pair: SentencePair) -> list[Difference]:
    """Return an ordinal ("third largest") that differs in the evidence."""
    claim_ordinals = _find_ordinals(extract_words(pair.claim))
    if not claim_ordinals:
        return []
    evidence_ordinals = _find_ordinals(pair.evidence_words)
    for ordinal in claim_ordinals:
        conflicting = [
            other
            for other in evidence_ordinals
            if other.rank != ordinal.rank and _ranks_same(ordinal, other)
        ]
        if conflicting and not _is_ordinal_nearby(ordinal, pair):
            return [Difference("number", ordinal.phrase, conflicting[0].phrase)]
    return []


def _is_ordinal_nearby(ordinal: _Ordinal, pair: SentencePair) -> bool:
    for index in pair.alignment.nearby_sentences:
        for other in _find_ordinals(pair.document.get_words(index)):
            if other.rank == ordinal.rank and _ranks_same(ordinal, other):
                return True
    return False


def _ranks_same(ordinal: _Ordinal, other: _Ordinal) -> bool:
    return is_related(ordinal.ranked, frozenset((other.ranked,)))


def _find_ordinals(words: Sequence[str]) -> list[_Ordinal]:
    """Return the ordinals that rank something; days of a month do not."""
    ordinals = []
    for index, word in enumerate(words):
        rank = normalize_word(word)
        if not _ORDINAL.fullmatch(rank) or (index and words[index - 1] in MONTHS):
            continue
        following = words[index + 1 : index + 1 + _MAX_WORDS_TO_COUNTED]
        for position, ranked in enumerate(following):
            if ranked in FUNCTION_WORDS or ranked == "most":
                continue
            if ranked.isalpha() and normalize_word(ranked) != _CENTURY:
                phrase = " ".join([word, *following[: position + 1]])
                ordinals.append(_Ordinal(rank, strip_degree(ranked), phrase))
            break
    return ordinals


def _find_score_conflicts(pair: SentencePair) -> list[Difference]:
    """Return a score ("9 to 4") that differs in the evidence."""
    claim_scores = list(_SCORE.finditer(pair.claim))
    evidence_scores = list(_SCORE.finditer(pair.evidence))
    if len(claim_scores) != 1 or len(evidence_scores) != 1:
        return []
    claimed, actual = claim_scores[0], evidence_scores[0]
    # "9 to 4" and "4 to 9" are one score, seen from two sides.
    nearby = [sorted(score) for score in _SCORE.findall(pair.nearby_text)]
    if sorted(claimed.groups()) in nearby:
        return []
    return [Difference("number", claimed[0], actual[0])]


def find_missing_details(pair: SentencePair) -> list[Difference]:
    """Return the claim's numbers that are nowhere in the document."""
    claim_amounts = find_amounts(pair.claim)
    nearby_amounts = find_amounts(pair.nearby_text) if claim_amounts else ()
    differences = []
    for amount in claim_amounts:
        # Any unit will do: that is a question for `find_contradictions`.
        if any(is_consistent_amount(amount, other) for other in nearby_amounts):
            continue
        if not _is_in_text(amount, pair.document.reading.text):
            differences.append(Difference("number", amount.quantity.text, None))
    return differences


def _matches_claim_number(rival: Amount, claim_amounts: Iterable[Amount]) -> bool:
    """Return whether an evidence number is another of the claim."""
    return any(
        other.unit == rival.unit and is_consistent_amount(other, rival)
        for other in claim_amounts
    )


def _is_in_text(amount: Amount, text: str) -> bool:
    """Return whether the text has the number, also in "2nd" or "B-52"."""
    digits = f"{amount.quantity.value:g}"
    plain = text.replace(",", "")
    if digits not in plain:
        return False
    pattern = rf"(?<![\d.,]){re.escape(digits)}(?![\d]|[.,]\d)"
    return re.search(pattern, plain) is not None
