"""Amounts: the quantities of a text with how they are worded, and when one is true of another."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from claimcheck.english.quantities import find_quantities
from claimcheck.english.terms import normalize_word
from claimcheck.models.claim import Quantity

_ABOUT_TOLERANCE = 0.1  # what "about" leaves open, as a share of the number
_WORDINGS = {
    "about": re.compile(
        r"\b(?:about|around|roughly|some|approximately|approx\.?|an estimated|close to|circa|in the region of)\s*$|~\s*$",
        re.I,
    ),
    "below": re.compile(r"\b(?:nearly|almost|just under)\s*$", re.I),
    "more": re.compile(
        r"\b(?:more than|over|above|greater than|in excess of|exceed(?:s|ed|ing)?|upwards of|better than)\s*$",
        re.I,
    ),
    "least": re.compile(
        r"\b(?:at least|no (?:less|fewer) than|a minimum of|not less than)\s*$", re.I
    ),
    "less": re.compile(r"\b(?:less than|fewer than|under|below)\s*$", re.I),
    "most": re.compile(
        r"\b(?:at most|up to|no more than|a maximum of|not more than)\s*$", re.I
    ),
}
_CHANGE_BY = re.compile(
    r"\bby\s+(?:(?:about|around|some|nearly|almost|more than|over|at least|up to)\s+)?$",
    re.I,
)
_AGE_UNIT = re.compile(
    r"(\w+) olds?$", re.I
)  # "65 years old" is no other number of years
# units of one kind: the same number of another of them is another amount
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


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity as worded: `wording` is "about", "below", "more", "least", "less" or "most", where it is any; `step`: it is
    by how much something changes, not how much there is."""

    quantity: Quantity
    wording: str | None
    step: bool = False

    @property
    def unit(self) -> str | None:
        """The form of the unit, of a currency its code; with its rate, "people/day"."""
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


@lru_cache(maxsize=1_000)  # a claim is read beside several sentences
def find_amounts(text: str) -> tuple[Amount, ...]:
    """Return the amounts of a text, in order."""
    found = []
    position = 0
    for quantity in find_quantities(text):
        start = text.find(quantity.text, position)
        before = text[max(0, start - 30) : start]
        wording = next(
            (name for name, pattern in _WORDINGS.items() if pattern.search(before)),
            None,
        )
        found.append(Amount(quantity, wording, step=bool(_CHANGE_BY.search(before))))
        position = start + len(quantity.text)
    return tuple(found)


def is_consistent_amount(claim: Amount, evidence: Amount) -> bool:
    """Return whether the claim's number, as worded, fits the evidence's number."""
    wanted, given = claim.quantity.value, evidence.quantity.value
    if math.isclose(wanted, given, rel_tol=1e-9):
        return True
    if (
        claim.wording == evidence.wording
        and claim.wording in ("more", "less")
        and not claim.unit
        and not evidence.unit
    ):
        return False  # "children under 16" are not those "under 12"
    wording = claim.wording or ("about" if evidence.wording == "about" else None)
    match wording:
        case "about":
            return abs(wanted - given) <= _ABOUT_TOLERANCE * max(wanted, given)
        case "below":
            return given < wanted and wanted - given <= _ABOUT_TOLERANCE * wanted
        case "more" | "least":
            return given > wanted
        case "less" | "most":
            return given < wanted
        case _:
            return _is_rounding_of(given, wanted)


def _is_rounding_of(given: float, wanted: float) -> bool:
    """Return whether `wanted`, of at most three digits, is `given` rounded."""
    digits = f"{wanted:.10g}".replace(".", "").strip("0")
    if not wanted or not given or len(digits) > 3 or abs(wanted) < 1_000:
        return False
    return float(f"{given:.{len(digits)}g}") == wanted


def has_compatible_unit(claim: Amount, evidence: Amount) -> bool:
    """Return whether two amounts may measure the same thing; no unit fits any."""
    return (
        claim.unit is None
        or evidence.unit is None
        or is_same_unit(claim.unit, evidence.unit)
    )


def is_same_unit(unit: str | None, other: str | None) -> bool:
    """Return whether two units are equal, or differ only in a missing rate."""
    head, _, rate = (unit or "").partition("/")
    other_head, _, other_rate = (other or "").partition("/")
    return (
        bool(unit)
        and head == other_head
        and (rate == other_rate or not rate or not other_rate)
    )


def is_conflicting_unit(unit: str | None, other: str | None) -> bool:
    """Return whether two units are of one kind but differ ("weeks", "months")."""
    if not unit or not other or unit == other:
        return False
    head, _, rate = unit.partition("/")
    other_head, _, other_rate = other.partition("/")
    if rate and other_rate:
        return head == other_head
    return (unit.isupper() and other.isupper()) or any(
        unit in kind and other in kind for kind in _UNIT_KINDS
    )
