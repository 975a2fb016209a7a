"""Dates: when a document was published, and what "Tuesday" means in it.

A time is resolved only as far as the text makes it certain. English names of months
and weekdays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from claimcheck.models.claim import When
from claimcheck.resources import read_words
from claimcheck.text.mapping import lower

MONTHS = {name: number for number, name in enumerate(read_words("months"), 1)}
WEEKDAYS = {
    name: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
}
YEAR = r"(?:1[5-9]|20)\d\d"
# All patterns here are for lowercase text: they run twice as fast as with IGNORECASE.
_MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?"
    r"|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?"
    r"|dec(?:ember|\.)?)"
)
_WEEKDAY = "(?:" + "|".join(WEEKDAYS) + ")"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"


def _write_full_date_pattern(prefix: str = "") -> str:
    """Return the verbose pattern of a date; `prefix` is for its groups."""
    return rf"""
    (?<![\w-])
    (?:
        (?P<{prefix}iso>{YEAR}-\d\d-\d\d)(?!\d)
        # "May 3rd, 2019"
        | (?P<{prefix}m1>{_MONTH})\s+(?P<{prefix}d1>\d{{1,2}})(?:st|nd|rd|th)?
          ,?\s+(?P<{prefix}y1>{YEAR})\b
        # "3rd May 2019"
        | (?P<{prefix}d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<{prefix}m2>{_MONTH})
          \s+(?P<{prefix}y2>{YEAR})\b
    )
    """


# A line that has a date and nothing but what belongs to it: a label or a byline, and
# the time.
_DATE_LINE = re.compile(
    rf"""
    ^[ \t]*
    (?P<label>
        (?:first\ published|last\ updated|published|posted|updated|date)
        (?:[ \t]+(?:on|at|online))?[ \t]*[:|–—-]?[ \t]*
        | by[ \t][^\n]{{2,80}}?[,|·•–—-][ \t]*
    )?
    (?:[^\n|·•]{{2,60}}[|·•][ \t]*)?
    (?:{_WEEKDAY},?\s+)?
    {_write_full_date_pattern()}
    (?:[ \t]*[,|·•–—-]?[ \t]*(?:at[ \t]+)?\d{{1,2}}[:.h]\d\d[^\n]{{0,25}}
        |[ \t]*[|·•][^\n]{{0,40}})?
    [.]?[ \t\r]*$
    """,
    re.MULTILINE | re.VERBOSE,
)
# "OSLO, October 24, 2024 - The port", "Oslo, Norway, Oct. 24, 2024 (NEWSWIRE) -- The"
_DATELINE = re.compile(
    rf"""
    ^(?P<place>[^\n,.:;!?()]{{2,40}}(?:,\s[^\n,:;!?()]{{2,30}})?)
    ,\s+(?:
        {_write_full_date_pattern()}
        | (?P<yearless>{_MONTH}\s{_DAY}|{_DAY}\s{_MONTH})
    )
    ,?\s*(?P<agency>\([^()\n]{{2,40}}\)\s*|/[^/\n]{{2,40}}/\s*)?
    (?:[-–—]{{1,2}})\s
    """,
    re.MULTILINE | re.VERBOSE,
)
_URL = re.compile(r"https?://")
_URL_DATE = re.compile(
    rf"""
    [/_-]({YEAR})[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])
    (?=[/_\-.]|\s|$)
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"\S+")
_ORIGINAL_URL_LABEL = re.compile(
    r"(?:original|source|canonical|permalink|published at)[^\n]{0,20}:?\s*$",
    re.IGNORECASE,
)
_MAX_URL_LABEL_CHARACTERS = 60
_URL_WORD = re.compile(r"https?://\S*")
_SLUG_WORD = re.compile(r"[^\W\d_]{4,}")
_MAX_SLUG_CHARACTERS, _MIN_SLUG_WORDS = 300, 2

_TIME_PREPOSITIONS = "in|since|by|until|during|from|before|after"
# The date beside a weekday says which one it is: "Friday, May 31".
_WEEKDAY_PREFIX = rf"(?:{_WEEKDAY},?\s+(?:the\s+)?)?"
_PART_OF_MONTH = r"(?:early\s+|late\s+|mid-)?"


