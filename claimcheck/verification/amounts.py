"""Amounts: quantities as worded, and when one is true of another."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from claimcheck.english.quantities import NUMBER_SCALES, find_quantities
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.models.claim import Quantity
from claimcheck.resources import read_words

# What "about" and "nearly" leave open, as a share of the number: as much as rounding to
# two digits changes at most.
_ABOUT_TOLERANCE = 0.05
# The longest wording, with its spaces, fits in.
_MAX_WORDING_CHARACTERS = 30
# Longer wordings first: "no more than" is not "more than".
_WORDINGS = sorted(
    (line.split(maxsplit=1) for line in read_words("number_wordings")),
    key=lambda entry: -len(entry[1]),
)
# "about 50 each day": such words are true of the number or not, and not to be found.
WORDING_WORDS = frozenset(
    word for _, phrase in _WORDINGS for word in phrase.split() if word.isalpha()
).union(("each", "every", "per"))
_CHANGE_BY = re.compile(r"\bby$")
_CURRENCIES = {
    "dollar": "USD",
    "us": "USD",
    "euro": "EUR",
    "yen": "JPY",
    "rubl": "RUB",
    "roubl": "RUB",
    "yuan": "CNY",
    "rmb": "CNY",
    "renminbi": "CNY",
}
# Smaller numbers are rarely rounded, and numbers with more digits are not round.
_MIN_ROUNDED_NUMBER = 1_000
_MAX_ROUND_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity as worded.

    `wording` is "about", "below", "more", "least", "less", "most", or None; `worded` is
    the text with it: "some 50,000". `is_change`: by how much something changes, not how
    much there is.
    """

    quantity: Quantity
    wording: str | None
    worded: str
    is_change: bool = False

    @property
    def value(self) -> float:
        """The number."""
        return self.quantity.value

    @property
    def significant_digits(self) -> int:
        """How many digits the number has, but for zeros at its ends."""
        return len(f"{self.value:.10g}".replace(".", "").strip("0"))

    @property
    def text(self) -> str:
        """The quantity as written, with its unit."""
        return self.quantity.text

    @property
    def unit(self) -> str:
        """The normalized unit, with its rate: "USD", "year old", "km/hour"."""
        if self.quantity.unit == "%" and "point" in self.text:
            return "percentage point"
        parts = (self.quantity.unit or "").split("/")
        return "/".join(" ".join(map(_normalize_unit, part.split())) for part in parts)

    @property
    def base_unit(self) -> str:
        """The normalized unit without its rate: "km"."""
        return self.unit.partition("/")[0]

    @property
    def counted(self) -> tuple[str, ...]:
        """The unit, and all words of the quantity: "full-time jobs"."""
        # Currencies and "percent" have signs: "$5 million" and "5 million dollars".
        if self.unit == "%" or self.unit.isupper():
            return (self.unit,)
        forms = map(normalize_word, extract_words(self.text))
        return (self.unit, *(form for form in forms if form.isalpha()))


def _normalize_unit(written: str) -> str:
    form = normalize_word(written.lower().replace(".", "") or written)
    return _CURRENCIES.get(form, written if written.isupper() else form)


# A claim is compared with several sentences.
@lru_cache(maxsize=4_096)
def find_amounts(text: str) -> tuple[Amount, ...]:
    """Return the amounts of a text, in order."""
    amounts = []
    # `Quantity` has no offsets, and the same words may occur twice.
    position = 0
    for quantity in find_quantities(text):
        start = text.find(quantity.text, position)
        before = text[max(0, start - _MAX_WORDING_CHARACTERS) : start]
        wording, rest = _split_wording(before.lower().rstrip())
        worded = f"{before[len(rest) :]}{quantity.text}".lstrip()
        is_change = _CHANGE_BY.search(rest) is not None
        amounts.append(Amount(quantity, wording, worded, is_change))
        position = start + len(quantity.text)
    return tuple(amounts)


def _split_wording(before: str) -> tuple[str | None, str]:
    """Return the wording that ends a text, and the text before it."""
    for wording, phrase in _WORDINGS:
        if before == phrase or before.endswith(f" {phrase}"):
            return wording, before.removesuffix(phrase).rstrip()
    return None, before


def _is_about(claimed: float, actual: float) -> bool:
    return abs(claimed - actual) <= _ABOUT_TOLERANCE * max(claimed, actual)


def _is_nearly(claimed: float, actual: float) -> bool:
    return 0 < claimed - actual <= _ABOUT_TOLERANCE * claimed


def _is_rounded_from(rounded: float, number: float) -> bool:
    """Return whether a number, rounded to a few digits, gives another one."""
    if min(abs(rounded), abs(number)) == 0 or abs(rounded) < _MIN_ROUNDED_NUMBER:
        return False
    digits = f"{rounded:.10g}".replace(".", "").strip("0")
    is_round = len(digits) <= _MAX_ROUND_DIGITS
    return is_round and float(f"{number:.{len(digits)}g}") == rounded


# What the wording of a claim's number says about another number.
_WORDING_TESTS: dict[str | None, Callable[[float, float], bool]] = {
    "about": _is_about,
    "below": _is_nearly,
    "more": operator.lt,
    "least": operator.lt,
    "less": operator.gt,
    "most": operator.gt,
    None: _is_rounded_from,
}


def is_consistent_amount(claim: Amount, evidence: Amount) -> bool:
    """Return whether the claim's number, as worded, fits the evidence's."""
    wording = claim.wording
    # A claim may be exact where the evidence is vague: "400" beside "about 410".
    if wording is None and evidence.wording == "about":
        wording = "about"
    is_equal = math.isclose(claim.value, evidence.value, rel_tol=1e-9)
    return is_equal or _WORDING_TESTS[wording](claim.value, evidence.value)


def is_close(claim: Amount, evidence: Amount) -> bool:
    """Return whether two amounts may be one, because one of them is vague."""
    if "about" not in (claim.wording, evidence.wording):
        return False
    largest = max(abs(claim.value), abs(evidence.value))
    # Each of them may be off by as much.
    return abs(claim.value - evidence.value) <= 2 * _ABOUT_TOLERANCE * largest


def is_rounded(rounded: float, number: float) -> bool:
    """Return whether a number, rounded, gives another one: 52 of 52.4."""
    decimals = len(f"{rounded:.10g}".partition(".")[2])
    return rounded != number and round(number, decimals) == rounded


def has_compatible_unit(claim: Amount, evidence: Amount) -> bool:
    """Return whether two units and their rates agree, or one is missing."""
    unit, _, rate = claim.unit.partition("/")
    other_unit, _, other_rate = evidence.unit.partition("/")
    if "" in (claim.unit, evidence.unit):
        return True
    return unit == other_unit and (rate == other_rate or "" in (rate, other_rate))


def find_agreeing_forms(hypothesis: str, premise: str) -> frozenset[str]:
    """Return the forms of numbers that are, as worded, true of the premise.

    "about 50,000" of "52,400". Only digits and words such as "million": other words
    agree by themselves.
    """
    others = find_amounts(premise)
    confirmed = [
        amount.text
        for amount in find_amounts(hypothesis)
        if is_confirmed(amount, others)
    ]
    words = extract_words(" ".join(confirmed))
    return frozenset(
        normalize_word(word)
        for word in words
        if word in NUMBER_SCALES or normalize_word(word)[0].isdigit()
    )


def is_confirmed(amount: Amount, others: Iterable[Amount]) -> bool:
    """Return whether one of the others agrees in number and unit."""
    return any(
        is_consistent_amount(amount, other) and has_compatible_unit(amount, other)
        for other in others
    )
