"""Quantities: numbers as written, their value and their unit. English number words."""

from __future__ import annotations

import re

from claimcheck.english.dates import MONTHS
from claimcheck.english.vocabulary import get_part_of_speech
from claimcheck.models.claim import Quantity
from claimcheck.text.mapping import lower

_ONES = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
    """.split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER_WORDS: dict[str, float] = {
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
NUMBER_SCALES: dict[str, float] = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "bn": 1e9,
    "m": 1e6,
    "k": 1e3,
}
_CURRENCY_SIGNS = dict(
    pair.split()
    for pair in """
    $ USD | us$ USD | a$ AUD | au$ AUD | c$ CAD | ca$ CAD | nz$ NZD | hk$ HKD | r$ BRL
    | € EUR | £ GBP | ¥ JPY | ₹ INR | ₽ RUB | ₩ KRW | ₺ TRY | ₴ UAH
    """.split("|")
)
# ISO 4217, the codes that are met in news; with their capitals, for "all", "try" and "top" are words
_CURRENCY_CODES = frozenset(
    """USD EUR GBP JPY CNY RMB CHF NOK SEK DKK ISK PLN CZK HUF RON BGN RUB UAH TRY INR PKR BDT LKR IDR MYR SGD THB VND PHP
    KRW TWD HKD AUD NZD CAD MXN BRL ARS CLP COP PEN ZAR NGN KES GHS EGP MAD ILS SAR AED QAR KWD""".split()
)

_NUMBER_WORD = rf"(?=[zotfsendh])(?:(?:{'|'.join(_TENS)})(?:[-\s](?:{'|'.join(_ONES[1:10])}))?|{'|'.join(_ONES)}|dozen|half)"
_SCALE_WORD = r"(?:hundred|thousand|million|billion|trillion|bn)"
_QUANTITY = re.compile(
    rf"(?<![\w.,:/-])(?:(?P<sign>(?:us|au?|ca?|nz|hk|r)?\$|[€£¥₹₽₩₺₴])\s?|(?P<code>[a-z]{{3}})\s?(?=\d))?"
    rf"(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<suffix>(?:bn|m|k)\b)?|(?P<word>(?:{_NUMBER_WORD})\b|an?(?=\s+(?:{_SCALE_WORD}|dozen)\b)))(?P<half>\s+and\s+a\s+half\b)?"
    rf"(?:[\s-]+(?P<scale>{_SCALE_WORD})s?\b)?(?:[\s-]+(?P<scale2>{_SCALE_WORD})s?\b)?"
    r"(?P<percent>\s?%|\s+per\s?cent\b|\s+percent(?:age points?)?\b)?"
)
_NOT_A_UNIT = (
    r"(?!(?:and|or|of|in|on|at|to|the|a|an|by|for|with|from|as|is|are|was|were|who|that|which|since|than|more|other|what|it|he"
    r"|they|had|has|have|would|will|most|but|if|when|where|while)\b)"
)
_UNIT = re.compile(
    rf"[\s-]+(?P<unit>{_NOT_A_UNIT}"
    r"(?:(?:years?|months?|weeks?|days?)[\s-]+olds?\b|[a-z.]{2,12}\s+(?:dollars?|pounds|francs|pesos|rupees|kron[eo]r)\b|[a-z]{2,}(?:\s+of\s+[a-z]{3,})?))",
    re.I,
)
_NEXT_WORD = re.compile(rf"\s+{_NOT_A_UNIT}([a-z]{{3,}})\b", re.I)
_MEASURE_MODIFIERS = frozenset(("square", "cubic", "nautical", "metric", "light"))
_ADJECTIVES_LISTED_AS_VERBS = frozenset(
    ("separate", "free", "live", "open", "own")
)  # verbs more often than not
_MAX_ADJECTIVES = 2
_RATE = re.compile(
    r"\s+(?:an?|per)\s+(second|minute|hour|day|week|month|year|person|head|capita)\b",
    re.I,
)
_MAX_MONTH_CHARACTERS = 24  # characters, with its spaces
# "twenty-first" counts nothing; nor does the number of a part, a round, a seat
_ORDINAL_TAIL = re.compile(
    r"-(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b", re.I
)
_NUMBER_LABEL = re.compile(
    r"(?:\bnos?\.|#|\b(?:number|game|part|chapter|season|episode|phase|round|step|route|highway|flight|room|page|volume|vol\."
    r"|section|article|figure|table|district|channel|studio|gate|platform|group|top))\s*$",
    re.I,
)
_MAX_LABEL_CHARACTERS = 10  # characters
_NUMBER_CONTINUATION = re.compile(
    r"(?:st|nd|rd|th)\b|[:/]\d|[.,]\d|[A-Za-z\u3400-\u9fff]"
)
_MEASURE_UNIT = re.compile(
    r"(?:day|week|month|year|hour|minute|person|percent|mile|kilomet)"
)
_MONTH_BEFORE = re.compile(
    rf"\b(?:{'|'.join(MONTHS)}|{'|'.join(name[:3] for name in MONTHS)})\.?\s+$", re.I
)
_MONTH_ENDS = tuple(
    {part for name in MONTHS for part in (name[:3], name[-3:])}
)  # a look at these first is cheaper
# with their capital, as after a day: "3 may leave" is another matter
_MONTH_NAMES = frozenset(
    name.capitalize() for month in MONTHS for name in (month, month[:3], month[:4])
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
# number words that are mostly no numbers: "one of them", "no one", "zero in on", "half"
_VAGUE_NUMBER_WORD = re.compile(r"^(?:one|half|zero)$", re.I)


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Find the quantities of a text; years and days of a month do not count."""
    found = []
    for match in _QUANTITY.finditer(lower(text)):
        currency = _get_currency(match, text)
        number = match.start("digits" if match["digits"] else "word")
        if not currency and number == match.end("code"):
            continue  # a part of a name, such as "ABC7"
        start = match.start() if currency else number
        written = text[start : match.end()].strip()
        plain = not (match["scale"] or currency or match["percent"] or match["suffix"])
        if plain and (_YEAR.fullmatch(written) or _follows_month(text, start)):
            continue
        if plain and (
            _NUMBER_CONTINUATION.match(text, match.end())
            or _is_ordinal_or_label(text, start, match.end())
        ):
            continue
        unit, end = _find_unit(match, text, currency)
        if plain and unit and unit.split()[0] in _MONTH_NAMES:
            continue
        if (
            unit is None
            and match["word"]
            and plain
            and _VAGUE_NUMBER_WORD.match(match["word"])
        ):
            continue
        if (
            match["word"]
            and _VAGUE_NUMBER_WORD.match(match["word"])
            and plain
            and not _MEASURE_UNIT.match(unit or "")
        ):
            continue
        found.append(Quantity(text[start:end].strip(), _compute_value(match), unit))
    return tuple(found)


