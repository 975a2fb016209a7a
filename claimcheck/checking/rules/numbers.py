"""Numbers, with their units and as worded: "about 50,000", "more than", "at least"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from claimcheck.checking.rules.pair import Pair
from claimcheck.checking.terms import form_of, words_in
from claimcheck.core.claim import Quantity
from claimcheck.core.verdict import Difference
from claimcheck.grounding.lexicon import LIGHT
from claimcheck.text.dates import MONTHS
from claimcheck.text.quantities import quantities_in

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
_LEADS_NO_NUMBER = LIGHT | frozenset(MONTHS)  # "1 February 1958" and "February 1, 1958" are one day
_AGE = re.compile(r"(\w+) olds?$", re.I)  # "65 years old" is no other number of years
_SHARED = 4  # numbers in one sentence: which belongs to which can't be told any more


@dataclass(frozen=True, slots=True)
class _Amount:
    quantity: Quantity
    wording: str | None

    @property
    def unit(self) -> str | None:
        unit = self.quantity.unit
        if not unit:
            return None
        if age := _AGE.match(unit):
            return f"{form_of(age[1].lower())} old"
        return "/".join(form_of(part.split()[0].lower()) for part in unit.split("/"))


def contradictions(pair: Pair) -> list[Difference]:
    """Numbers of the claim to which the evidence sentence gives another value of the same unit."""
    ours = _amounts(pair.claim)
    if not ours:
        return []
    found = _exchanged(pair) if len(ours) > 1 else []
    near = _amounts(pair.around)
    here = _amounts(pair.evidence)
    for amount in ours:
        rivals = [other for other in here if amount.unit and _same_unit(amount.unit, other.unit)]
        # a number without a unit may be anything's: it is no match where another has the claim's very unit
        alike = (
            _same if any(amount.unit == other.unit and "/" in str(other.unit) for other in rivals) else _alike
        )
        if any(alike(amount, other) and agree(amount, other) for other in near):
            continue
        if 0 < len(rivals) < _SHARED and not any(_answers(rival, ours) for rival in rivals):
            found.append(Difference("number", amount.quantity.text, rivals[0].quantity.text))
    return found


def _exchanged(pair: Pair) -> list[Difference]:
    """Two numbers of both sentences, of which the word before one has the other in the evidence sentence."""
    ours, theirs = _led(words_in(pair.claim)), _led(pair.source.words(pair.place))
    claimed, given = {number for _, number in ours}, {number for _, number in theirs}
    both = claimed & given
    for word, number in ours:
        others = {other for before, other in theirs if word and before and form_of(before) == form_of(word)}
        if number in both and len(others) == 1 and number not in others and others <= both:
            return [Difference("number", f"{word} {number}", f"{word} {others.pop()}")]
    return []


def _led(words: Sequence[str]) -> list[tuple[str, str]]:
    """Each number, after the telling word that stands right before it; after nothing where none does."""
    return [
        (before if before.isalpha() and before not in _LEADS_NO_NUMBER else "", number)
        for before, number in pairwise(["", *words])
        if number[0].isdigit()
    ]


def missing(pair: Pair) -> list[Difference]:
    """Numbers of the claim that no sentence near has, and that are written nowhere in the document."""
    ours = _amounts(pair.claim)
    near = _amounts(pair.around) if ours else ()
    return [
        Difference("number", amount.quantity.text, None)
        for amount in ours
        if not any(agree(amount, other) for other in near) and not _written(amount, pair.source.reading.text)
    ]


def agree(claim: _Amount, evidence: _Amount) -> bool:
    """Whether the claim's number, as worded, is true of the evidence's."""
    wanted, given = claim.quantity.value, evidence.quantity.value
    if math.isclose(wanted, given, rel_tol=1e-9):
        return True
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


@lru_cache(maxsize=1_000)  # a claim is read beside several sentences
def _amounts(text: str) -> tuple[_Amount, ...]:
    found = []
    position = 0
    for quantity in quantities_in(text):
        start = text.find(quantity.text, position)
        before = text[max(0, start - 30) : start]
        wording = next((name for name, pattern in _WORDINGS.items() if pattern.search(before)), None)
        found.append(_Amount(quantity, wording))
        position = start + len(quantity.text)
    return tuple(found)


def _alike(amount: _Amount, other: _Amount) -> bool:
    return amount.unit is None or _same_unit(amount.unit, other.unit) or other.unit is None


def _same(amount: _Amount, other: _Amount) -> bool:
    return amount.unit is not None and _same_unit(amount.unit, other.unit)


def _same_unit(unit: str, other: str | None) -> bool:
    """Whether two units are the same, or one is the other with a rate: "people" and "people a day"."""
    head, _, rate = unit.partition("/")
    other_head, _, other_rate = (other or "").partition("/")
    return head == other_head and (rate == other_rate or not rate or not other_rate)


def _answers(rival: _Amount, ours: Sequence[_Amount]) -> bool:
    """Whether the evidence's number answers another number of the claim."""
    return any(other.unit == rival.unit and agree(other, rival) for other in ours)


def _written(amount: _Amount, text: str) -> bool:
    """Whether the number stands in the text in a form that is no quantity: "2nd", "B-52", "Apollo 11"."""
    digits, plain = f"{amount.quantity.value:g}", text.replace(",", "")
    return digits in plain and bool(re.search(rf"(?<![\d.,]){re.escape(digits)}(?![\d]|[.,]\d)", plain))