def _compile_time_pattern(start: str, relative: str = "") -> re.Pattern[str]:
    """Compile the pattern of a time; `relative` adds another form."""
    return re.compile(
        rf"""
        {start}
        (?:
            (?P<full>{_WEEKDAY_PREFIX}{_write_full_date_pattern("f_")})
            # "May 3" without a year
            | (?P<monthday>
                \b{_WEEKDAY_PREFIX}(?:{_MONTH}\s+{_DAY}|{_DAY}\s+{_MONTH})\b
                (?!\s*,?\s*{YEAR})
            )
            # "May 2019", "since early May 2019"
            | (?P<monthyear>
                \b(?:(?:{_TIME_PREPOSITIONS})\s+{_PART_OF_MONTH})?
                {_MONTH}(?:\s?,)?\s+(?:of\s+)?{YEAR}\b
            )
            | (?P<weekday>\b(?:(?:last|next|this)\s+)?{_WEEKDAY}\b)
            # A month alone needs a preposition: "may" and "march" are verbs, too.
            | (?P<month>
                \b(?:{_TIME_PREPOSITIONS}|last|next)\s+{_PART_OF_MONTH}
                (?:{"|".join(MONTHS)})\b
                (?!\s+{_DAY}\s*(?:[,;–-]|\.(?!\d)|to\b|and\b|$))
            )
            | (?P<year>\b(?:{_TIME_PREPOSITIONS}|of)\s+(?P<yearnumber>{YEAR})\b)
            | (?P<relative>
                \b(?:
                    yesterday | today | tomorrow
                    | (?:last|next|this)\s+(?:week|month|year)
                    | over\ the\ (?:next|past|last)\ (?:\w+\s+)?
                      (?:days|weeks|months|years)
                    {relative}
                )
            )
        )
        """,
        re.VERBOSE,
    )


