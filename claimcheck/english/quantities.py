"""Find quantities: numbers as written, with their value and unit."""

from __future__ import annotations

import re

from claimcheck.english.dates import MONTHS, YEAR
from claimcheck.models.claim import Quantity
from claimcheck.resources import read_words
from claimcheck.text.common_words import get_part_of_speech
from claimcheck.text.mapping import lower

_SIMPLE_NUMBERS = {
    word: float(value)
    for word, value in (line.split() for line in read_words("number_words"))
}
_BELOW_TWENTY = [word for word, value in _SIMPLE_NUMBERS.items() if value < 20]
_TENS = [word for word, value in _SIMPLE_NUMBERS.items() if value >= 20]
_DIGITS = _BELOW_TWENTY[1:10]
NUMBER_WORDS: dict[str, float] = {
    **_SIMPLE_NUMBERS,
    **{
        f"{ten}-{digit}": _SIMPLE_NUMBERS[ten] + _SIMPLE_NUMBERS[digit]
        for ten in _TENS
        for digit in _DIGITS
    },
    "dozen": 12.0,
    "half": 0.5,
    "a": 1.0,
    "an": 1.0,
}
ORDINAL_WORDS: dict[str, int] = {
    word: int(value)
    for word, value in (line.split() for line in read_words("ordinal_words"))
}
NUMBER_SCALES: dict[str, float] = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
    "bn": 1e9,
    "m": 1e6,
    "k": 1e3,
}
_CURRENCY_BY_SIGN: dict[str, str] = dict(
    line.split() for line in read_words("currency_signs")
)
# Only in capitals: "all", "try", and "top" are also words.
_CURRENCY_CODES = frozenset(read_words("currency_codes"))

