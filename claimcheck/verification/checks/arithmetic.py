"""Numbers of a claim that follow from those of one evidence sentence.

Only what is safe is computed: a change between two values, how many times as much, a
share of a whole, a total. What is computed is shown; a claim with another result is
never supported.
"""

from __future__ import annotations

import math
import re
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
_SHARE = re.compile(
    rf"""
    \b(?:(?:about|around|roughly|nearly|almost|exactly|over|more\ than)\s+)?
    (?P<share>{"|".join(sorted(_SHARES, key=len, reverse=True))})\s+of\b
    | \b(?P<number>\d+(?:\.\d+)?)\s?(?:%|percent|per\ cent)\s+of\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PART_OF_WHOLE = re.compile(
    r"\bof\s+(?:the\s+|its\s+|all\s+|their\s+)?$", re.IGNORECASE
)
_MULTIPLES = {"doubled": 2, "tripled": 3, "quadrupled": 4, "halved": 0.5}
_MULTIPLE = re.compile(rf"\b(?:{'|'.join(_MULTIPLES)})\b", re.IGNORECASE)
_FROM_TO = re.compile(r"\bfrom\b(?P<first>[^,;]{1,60}?)\bto\b", re.IGNORECASE)
_BY = re.compile(r"\s+by\s+(?:(?:about|around|some|nearly|almost)\s+)?$", re.IGNORECASE)
_RISES = re.compile(
    r"\b(?:rose|rise|risen|rises|grew|grow|grown|increased?|increases|climbed|up)\b"
)
_FALLS = re.compile(
    r"\b(?:fell|fall|fallen|falls|dropped|drops?|decreased?|decreases|declined|shrank"
    r"|down|cut)\b"
)
_TOTAL = re.compile(
    r"\b(?:in\ total|a\ total\ of|altogether|in\ all|together|combined)\b",
    re.IGNORECASE,
)
# A claim may round what is computed to a whole number, or to its own digits.
_TOLERANCE_POINTS = 0.5


@dataclass(frozen=True, slots=True)
class Calculation:
    """A number of the claim beside the one computed from the evidence.

    `rest` is the claim without the number, which the evidence must state.
    """

    phrase: str
    rest: str
    shown: str
    is_right: bool


def calculate(claim: str, evidence: str) -> Calculation | None:
    """Return the first number of a claim that the evidence allows to compute."""
    amounts = find_amounts(evidence)
    if len(amounts) < 2:
        return None
    attempts = (_compute_share, _compute_multiple, _compute_change, _compute_total)
    for attempt in attempts:
        calculation = attempt(claim, evidence, amounts)
        if calculation is not None:
            return calculation
    return None


def find_phrases(claim: str) -> list[str]:
    """Return the words of a claim for which something must be counted."""
    matches = [*_SHARE.finditer(claim), *_MULTIPLE.finditer(claim)]
    return [match.group() for match in matches]


def _compute_share(
    claim: str, evidence: str, amounts: tuple[Amount, ...]
) -> Calculation | None:
    """Compute "10,000 of 40,000 residents" for "a quarter of the residents"."""
    match = _SHARE.search(claim)
    if match is None or len(amounts) != 2:
        return None
    part, whole = amounts
    if not _PART_OF_WHOLE.search(evidence[: evidence.rfind(whole.text)]):
        return None
    if not 0 < part.value < whole.value:
        return None
    share = part.value / whole.value
    if match["number"]:
        low = high = float(match["number"]) / 100
    else:
        low, high = _SHARES[match["share"].lower()]
    tolerance = _TOLERANCE_POINTS / 100
    is_right = low - tolerance <= share <= high + tolerance
    if low < high:
        is_right = low < share < high
    rest = claim[match.end() :].strip()
    return Calculation(
        match.group(),
        rest[:1].upper() + rest[1:],
        f"{part.text} of {whole.text} is {100 * share:.3g} %",
        is_right,
    )


def _compute_multiple(
    claim: str, evidence: str, amounts: tuple[Amount, ...]
) -> Calculation | None:
    """Compute "from 200 to 400" for "doubled"."""
    match = _MULTIPLE.search(claim)
    change = _find_change(evidence, amounts)
    if match is None or change is None:
        return None
    before, after = change
    ratio = after.value / before.value
    return Calculation(
        match.group(),
        claim[: match.start()] + "changed" + claim[match.end() :],
        f"from {before.text} to {after.text} is {ratio:.3g} times as much",
        math.isclose(ratio, _MULTIPLES[match.group().lower()], rel_tol=0.005),
    )


def _compute_change(
    claim: str, evidence: str, amounts: tuple[Amount, ...]
) -> Calculation | None:
    """Compute "from 200 to 260" for "by 30 percent" or "by 60"."""
    change = _find_change(evidence, amounts)
    claimed = [amount for amount in find_amounts(claim) if amount.is_change]
    if change is None or len(claimed) != 1:
        return None
    before, after = change
    amount = claimed[0]
    if any(is_consistent_amount(amount, other) for other in amounts):
        return None  # the evidence states it
    difference = after.value - before.value
    is_percentage = amount.unit == "%"
    if is_percentage and after.unit == "%":
        return None  # percent or percentage points: nobody knows
    result = 100 * difference / before.value if is_percentage else difference
    tolerance = _TOLERANCE_POINTS if is_percentage else 0.0
    if amount.wording == "about":
        tolerance = 0.1 * abs(result)
    is_right = abs(abs(result) - amount.value) <= tolerance
    is_right = is_right and _has_direction(claim, rises=difference > 0)
    start = claim.find(amount.text)
    before_phrase = _BY.sub("", claim[:start])
    unit = " %" if is_percentage else ""
    return Calculation(
        f"by {amount.text}",
        before_phrase + claim[start + len(amount.text) :],
        f"from {before.text} to {after.text} is a change of {result:+.4g}{unit}",
        is_right,
    )


def _has_direction(claim: str, *, rises: bool) -> bool:
    expected, opposite = (_RISES, _FALLS) if rises else (_FALLS, _RISES)
    return bool(expected.search(claim)) and not opposite.search(claim)


def _find_change(
    evidence: str, amounts: tuple[Amount, ...]
) -> tuple[Amount, Amount] | None:
    """Return the two values of "from 200 to 260 million", in one unit."""
    match = _FROM_TO.search(evidence)
    if match is None:
        return None
    first = find_amounts(match["first"])
    if len(first) != 1 or not first[0].value:
        return None
    for before, after in pairwise(amounts):
        if before.value != first[0].value:
            continue
        if before.unit and after.unit and before.base_unit != after.base_unit:
            return None
        return _share_scale(before, after, evidence)
    return None


def _share_scale(
    before: Amount, after: Amount, evidence: str
) -> tuple[Amount, Amount] | None:
    """Return both values if their scales agree: "from 200 to 260 million" """
    if before.value < 1000 <= after.value:
        for scale in (1e3, 1e6, 1e9, 1e12):
            if 0.1 <= after.value / scale / before.value <= 10:
                quantity = replace(before.quantity, value=before.value * scale)
                return replace(before, quantity=quantity), after
        return None
    return before, after


def _compute_total(
    claim: str, evidence: str, amounts: tuple[Amount, ...]
) -> Calculation | None:
    """Compute "3 ferries and 4 more ferries" for "7 ferries in all"."""
    claimed = find_amounts(claim)
    total = _TOTAL.search(claim)
    if total is None or len(claimed) != 1 or not claimed[0].unit:
        return None
    amount = claimed[0]
    parts = [other for other in amounts if other.unit == amount.unit]
    if len(parts) < 2 or len(parts) != len(amounts) or _TOTAL.search(evidence):
        return None
    result = sum(part.value for part in parts)
    shown = " + ".join(part.text for part in parts)
    rest = " ".join((claim[: total.start()] + claim[total.end() :]).split())
    return Calculation(
        amount.text,
        rest.replace(amount.text, parts[0].text, 1),
        f"{shown} = {result:,g}",
        math.isclose(result, amount.value),
    )
