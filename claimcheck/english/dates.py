"""Dates: when a document was published, and what "Tuesday" means in it.

Nothing is resolved that the text does not make certain. English month and weekday names.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from claimcheck.models.claim import When
from claimcheck.text.mapping import lower

MONTHS = {
    name: number
    for number, name in enumerate(
        "january february march april may june july august september october november december".split(),
        1,
    )
}
WEEKDAYS = {
    name: number
    for number, name in enumerate(
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    )
}
_MONTH = r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
_WEEKDAY = "(?:" + "|".join(WEEKDAYS) + ")"
_YEAR = r"(?:1[5-9]|20)\d\d"

_FULL_DATE = (
    rf"(?<![\w-])(?:(?P<iso>{_YEAR}-\d\d-\d\d)(?!\d)"
    rf"|(?P<m1>{_MONTH})\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y1>{_YEAR})\b"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTH})\s+(?P<y2>{_YEAR})\b)"
)
_DATE_LINE = re.compile(
    rf"^[ \t]*(?:(?:published|posted|updated|date|first published|last updated)\b[^\n]{{0,20}}?)?(?:{_WEEKDAY},?\s+)?{_FULL_DATE}[^\n]{{0,40}}$",
    re.M,
)
# "OSLO, October 24, 2024 - The port", "Oslo, Norway, Oct. 24, 2024 (NEWSWIRE) -- The port"
_DATELINE = re.compile(
    rf"^(?P<place>[^\n,.:;!?()]{{2,40}}(?:,\s[^\n,:;!?()]{{2,30}})?),\s+{_FULL_DATE},?\s*(?P<agency>\([^()\n]{{2,40}}\)\s*|/[^/\n]{{2,40}}/\s*)?(?:[-–—]{{1,2}})\s",
    re.M,
)
_URL_DATE = re.compile(
    rf"https?://\S*?[/_-]({_YEAR})[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/_\-.]|\s|$)"
)
_ORIGINAL_URL_LABEL = re.compile(
    r"(?:original|source|canonical|permalink|published at)[^\n]{0,20}:?\s*$", re.I
)

# all of them begin where a word does, and most with one of these: a look there spares the rest of the search
_TIME_START, _WORD_START = r"(?<!\w)(?=[\dabdfijlmnostuwy])", r"(?<!\w)(?=\w)"
_TIME_PREPOSITIONS = "in|since|by|until|during|from|before|after"
_TIME_PATTERN = (
    rf"(?:(?P<full>{_FULL_DATE.replace('?P<', '?P<f_')})"
    rf"|(?P<monthday>\b(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH})\b(?!\s*,?\s*{_YEAR}))"
    rf"|(?P<monthyear>\b(?:(?:{_TIME_PREPOSITIONS})\s+(?:early\s+|late\s+|mid-)?)?{_MONTH}(?:\s?,)?\s+(?:of\s+)?{_YEAR}\b)"
    rf"|(?P<weekday>\b(?:(?:last|next|this)\s+)?{_WEEKDAY}\b)"
    rf"|(?P<month>\b(?:{_TIME_PREPOSITIONS}|last|next)\s+(?:early\s+|late\s+|mid-)?(?:{'|'.join(MONTHS)})\b(?!\s+\d{{1,2}}(?:st|nd|rd|th)?\s*(?:,|to\b|and\b|[-–])))"
    rf"|(?P<year>\b(?:{_TIME_PREPOSITIONS}|of)\s+(?P<yearnumber>{_YEAR})\b)"
    r"|(?P<relative>\b(?:yesterday|today|tomorrow|(?:last|next|this)\s+(?:week|month|year)"
    r"|over the (?:next|past|last) (?:\w+\s+)?(?:days|weeks|months|years)%s)))"
)
_ANY_YEAR = re.compile(rf"(?<![\w.,-]){_YEAR}(?![\w-])")
_YEAR_SEARCH_CHARACTERS, _TOP_CHARACTERS = 600, 1_500  # characters
# "in March and April 2019", "May 3-5, 2019"
_SHARED_YEAR = re.compile(
    rf"\s*(?:,|and|or|to|through|until|[-–—])\s*(?:(?:in|on|until|the)\s+)?"
    rf"(?:{_MONTH}(?:\s+\d{{1,2}}(?:st|nd|rd|th)?)?|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+{_MONTH})?),?\s+(?P<year>{_YEAR})\b",
    re.I,
)
_AGO_PATTERN = r"|(?:\w+\s+)?(?:hours|days|weeks|months|years)\s+(?:earlier|ago|later)"
_TIME = re.compile(_TIME_START + _TIME_PATTERN.replace("%s", ""))
_TIME_WITH_AGO = re.compile(_WORD_START + _TIME_PATTERN.replace("%s", _AGO_PATTERN))
# one of these, or a digit, stands in every time that is found: most sentences have none
_TIME_CUES = (
    *(name[:3] for name in MONTHS),
    "day",
    "week",
    "month",
    "year",
    "hour",
    "tomorrow",
)
_MONTH_DAY = re.compile(
    rf"(?:(?:in|during)\s+|(?P<before>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?P<month>{_MONTH})"
    rf"(?:\s+(?P<after>\d{{1,2}})(?:st|nd|rd|th)?)?"
)
_DIGIT = re.compile(r"\d")
_FUTURE_VERB = re.compile(
    r"\b(?:votes?|meets?|decides?|starts?|opens?|begins?)\b[^,;:]*$", re.I
)
_FUTURE_AUXILIARY = re.compile(
    r"\b(?:will|would|shall|is to|are to|plans? to|set to|due to|expected to|scheduled)\b",
    re.I,
)


def find_publication_date(text: str) -> tuple[date, str] | None:
    """Find the publication date and its origin, "text" or "url".

    A date on a line of its own near the top counts, or a dateline there; then the date in a URL that the text names as
    its original; then the date that all dated URLs share.
    """
    top = lower(text[:_TOP_CHARACTERS])
    if (match := _DATE_LINE.search(top)) and (
        found := _parse_full_date(match.groupdict())
    ):
        return found, "text"
    for match in _DATELINE.finditer(top):
        if _is_dateline(match, text) and (found := _parse_full_date(match.groupdict())):
            return found, "text"
    dated = [
        (
            day,
            bool(
                _ORIGINAL_URL_LABEL.search(
                    text[max(0, match.start() - 60) : match.start()]
                )
            ),
        )
        for match in _URL_DATE.finditer(text)
        if (day := _make_date(*match.groups()))
    ]
    originals = {day for day, original in dated if original}
    candidates = originals or {day for day, _ in dated}
    return (candidates.pop(), "url") if len(candidates) == 1 else None


def _is_dateline(match: re.Match[str], text: str) -> bool:
    """Whether the place, or the agency after the date, is in capitals, as "Ann was born in Oslo, May 3, 1950 -" is not."""
    place = text[slice(*match.span("place"))].split(",", maxsplit=1)[0]
    agency = text[slice(*match.span("agency"))] if match["agency"] else ""
    return place.isupper() or agency.isupper()


def find_first_time(
    text: str, published: date | None, told: int | None = None
) -> When | None:
    """Find the first time expression, resolved as far as it is certain."""
    found = find_times(text, published, told)
    return found[0] if found else None


def find_times(
    text: str, published: date | None, told: int | None = None
) -> list[When]:
    """Find every time expression, resolved as far as it is certain."""
    return [
        When(text[slice(*match.span())], _resolve_time(match, text, published, told))
        for match in _match_times(text)
    ]


def find_year_before(text: str, place: int) -> int | None:
    """Find the last year mentioned earlier in the same paragraph."""
    start = max(text.rfind("\n\n", 0, place) + 1, place - _YEAR_SEARCH_CHARACTERS)
    years = _ANY_YEAR.findall(text, max(0, start), place)
    return int(years[-1]) if years else None


def parse_partial_date(time: str) -> str | None:
    """Parse a day, month or weekday without a year, such as "--05-03".

    None where it leans on another time: "last Friday", "by May", "tomorrow".
    """
    written = time.lower()
    if written in WEEKDAYS:
        return written
    match = _MONTH_DAY.fullmatch(written)
    if match is None:
        return None
    day = match["before"] or match["after"]
    return f"--{_parse_month(match['month']):02d}" + (f"-{int(day):02d}" if day else "")


def resolve_relative_times(
    text: str, published: date | None, told: int | None = None
) -> list[tuple[int, str]]:
    """Resolve relative times to (end offset, ISO date, month or year)."""
    found = []
    for match in _match_times(text):
        resolved = _resolve_time(match, text, published, told)
        if resolved and not (match["full"] or match["monthyear"] or match["year"]):
            found.append((match.end(), resolved))
    return found


def has_time(text: str) -> bool:
    """Whether a text contains a time expression."""
    return bool(_match_times(text))


@lru_cache(
    maxsize=256
)  # a claim is read beside several sentences, a sentence beside several claims
def _match_times(text: str) -> tuple[re.Match[str], ...]:
    """Match the time expressions of a text in its lowercase form."""
    plain = lower(text)
    if not _DIGIT.search(text) and not any(sign in plain for sign in _TIME_CUES):
        return ()
    ago = "ago" in plain or "earlier" in plain or "later" in plain
    return tuple((_TIME_WITH_AGO if ago else _TIME).finditer(plain))


def _resolve_time(
    match: re.Match[str], text: str, published: date | None, told: int | None
) -> str | None:
    written = match.group()
    if match["full"]:
        found = _parse_full_date(
            {
                key[2:]: value
                for key, value in match.groupdict().items()
                if key.startswith("f_")
            }
        )
        return found.isoformat() if found else None
    if match["monthyear"]:
        return f"{written[-len('2019') :]}-{_parse_month(_extract_month_name(written)):02d}"
    if match["year"]:
        return match["yearnumber"]
    if (match["month"] or match["monthday"]) and (
        shared := _SHARED_YEAR.match(text, match.end())
    ):
        month, day = (
            _parse_month(_extract_month_name(written)),
            re.sub(r"\D", "", written),
        )
        found = _make_date(shared["year"], str(month), day or "1")
        return found.isoformat()[: None if day else len("2019-03")] if found else None
    if published is None:
        return None
    if match["weekday"]:
        found = _resolve_weekday(
            written.split()[-1], text[: match.start()] + " " + written, published
        )
        return found.isoformat() if found else None
    future = _is_future(text[: match.start()])
    if match["month"] or match["monthday"]:
        month, day = (
            _parse_month(_extract_month_name(written)),
            re.sub(r"\D", "", written),
        )
        near = (
            _resolve_month(month, published, future, written)
            if match["month"]
            else _resolve_day(month, int(day), published, future)
        )
        year = find_year_before(text, match.start()) or told
        # "in 1987 ... on 23 July": a day or month of the year that is told of, not of the last one
        return (
            near
            if near and year in (None, published.year, int(near[: len("2019")]))
            else None
        )
    days = {"yesterday": -1, "tomorrow": 1}  # "today" may mean "nowadays"
    if written in days:
        return (published + timedelta(days=days[written])).isoformat()
    years = {"last year": -1, "this year": 0, "next year": 1}
    return str(published.year + years[written]) if written in years else None


def _resolve_weekday(name: str, before: str, published: date) -> date | None:
    """Resolve a weekday to the last such day up to publication."""
    if re.search(r"\b(?:last|next)\s*\w*$", before, re.I) or re.search(
        r"\bby\s+$", before, re.I
    ):
        return None  # "last Friday" may be this week's or the week before's
    weekday = WEEKDAYS[name.lower()]
    if _is_future(before):
        return None
    return published - timedelta(days=(published.weekday() - weekday) % 7)


def _resolve_month(
    month: int, published: date, future: bool, written: str
) -> str | None:
    if future or written.startswith(("next", "by", "until", "last")):
        return None
    return f"{published.year if month <= published.month else published.year - 1}-{month:02d}"


def _resolve_day(month: int, day: int, published: date, future: bool) -> str | None:
    """Resolve a day to its last date up to publication, or the next if future."""
    candidates = [
        _make_date(str(published.year + step), str(month), str(day))
        for step in (-1, 0, 1)
    ]
    days = [found for found in candidates if found]
    fitting = (
        [found for found in days if found >= published]
        if future
        else [found for found in days[::-1] if found <= published]
    )
    return fitting[0].isoformat() if fitting else None


def _is_future(before: str) -> bool:
    """Whether the clause before a time expression is about the future."""
    return bool(_FUTURE_AUXILIARY.search(re.split(r"[,;:]", before)[-1])) or bool(
        _FUTURE_VERB.search(before)
    )


def _parse_full_date(groups: dict[str, str | None]) -> date | None:
    if iso := groups.get("iso"):
        return _make_date(*iso.split("-"))
    for month, day, year in (("m1", "d1", "y1"), ("m2", "d2", "y2")):
        if groups.get(month):
            return _make_date(
                str(groups[year]),
                str(_parse_month(str(groups[month]))),
                str(groups[day]),
            )
    return None


def _extract_month_name(written: str) -> str:
    return next(
        word for word in re.split(r"[\s,-]+", written) if re.fullmatch(_MONTH, word)
    )


def _parse_month(name: str) -> int:
    return next(
        number
        for full, number in MONTHS.items()
        if full.startswith(name.lower().rstrip(".")[:3])
    )


def _make_date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
