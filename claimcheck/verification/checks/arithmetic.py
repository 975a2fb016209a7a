"""Numbers of a claim that follow from those of one evidence sentence.

Only what is safe is computed: a change between two values, how many times as much, a
share of a whole, a total. What is computed is shown; a claim with another result is
never supported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from claimcheck.resources import read_words
from claimcheck.verification.amounts import Amount, find_amounts, is_consistent_amount

_SHARES = {
    phrase: (float(low), float(high))
    for phrase, low, high in (
        line.rsplit(maxsplit=2) for line in read_words("share_words")
    )
}
_SHARE_PHRASES = "|".join(map(re.escape, sorted(_SHARES, key=len, reverse=True)))
_SHARE = re.compile(
    rf"""
    \b(?:(?P<share>{_SHARE_PHRASES})
    | (?P<number>\d+(?:\.\d+)?)\s?(?:%|percent|per\ cent))\s+of\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OF = re.compile(r"\s+of\s+(?:(?:the|its|all|their)\s+)?", re.IGNORECASE)
_MULTIPLES = {"doubled": 2.0, "tripled": 3.0, "quadrupled": 4.0, "halved": 0.5}
_MULTIPLE = re.compile(rf"\b(?:{'|'.join(_MULTIPLES)})\b", re.IGNORECASE)
_FROM_TO = re.compile(
    r"\bfrom\b(?P<first>(?:[^,;]|(?<=\d),(?=\d)){1,60}?)\bto\b", re.IGNORECASE
)
_BY = re.compile(r"\s+by\s+(?:(?:about|around|some|nearly|almost)\s+)?$", re.IGNORECASE)
_RISES = re.compile(r"\b(?:rose|risen|rises?|gr[eo]wn?|increase[sd]?|climbed|up)\b")
_FALLS = re.compile(
    r"\b(?:f[ea]ll(?:en|s)?|dropp?(?:ed|s)?|decrease[sd]?|declined|cut)\b"
)
_TOTAL = re.compile(r"\s+(?:in total|altogether|in all|together|combined)\b")
# "from 200 to 260 million": the first number has the scale of the second.
_SCALES = (1e3, 1e6, 1e9, 1e12)
_MAX_SCALED_RATIO = 10
# A claim may round a percentage to a whole number, and more if it says "about".
_TOLERANCE_POINTS = 0.5
_ABOUT_TOLERANCE = 0.1


@dataclass(frozen=True, slots=True)
class Calculation:
    """A number of the claim beside the one computed from the evidence.

    `rest` is the claim without the number, which the evidence must state.
    """

    phrase: str
    rest: str
    equation: str
    is_right: bool


def calculate(claim: str, evidence: str) -> Calculation | None:
    """Return a claim's first number that can be computed from the evidence."""
    amounts = find_amounts(evidence)
    if len(amounts) < 2:
        return None
    return (
        _compute_share(claim, evidence, amounts)
        or _compute_multiple(claim, evidence, amounts)
        or _compute_change(claim, evidence, amounts)
        or _compute_total(claim, evidence, amounts)
    )


def find_phrases(claim: str) -> list[str]:
    """Return the words of a claim for which something must be counted."""
    matches = [*_SHARE.finditer(claim), *_MULTIPLE.finditer(claim)]
    return [match.group() for match in matches]


def _compute_share(
    claim: str, evidence: str, amounts: Sequence[Amount]
) -> Calculation | None:
    """Compute "a quarter of residents" from "10,000 of 40,000 residents"."""
    match = _SHARE.search(claim)
    if match is None:
        return None
    for part, whole in pairwise(amounts):
        start = evidence.find(part.text)
        of = _OF.match(evidence, start + len(part.text))
        if of is None or not evidence.startswith(whole.text, of.end()):
            continue
        if not 0 < part.value < whole.value:
            return None
        share = part.value / whole.value
        low = high = float(match["number"] or 0) / 100
        if match["share"]:
            low, high = _SHARES[match["share"].lower()]
        is_right = low < share < high
        if low == high:
            is_right = abs(share - low) <= _TOLERANCE_POINTS / 100
        rest = claim[match.end() :].strip()
        equation = f"{part.text} of {whole.text} is {100 * share:.3g} %"
        return Calculation(
            match.group(), rest[:1].upper() + rest[1:], equation, is_right
        )
    return None


