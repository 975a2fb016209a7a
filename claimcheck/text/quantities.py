"""Quantities: numbers as written, their value and their unit. English number words."""

from __future__ import annotations

import re

from claimcheck.core.claim import Quantity
from claimcheck.text.case import lower
from claimcheck.text.dates import MONTHS

_ONES = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
    """.split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
WORDS: dict[str, float] = {
    **{word: float(value) for value, word in enumerate(_ONES)},
    **{word: 10.0 * value for value, word in enumerate(_TENS, 2)},
    **{
        f"{ten}-{one}": 10.0 * value + digit
        for value, ten in enumerate(_TENS, 2)
        for digit, one in enumerate(_ONES[1:10], 1)
    },
    "dozen": 12.0,
    "half": 0.5,
    "a": 1.0,
    "an": 1.0,
}
SCALES: dict[str, float] = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "bn": 1e9,
    "m": 1e6,
    "k": 1e3,
}
_CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB"}

_WORD = rf"(?=[zotfsendh])(?:(?:{'|'.join(_TENS)})(?:[-\s](?:{'|'.join(_ONES[1:10])}))?|{'|'.join(_ONES)}|dozen|half)"
_SCALE = r"(?:hundred|thousand|million|billion|trillion|bn)"
_QUANTITY = re.compile(
    rf"(?<![\w.,:/-])(?P<currency>us\$|[$€£¥₹₽])?\s?"
    rf"(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<suffix>(?:bn|m|k)\b)?|(?P<word>(?:{_WORD})\b|an?(?=\s+(?:{_SCALE}|dozen)\b)))"
    rf"(?:[\s-]+(?P<scale>{_SCALE})s?\b)?(?:[\s-]+(?P<scale2>{_SCALE})s?\b)?"
    r"(?P<percent>\s?%|\s+per\s?cent\b|\s+percent(?:age points?)?\b)?"
)
_UNIT = re.compile(
    r"[\s-]+(?P<unit>(?!(?:and|or|of|in|on|at|to|the|a|an|by|for|with|from|as|is|are|was|were|who|that|which|since|than|more|other|what|it|he|they|had|has|have|would|will)\b)(?:(?:years?|months?|weeks?|days?)[\s-]+olds?\b|[a-z]{2,}(?:\s+of\s+[a-z]{3,})?))",
    re.I,
)
_RATE = re.compile(r"\s+(?:an?|per)\s+(second|minute|hour|day|week|month|year|person|head|capita)\b", re.I)
_LONGEST_MONTH = 24  # characters, with its spaces
_GOES_ON = re.compile(r"(?:st|nd|rd|th)\b|[:/]\d|[.,]\d|[A-Za-z\u3400-\u9fff]")
_MEASURED = re.compile(r"(?:day|week|month|year|hour|minute|person|percent|mile|kilomet)")
_DATE_BEFORE = re.compile(rf"\b(?:{'|'.join(MONTHS)}|{'|'.join(name[:3] for name in MONTHS)})\.?\s+$", re.I)
_MONTH_ENDS = tuple(
    {part for name in MONTHS for part in (name[:3], name[-3:])}
)  # a look at these first is cheaper
# with their capital, as after a day: "3 may leave" is another matter
_MONTH_NAMES = frozenset(name.capitalize() for month in MONTHS for name in (month, month[:3], month[:4]))
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
# number words that are mostly no numbers: "one of them", "no one", "zero in on", "half"
_VAGUE = re.compile(r"^(?:one|half|zero)$", re.I)


def quantities_in(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text in order; years, days of a month and parts of names are none."""
    found = []
    for match in _QUANTITY.finditer(lower(text)):
        written = match.group().strip()
        plain = not (match["scale"] or match["currency"] or match["percent"] or match["suffix"])
        if plain and (_YEAR.fullmatch(written) or _follows_month(text, match.start())):
            continue
        if plain and _GOES_ON.match(text, match.end()):
            continue
        unit, end = _unit(match, text)
        if plain and unit and unit.split()[0] in _MONTH_NAMES:
            continue
        if unit is None and match["word"] and plain and _VAGUE.match(match["word"]):
            continue
        if match["word"] and _VAGUE.match(match["word"]) and plain and not _MEASURED.match(unit or ""):
            continue
        found.append(Quantity(text[match.start() : end].strip(), _value(match), unit))
    return tuple(found)


def _follows_month(text: str, start: int) -> bool:
    first = max(0, start - _LONGEST_MONTH)
    before = text[first:start].rstrip().removesuffix(".").lower()
    return before.endswith(_MONTH_ENDS) and _DATE_BEFORE.search(text, first, start) is not None


def _value(match: re.Match[str]) -> float:
    value = (
        float(match["digits"].replace(",", "")) if match["digits"] else WORDS["-".join(match["word"].split())]
    )
    for name in ("suffix", "scale", "scale2"):
        if match[name]:
            value *= SCALES[match[name]]
    return value


def _unit(match: re.Match[str], text: str) -> tuple[str | None, int]:
    """The unit, and where the quantity ends with it."""
    if match["percent"]:
        return "%", match.end()
    if currency := match["currency"]:
        unit, end = _CURRENCIES[currency.upper()], match.end()
    elif after := _UNIT.match(text, match.end()):
        unit, end = " ".join(after["unit"].replace("-", " ").split()), after.end()
    else:
        unit, end = "", match.end()
    if rate := _RATE.match(text, end):
        return f"{unit or 1}/{rate.group(1)}", rate.end()
    return unit or None, end
