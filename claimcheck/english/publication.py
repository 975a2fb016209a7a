"""Finds a document's date of publication in its text, or in a URL in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from claimcheck.english.dates import (
    DAY,
    MONTH,
    WEEKDAY,
    YEAR,
    make_date,
    parse_full_date,
    write_full_date_pattern,
)
from claimcheck.text.mapping import lower

# A line with only a date and its label, byline, or time.
_DATE_LINE = re.compile(
    rf"""
    ^[ \t]*
    (?P<label>
        (?:first\ published|last\ updated|published|posted|updated|date)
        (?:[ \t]+by[ \t][^\n]{{2,60}}?)?(?:[ \t]+(?:on|at|online))?[ \t]*[:|–—-]?[ \t]*
        | by[ \t][^\n]{{2,80}}?[,|·•–—-][ \t]*
    )?
    (?:[^\n|·•]{{2,60}}[|·•][ \t]*)?
    (?:(?:{WEEKDAY}|mon|tue|wed|thu|fri|sat|sun)\.?,?\s+)?
    {write_full_date_pattern()}
    (?:[ \t]*[,|·•–—-]?[ \t]*(?:at[ \t]+)?\d{{1,2}}[:.h]\d\d[^\n]{{0,25}}
        |[ \t]*[|·•][^\n]{{0,40}})?
    [.]?[ \t\r]*$
    """,
    re.MULTILINE | re.VERBOSE,
)
# "OSLO, October 24, 2024 - The port", "Oslo, Norway, Oct. 24, 2024 (NEWSWIRE) -- The",
# "SALEM, Ore. — July 24, 2024 — The port"
_DATELINE = re.compile(
    rf"""
    ^(?P<place>[^\n,.:;!?()]{{2,40}}(?:,\s[^\n,:;!?()]{{2,30}})?)
    (?:,|,?\s[-–—]{{1,2}})\s+(?:
        {write_full_date_pattern()}
        | (?P<yearless>{MONTH}\s{DAY}|{DAY}\s{MONTH})
    )
    ,?\s*(?P<agency>\([^()\n]{{2,40}}\)\s*|/[^/\n]{{2,40}}/\s*)?
    (?:[-–—]{{1,2}}|\.)\s
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
# A date line must be this close to the top. Chosen by hand.
_TOP_CHARACTERS = 1_500


def find_publication_date(text: str) -> tuple[date, str] | None:
    """Find the publication date and its origin, "text" or "url".

    A date on its own line near the top, or in a dateline there, comes first. Next comes
    the date in a URL that the text calls its original, or that has the words of the
    first lines. Other URLs may be those of sources.
    """
    stated = _find_stated_date(text)
    if stated is not None:
        return stated, "text"
    dates: set[date] = set()
    for start, match in _find_url_dates(text):
        day = make_date(*match.groups())
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
    # Words are searched one by one: a pattern for both would read a long URL
    # repeatedly.
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
    lines = list(_DATE_LINE.finditer(top))
    if not any(map(parse_full_date, lines)):
        return _find_dateline(top, text)
    labeled: set[date] = set()
    others: set[date] = set()
    for match in lines:
        label, day = match["label"] or "", parse_full_date(match)
        if day is None:
            continue
        if label and not label.startswith("date"):
            return day
        dates = labeled if label else others
        dates.add(day)
    # Several dates belong to the entries of a list, or to messages.
    dates = labeled or others
    return dates.pop() if len(dates) == 1 else None


def _find_dateline(top: str, text: str) -> date | None:
    for match in _DATELINE.finditer(top):
        if match["yearless"] or not _is_dateline(match, text):
            continue
        if (day := parse_full_date(match)) is not None:
            return day
    return None


def _is_dateline(match: re.Match[str], text: str) -> bool:
    """Return whether the place, or the agency after the date, is in capitals.

    In "Ann was born in Oslo, May 3, 1950 -" neither is.
    """
    place = text[slice(*match.span("place"))].split(",", maxsplit=1)[0]
    agency = text[slice(*match.span("agency"))] if match["agency"] else ""
    return place.isupper() or agency.isupper()


def find_dateline_end(text: str) -> int:
    """Return the end of the dateline that a text starts with, or 0."""
    dateline = _DATELINE.match(lower(text))
    return dateline.end() if dateline and _is_dateline(dateline, text) else 0