def _compute_multiple(
    claim: str, evidence: str, amounts: Sequence[Amount]
) -> Calculation | None:
    """Compute "from 200 to 400" for "doubled"."""
    match = _MULTIPLE.search(claim)
    change = _find_change(evidence, amounts)
    if match is None or change is None:
        return None
    before, after = change
    ratio = after.value / before.value
    is_right = math.isclose(ratio, _MULTIPLES[match.group().lower()], rel_tol=0.005)
    equation = f"from {before.text} to {after.text} is {ratio:.3g} times as much"
    rest = claim[: match.start()].rstrip() + claim[match.end() :]
    return Calculation(match.group(), rest, equation, is_right)


def _compute_change(
    claim: str, evidence: str, amounts: Sequence[Amount]
) -> Calculation | None:
    """Compute "from 200 to 260" for "by 30 percent" or "by 60"."""
    change = _find_change(evidence, amounts)
    claimed = [amount for amount in find_amounts(claim) if amount.is_change]
    if change is None or len(claimed) != 1:
        return None
    (amount,) = claimed
    before, after = change
    if any(is_consistent_amount(amount, other) for other in amounts):
        return None  # the evidence states it
    if amount.unit == after.unit == "%":
        return None  # percent or percentage points: nobody knows
    result, tolerance, unit = after.value - before.value, 0.0, ""
    if amount.unit == "%":
        result, tolerance, unit = 100 * result / before.value, _TOLERANCE_POINTS, " %"
    if amount.wording == "about":
        tolerance = _ABOUT_TOLERANCE * abs(result)
    expected, opposite = (_RISES, _FALLS) if result > 0 else (_FALLS, _RISES)
    is_right = abs(abs(result) - amount.value) <= tolerance
    is_right &= bool(expected.search(claim)) and not opposite.search(claim)
    start = claim.find(amount.text)
    rest = _BY.sub("", claim[:start]) + claim[start + len(amount.text) :]
    number = f"{result:+,.1f}".removesuffix(".0")
    equation = f"from {before.text} to {after.text} is a change of {number}{unit}"
    return Calculation(f"by {amount.text}", rest, equation, is_right)


def _find_change(
    evidence: str, amounts: Sequence[Amount]
) -> tuple[Amount, Amount] | None:
    """Return the two values of "from 200 to 260 million", in one unit."""
    match = _FROM_TO.search(evidence)
    first = find_amounts(match["first"]) if match else ()
    if len(first) != 1 or not first[0].value:
        return None
    for before, after in pairwise(amounts):
        if before.value != first[0].value:
            continue
        if before.unit and after.unit and before.base_unit != after.base_unit:
            return None
        scaled = _scale_like(before, after)
        return None if scaled is None else (scaled, after)
    return None


def _scale_like(before: Amount, after: Amount) -> Amount | None:
    """Read "200" before "260 million" as millions; None if no scale fits."""
    scales = [scale for scale in _SCALES if after.value >= scale > before.value]
    for scale in scales:
        quantity = replace(before.quantity, value=before.value * scale)
        ratio = after.value / quantity.value
        if 1 / _MAX_SCALED_RATIO <= ratio <= _MAX_SCALED_RATIO:
            return replace(before, quantity=quantity)
    return None if scales else before


def _compute_total(
    claim: str, evidence: str, amounts: Sequence[Amount]
) -> Calculation | None:
    """Compute "3 ferries and 4 ferries" for "7 ferries in all"."""
    total, claimed = _TOTAL.search(claim), find_amounts(claim)
    if total is None or len(claimed) != 1 or not claimed[0].unit:
        return None
    (amount,) = claimed
    if _TOTAL.search(evidence) or any(part.unit != amount.unit for part in amounts):
        return None
    result = sum(part.value for part in amounts)
    equation = f"{' + '.join(part.text for part in amounts)} = {result:,g}"
    rest = claim[: total.start()] + claim[total.end() :]
    rest = rest.replace(amount.text, amounts[0].text, 1)
    return Calculation(amount.text, rest, equation, math.isclose(result, amount.value))
