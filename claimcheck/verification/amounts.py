"""Amounts: quantities as worded, and when one is true of another."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from claimcheck.english.quantities import find_quantities
from claimcheck.english.terms import normalize_word
from claimcheck.models.claim import Quantity

# What "about" and "nearly" leave open, as a share of the number. Chosen by hand.
_ABOUT_TOLERANCE = 0.1
# The longest wording, with its spaces, fits in.
_MAX_WORDING_CHARACTERS = 30
# Right before a number; the first pattern that matches counts.
_WORDINGS = {
    "about": r"""
        \b(?:
            about|around|roughly|some|approximately|approx\.?|an\ estimated|close\ to
            |circa|in\ the\ region\ of
        )\s*$
        | ~\s*$
    """,
    "below": r"\b(?:nearly|almost|just\ under)\s*$",
    "more": r"""
        \b(?:
            more\ than|over|above|greater\ than|in\ excess\ of|exceed(?:s|ed|ing)?
            |upwards\ of|better\ than
        )\s*$
    """,
    "least": r"""
        \b(?:at\ least|no\ (?:less|fewer)\ than|a\ minimum\ of|not\ less\ than)\s*$
    """,
    "less": r"\b(?:less\ than|fewer\ than|under|below)\s*$",
    "most": r"\b(?:at\ most|up\ to|no\ more\ than|a\ maximum\ of|not\ more\ than)\s*$",
}
_WORDING_PATTERNS = {
    wording: re.compile(pattern, re.IGNORECASE | re.VERBOSE)
    for wording, pattern in _WORDINGS.items()
}
_CHANGE_BY = re.compile(
    r"""
    \bby\s+
    (?:(?:about|around|some|nearly|almost|more\ than|over|at\ least|up\ to)\s+)?$
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "65 years old" does not conflict with another number of years.
_AGE_UNIT = re.compile(r"(\w+) olds?$", re.IGNORECASE)
_CURRENCIES = {
    "dollar": "USD",
    "us": "USD",
    "euro": "EUR",
    "yen": "JPY",
    "ruble": "RUB",
    "rouble": "RUB",
    "yuan": "CNY",
    "RMB": "CNY",
    "renminbi": "CNY",
}
# Within a kind, the same number of another unit is another amount.
_UNIT_KINDS = tuple(
    frozenset(normalize_word(word) for word in words.split())
    for words in (
        "second minute hour day week month year decade century",
        "centimeter meter kilometer inch foot yard mile",
        "gram kilogram ton tonne ounce pound",
        "millimeter liter gallon barrel",
        "hectare acre",
    )
)
# Smaller numbers are rarely rounded, and numbers with more digits are not round.
_MIN_ROUNDED_NUMBER = 1_000
_MAX_ROUND_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity as worded.

    `wording` is "about", "below", "more", "least", "less", "most", or None.
    `is_change`: by how much something changes, not how much there is.
    """

    quantity: Quantity
    wording: str | None
    is_change: bool = False

    @property
    def unit(self) -> str | None:
        """The normalized unit, with its rate: "USD", "year old", "km/hour"."""
        unit = self.quantity.unit
        if not unit:
            return None
        if age := _AGE_UNIT.match(unit):
            return f"{normalize_word(age[1].lower())} old"
        return "/".join(map(_normalize_unit, unit.split("/")))


def _normalize_unit(written: str) -> str:
    word = written.split(maxsplit=1)[0]
    if word.isupper() and word != "US":
        return _CURRENCIES.get(word, word)
    form = normalize_word(word.lower().replace(".", ""))
    return _CURRENCIES.get(form, form)


# A claim is compared with several sentences.
@lru_cache(maxsize=1_000)
def find_amounts(text: str) -> tuple[Amount, ...]:
    """Return the amounts of a text, in order."""
    amounts = []
    # `Quantity` has no offsets, and the same words may occur twice.
    position = 0
    for quantity in find_quantities(text):
        start = text.find(quantity.text, position)
        before = text[max(0, start - _MAX_WORDING_CHARACTERS) : start]
        is_change = _CHANGE_BY.search(before) is not None
        amounts.append(Amount(quantity, _find_wording(before), is_change))
        position = start + len(quantity.text)
    return tuple(amounts)


def _find_wording(before: str) -> str | None:
    for wording, pattern in _WORDING_PATTERNS.items():
        if pattern.search(before):
            return wording
    return None


def is_consistent_amount(claim: Amount, evidence: Amount) -> bool:
    """Return whether the claim's number, as worded, fits the evidence's."""
    claimed, actual = claim.quantity.value, evidence.quantity.value
    if math.isclose(claimed, actual, rel_tol=1e-9):
        return True
    if _are_bare_limits(claim, evidence):
        return False
    # A claim may be exact where the evidence is vague: "400" beside "about 410".
    wording = claim.wording
    if wording is None and evidence.wording == "about":
        wording = "about"
    match wording:
        case "about":
            return abs(claimed - actual) <= _ABOUT_TOLERANCE * max(claimed, actual)
        case "below":
            return 0 < claimed - actual <= _ABOUT_TOLERANCE * claimed
        case "more" | "least":
            return actual > claimed
        case "less" | "most":
            return actual < claimed
        case _:
            return _is_rounded_from(claimed, actual)


def _are_bare_limits(claim: Amount, evidence: Amount) -> bool:
    """Return whether both are limits: "under 16" contradicts "under 12"."""
    if claim.unit or evidence.unit:
        return False
    return claim.wording == evidence.wording and claim.wording in ("more", "less")


def _is_rounded_from(rounded: float, number: float) -> bool:
    """Return whether a number, rounded to a few digits, gives another one."""
    if not rounded or not number or abs(rounded) < _MIN_ROUNDED_NUMBER:
        return False
    digits = f"{rounded:.10g}".replace(".", "").strip("0")
    if len(digits) > _MAX_ROUND_DIGITS:
        return False
    return float(f"{number:.{len(digits)}g}") == rounded


def has_compatible_unit(claim: Amount, evidence: Amount) -> bool:
    """Return whether two units agree, or one is missing."""
    if claim.unit is None or evidence.unit is None:
        return True
    return is_same_unit(claim.unit, evidence.unit)


def is_same_unit(unit: str | None, other: str | None) -> bool:
    """Return whether two units are equal, or differ only in a missing rate."""
    if not unit:
        return False
    base, _, rate = unit.partition("/")
    other_base, _, other_rate = (other or "").partition("/")
    if base != other_base:
        return False
    return rate == other_rate or not rate or not other_rate


def is_conflicting_unit(unit: str | None, other: str | None) -> bool:
    """Return whether two units of one kind differ ("weeks", "months")."""
    if not unit or not other or unit == other:
        return False
    base, _, rate = unit.partition("/")
    other_base, _, other_rate = other.partition("/")
    # "barrels/day" conflicts with "barrels/month", and not with "tons/month".
    if rate and other_rate:
        return base == other_base
    if unit.isupper() and other.isupper():  # two currencies
        return True
    return any(unit in kind and other in kind for kind in _UNIT_KINDS)
