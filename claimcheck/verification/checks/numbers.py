"""Numbers, with their units and as worded: "about 50,000", "at least"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.english.time_resolution import find_times
from claimcheck.models.verdict import Difference
from claimcheck.resources import read_words
from claimcheck.verification.amounts import (
    Amount,
    find_agreeing_forms,
    find_amounts,
    is_close,
    is_consistent_amount,
    is_rounded,
)
from claimcheck.verification.checks.pair import SentencePair

# "60 million, half of it covered", "14 of these": the number is of another amount.
_PART_WORDS = frozenset(
    "half halves third quarter double twice triple these them which whom".split()
)
_PROPORTION = re.compile(
    rf"\b(?:{'|'.join(read_words('proportion_words'))})\b", re.IGNORECASE
)


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return a number of the claim for which the evidence has another one.

    Both count the same thing in the same words, and there is only one such number on
    each side: "300 jobs" is not set against "120 full-time jobs".
    """
    if pair.has_negation or not _PART_WORDS.isdisjoint(pair.evidence_words):
        return []
    claimed, stated = find_amounts(pair.claim), find_amounts(pair.evidence)
    # "400 people in Oslo and 250 in Bergen": a bare number may be of the same kind.
    if not all(amount.unit for amount in stated):
        return []
    differences = []
    for amount in claimed:
        rival = _find_rival(amount, claimed, stated)
        if rival and not _is_consistent_with_any(amount, stated):
            differences.append(Difference("number", amount.text, rival.text))
    return differences


def _find_rival(
    amount: Amount, claimed: Sequence[Amount], stated: Sequence[Amount]
) -> Amount | None:
    """Return the one amount that counts what an amount of the claim counts."""
    own = _select_same_kind(amount, claimed)
    rivals = _select_same_kind(amount, stated)
    if not len(own) == len(rivals) == 1:
        return None
    (rival,) = rivals
    # "37 of its 58 pillars" has the 37 pillars of the evidence, too.
    if any(is_consistent_amount(other, rival) for other in claimed):
        return None
    # "At least 12" leaves it open how many there are, and 52.4 is 52, rounded.
    is_exact = rival.wording in (None, "about")
    if is_rounded(amount.value, rival.value) or is_close(amount, rival):
        return None
    return rival if is_exact and amount.counted == rival.counted else None


def _is_consistent_with_any(amount: Amount, others: Sequence[Amount]) -> bool:
    return any(is_consistent_amount(amount, other) for other in others)


def _select_same_kind(amount: Amount, others: Sequence[Amount]) -> list[Amount]:
    """Return the amounts of the same unit, if both or neither are changes."""
    if not amount.unit:
        return []
    kind = (amount.base_unit, amount.is_change)
    return [other for other in others if (other.base_unit, other.is_change) == kind]


def find_unsupported(claim: str, premise: str) -> list[Difference]:
    """Return the claim's numbers that a premise lacks or counts otherwise."""
    forms = frozenset(map(normalize_word, extract_words(premise)))
    others = find_amounts(premise)
    differences = []
    for amount in find_amounts(claim):
        same = [other for other in others if is_consistent_amount(amount, other)]
        if not any(_counts_same(amount, other, others, forms) for other in same):
            # One other number of this kind is most likely meant.
            rivals = same or _select_same_kind(amount, others)
            evidence = rivals[0].text if len(rivals) == 1 else None
            differences.append(Difference("number", amount.text, evidence))
    compared = [difference.claim for difference in differences]
    differences += _find_missing_proportions(claim, premise)
    forms |= find_agreeing_forms(claim, premise)
    return differences + _find_other_numbers(claim, forms, compared)


def _find_missing_proportions(claim: str, premise: str) -> list[Difference]:
    """Return "half of" and "doubled" of a claim: nobody computes them."""
    return [
        Difference("number", match.group(), None)
        for match in _PROPORTION.finditer(claim)
        if match.group().lower() not in premise.lower()
    ]


def _find_other_numbers(
    claim: str, forms: frozenset[str], compared: Sequence[str]
) -> list[Difference]:
    """Return missing numbers such as "third" and the "52" in "B-52".

    Dates do not count, nor what was compared already, nor "one": where it counts
    something it is an amount, and otherwise it is a pronoun, as in "no one".
    """
    times = [time.text for time in find_times(claim, None)]
    ignored = {"one", *extract_words(" ".join([*compared, *times]))}
    missing = []
    for word in extract_words(claim):
        form = normalize_word(word)
        is_number = form[0].isdigit() and word not in ignored
        if is_number and form not in forms:
            missing.append(Difference("number", word, None))
    return missing


def _counts_same(
    amount: Amount, other: Amount, others: Sequence[Amount], forms: frozenset[str]
) -> bool:
    """Return whether two equal numbers may count the same thing."""
    if not amount.unit or amount.unit == other.unit:
        return True
    if "/" in amount.unit and "/" in other.unit:
        return False  # "a month" and "a year"
    rivals = [rival for rival in others if rival != other]
    # Where something else has the claim's very unit, that is its number.
    if amount.base_unit in {rival.base_unit for rival in rivals}:
        return False
    if other.base_unit in ("", amount.base_unit):
        return True
    # "300 people": the number and the word may be apart in the evidence. The signs of
    # money and percent may not.
    signs = [
        unit for unit in (amount.unit, other.unit) if unit.isupper() or "%" in unit
    ]
    return not signs and forms.issuperset(amount.base_unit.split())
