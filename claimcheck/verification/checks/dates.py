"""Dates: the same time in another notation, or a different time.

Times are compared as ISO 8601: "2019-05" contains "2019-05-03", and "--05-03" is 3 May
of any year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from claimcheck.english.dates import WEEKDAYS, YEAR
from claimcheck.english.time_resolution import find_times
from claimcheck.english.times import parse_partial_date
from claimcheck.models.claim import When
from claimcheck.models.verdict import Difference
from claimcheck.verification.checks.pair import SentencePair

_YEAR_RANGE = re.compile(
    rf"\b(?:from|between)\s+({YEAR})\s*(?:to|and|until|[-–—])\s*({YEAR})\b"
)
_DIGITS = "0123456789"
_DECADE = re.compile(r"\b((?:1[5-9]|20)\d)0s\b")
_COUNTED_FROM = re.compile(
    r"\b(?:days?|weeks?|months?|years?|decades?)\s+(?:after|before|earlier|later)\b",
    re.IGNORECASE,
)
# "LONDON, March 14 (Reuters) - The council" and "(Updated March 14) The council"
_AFTER_DATELINE = re.compile(r"\s?(?:\([^()]{2,40}\)\s?)?(?:[-–—]{1,2}|\))\s")
_MAX_PLACE = 60  # characters
# "after 1921" confirms 1923, and "since" contradicts "until".
_OPEN_START = re.compile(r"(?:after|since|from)\b", re.IGNORECASE)
_OPEN_END = re.compile(r"(?:before|until|by)\b", re.IGNORECASE)


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return the claim's one time for which the evidence has one other time.

    With several times on a side, or a negation, it is unclear what they are times of.
    """
    # "In 1953, eight years after it was bombed" has two times.
    if pair.has_negation or _COUNTED_FROM.search(pair.evidence):
        return []
    claim_times = _find_times(pair.claim, pair.published)
    if not claim_times:
        return []
    evidence_times = _find_times(pair.evidence, pair.published)
    if None in [time.resolved for time in evidence_times]:
        return []  # "this year" beside "in 2018": which year it is remains unknown
    unconfirmed = _find_unconfirmed(claim_times, pair.evidence, evidence_times)
    if len(unconfirmed) != 1:
        return []
    (time,) = unconfirmed
    rivals = [
        other
        for other in evidence_times
        if _is_rival(time, other) and not _is_dateline(other, pair.evidence)
    ]
    if len(rivals) != 1 or any(_is_confirmed(other, rivals) for other in claim_times):
        return []
    return [Difference("date", time.text, rivals[0].text)]


def find_unsupported(
    claim: str, premise: str, published: date | None
) -> list[Difference]:
    """Return the claim's times that the premise does not confirm."""
    claim_times = _find_times(claim, published)
    if not claim_times:
        return []
    others = _find_times(premise, published)
    differences = []
    for time in _find_unconfirmed(claim_times, premise, others):
        resolved = [other for other in others if other.resolved]
        rivals = [other for other in resolved if _is_rival(time, other)]
        # One other time is most likely meant.
        evidence = rivals[0].text if len(rivals) == 1 else None
        differences.append(Difference("date", time.text, evidence))
    return differences


def _find_times(text: str, published: date | None) -> list[When]:
    """Return the times in a text; days and months may lack a year."""
    times = find_times(text, published)
    if published:
        return times
    return [
        replace(time, resolved=time.resolved or parse_partial_date(time.text))
        for time in times
    ]


def _find_unconfirmed(
    times: Iterable[When], text: str, others: Sequence[When]
) -> list[When]:
    """Return the times that neither a time nor a range of years confirms."""
    years_in_ranges = _list_years_in_ranges(text)
    unconfirmed = []
    for time in times:
        if time.resolved is None or time.resolved[: len("2019")] in years_in_ranges:
            continue
        if not _is_confirmed(time, others):
            unconfirmed.append(time)
    return unconfirmed


def _list_years_in_ranges(text: str) -> set[str]:
    """Return the years of "from 2015 to 2018" and "the 1990s"."""
    years = {
        f"{decade}{digit}" for decade in _DECADE.findall(text) for digit in _DIGITS
    }
    for first, last in _YEAR_RANGE.findall(text):
        years.update(map(str, range(int(first), int(last) + 1)))
    return years


def _is_confirmed(time: When, others: Sequence[When]) -> bool:
    """Return whether one of the others is this time, at least as precisely."""
    comparable = [other for other in others if _is_comparable(time, other)]
    for other in comparable:
        first, second = _align_years(time, other)
        if first and second.startswith(first):
            return True
    # Of several, which one is within the claim's limit is unclear.
    return len(others) == len(comparable) == 1 and _is_within_limit(time, others[0])


def _is_comparable(time: When, other: When) -> bool:
    if other.resolved is None or _is_opposite_bound(time, other):
        return False
    # The weekday of a date line confirms no month.
    is_day = len(str(time.resolved)) >= len("2019-03-19")
    return is_day or _is_weekday(time) or not _is_weekday(other)


def _is_within_limit(time: When, other: When) -> bool:
    """Return whether another time is within "after 1921" or "before May"."""
    # ISO dates compare as strings, also a year with a day.
    limit, resolved = str(time.resolved), str(other.resolved)
    if _OPEN_START.match(time.text):
        return resolved >= limit
    return bool(_OPEN_END.match(time.text)) and resolved <= limit


def _is_rival(time: When, other: When) -> bool:
    """Return whether a time is another one if it does not confirm this one.

    A weekday is compared only with a weekday: its date is computed and not written.
    """
    if _is_opposite_bound(time, other):
        return True
    if _is_weekday(time) or _is_weekday(other):
        return _is_weekday(time) and _is_weekday(other)
    first, second = _align_years(time, other)
    # A date in figures may be the date of the page: it does not rival a month.
    if len(first) < len(second) and other.text[:4].isdecimal():
        return False
    return 0 < len(first) <= len(second)


def _is_dateline(time: When, sentence: str) -> bool:
    """Return whether a sentence begins with a place and this day.

    It is when the text was written, and not when something happened.
    """
    start = sentence.find(time.text)
    after = sentence[start + len(time.text) :]
    return start < _MAX_PLACE and _AFTER_DATELINE.match(after) is not None


def _align_years(left: When, right: When) -> tuple[str, str]:
    """Return two resolved times, both without a year if one has none."""
    first, second = str(left.resolved), str(right.resolved)
    if not first.startswith("--") and not second.startswith("--"):
        return first, second
    return _strip_year(first), _strip_year(second)


def _strip_year(time: str) -> str:
    return time[2:] if time.startswith("--") else time[len("2019-") :]


def _is_opposite_bound(time: When, other: When) -> bool:
    """Return whether one time is "since" and the other "until"."""
    return {_find_bound(time), _find_bound(other)} == {"start", "end"}


def _find_bound(time: When) -> str | None:
    """Return "start" for "since 1921", "end" for "until 1921", or None."""
    if _OPEN_START.match(time.text):
        return "start"
    return "end" if _OPEN_END.match(time.text) else None


def _is_weekday(time: When) -> bool:
    return time.text.rsplit(maxsplit=1)[-1].lower() in WEEKDAYS
