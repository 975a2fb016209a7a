"""Numbers, with their units and as worded: "about 50,000", "at least"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from claimcheck.english.dates import MONTHS, find_times
from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.terms import extract_words, normalize_word, strip_degree
from claimcheck.models.verdict import Difference
from claimcheck.verification.amounts import (
    Amount,
    find_agreeing_forms,
    find_amounts,
    is_consistent_amount,
)
from claimcheck.verification.checks.pair import SentencePair

# "1 February 1958" and "February 1, 1958" are one day.
_NON_LABEL_WORDS = FUNCTION_WORDS | frozenset(MONTHS)


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return a number of the claim for which the evidence has another one.

    Both count the same thing in the same words, and there is only one such number on
    each side: "300 jobs" is not set against "120 full-time jobs".
    """
    if pair.has_negation:
        return []
    claim_amounts = find_amounts(pair.claim)
    evidence_amounts = find_amounts(pair.evidence)
    differences = []
    for amount in claim_amounts:
        if any(is_consistent_amount(amount, other) for other in evidence_amounts):
            continue
        own = _select_same_kind(amount, claim_amounts)
        rivals = _select_same_kind(amount, evidence_amounts)
        if len(own) == len(rivals) == 1 and _has_same_wording(amount, rivals[0]):
            differences.append(Difference("number", amount.text, rivals[0].text))
    return differences


def _select_same_kind(amount: Amount, others: Sequence[Amount]) -> list[Amount]:
    return [
        other
        for other in others
        if other.base_unit == amount.base_unit and other.is_change == amount.is_change
    ]


def _has_same_wording(amount: Amount, rival: Amount) -> bool:
    """Return whether only the number differs: same unit, rate, and adjectives."""
    return bool(amount.unit) and _list_words(amount) == _list_words(rival)


def _list_words(amount: Amount) -> tuple[str, list[str]]:
    forms = map(normalize_word, extract_words(amount.text))
    words = [form for form in forms if form.isalpha()]
    # Currencies and "percent" have signs: "$5 million" and "5 million dollars".
    has_sign = amount.unit == "%" or amount.unit.isupper()
    return amount.unit, [] if has_sign else words


def find_unsupported(claim: str, premise: str) -> list[Difference]:
    """Return the claim's numbers that the premise lacks or counts otherwise."""
    premise_words = extract_words(premise)
    forms = frozenset(map(normalize_word, premise_words))
    others = find_amounts(premise)
    differences = []
    for amount in find_amounts(claim):
        same = [other for other in others if is_consistent_amount(amount, other)]
        if not any(_counts_same(amount, other, others, forms) for other in same):
            evidence = same[0].text if same else None
            differences.append(Difference("number", amount.text, evidence))
    forms |= find_agreeing_forms(claim, premise)
    reported = [item.claim for item in differences]
    times = [time.text for time in find_times(claim, None)]
    compared = set(extract_words(" ".join([*reported, *times])))
    for word in extract_words(claim):
        form = normalize_word(word)  # "third" is a number, too: "3th"
        if form[0].isdigit() and form not in forms and word not in compared:
            differences.append(Difference("number", word, None))
    return differences or _find_swapped(claim, premise)


def _counts_same(
    amount: Amount, other: Amount, others: Sequence[Amount], forms: frozenset[str]
) -> bool:
    """Return whether two equal numbers may count the same thing."""
    if not amount.unit or amount.unit == other.unit:
        return True
    if "/" in amount.unit and "/" in other.unit:
        return False  # "a month" and "a year"
    # Where something else has the claim's very unit, that is its number.
    if any(rival.base_unit == amount.base_unit for rival in others if rival != other):
        return False
    if not other.unit or amount.base_unit == other.base_unit:
        return True
    if amount.unit.isupper() or other.unit.isupper() or "%" in amount.unit + other.unit:
        return False
    return forms.issuperset(amount.base_unit.split())


def _find_swapped(claim: str, premise: str) -> list[Difference]:
    """Return a number or a rank that the premise gives to something else."""
    claim_words, premise_words = extract_words(claim), extract_words(premise)
    ranks = _find_ranks(premise_words)
    if len({rank for rank, _ in ranks}) > 1:
        for rank, ranked in _find_ranks(claim_words):
            if (rank, ranked) not in ranks:
                return [Difference("number", f"{rank} {ranked}", None)]
    claim_numbers = _pair_with_labels(claim_words)
    premise_numbers = _pair_with_labels(premise_words)
    # "killed 300 and injured 20" beside "killed 20 and injured 300"
    in_both = {number for _, number in claim_numbers} & {
        number for _, number in premise_numbers
    }
    for label, number in claim_numbers:
        others = {other for name, other in premise_numbers if name == label}
        is_swap = len(others) == 1 and number not in others and others <= in_both
        if label and number in in_both and is_swap:
            return [
                Difference("number", f"{label} {number}", f"{label} {others.pop()}")
            ]
    return []


def _pair_with_labels(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return each number with the content word right before it, or ""."""
    pairs = []
    for before, number in pairwise(["", *words]):
        if number[0].isdigit():
            is_label = before.isalpha() and before not in _NON_LABEL_WORDS
            pairs.append((normalize_word(before) if is_label else "", number))
    return pairs


def _find_ranks(words: Sequence[str]) -> set[tuple[str, str]]:
    """Return each ordinal with the form of the next content word."""
    ranks = set()
    for index, word in enumerate(words):
        rank = normalize_word(word)
        if not rank[0].isdigit() or not rank.endswith("th"):
            continue
        following = [
            other for other in words[index + 1 :] if other not in FUNCTION_WORDS
        ]
        ranks.add((rank, strip_degree(following[0]) if following else ""))
    return ranks
