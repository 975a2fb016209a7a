"""Dates: the same time in another notation, or a different time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from claimcheck.english.dates import (
    WEEKDAYS,
    YEAR,
    find_times,
    has_time,
    parse_partial_date,
)
from claimcheck.models.claim import When
from claimcheck.models.verdict import Difference
from claimcheck.verification.checks.pair import SentencePair

_YEAR_RANGE = re.compile(
    rf"""
    \b(?:from|between)\s+(?P<first>{YEAR})
    \s*(?:to|and|until|[-–—])\s*(?P<last>{YEAR})\b
    """,
    re.VERBOSE,
)
_DECADE = re.compile(r"\b(?P<decade>(?:1[5-9]|20)\d)0s\b")
# "after 1921" confirms 1923, and "since" contradicts "until".
_OPEN_START = re.compile(r"(?:after|since|from)\b", re.IGNORECASE)
_OPEN_END = re.compile(r"(?:before|until|by)\b", re.IGNORECASE)
_STRICT_OPEN_END = re.compile(r"(?:before|until)\b", re.IGNORECASE)
_YEARLESS_PREFIX = "--"  # ISO 8601: "--05-03" is 3 May of any year


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return the claim's one time for which the evidence has one other time.

    With several times on a side, or a negation, it is unclear what they are times of.
    """
    if pair.has_negation or not has_time(pair.claim):
        return []
    evidence_times = _find_comparable_times(pair.evidence, pair.published)
    if any(time.resolved is None for time in evidence_times):
        return []  # "this year" beside "in 2018": which year it is remains unknown
    claim_times = _find_comparable_times(pair.claim, pair.published)
    if _find_unconfirmed_years(pair.evidence, claim_times) == []:
        return []
    unconfirmed = [
        time
        for time in claim_times
        if time.resolved and not _is_confirmed(time, evidence_times)
    ]
    if len(unconfirmed) != 1:
        return []
    (time,) = unconfirmed
    rivals = [
        other
        for other in evidence_times
        if _is_comparable(time, other) or _is_opposite_bound(time, other)
    ]
    if len(rivals) != 1 or any(_is_confirmed(other, rivals) for other in claim_times):
        return []
    return [Difference("date", time.text, rivals[0].text)]


def find_unsupported(
    claim: str, premise: str, published: date | None
) -> list[Difference]:
    """Return the claim's times that the premise does not confirm."""
    if not has_time(claim):
        return []
    claim_times = _find_comparable_times(claim, published)
    others = _find_comparable_times(premise, published)
    return [
        Difference("date", time.text, None)
        for time in _find_unconfirmed_years(premise, claim_times)
        if time.resolved and not _is_confirmed(time, others)
    ]


def _find_unconfirmed_years(text: str, times: Sequence[When]) -> list[When]:
    """Return the times that are in no range of years in the text."""
    ranges = [
        (int(match["first"]), int(match["last"]))
        for match in _YEAR_RANGE.finditer(text)
    ]
    for match in _DECADE.finditer(text):
        first = int(match["decade"]) * 10
        ranges.append((first, first + 9))
    return [
        time
        for time in times
        if not any(_is_in_year_range(time, years) for years in ranges)
    ]


def _find_comparable_times(text: str, published: date | None) -> list[When]:
    """Return the times in a text; days and months may lack a year."""
    times = find_times(text, published)
    if published:
        return times
    return [
        time if time.resolved else replace(time, resolved=parse_partial_date(time.text))
        for time in times
    ]


def _is_confirmed(time: When, others: Iterable[When]) -> bool:
    """Return whether one of the others is this time, at least as precisely."""
    for other in others:
        if _is_opposite_bound(time, other):
            continue
        if _is_as_precise(other, time) and _is_compatible(time, other):
            return True
        if other.resolved and _includes_time(time, other):
            return True
    return False


def _is_compatible(left: When, right: When) -> bool:
    """Return whether one of two resolved times contains the other."""
    first, second = _align_years(left, right)
    if not first or not second:
        return False
    return first.startswith(second) or second.startswith(first)


def _align_years(left: When, right: When) -> tuple[str, str]:
    """Return two resolved times, both without a year if one has none."""
    first, second = str(left.resolved), str(right.resolved)
    if _YEARLESS_PREFIX not in (first[:2], second[:2]):
        return first, second
    return _strip_year(first), _strip_year(second)


def _strip_year(time: str) -> str:
    if time.startswith(_YEARLESS_PREFIX):
        return time.removeprefix(_YEARLESS_PREFIX)
    return time[len("2019-") :]


def _is_opposite_bound(time: When, other: When) -> bool:
    """Return whether one time is "since" and the other "until"."""
    bounds = [
        (bool(_OPEN_START.match(text)), bool(_STRICT_OPEN_END.match(text)))
        for text in (time.text, other.text)
    ]
    return sorted(bounds) == [(False, True), (True, False)]


def _includes_time(time: When, other: When) -> bool:
    """Return whether an open range ("after 1921") includes another time."""
    # ISO dates compare as strings, also a year with a day.
    first, second = str(time.resolved), str(other.resolved)
    if _OPEN_START.match(time.text):
        return second >= first
    return bool(_OPEN_END.match(time.text)) and second <= first


def _is_comparable(time: When, other: When) -> bool:
    """Return whether a time is another one if it is not the other's beginning.

    A weekday is compared only with a weekday: its date is computed and not written.
    """
    if _is_weekday(time) or _is_weekday(other):
        return _is_weekday(time) and _is_weekday(other)
    first, second = _align_years(time, other)
    # A date in figures may be the date of the page: it is no rival of a month.
    if len(first) < len(second) and other.text[:4].isdecimal():
        return False
    return 0 < len(first) <= len(second)


def _is_as_precise(time: When, other: When) -> bool:
    """Return whether a time is at least as precise as another."""
    if _is_weekday(other):
        return _is_weekday(time) or len(str(time.resolved)) == len("2019-03-05")
    first, second = _align_years(time, other)
    # "4 May" confirms "4 May 2021" as far as it goes; the year is compared by itself.
    return len(first) >= len(second)


def _is_weekday(time: When) -> bool:
    return time.text.rsplit(maxsplit=1)[-1].lower() in WEEKDAYS


def _is_in_year_range(time: When, years: tuple[int, int]) -> bool:
    year = str(time.resolved)[:4]
    return year.isdecimal() and years[0] <= int(year) <= years[1]
