"""Words in the form in which quotes are compared: "five" is "5"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from claimcheck.english.dates import MONTHS, WEEKDAYS
from claimcheck.english.quantities import (
    NUMBER_SCALES,
    NUMBER_WORDS,
    ORDINAL_WORDS,
    is_numeral,
)

# "three-hour" is two words: a number must not hide in a compound.
_WORD = re.compile(
    r"""
    (?P<number>(?<![\w.])[-−](?=\d)|)               # a minus sign, or nothing
        (?P<digits>\d+(?:[.,:/]\d+)*)(?P<suffix>[^\W\d_]*)
    | (?P<joined>km/h|m/s|w/o|per\s+cent)\b
    | (?P<contracted>[^\W\d_]+)n['’]t\b             # didn't
    | (?P<letters>
        [^\W\d_]+
        (?:\.[^\W\d_](?![^\W\d_]))*                 # U.S
        (?:['’](?!s\b)[^\W\d_]+)*                   # they're
      )
      (?P<possessive>['’]s\b)?
    | (?P<sign>[%‰$€£¥₹₽°])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_GROUPED_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_CONTRACTION_BASES = {"wo": "will", "ca": "can", "sha": "shall"}
_SIGN_WORDS = {
    "%": "percent",
    "$": "dollar",
    "€": "euro",
    "£": "pound",
    "¥": "yen",
    "₹": "rupee",
    "₽": "rouble",
}
# With abbreviations: "Sept." and "Mar 3" are dates.
_MONTHS = frozenset(MONTHS) | {name[:3] for name in MONTHS} | {"sept"}
# Other spellings of a unit; the lexicon's stems do not know abbreviations.
_UNIT_FORMS = {
    form: unit
    for unit, forms in {
        "percent": "pct",
        "dollar": "dollars usd",
        "euro": "euros eur",
        "pound": "pounds gbp",
        "kilometer": "km kilometre kilometers kilometres",
        "meter": "metre meters metres",
        "kilogram": "kg kgs kilograms kilogramme kilogrammes",
        "km/h": "kmh kph",
    }.items()
    for form in forms.split()
}
_SUFFIX_SCALES = {"mn": 1e6, "mln": 1e6, "bn": 1e9, "tn": 1e12}
# "4.7m" may be meters, but "£4.7m" is millions.
_MONEY_SCALES = {**_SUFFIX_SCALES, "k": 1e3, "m": 1e6, "b": 1e9}
# A float keeps 15 digits; longer numbers are compared as written.
_MAX_NUMBER_CHARACTERS = 15


@dataclass(frozen=True, slots=True)
class Word:
    """A word at text[start:end].

    `form` is used for comparison: lowercase letters, or "#" and the value of a number.
    """

    form: str
    start: int
    end: int
    surface: str

    @property
    def is_number(self) -> bool:
        """Return whether the word is a number, in digits or letters."""
        return self.form[0] == "#"

    @property
    def is_date(self) -> bool:
        """Return whether the word names a month or a day of the week."""
        if self.form in WEEKDAYS:
            return True
        # "may" and "mar" are other words; "May", "Mar", and "march" count as months.
        is_marked = self.surface[0].isupper() or len(self.form) > 3
        return self.form in _MONTHS and is_marked


def parse_words(text: str) -> list[Word]:
    """Split a text into words; a number in several words becomes one word."""
    words = [word for match in _WORD.finditer(text) for word in _convert_match(match)]
    return _move_currencies_after_amounts(_merge_numbers(words))


def _convert_match(match: re.Match[str]) -> Iterator[Word]:
    """Yield the one or two words of a match."""
    start, end = match.span()
    surface = match.group()
    if contracted := match["contracted"]:
        verb = contracted.lower()
        yield Word(_CONTRACTION_BASES.get(verb, verb), start, end, contracted)
        yield Word("not", start, end, surface[len(contracted) :])
    elif match["digits"]:
        yield Word(_normalize_digits(match), start, end, surface)
    elif sign := match["sign"]:
        yield Word(_SIGN_WORDS.get(sign, sign), start, end, sign)
    elif letters := match["letters"]:
        form = letters.lower().replace("’", "'").replace(".", "")
        if form == "cannot":
            yield Word("can", start, end, letters)
            form = "not"
        yield Word(_UNIT_FORMS.get(form, form), start, end, letters)
    else:
        yield Word(re.sub(r"\s", "", surface.lower()), start, end, surface)


def _normalize_digits(match: re.Match[str]) -> str:
    """Return the form of digits: "1,200" -> "#1200", "3rd" -> "#3th"."""
    digits, suffix = match["digits"], match["suffix"].lower()
    sign = "-" if match["number"] else ""
    if _GROUPED_THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    if suffix in ("st", "nd", "rd", "th"):
        return f"#{digits}th"
    before = match.string[match.start() - 1 : match.start()]
    scales = _MONEY_SCALES if before in _SIGN_WORDS else _SUFFIX_SCALES
    if suffix in scales and _is_plain_number(digits):
        return f"#{sign}{_format_number(float(digits) * scales[suffix])}"
    if suffix:
        return f"#{sign}{digits}{suffix}"
    if not _is_plain_number(digits):
        return f"#{digits}"
    return f"#{sign}{_format_number(float(digits))}"


def _is_plain_number(digits: str) -> bool:
    if len(digits) > _MAX_NUMBER_CHARACTERS or re.search(r"[,:/]", digits):
        return False
    return digits.count(".") <= 1


def _format_number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _merge_numbers(words: Sequence[Word]) -> list[Word]:
    """Merge runs such as "two hundred and five" into one number word."""
    merged: list[Word] = []
    index = 0
    while index < len(words):
        length, value = _parse_number_at(words, index)
        if length:
            run = words[index : index + length]
            surface = " ".join(word.surface for word in run)
            form = f"#{_format_number(value)}"
            merged.append(Word(form, run[0].start, run[-1].end, surface))
            index += length
        else:
            merged.append(_convert_ordinal(words[index]))
            index += 1
    return merged


def _convert_ordinal(word: Word) -> Word:
    """Write "third" as "#3th"; not "second", because it is also a time."""
    if word.form not in ORDINAL_WORDS or word.form == "second":
        return word
    return replace(word, form=f"#{ORDINAL_WORDS[word.form]}th")


def _parse_number_at(words: Sequence[Word], start: int) -> tuple[int, float]:
    """Return how many words from `start` form a number, and its value."""
    first = _parse_first_part(words, start)
    if first is None:
        return 0, 0
    # `current` is what the next scale word multiplies: "two hundred" in
    # "one million two hundred thousand".
    total, current, index = 0.0, first, start + 1
    while index < len(words):
        form, before = words[index].form, words[index - 1].form
        if form == "hundred":
            current *= 100
        elif form == "dozen":
            current *= 12
        elif _is_scale(form):
            total, current = total + current * NUMBER_SCALES[form], 0.0
        elif _continues_number(before, form):
            current += NUMBER_WORDS[form]
        elif not _is_and_in_number(words, index):
            break
        index += 1
    return index - start, total + current


def _parse_first_part(words: Sequence[Word], start: int) -> float | None:
    """Return the value of the first word of a number, or None."""
    first = words[start].form
    following = words[start + 1].form if start + 1 < len(words) else ""
    if first in ("a", "an"):
        return 1.0 if following in NUMBER_SCALES or following == "dozen" else None
    if first[0] == "#":
        if re.fullmatch(r"#-?[\d.]+", first) and _is_scale(following):
            return float(first[1:])
        return None
    return NUMBER_WORDS.get(first)


def _is_scale(form: str) -> bool:
    """Return whether a word is a scale; "m" and "k" alone are other words."""
    return form in NUMBER_SCALES and form not in ("m", "k")


def _is_and_in_number(words: Sequence[Word], index: int) -> bool:
    """Return whether a word is the "and" of "two hundred and five"."""
    if words[index].form != "and":
        return False
    if words[index - 1].form not in ("hundred", "thousand"):
        return False
    return index + 1 < len(words) and is_numeral(words[index + 1].form)


def _continues_number(before: str, form: str) -> bool:
    """Return whether a number word continues another: "twenty five"."""
    if not is_numeral(form) or form == "dozen":
        return False
    if before in NUMBER_SCALES or before == "and":
        return True
    tens = NUMBER_WORDS.get(before, 0.0)
    return tens >= 20 and tens % 10 == 0 and 0 < NUMBER_WORDS[form] < 10


def _move_currencies_after_amounts(words: Sequence[Word]) -> list[Word]:
    """Reorder "$5 million" as "5 million dollars"."""
    ordered = list(words)
    for index, word in enumerate(ordered[:-1]):
        following = ordered[index + 1]
        is_currency = word.surface in _SIGN_WORDS and word.surface != "%"
        if is_currency and following.is_number:
            # Both words get the range of the entire amount.
            start, end = word.start, following.end
            ordered[index] = replace(following, start=start)
            ordered[index + 1] = replace(word, start=start, end=end)
    return ordered
