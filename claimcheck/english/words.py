"""The words of a text as quotes are compared by them: "five" and "5", "didn't" and "did not" are the same words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from claimcheck.english.dates import MONTHS, WEEKDAYS
from claimcheck.english.quantities import NUMBER_SCALES, NUMBER_WORDS

# "three-hour" is two words: a number must not hide in a compound
_WORD = re.compile(
    r"(?P<number>(?<![\w.])[-−](?=\d)|)(?P<digits>\d+(?:[.,:/]\d+)*)(?P<suffix>[^\W\d_]*)"
    r"|(?P<joined>km/h|m/s|w/o|per\s+cent)\b"
    r"|(?P<contracted>[^\W\d_]+)n['’]t\b"
    r"|(?P<letters>[^\W\d_]+(?:\.[^\W\d_](?![^\W\d_]))*(?:['’](?!s\b)[^\W\d_]+)*)(?P<possessive>['’]s\b)?"
    r"|(?P<sign>[%‰$€£¥₹₽°])",
    re.I,
)
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
_ORDINALS = {
    word: str(number)
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        1,
    )
}
_MONTHS = frozenset(MONTHS) | {name[:3] for name in MONTHS} | {"sept"}
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


@dataclass(frozen=True, slots=True)
class Word:
    """A word at text[start:end]. `form` is what is compared: lower case, numbers as "#" and their value."""

    form: str
    start: int
    end: int
    surface: str

    @property
    def is_number(self) -> bool:
        """Whether the word is a number, in digits or letters."""
        return self.form[0] == "#"

    @property
    def is_date(self) -> bool:
        """Whether the word names a month or a day of the week."""
        return (
            self.form in _MONTHS and (self.surface[0].isupper() or len(self.form) > 3)
        ) or self.form in WEEKDAYS


def parse_words(text: str) -> list[Word]:
    """Split a text into words; a number of several words becomes one word."""
    return _merge_numbers(list(_scan_words(text)))


def _scan_words(text: str) -> list[Word]:
    found = []
    for match in _WORD.finditer(text):
        start, end, surface = match.start(), match.end(), match.group()
        if contracted := match["contracted"]:
            lowered = contracted.lower()
            found.append(
                Word(_CONTRACTION_BASES.get(lowered, lowered), start, end, contracted)
            )
            found.append(Word("not", start, end, surface[len(contracted) :]))
        elif digits := match["digits"]:
            found.append(_parse_digits(match, digits, start, end, surface))
        elif sign := match["sign"]:
            found.append(Word(_SIGN_WORDS.get(sign, sign), start, end, sign))
        elif letters := match["letters"]:
            lowered = letters.lower().replace("’", "'").replace(".", "")
            if lowered == "cannot":
                found.append(Word("can", start, end, letters))
                lowered = "not"
            found.append(Word(_UNIT_FORMS.get(lowered, lowered), start, end, letters))
        else:
            joined = re.sub(r"\s", "", surface.lower())
            found.append(Word(joined, start, end, surface))
    return found


def _parse_digits(
    match: re.Match[str], digits: str, start: int, end: int, surface: str
) -> Word:
    suffix, sign = match["suffix"].lower(), "-" if match["number"] else ""
    plain = (
        digits.replace(",", "")
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits)
        else digits
    )
    if suffix in ("st", "nd", "rd", "th"):
        return Word(f"#{plain}th", start, end, surface)
    if suffix == "bn":
        return Word(
            f"#{sign}{_format_number(float(plain) * 1e9)}"
            if _is_plain_number(plain)
            else surface,
            start,
            end,
            surface,
        )
    if suffix:
        return Word(f"#{sign}{plain}{suffix}", start, end, surface)
    return Word(
        f"#{sign}{_format_number(float(plain))}"
        if _is_plain_number(plain)
        else f"#{plain}",
        start,
        end,
        surface,
    )


def _is_plain_number(digits: str) -> bool:
    return (
        digits.count(".") <= 1 and not re.search(r"[,:/]", digits) and len(digits) < 16
    )


def _format_number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _merge_numbers(plain: list[Word]) -> list[Word]:
    """Merge runs such as "two hundred and five" into one number word."""
    merged: list[Word] = []
    index = 0
    while index < len(plain):
        length, value = _parse_number_at(plain, index)
        if length:
            run = plain[index : index + length]
            surface = " ".join(word.surface for word in run)
            merged.append(
                Word("#" + _format_number(value), run[0].start, run[-1].end, surface)
            )
            index += length
            continue
        word = plain[index]
        if word.form in _ORDINALS and word.form != "second":
            word = Word(
                f"#{_ORDINALS[word.form]}th", word.start, word.end, word.surface
            )
        merged.append(word)
        index += 1
    return [*_move_currencies_after_amounts(merged)]


def _parse_number_at(words: list[Word], start: int) -> tuple[int, float]:
    """Return how many words from `start` form a number, and its value."""
    begun = _parse_first_part(words, start)
    if begun is None:
        return 0, 0
    total, current, index = 0.0, begun, start + 1
    while index < len(words):
        form, before = words[index].form, words[index - 1].form
        if form in ("hundred", "dozen"):
            current *= 100 if form == "hundred" else 12
        elif _is_scale(form):
            total, current = total + current * NUMBER_SCALES[form], 0.0
        elif _continues_number(before, form):
            current += NUMBER_WORDS[form]
        elif (
            form != "and"
            or before not in ("hundred", "thousand")
            or not _is_number_word_at(words, index + 1)
        ):
            break
        index += 1
    return index - start, total + current


def _parse_first_part(words: list[Word], start: int) -> float | None:
    """Return the value of the first word of a number, or None."""
    first = words[start].form
    following = words[start + 1].form if start + 1 < len(words) else ""
    if first in ("a", "an"):
        return 1.0 if following in NUMBER_SCALES or following == "dozen" else None
    if first[0] == "#":
        return (
            float(first[1:])
            if re.fullmatch(r"#-?[\d.]+", first) and _is_scale(following)
            else None
        )
    return NUMBER_WORDS.get(first)


def _is_scale(form: str) -> bool:
    return form in NUMBER_SCALES and form not in ("m", "k")


def _is_number_word_at(words: list[Word], index: int) -> bool:
    """Whether the word after the "and" of a number continues that number."""
    return (
        index < len(words)
        and words[index].form in NUMBER_WORDS
        and words[index].form not in ("a", "an", "half")
    )


def _continues_number(before: str, after: str) -> bool:
    """Whether a number word continues the one before it, as in "twenty five"."""
    if after not in NUMBER_WORDS or after in ("a", "an", "dozen", "half"):
        return False
    if before in NUMBER_SCALES or before == "and":
        return True
    return (
        before in NUMBER_WORDS
        and NUMBER_WORDS[before] >= 20
        and NUMBER_WORDS[before] % 10 == 0
        and 0 < NUMBER_WORDS[after] < 10
    )


def _move_currencies_after_amounts(words: list[Word]) -> list[Word]:
    """Reorder "$5 million" as "5 million dollars"."""
    ordered = list(words)
    for index, word in enumerate(ordered[:-1]):
        following = ordered[index + 1]
        if (
            word.surface in _SIGN_WORDS
            and word.surface != "%"
            and following.form[0] == "#"
        ):
            ordered[index] = Word(
                following.form, word.start, following.end, following.surface
            )
            ordered[index + 1] = Word(
                word.form, word.start, following.end, word.surface
            )
    return ordered