# All times start a word, and most with one of these letters: this lookahead spares
# the rest of the search. Only "three weeks ago" may start with any letter.
_TIME = _compile_time_pattern(r"(?<!\w)(?=[\dabdfijlmnostuwy])")
_TIME_WITH_AGO = _compile_time_pattern(
    r"(?<!\w)(?=\w)",
    r"| (?:\w+\s+)?(?:hours|days|weeks|months|years)\s+(?:earlier|ago|later)",
)
# Every time contains a digit or one of these. Most sentences do not.
_TIME_CUES = (
    *(name[:3] for name in MONTHS),
    "day",
    "week",
    "month",
    "year",
    "hour",
    "tomorrow",
)
# "in March and April 2019", "May 3-5, 2019"
_SHARED_YEAR = re.compile(
    rf"""
    \s*(?:,|and|or|to|through|until|[-–—])\s*
    (?:(?:in|on|until|the)\s+)?
    (?:{_MONTH}(?:\s+{_DAY})?|{_DAY}(?:\s+{_MONTH})?)
    ,?\s+(?P<year>{YEAR})\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MONTH_DAY = re.compile(
    rf"""
    (?:(?:in|during)\s+|(?P<before>\d{{1,2}})(?:st|nd|rd|th)?\s+)?
    (?P<month>{_MONTH})
    (?:\s+(?P<after>\d{{1,2}})(?:st|nd|rd|th)?)?
    """,
    re.VERBOSE,
)
_WEEKDAY_START = re.compile(rf"{_WEEKDAY},?\s+(?:the\s+)?")
_ANY_YEAR = re.compile(rf"(?<![\w.,-]){YEAR}(?![\w-])")
_DIGIT = re.compile(r"\d")
_DAY_NAMES = frozenset(
    "ash black bloody cyber easter giving good holy maundy palm shrove spy super whit"
    " green red".split()
)
_BEFORE_DAY = frozenset(("on", "late", "early", "by", "since", "until"))
_OPENERS = frozenset(
    "after and before but by each early every from in last late next on one since some"
    " the this until".split()
)
_CAPITALIZED_AFTER = re.compile(r"\ [A-Z][a-z]")
# "every Friday", "Monday to Friday", "13 May, a Monday", "until Friday"
_NOT_ONE_DAY_BEFORE = re.compile(
    rf"""
    (?:
        \b(?:every|each|an?|any|some|one|another|most|the|that|until|till|by|from
            |starting|beginning|effective|due|ahead\ of|before|after)
        | \b{_WEEKDAY}s?\s+(?:to|through|thru|or)
        | {_WEEKDAY}\s?[-–—/]
        | (?:\d(?:st|nd|rd|th)?|{_MONTH}),?\ \(?
    )\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_ONE_DAY_AFTER = re.compile(
    rf"""
    \s?[-–—/]\s?{_WEEKDAY} | \s+(?:to|through|thru|or)\s+{_WEEKDAY}
    | ,?\s\(?(?:the\s)?(?:\d{{1,2}}(?:st|nd|rd|th)\b|\d{{1,2}}\s(?:of\s)?{_MONTH}\b)
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
# A day of longer ago has its year with it; without one it may be the next such day.
_MAX_DAYS_FROM_PUBLICATION = 183
_RELATIVE_WEEKDAY = re.compile(r"(?:last|next)\s", re.IGNORECASE)
_FUTURE_VERB = re.compile(
    r"\b(?:votes?|meets?|decides?|starts?|opens?|begins?)\b[^,;:]*$", re.IGNORECASE
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
# How far from the top a date line is looked for, and how far back a year; by hand.
_TOP_CHARACTERS = 1_500
_YEAR_SEARCH_CHARACTERS = 600
# Before a time. A longer look back would take quadratic time in a list of times.
_MAX_CONTEXT_CHARACTERS = 200


def find_publication_date(text: str) -> tuple[date, str] | None:
    """Find the publication date and its origin, "text" or "url".

    In order: a date on a line of its own near the top, or a dateline there; the date
    in a URL that the text calls its original, or that has the words of the first
    lines. Other URLs may be those of sources.
    """
    stated = _find_stated_date(text)
    if stated is not None:
        return stated, "text"
    dates: set[date] = set()
    for start, match in _find_url_dates(text):
        day = _make_date(*match.groups())
        before = text[max(0, start - _MAX_URL_LABEL_CHARACTERS) : start]
        is_own = _ORIGINAL_URL_LABEL.search(before) or _names_text(match, text)
        if day is not None and is_own:
            dates.add(day)
    return (dates.pop(), "url") if len(dates) == 1 else None


def _names_text(match: re.Match[str], text: str) -> bool:
    """Return whether the words after the date in a URL open the text."""
    end = match.end() + _MAX_SLUG_CHARACTERS
    url_words = text[match.end() : end].split(maxsplit=1)
    slug = _SLUG_WORD.findall(url_words[0].lower()) if url_words else []
    opening_text = _URL_WORD.sub(" ", text[:_MAX_SLUG_CHARACTERS]).lower()
    opening = set(_SLUG_WORD.findall(opening_text))
    shared = [word for word in slug if word in opening]
    return len(shared) >= _MIN_SLUG_WORDS and 2 * len(shared) >= len(slug)


def _find_url_dates(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield the start of each URL with a date in it, and the date."""
    if "://" not in text:
        return
    # Word by word: a pattern for both would read a long URL again and again.
    for word in _WORD.finditer(text):
        position = word.start()
        while url := _URL.search(text, position, word.end()):
            found = _URL_DATE.search(text, url.end(), word.end())
            if found is None:
                break
            yield url.start(), found
            position = found.end()


def _find_stated_date(text: str) -> date | None:
    top = lower(text[:_TOP_CHARACTERS])
    dates: set[date] = set()
    for match in _DATE_LINE.finditer(top):
        day = _parse_full_date(match)
        if day is not None and match["label"]:
            return day
        if day is not None:
            dates.add(day)
    # Several are those of the entries of a list.
    if dates:
        return dates.pop() if len(dates) == 1 else None
    for match in _DATELINE.finditer(top):
        if match["yearless"] or not _is_dateline(match, text):
            continue
        if (day := _parse_full_date(match)) is not None:
            return day
    return None


def _is_dateline(match: re.Match[str], text: str) -> bool:
    """Return whether the place, or the agency after the date, is in capitals.

    In "Ann was born in Oslo, May 3, 1950 -" neither is.
    """
    place = text[slice(*match.span("place"))].split(",", maxsplit=1)[0]
    agency = text[slice(*match.span("agency"))] if match["agency"] else ""
    return place.isupper() or agency.isupper()


def find_first_time(
    text: str, published: date | None, context_year: int | None = None
) -> When | None:
    """Find the first time expression, resolved as far as it is certain.

    The date in a dateline is that of the text, not of what it says.
    """
    dateline = _DATELINE.match(lower(text))
    start = dateline.end() if dateline and _is_dateline(dateline, text) else 0
    for match in _match_times(text):
        if match.start() >= start:
            resolved = _resolve_time(match, text, published, context_year)
            return When(text[slice(*match.span())], resolved)
    return None


def find_times(
    text: str, published: date | None, context_year: int | None = None
) -> list[When]:
    """Find every time expression, resolved as far as it is certain.

    `context_year` is the year that the text before was about, if it named one.
    """
    times = []
    for match in _match_times(text):
        written = text[slice(*match.span())]
        times.append(When(written, _resolve_time(match, text, published, context_year)))
    return times


def find_year_before(text: str, position: int) -> int | None:
    """Find the last year mentioned earlier in the same paragraph."""
    paragraph_start = text.rfind("\n\n", 0, position) + 1
    start = max(0, paragraph_start, position - _YEAR_SEARCH_CHARACTERS)
    years = _ANY_YEAR.findall(text, start, position)
    return int(years[-1]) if years else None


def parse_partial_date(time: str) -> str | None:
    """Parse a day, month or weekday without a year, such as "--05-03".

    None if it depends on another time: "last Friday", "by May", "tomorrow".
    """
    written = time.lower()
    if written in WEEKDAYS:
        return written
    written = _WEEKDAY_START.sub("", written)
    match = _MONTH_DAY.fullmatch(written)
    if match is None:
        return None
    month = f"--{_parse_month(match['month']):02d}"
    day = match["before"] or match["after"]
    return f"{month}-{int(day):02d}" if day else month


def resolve_relative_times(
    text: str, published: date | None, context_year: int | None = None
) -> list[tuple[int, str]]:
    """Resolve relative times to (end offset, ISO date, month or year)."""
    resolved_times = []
    for match in _match_times(text):
        if match["full"] or match["monthyear"] or match["year"]:
            continue
        # "May 12-13, 2024" states its year.
        if _SHARED_YEAR.match(text, match.end()):
            continue
        resolved = _resolve_time(match, text, published, context_year)
        if resolved:
            resolved_times.append((match.end(), resolved))
    return resolved_times


def has_time(text: str) -> bool:
    """Return whether a text contains a time expression."""
    return bool(_match_times(text))


# A claim is compared with several sentences, and a sentence with several claims.
@lru_cache(maxsize=256)
def _match_times(text: str) -> tuple[re.Match[str], ...]:
    """Match the time expressions of a text in its lowercase form."""
    plain = lower(text)
    if not _DIGIT.search(text) and not any(cue in plain for cue in _TIME_CUES):
        return ()
    has_ago = "ago" in plain or "earlier" in plain or "later" in plain
    pattern = _TIME_WITH_AGO if has_ago else _TIME
    matches = tuple(pattern.finditer(plain))
    if not any(match["weekday"] for match in matches):
        return matches
    return tuple(match for match in matches if not _is_named_day(match, text))


def _is_named_day(match: re.Match[str], text: str) -> bool:
    """Return whether a weekday is in a name: "Good Friday", "Sunday Times"."""
    if not match["weekday"]:
        return False
    word_before = _get_text_before(match, text).rstrip().rpartition(" ")[2]
    if word_before.lower() in _DAY_NAMES:
        return True
    is_capitalized = word_before[:1].isupper() and word_before[-1:].isalpha()
    # "On", "Late", and the like have their capital from the start of a sentence.
    if is_capitalized and word_before.lower() not in _OPENERS:
        return True
    is_capitalized_after = _CAPITALIZED_AFTER.match(text, match.end()) is not None
    return is_capitalized_after and word_before.lower() not in _BEFORE_DAY


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
        return _format_date(_parse_full_date(match, "f_"))
    if match["year"]:
        return match["yearnumber"]
    written = match.group()
    month = _parse_month(_extract_month_name(written))
    return f"{written[-len('2019') :]}-{month:02d}"


def _resolve_month_or_day(
    match: re.Match[str], text: str, published: date | None, context_year: int | None
) -> str | None:
    """Resolve "May" or "May 3" with the year stated around it, if any."""
    if shared := _SHARED_YEAR.match(text, match.end()):
        return _resolve_with_year(match.group(), shared["year"])
    if published is None or _OF_OTHER_YEAR.match(text, match.end()):
        return None
    before = _get_text_before(match, text)
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
    month = str(_parse_month(_extract_month_name(written)))
    day = _extract_digits(written)
    resolved = _make_date(year, month, day or "1")
    if resolved is None:
        return None
    return resolved.isoformat() if day else resolved.isoformat()[: len("2019-03")]


def _is_single_day(match: re.Match[str], text: str) -> bool:
    """Return whether a weekday is one day of the past, and not of any week.

    Beside another date it is the weekday of that.
    """
    if _NOT_ONE_DAY_AFTER.match(text, match.end()):
        return False
    return _NOT_ONE_DAY_BEFORE.search(_get_text_before(match, text)) is None


def _get_text_before(match: re.Match[str], text: str) -> str:
    """Return the words before a time, as far as they can say which it is."""
    start = max(0, match.start() - _MAX_CONTEXT_CHARACTERS)
    return text[start : match.start()]


def _resolve_weekday(match: re.Match[str], text: str, published: date) -> str | None:
    """Resolve a weekday to the last such day up to publication."""
    if not _is_single_day(match, text):
        return None
    written = match.group()
    if _RELATIVE_WEEKDAY.match(written):
        return None  # "last Friday" may be this week's or the week before's
    if _is_future(f"{_get_text_before(match, text)} {written}"):
        return None
    weekday = WEEKDAYS[written.rsplit(maxsplit=1)[-1].lower()]
    days_ago = (published.weekday() - weekday) % 7
    return (published - timedelta(days=days_ago)).isoformat()


def _resolve_yearless(
    match: re.Match[str], before: str, published: date, context_year: int | None
) -> str | None:
    """Resolve a day or month to the one closest to publication.

    None if the text is about another year: in "in 1987 ... on 23 July", the day
    belongs to 1987.
    """
    written = match.group()
    month = _parse_month(_extract_month_name(written))
    is_future = _is_future(before)
    weekday = _WEEKDAY_START.match(written)
    if weekday:
        day = int(_extract_digits(written))
        name = weekday.group().split()[0].rstrip(",")
        return _resolve_weekday_date(
            WEEKDAYS[name], month, day, context_year or published.year
        )
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
        resolved = _make_date(str(year), str(month), str(day))
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

    None if the last is more than half a year ago: it may be the next.
    """
    years = (published.year - 1, published.year, published.year + 1)
    candidates = [_make_date(str(year), str(month), str(day)) for year in years]
    for candidate in candidates:
        if candidate is None:
            continue
        days = (candidate - published).days
        if is_future and days >= 0:
            return candidate.isoformat()
        if not is_future and -_MAX_DAYS_FROM_PUBLICATION <= days <= 0:
            return candidate.isoformat()
    return None


def _is_future(before: str) -> bool:
    """Return whether the clause before a time is about the future."""
    clause = re.split(r"[,;:]", before)[-1]
    return bool(_FUTURE_AUXILIARY.search(clause) or _FUTURE_VERB.search(before))


def _parse_full_date(match: re.Match[str], prefix: str = "") -> date | None:
    if iso := match[f"{prefix}iso"]:
        return _make_date(*iso.split("-"))
    order = "1" if match[f"{prefix}m1"] else "2"
    month = _parse_month(match[f"{prefix}m{order}"])
    return _make_date(
        match[f"{prefix}y{order}"], str(month), match[f"{prefix}d{order}"]
    )


def _format_date(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _extract_digits(written: str) -> str:
    return re.sub(r"\D", "", written)


def _extract_month_name(written: str) -> str:
    words = re.split(r"[\s,-]+", written)
    return next(word for word in words if re.fullmatch(_MONTH, word))


def _parse_month(name: str) -> int:
    # Three letters identify a month, also "sept." and "june".
    start = name.lower().rstrip(".")[:3]
    return next(number for full, number in MONTHS.items() if full.startswith(start))


def _make_date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