_NUMBER_WORD = rf"""
    (?=[zotfsendh])     # the first letters of all of them: the search fails early
    (?:
        (?:{"|".join(_TENS)})(?:[-\s](?:{"|".join(_DIGITS)}))?
        | {"|".join(_BELOW_TWENTY)}
        | dozen | half
    )
"""
_SCALE_WORD = r"(?:hundred|thousand|million|billion|trillion|bn|dozen)"
_QUANTITY = re.compile(
    rf"""
    (?<![\w.,:/-])              # not inside "v2.1", "5:30", or "B-52"
    (?:
        (?P<sign>(?:us|au?|ca?|nz|hk|r)?\$|[€£¥₹₽₩₺₴])\s?
        | (?P<code>[a-z]{{3}})\s?(?=\d)     # checked against the ISO codes later
    )?
    (?:
        (?P<digits>
            # 19,000 or 19 000 or 19'000
            \d{{1,3}}(?:[,\ \u00a0\u202f'’]\d{{3}})+(?:\.\d+)?(?!\d)
            | [1-9]\d{{0,2}}(?:\.\d{{3}})*\.000(?![\d.,]\d)       # 19.000, as in German
            | \d+(?:\.\d+)?
        )
        (?P<suffix>(?:bn|m|k)\b)?
        | (?P<word>(?:{_NUMBER_WORD})\b|an?(?=\s+{_SCALE_WORD}\b))
    )
    (?P<half>\s+and\s+a\s+half\b)?
    # Two scales, for "two hundred thousand"
    (?:[\s-]+(?P<scale>{_SCALE_WORD})s?\b)?
    (?:[\s-]+(?P<scale2>{_SCALE_WORD})s?\b)?
    (?P<percent>\s?%|\s+per\s?cent\b|\s+percent(?:age\ points?)?\b)?
    """,
    re.VERBOSE,
)
_GROUP_SEPARATOR = re.compile(r"[,\s'’]")
# "1.500 people", as in German: nobody counts people to a thousandth.
_POINT_GROUP = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_MEASURED = re.compile(
    r"(?:%|(?:kilo|milli|centi|micro|nano|cubic|square|nautical|light|metric)"
    r"|(?:k?m|cm|mm|kg|mg|g|l|ml|ha|hz|[kmg]?w|v)\b|(?:hour|minute|second|day|week"
    r"|month|year|gram|met(?:er|re)|lit(?:er|re)|ton|mile|yard|inch|feet|foot|ounce"
    r"|pound|acre|hectare|degree|point|time|volt|watt|joule|calorie|gallon|percent"
    r"|basis|average)s?\b)",
    re.I,
)
_NOT_A_UNIT = rf"(?!(?:{'|'.join(read_words('non_units'))})\b)"
_UNIT = re.compile(
    rf"""
    [\s-]+
    (?P<unit>
        {_NOT_A_UNIT}
        (?:
            (?:years?|months?|weeks?|days?)[\s-]+olds?\b
            # "Canadian dollars", "Norwegian kroner"
            | [a-z.]{{2,12}}\s+(?:dollars?|pounds|francs|pesos|rupees|kron[eo]r)\b
            # "barrels", "barrels of oil"
            | [a-z]{{2,}}(?:\s+of\s+[a-z]{{3,}})?
        )
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# For the noun after an adjective: "large separate rooms".
_NEXT_WORD = re.compile(rf"\s+{_NOT_A_UNIT}([a-z]{{3,}})\b", re.IGNORECASE)
_MEASURE_MODIFIERS = frozenset(("square", "cubic", "nautical", "metric", "light"))
# WordNet lists these as verbs, because they are more often verbs than adjectives.
_ADJECTIVES_LISTED_AS_VERBS = frozenset(("separate", "free", "live", "open", "own"))
_MAX_ADJECTIVES = 2  # after more of them, the noun often belongs to another phrase
_RATE = re.compile(
    r"\s+(?:an?|per|each|every)\s+"
    r"(second|minute|hour|day|week|month|year|person|head|capita)\b",
    re.IGNORECASE,
)
# The longest month name with its spaces; looking back further would cost time.
_MAX_MONTH_CHARACTERS = 24
# "twenty-first" is not a count; nor is the number of a part, a round, or a seat.
_ORDINAL_TAIL = re.compile(
    r"-(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b",
    re.IGNORECASE,
)
_NUMBER_LABEL = re.compile(
    rf"""
    (?:\bnos?\. | \# | \b(?:{"|".join(map(re.escape, read_words("number_labels")))}))
    \s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MAX_LABEL_CHARACTERS = 10
# The number continues as an ordinal, a time, a decimal, or a word such as "5G".
_NUMBER_CONTINUATION = re.compile(
    r"(?:st|nd|rd|th)\b|[:/]\d|[.,]\d|[A-Za-z\u3400-\u9fff]"
)
_MEASURE_UNIT = re.compile(
    r"(?:day|week|month|year|hour|minute|person|percent|mile|kilomet)"
)
_MONTH_BEFORE = re.compile(
    rf"\b(?:{'|'.join(MONTHS)}|{'|'.join(name[:3] for name in MONTHS)})\.?\s+$",
    re.IGNORECASE,
)
# Compared first, because it is cheaper than the regular expression.
_MONTH_ENDS = tuple({part for name in MONTHS for part in (name[:3], name[-3:])})
# Capitalized only, because in "3 may leave", "may" is a verb.
_MONTH_NAMES = frozenset(
    name.capitalize() for month in MONTHS for name in (month, month[:3], month[:4])
)
# "12. März", "12 de marzo"
_FOREIGN_MONTH = re.compile(
    rf"\.?\s+(?:de\s+)?(?:{'|'.join(read_words('foreign_months'))})\b", re.I
)
_YEAR_NUMBER = re.compile(YEAR)
# Usually not quantities: "one of them", "no one", "zero in on", "half".
_VAGUE_NUMBER_WORDS = frozenset(("one", "half", "zero"))


def is_numeral(word: str) -> bool:
    """Return whether a word is a number, excluding "a", "an", and "half"."""
    return word in NUMBER_WORDS and word not in ("a", "an", "half")


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Find the quantities of a text, without years and days of a month."""
    quantities = []
    for match in _QUANTITY.finditer(lower(text)):
        quantity = _parse_quantity(match, text)
        if quantity is not None:
            quantities.append(quantity)
    return tuple(quantities)


def _parse_quantity(match: re.Match[str], text: str) -> Quantity | None:
    """Return the quantity of a match, or None if it is not one."""
    currency = _get_currency(match, text)
    number_start = match.start("digits" if match["digits"] else "word")
    if not currency and number_start == match.end("code"):
        return None  # a part of a name, such as "ABC7"
    start = match.start() if currency else number_start
    marks = (currency, match["scale"], match["percent"], match["suffix"])
    is_bare = not any(marks)
    if is_bare and _is_other_number(text, start, match.end()):
        return None
    unit, end = _find_unit(match, text, currency)
    if is_bare and _counts_nothing(match["word"], unit or ""):
        return None
    value = _compute_value(match) * _find_point_factor(match, unit, currency)
    return Quantity(text[start:end].strip(), value, unit)


def _find_point_factor(
    match: re.Match[str], unit: str | None, currency: str | None
) -> int:
    """Return 1,000 for "1.500" of whole things or money, and else 1."""
    is_group = _POINT_GROUP.fullmatch(match["digits"] or "") and not match["scale"]
    is_whole = currency or (unit and not _MEASURED.match(unit))
    return 1_000 if is_group and is_whole else 1


def _counts_nothing(word: str | None, unit: str) -> bool:
    """Return whether a number is a day, "3 May", or vague: "one of them"."""
    if unit.partition(" ")[0] in _MONTH_NAMES:
        return True
    return word in _VAGUE_NUMBER_WORDS and not _MEASURE_UNIT.match(unit)


def _is_other_number(text: str, start: int, end: int) -> bool:
    """Return whether a bare number is a year, day, ordinal, or label."""
    return bool(
        _YEAR_NUMBER.fullmatch(text[start:end].strip())
        or _follows_month(text, start)
        or _FOREIGN_MONTH.match(text, end)
        or _NUMBER_CONTINUATION.match(text, end)
        or _ORDINAL_TAIL.match(text, end)
        or _NUMBER_LABEL.search(text, max(0, start - _MAX_LABEL_CHARACTERS), start)
    )


def _get_currency(match: re.Match[str], text: str) -> str | None:
    """Return the code of the currency sign or code before a number."""
    if match["sign"]:
        return _CURRENCY_BY_SIGN[match["sign"]]
    code = text[slice(*match.span("code"))] if match["code"] else ""
    return code if code in _CURRENCY_CODES else None


def _follows_month(text: str, start: int) -> bool:
    first = max(0, start - _MAX_MONTH_CHARACTERS)
    before = text[first:start].rstrip().removesuffix(".").lower()
    if not before.endswith(_MONTH_ENDS):
        return False
    return _MONTH_BEFORE.search(text, first, start) is not None


def _compute_value(match: re.Match[str]) -> float:
    if match["digits"]:
        value = _parse_digits(match["digits"])
    else:
        value = NUMBER_WORDS["-".join(match["word"].split())]
    if match["half"]:
        value += 0.5
    for group in ("suffix", "scale", "scale2"):
        if match[group]:
            value *= NUMBER_SCALES[match[group]]
    return value


def _parse_digits(digits: str) -> float:
    """Return the value of grouped digits: "19,000", "19 000", "19.000"."""
    plain = _GROUP_SEPARATOR.sub("", digits)
    if plain.endswith(".000"):
        plain = plain.replace(".", "")
    return float(plain)


def _find_unit(
    match: re.Match[str], text: str, currency: str | None
) -> tuple[str | None, int]:
    """Find the unit, and the offset where the quantity ends with it."""
    if match["percent"]:
        return "%", match.end()
    if currency:
        unit, end = currency, match.end()
    elif unit_match := _UNIT.match(text, match.end()):
        unit, end = _find_counted_noun(unit_match, text)
    else:
        unit, end = "", match.end()
    if rate := _RATE.match(text, end):
        return f"{unit or 1}/{rate.group(1)}", rate.end()
    return unit or None, end


def _find_counted_noun(unit_match: re.Match[str], text: str) -> tuple[str, int]:
    """Find the counted noun and its end: "rooms" in "large separate rooms"."""
    unit = " ".join(unit_match["unit"].replace("-", " ").split())
    end = unit_match.end()
    following = _NEXT_WORD.match(text, end)
    if following and unit.lower() in _MEASURE_MODIFIERS:
        return f"{unit} {following[1]}", following.end()
    word, word_end = unit, end
    for _ in range(_MAX_ADJECTIVES):
        if not _is_adjective(word):
            break
        following = _NEXT_WORD.match(text, word_end)
        if following is None:
            break
        word, word_end = following[1], following.end()
        if _is_noun(word.lower()):
            return word, word_end
    return unit, end


def _is_adjective(word: str) -> bool:
    if word in _ADJECTIVES_LISTED_AS_VERBS:
        return True
    return word.islower() and get_part_of_speech(word) == "a"


def _is_noun(word: str) -> bool:
    part = get_part_of_speech(word)
    return part in "nN" or (part == "?" and word.endswith("s"))