def _get_currency(match: re.Match[str], text: str) -> str | None:
    """Return the code of the currency sign or code before a number."""
    if match["sign"]:
        return _CURRENCY_SIGNS[match["sign"]]
    code = text[slice(*match.span("code"))] if match["code"] else ""
    return code if code in _CURRENCY_CODES else None


def _is_ordinal_or_label(text: str, start: int, end: int) -> bool:
    """Whether a number is part of an ordinal or a label such as "Game 6"."""
    return bool(
        _ORDINAL_TAIL.match(text, end)
        or _NUMBER_LABEL.search(text, max(0, start - _MAX_LABEL_CHARACTERS), start)
    )


def _follows_month(text: str, start: int) -> bool:
    first = max(0, start - _MAX_MONTH_CHARACTERS)
    before = text[first:start].rstrip().removesuffix(".").lower()
    return (
        before.endswith(_MONTH_ENDS)
        and _MONTH_BEFORE.search(text, first, start) is not None
    )


def _compute_value(match: re.Match[str]) -> float:
    value = (
        float(match["digits"].replace(",", ""))
        if match["digits"]
        else NUMBER_WORDS["-".join(match["word"].split())]
    )
    value += 0.5 if match["half"] else 0
    for name in ("suffix", "scale", "scale2"):
        if match[name]:
            value *= NUMBER_SCALES[match[name]]
    return value


def _find_unit(
    match: re.Match[str], text: str, currency: str | None
) -> tuple[str | None, int]:
    """Find the unit, and the offset where the quantity ends with it."""
    if match["percent"]:
        return "%", match.end()
    if currency:
        unit, end = currency, match.end()
    elif after := _UNIT.match(text, match.end()):
        unit, end = _find_counted_noun(after, text)
    else:
        unit, end = "", match.end()
    if rate := _RATE.match(text, end):
        return f"{unit or 1}/{rate.group(1)}", rate.end()
    return unit or None, end


def _find_counted_noun(after: re.Match[str], text: str) -> tuple[str, int]:
    """Find the counted noun and its end: "rooms" in "large separate rooms"."""
    unit, end = " ".join(after["unit"].replace("-", " ").split()), after.end()
    following = _NEXT_WORD.match(text, end)
    if following and unit.lower() in _MEASURE_MODIFIERS:
        return f"{unit} {following[1]}", following.end()
    word, at = unit, end
    for _ in range(_MAX_ADJECTIVES):
        if not (
            word in _ADJECTIVES_LISTED_AS_VERBS
            or (word.islower() and get_part_of_speech(word) == "a")
        ):
            break
        if not (following := _NEXT_WORD.match(text, at)):
            break
        word, at = following[1], following.end()
        if _is_noun(word.lower()):
            return word, at
    return unit, end


def _is_noun(word: str) -> bool:
    part = get_part_of_speech(word)
    return part in "nN" or (part == "?" and word.endswith("s"))
