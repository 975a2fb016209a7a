"""English dates: names of months and weekdays, and dates with their year.

All patterns are for lowercase text: they run twice as fast as with IGNORECASE.
"""

from __future__ import annotations

import re
from datetime import date

from claimcheck.resources import read_words

MONTHS = {name: number for number, name in enumerate(read_words("months"), 1)}
WEEKDAYS = {
    name: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
}
YEAR = r"(?:1[5-9]|20)\d\d"
MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?"
    r"|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?"
    r"|dec(?:ember|\.)?)"
)
WEEKDAY = "(?:" + "|".join(WEEKDAYS) + ")"
DAY = r"\d{1,2}(?:st|nd|rd|th)?"


def write_full_date_pattern(prefix: str = "") -> str:
    """Return the verbose pattern of a date; `prefix` is for its groups."""
    return rf"""
    (?<![\w-])
    (?:
        (?P<{prefix}iso>{YEAR}-\d\d-\d\d)(?!\d)
        # "May 3rd, 2019"
        | (?P<{prefix}m1>{MONTH})\s+(?P<{prefix}d1>\d{{1,2}})(?:st|nd|rd|th)?
          ,?\s+(?P<{prefix}y1>{YEAR})\b
        # "3rd May 2019"
        | (?P<{prefix}d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<{prefix}m2>{MONTH})
          \s+(?P<{prefix}y2>{YEAR})\b
    )
    """


def parse_full_date(match: re.Match[str], prefix: str = "") -> date | None:
    """Return the date of a match; None for a day that no calendar has."""
    if iso := match[f"{prefix}iso"]:
        return make_date(*iso.split("-"))
    order = "1" if match[f"{prefix}m1"] else "2"
    month = parse_month(match[f"{prefix}m{order}"])
    return make_date(match[f"{prefix}y{order}"], str(month), match[f"{prefix}d{order}"])


def parse_month(name: str) -> int:
    """Return the number of a month's name or abbreviation."""
    # Three letters identify a month, even in "sept." and "june".
    start = name.lower().rstrip(".")[:3]
    return next(number for full, number in MONTHS.items() if full.startswith(start))


def make_date(year: str, month: str, day: str) -> date | None:
    """Return a date; None for a day that no calendar has."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
