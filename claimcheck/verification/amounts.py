"""Amounts: the quantities of a text with how they are worded, and when one is true of another."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from claimcheck.english.quantities import quantities_in
from claimcheck.english.terms import form_of
from claimcheck.models.claim import Quantity

_ABOUT = 0.1  # what "about" leaves open, as a share of the number
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
    "least": re.compile(r"\b(?:at least|no (?:less|fewer) than|a minimum of|not less than)\s*$", re.I),
    "less": re.compile(r"\b(?:less than|fewer than|under|below)\s*$", re.I),
    "most": re.compile(r"\b(?:at most|up to|no more than|a maximum of|not more than)\s*$", re.I),
}
_BY = re.compile(r"\bby\s+(?:(?:about|around|some|nearly|almost|more than|over|at least|up to)\s+)?$", re.I)
_AGE = re.compile(r"(\w+) olds?$", re.I)  # "65 years old" is no other number of years
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
_KINDS = tuple(
    frozenset(form_of(word) for word in words.split())
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
        if age := _AGE.match(unit):
            return f"{form_of(age[1].lower())} old"
        return "/".join(map(_unit_of, unit.split("/")))


def _unit_of(written: str) -> str:
    word = written.split(maxsplit=1)[0]
    if word.isupper() and word != "US":
        return _CURRENCIES.get(word, word)
    form = form_of(word.lower().replace(".", ""))
    return _CURRENCIES.get(form, form)


@lru_cache(maxsize=1_000)  # a claim is read beside several sentences
def amounts_in(text: str) -> tuple[Amount, ...]:
    """The amounts of a text, in order."""
    found = []
    position = 0
    for quantity in quantities_in(text):
        start = text.find(quantity.text, position)
        before = text[max(0, start - 30) : start]
        wording = next((name for name, pattern in _WORDINGS.items() if pattern.search(before)), None)
        found.append(Amount(quantity, wording, step=bool(_BY.search(before))))
        position = start + len(quantity.text)
    return tuple(found)


def agree(claim: Amount, evidence: Amount) -> bool:
    """Whether the claim's number, as worded, is true of the evidence's."""
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
            return abs(wanted - given) <= _ABOUT * max(wanted, given)
        case "below":
            return given < wanted and wanted - given <= _ABOUT * wanted
        case "more" | "least":
            return given > wanted
        case "less" | "most":
            return given < wanted
        case _:
            return _rounds_to(given, wanted)


def _rounds_to(given: float, wanted: float) -> bool:
    """Whether a number of at most three digits, such as 3 million, is the other one rounded to as many."""
    digits = f"{wanted:.10g}".replace(".", "").strip("0")
    if not wanted or not given or len(digits) > 3 or abs(wanted) < 1_000:
        return False
    return float(f"{given:.{len(digits)}g}") == wanted


def alike(claim: Amount, evidence: Amount) -> bool:
    """Whether the claim's number may be of the same things as the evidence's: a number without a unit may be of any."""
    return claim.unit is None or evidence.unit is None or same_unit(claim.unit, evidence.unit)


def same_unit(unit: str | None, other: str | None) -> bool:
    """Whether two units are the same, or one is the other with a rate: "people" and "people a day"; none is like no other."""
    head, _, rate = (unit or "").partition("/")
    other_head, _, other_rate = (other or "").partition("/")
    return bool(unit) and head == other_head and (rate == other_rate or not rate or not other_rate)


def rival_unit(unit: str | None, other: str | None) -> bool:
    """Whether two units are different ones of one kind: "weeks" and "months", "EUR" and "USD", "tons a day" and "a year"."""
    if not unit or not other or unit == other:
        return False
    head, _, rate = unit.partition("/")
    other_head, _, other_rate = other.partition("/")
    if rate and other_rate:
        return head == other_head
    return (unit.isupper() and other.isupper()) or any(unit in kind and other in kind for kind in _KINDS)
