"""Finds time expressions: "on Tuesday", "in May 2019", "three weeks ago".

`time_resolution` finds out which day, month, or year they mean.
"""

from __future__ import annotations

import re
from functools import lru_cache

from claimcheck.english.dates import (
    DAY,
    MONTH,
    MONTHS,
    WEEKDAY,
    WEEKDAYS,
    YEAR,
    parse_month,
    write_full_date_pattern,
)
from claimcheck.text.mapping import lower

_TIME_PREPOSITIONS = "in|since|by|until|during|from|before|after"
# The date after a weekday says which one it is: "Friday, May 31".
_WEEKDAY_PREFIX = rf"(?:{WEEKDAY},?\s+(?:the\s+)?)?"
_PART_OF_MONTH = r"(?:early\s+|late\s+|mid-)?"


def _compile_time_pattern(start: str, relative: str = "") -> re.Pattern[str]:
    """Compile the pattern of a time; `relative` adds another form."""
    return re.compile(
        rf"""
        {start}
        (?:
            (?P<full>{_WEEKDAY_PREFIX}{write_full_date_pattern("f_")})
            # "May 3" without a year
            | (?P<monthday>
                \b{_WEEKDAY_PREFIX}(?:{MONTH}\s+{DAY}|{DAY}\s+{MONTH})\b
                (?!\s*,?\s*{YEAR})
            )
            # "May 2019", "since early May 2019"
            | (?P<monthyear>
                \b(?:(?:{_TIME_PREPOSITIONS})\s+{_PART_OF_MONTH})?
                {MONTH}(?:\s?,)?\s+(?:of\s+)?{YEAR}\b
            )
            | (?P<weekday>\b(?:(?:last|next|this)\s+)?{WEEKDAY}\b)
            # A month alone needs a preposition: "may" and "march" are verbs, too.
            | (?P<month>
                \b(?:{_TIME_PREPOSITIONS}|last|next)\s+{_PART_OF_MONTH}
                (?:{"|".join(MONTHS)})\b
                (?!\s+{DAY}\s*(?:[,;–-]|\.(?!\d)|to\b|and\b|$))
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
_MONTH_DAY = re.compile(
    rf"""
    (?:(?:in|during)\s+|(?P<before>\d{{1,2}})(?:st|nd|rd|th)?\s+)?
    (?P<month>{MONTH})
    (?:\s+(?P<after>\d{{1,2}})(?:st|nd|rd|th)?)?
    """,
    re.VERBOSE,
)
WEEKDAY_START = re.compile(rf"{WEEKDAY},?\s+(?:the\s+)?")
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
# The context before a time. A longer one would take quadratic time in a list of times.
_MAX_CONTEXT_CHARACTERS = 200


def parse_partial_date(time: str) -> str | None:
    """Parse a day, month or weekday without a year, such as "--05-03".

    The result is None if the time depends on another one: "last Friday", "by May",
    "tomorrow".
    """
    written = time.lower()
    if written in WEEKDAYS:
        return written
    written = WEEKDAY_START.sub("", written)
    match = _MONTH_DAY.fullmatch(written)
    if match is None:
        return None
    month = f"--{parse_month(match['month']):02d}"
    day = match["before"] or match["after"]
    return f"{month}-{int(day):02d}" if day else month


# Cached, because a claim is compared with several sentences, and vice versa.
@lru_cache(maxsize=256)
def match_times(text: str) -> tuple[re.Match[str], ...]:
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
    word_before = get_text_before(match, text).rstrip().rpartition(" ")[2]
    if word_before.lower() in _DAY_NAMES:
        return True
    is_capitalized = word_before[:1].isupper() and word_before[-1:].isalpha()
    # "On", "Late", and the like have a capital letter because they start a sentence.
    if is_capitalized and word_before.lower() not in _OPENERS:
        return True
    is_capitalized_after = _CAPITALIZED_AFTER.match(text, match.end()) is not None
    return is_capitalized_after and word_before.lower() not in _BEFORE_DAY


def get_text_before(match: re.Match[str], text: str) -> str:
    """Return the words before a time that may tell which one is meant."""
    start = max(0, match.start() - _MAX_CONTEXT_CHARACTERS)
    return text[start : match.start()]
