"""Numbers, with their units and as worded: "about 50,000", "at least"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from claimcheck.english.dates import MONTHS
from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.terms import extract_words, normalize_word, strip_degree
from claimcheck.english.time_resolution import find_times
from claimcheck.models.verdict import Difference
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
# "1 February 1958" and "February 1, 1958" are one day.
_NON_LABEL_WORDS = FUNCTION_WORDS | frozenset(MONTHS)


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return a number of the claim for which the evidence has another one.

    Both count the same thing in the same words, and there is only one such number on
    each side: "300 jobs" is not set against "120 full-time jobs".
    """
    words = set(pair.evidence_words)
    if pair.has_negation or not words.isdisjoint(_PART_WORDS):
        return []
    claimed, stated = find_amounts(pair.claim), find_amounts(pair.evidence)
    # "400 people in Oslo and 250 in Bergen": a bare number may be of the same kind.
    if not all(amount.unit for amount in stated):
        return []
    differences = []
    for amount in claimed:
        if any(is_consistent_amount(amount, other) for other in stated):
            continue
        if rival := _find_rival(amount, claimed, stated):
            differences.append(Difference("number", amount.text, rival.text))
    return differences


def _find_rival(
    amount: Amount, claimed: Sequence[Amount], stated: Sequence[Amount]
) -> Amount | None:
    """Return the one amount that counts what an amount of the claim counts."""
    own = _select_same_kind(amount, claimed)
    rivals = _select_same_kind(amount, stated)
    # "37 of its 58 pillars" has the 37 pillars of the evidence, too.
    if _share_value(claimed, rivals) or not len(own) == len(rivals) == 1:
        return None
    (rival,) = rivals
    # "At least 12" leaves it open how many there are, and 52.4 is 52, rounded.
    is_exact = rival.wording in (None, "about")
    if is_rounded(amount.value, rival.value) or is_close(amount, rival):
        return None
    return rival if is_exact and amount.counted == rival.counted else None


def _share_value(claim: Sequence[Amount], rivals: Sequence[Amount]) -> bool:
    return any(is_consistent_amount(own, rival) for own in claim for rival in rivals)


def _select_same_kind(amount: Amount, others: Sequence[Amount]) -> list[Amount]:
    return [
        other
        for other in others
        if amount.unit
        and other.base_unit == amount.base_unit
        and other.is_change == amount.is_change
    ]


def find_unsupported(claim: str, premise: str) -> list[Difference]:
    """Return the claim's numbers that a premise lacks or counts otherwise."""
    claim_words, premise_words = extract_words(claim), extract_words(premise)
    forms = frozenset(map(normalize_word, premise_words))
    others = find_amounts(premise)
    differences = []
    for amount in find_amounts(claim):
        same = [other for other in others if is_consistent_amount(amount, other)]
        if not any(_counts_same(amount, other, others, forms) for other in same):
            evidence = same[0].text if same else None
            differences.append(Difference("number", amount.text, evidence))
    compared = [difference.claim for difference in differences]
    forms |= find_agreeing_forms(claim, premise)
    differences += _find_other_numbers(claim, forms, compared)
    return differences or _find_swapped(claim_words, premise_words)


def _find_other_numbers(
    claim: str, forms: frozenset[str], compared: Sequence[str]
) -> list[Difference]:
    """Return missing numbers such as "third" and the "52" in "B-52".

    Dates do not count, nor what was compared already, nor "one": where it counts
    something it is an amount, and otherwise it is a pronoun, as in "no one".
    """
    times = [time.text for time in find_times(claim, None)]
    ignored = extract_words(" ".join([*compared, *times]))
    missing = []
    for word in extract_words(claim):
        form = normalize_word(word)
        if not form[0].isdigit() or word == "one":
            continue
        if form not in forms and word not in ignored:
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
    # Where something else has the claim's very unit, that is its number.
    if any(rival.base_unit == amount.base_unit for rival in others if rival != other):
        return False
    if not other.unit or amount.base_unit == other.base_unit:
        return True
    is_sign = [unit.isupper() or "%" in unit for unit in (amount.unit, other.unit)]
    return not any(is_sign) and forms.issuperset(amount.base_unit.split())


def _find_swapped(claim: Sequence[str], premise: Sequence[str]) -> list[Difference]:
    """Return a rank or a number that the premise gives to something else."""
    ranks, claim_ranks = _find_ranks(premise), _find_ranks(claim)
    if len({rank for rank, _ in ranks}) > 1 and not claim_ranks <= ranks:
        return [Difference("number", " ".join(min(claim_ranks - ranks)), None)]
    # "killed 300 and injured 20" beside "killed 20 and injured 300"
    labels, claim_labels = _pair_with_labels(premise), _pair_with_labels(claim)
    in_both = set(labels.values()) & set(claim_labels.values())
    for label, number in claim_labels.items():
        other = labels.get(label, number)
        if number != other and {number, other} <= in_both:
            return [Difference("number", f"{label} {number}", f"{label} {other}")]
    return []


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


def _pair_with_labels(words: Sequence[str]) -> dict[str, str]:
    """Map content words to the numbers right after them."""
    return {
        normalize_word(before): number
        for before, number in pairwise(words)
        if number[0].isdigit() and before.isalpha() and before not in _NON_LABEL_WORDS
    }
