"""Resolves a time expression to the day, month, or year that it means.

A time is resolved only as far as the text makes it certain.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from claimcheck.english.dates import (
    DAY,
    MONTH,
    WEEKDAY,
    WEEKDAYS,
    YEAR,
    make_date,
    parse_full_date,
    parse_month,
)
from claimcheck.english.publication import find_dateline_end
from claimcheck.english.times import WEEKDAY_START, get_text_before, match_times
from claimcheck.models.claim import When

# "in March and April 2019", "May 3-5, 2019"
_SHARED_YEAR = re.compile(
    rf"""
    \s*(?:,|and|or|to|through|until|[-–—])\s*
    (?:(?:in|on|until|the)\s+)?
    (?:{MONTH}(?:\s+{DAY})?|{DAY}(?:\s+{MONTH})?)
    ,?\s+(?P<year>{YEAR})\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ANY_YEAR = re.compile(rf"(?<![\w.,-]){YEAR}(?![\w-])")
# "every Friday", "Monday to Friday", "13 May, a Monday", "until Friday"
_NOT_ONE_DAY_BEFORE = re.compile(
    rf"""
    (?:
        \b(?:every|each|an?|any|some|one|another|most|the|that|until|till|by|from
            |starting|beginning|effective|due(?:\ on)?|ahead\ of|before|after)
        | \b{WEEKDAY}s?\s+(?:to|through|thru|or)
        | {WEEKDAY}\s?[-–—/]
        | (?:\d(?:st|nd|rd|th)?|{MONTH}),?\ \(?
    )\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_ONE_DAY_AFTER = re.compile(
    rf"""
    \s?[-–—/]\s?{WEEKDAY} | \s+(?:to|through|thru|or)\s+{WEEKDAY}
    | ,?\s\(?(?:the\s)?(?:\d{{1,2}}(?:st|nd|rd|th)\b|\d{{1,2}}\s(?:of\s)?{MONTH}\b)
    | ['’]s\s+(?:vote|election|match|game|deadline|(?-i:[A-Z]))
    | \s(?:\d|(?:is|marks|brings|sees|will)\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "on March 3 last year", "on May 3 each year"
_OF_OTHER_YEAR = re.compile(
    r",?\s+(?:of\s+)?(?:last|next|each|every|(?:that|the)(?:\s+\w+)?)\s+year\b",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"\b(?:born|birthday)\b[^,;]*$", re.IGNORECASE)
# Writers state the year of an older day; without a year, it may be the next such day.
_MAX_DAYS_FROM_PUBLICATION = 183
_MAX_DAYS_AHEAD = 330  # a plan for almost a year later is hardly without a year
_RELATIVE_WEEKDAY = re.compile(r"(?:last|next)\s", re.IGNORECASE)
_FUTURE_VERB = re.compile(
    r"\b(?:(?:votes?|meets?|decides?|starts?|opens?|begins?)\b[^,;:]*"
    r"|(?:is|are)(?:\s(?:on|due|for))*\s*)$",  # "the deadline is Friday"
    re.IGNORECASE,
)
_FUTURE_AUXILIARY = re.compile(
    r"\b(?:will|would|shall|is to|are to|plans? to|set to|due to|expected to"
    r"|scheduled|(?:is|are) \w+ing|(?-i:may|might|could|should|must|can))\b|['’]ll\b"
    # "agreed to meet on", but not "talks on how to solve the crisis ended on"
    r"|(?-i:\bto (?!(?:the|an?|his|her|its|their|this|that)\b)[a-z]+"
    r"(?: (?!\w+ed\b|was\b|were\b|had\b|began\b)[\w'’]+){0,6} ?$)",
    re.IGNORECASE,
)
# "today" is missing, because it may mean "nowadays".
_DAYS_FROM_PUBLICATION = {"yesterday": -1, "tomorrow": 1}
_YEARS_FROM_PUBLICATION = {"last year": -1, "this year": 0, "next year": 1}
_YEAR_SEARCH_CHARACTERS = 600  # searched for a year before a time; chosen by hand


def find_first_time(
    text: str, published: date | None, context_year: int | None = None
) -> When | None:
    """Find the first time expression, resolved as far as it is certain.

    A date in a dateline is skipped: it is the date of the text, not of an event.
    """
    start = find_dateline_end(text)
    for match in match_times(text):
        if match.start() >= start:
            resolved = _resolve_time(match, text, published, context_year)
            return When(text[slice(*match.span())], resolved)
    return None


def find_times(
    text: str, published: date | None, context_year: int | None = None
) -> list[When]:
    """Find every time expression, resolved as far as it is certain.

    `context_year` is the last year that the text before named, if any.
    """
    times = []
    for match in match_times(text):
        written = text[slice(*match.span())]
        times.append(When(written, _resolve_time(match, text, published, context_year)))
    return times


def find_year_before(text: str, position: int) -> int | None:
    """Find the last year mentioned earlier in the same paragraph."""
    paragraph_start = text.rfind("\n\n", 0, position) + 1
    start = max(0, paragraph_start, position - _YEAR_SEARCH_CHARACTERS)
    years = _ANY_YEAR.findall(text, start, position)
    return int(years[-1]) if years else None


def resolve_relative_times(
    text: str, published: date | None, context_year: int | None = None
) -> list[tuple[int, str]]:
    """Resolve relative times to (end offset, ISO date, month or year)."""
    resolved_times = []
    for match in match_times(text):
        if match["full"] or match["monthyear"] or match["year"]:
            continue
        # "May 12-13, 2024" states its year.
        if _SHARED_YEAR.match(text, match.end()):
            continue
        resolved = _resolve_time(match, text, published, context_year)
        if resolved:
            resolved_times.append((match.end(), resolved))
    return resolved_times


def _resolve_time(
    match: re.Match[str], text: str, published: date | None, context_year: int | None
) -> str | None:
    """Return the ISO date, month or year of a time; None if uncertain."""
    if match["full"] or match["monthyear"] or match["year"]:
        return _resolve_dated(match)
    if match["month"] or match["monthday"]:
        return _resolve_month_or_day(match, text, published, context_year)
    if published is None:
        return None
    if match["weekday"]:
        return _resolve_weekday(match, text, published)
    return _resolve_relative(match.group(), published)


def _resolve_dated(match: re.Match[str]) -> str | None:
    """Resolve a time that is written with its year."""
    if match["full"]:
        return _format_date(parse_full_date(match, "f_"))
    if match["year"]:
        return match["yearnumber"]
    written = match.group()
    month = parse_month(_extract_month_name(written))
    return f"{written[-len('2019') :]}-{month:02d}"


def _resolve_month_or_day(
    match: re.Match[str], text: str, published: date | None, context_year: int | None
) -> str | None:
    """Resolve "May" or "May 3" with the year stated around it, if any."""
    if shared := _SHARED_YEAR.match(text, match.end()):
        return _resolve_with_year(match.group(), shared["year"])
    if published is None or _OF_OTHER_YEAR.match(text, match.end()):
        return None
    before = get_text_before(match, text)
    if _BIRTH.search(before):
        return None
    year = find_year_before(text, match.start()) or context_year
    return _resolve_yearless(match, before, published, year)


def _resolve_relative(written: str, published: date) -> str | None:
    """Resolve "yesterday" or "last year"; other times are too vague."""
    if written in _DAYS_FROM_PUBLICATION:
        day = published + timedelta(days=_DAYS_FROM_PUBLICATION[written])
        return day.isoformat()
    if written in _YEARS_FROM_PUBLICATION:
        return str(published.year + _YEARS_FROM_PUBLICATION[written])
    return None


def _resolve_with_year(written: str, year: str) -> str | None:
    """Resolve a day or month whose year is written later: "May 3-5, 2019"."""
    month = str(parse_month(_extract_month_name(written)))
    day = _extract_digits(written)
    resolved = make_date(year, month, day or "1")
    if resolved is None:
        return None
    return resolved.isoformat() if day else resolved.isoformat()[: len("2019-03")]


def _is_single_day(match: re.Match[str], text: str) -> bool:
    """Return whether a weekday is one past day, not a day of every week.

    Next to another date, it is the weekday of that date.
    """
    if _NOT_ONE_DAY_AFTER.match(text, match.end()):
        return False
    return _NOT_ONE_DAY_BEFORE.search(get_text_before(match, text)) is None


def _resolve_weekday(match: re.Match[str], text: str, published: date) -> str | None:
    """Resolve a weekday to the last such day up to publication."""
    if not _is_single_day(match, text):
        return None
    written = match.group()
    if _RELATIVE_WEEKDAY.match(written):
        return None  # "last Friday" may be this week's or the week before's
    before = get_text_before(match, text)
    if _is_future(before) or _is_future(f"{before} {written}"):
        return None
    weekday = WEEKDAYS[written.rsplit(maxsplit=1)[-1].lower()]
    days_ago = (published.weekday() - weekday) % 7
    return (published - timedelta(days=days_ago)).isoformat()


def _resolve_yearless(
    match: re.Match[str], before: str, published: date, context_year: int | None
) -> str | None:
    """Resolve a day or month to the one closest to publication.

    The result is None if the text is about another year: in "in 1987 ... on 23 July",
    the day is in 1987.
    """
    written = match.group()
    month = parse_month(_extract_month_name(written))
    is_future = _is_future(before)
    weekday = WEEKDAY_START.match(written)
    if weekday:
        day = int(_extract_digits(written))
        name = weekday.group().split()[0].rstrip(",")
        resolved = _resolve_weekday_date(
            WEEKDAYS[name], month, day, context_year or published.year
        )
        # "It opened on Friday, May 31" is not about a later year.
        is_later = resolved is not None and resolved > published.isoformat()
        return None if is_later and not is_future else resolved
    if match["month"]:
        resolved = _resolve_month(month, published, written, is_future=is_future)
    else:
        day = int(_extract_digits(written))
        resolved = _resolve_day(month, day, published, is_future=is_future)
    if resolved is None:
        return None
    resolved_year = int(resolved[: len("2019")])
    if context_year in (None, published.year, resolved_year):
        return resolved
    return None


def _resolve_weekday_date(
    weekday: int, month: int, day: int, around_year: int
) -> str | None:
    """Resolve "Friday, May 31" to the year closest to `around_year`."""
    for year in (around_year, around_year + 1, around_year - 1):
        resolved = make_date(str(year), str(month), str(day))
        if resolved is not None and resolved.weekday() == weekday:
            return resolved.isoformat()
    return None


def _resolve_month(
    month: int, published: date, written: str, *, is_future: bool
) -> str | None:
    if is_future or written.startswith(("next", "by", "until", "last")):
        return None
    months_ago = (published.month - month) % 12
    if months_ago > 6:  # more likely the next one than the last
        return None
    year = published.year if month <= published.month else published.year - 1
    return f"{year}-{month:02d}"


def _resolve_day(
    month: int, day: int, published: date, *, is_future: bool
) -> str | None:
    """Resolve a day to its last date until publication, or to the next.

    The result is None if that is far away: the other may be meant.
    """
    years = (published.year - 1, published.year, published.year + 1)
    candidates = [make_date(str(year), str(month), str(day)) for year in years]
    for candidate in candidates:
        if candidate is None:
            continue
        days_ago = (published - candidate).days
        if is_future and 0 <= -days_ago <= _MAX_DAYS_AHEAD:
            return candidate.isoformat()
        if not is_future and 0 <= days_ago <= _MAX_DAYS_FROM_PUBLICATION:
            return candidate.isoformat()
    return None


def _is_future(before: str) -> bool:
    """Return whether the clause before a time is about the future."""
    clause = re.split(r"[,;:]", before)[-1]
    return bool(_FUTURE_AUXILIARY.search(clause) or _FUTURE_VERB.search(before))


def _format_date(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _extract_digits(written: str) -> str:
    return re.sub(r"\D", "", written)


def _extract_month_name(written: str) -> str:
    words = re.split(r"[\s,-]+", written)
    return next(word for word in words if re.fullmatch(MONTH, word))
