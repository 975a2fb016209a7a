"""Dates: the same time in another notation, or a different time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from claimcheck.english.dates import (
    WEEKDAYS,
    YEAR,
    find_times,
    has_time,
    parse_partial_date,
)
from claimcheck.models.claim import When
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import SentencePair

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


@dataclass(frozen=True, slots=True)
class _Times:
    """The resolved times of a claim and of its evidence.

    `unconfirmed` are those of the claim that the evidence sentence does not confirm.
    `nearby` are those of all the sentences on which the claim rests.
    """

    claim: Sequence[When]
    unconfirmed: Sequence[When]
    evidence: Sequence[When]
    nearby: Sequence[When]
    nearby_ranges: Sequence[tuple[int, int]]


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return claim times for which the evidence gives another."""
    if not has_time(pair.claim):
        return []
    evidence_times = _find_pair_times(pair.evidence, pair)
    if any(time.resolved is None for time in evidence_times):
        return []  # "this year" beside "in 2018": which year it is remains unknown
    claim_times = _select_resolved(_find_pair_times(pair.claim, pair))
    unconfirmed = [
        time
        for time in claim_times
        if not _is_confirmed(time, _select_comparable_times(time, evidence_times))
    ]
    if not unconfirmed:
        return []
    times = _Times(
        claim=claim_times,
        unconfirmed=unconfirmed,
        evidence=evidence_times,
        nearby=_select_resolved(_find_pair_times(pair.nearby_text, pair)),
        nearby_ranges=_find_year_ranges(pair.nearby_text),
    )
    differences = []
    for time in unconfirmed:
        rival = _find_rival(time, times, pair)
        if rival is not None:
            differences.append(Difference("date", time.text, rival.text))
    return differences


def _find_rival(time: When, times: _Times, pair: SentencePair) -> When | None:
    """Return the evidence's time that replaces a claim's, or None."""
    is_same_fact = pair.states_same_fact(time.text)
    confirming = _select_comparable_times(time, times.evidence)
    if not is_same_fact:
        # A less precise time nearby does not confirm one: the date line of a page has
        # a weekday, too, and a day confirms no month that is not its own.
        confirming += [other for other in times.nearby if _is_as_precise(other, time)]
    if _is_confirmed(time, confirming):
        return None
    if any(_is_in_year_range(time, years) for years in times.nearby_ranges):
        return None
    is_elsewhere = time.resolved in pair.alignment.document_forms
    if pair.is_isolated and not is_same_fact and is_elsewhere:
        return None  # the sentence is about another year than the claim
    rivals = _list_rivals(time, times)
    if len(rivals) != 1 or any(_is_confirmed(other, rivals) for other in times.claim):
        return None
    return rivals[0]


def _list_rivals(time: When, times: _Times) -> list[When]:
    """List the evidence's times that may replace a claim's."""
    # "since 1968" beside "until 1968": the same time, but the opposite claim.
    reversed_bounds = [
        other
        for other in times.evidence
        if _is_opposite_bound(time, other) and is_compatible_time(time, other)
    ]
    if reversed_bounds:
        return reversed_bounds
    rivals = [other for other in times.evidence if _is_comparable(time, other)]
    comparable_claims = [
        other
        for other in times.unconfirmed
        if any(_is_comparable(other, rival) for rival in rivals)
    ]
    # With two claimed times beside one, it is unclear which of them is meant.
    return rivals if len(comparable_claims) == 1 else []


def _select_resolved(times: Iterable[When]) -> list[When]:
    return [time for time in times if time.resolved]


def _find_pair_times(text: str, pair: SentencePair) -> list[When]:
    """Return the times in a text; days and months may lack a year."""
    times = find_times(text, pair.published)
    if pair.published:
        return times
    return [
        time if time.resolved else replace(time, resolved=parse_partial_date(time.text))
        for time in times
    ]


def is_compatible_time(left: When, right: When) -> bool:
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


def _select_comparable_times(time: When, others: Sequence[When]) -> list[When]:
    """Return the times that may confirm another.

    If any is comparable, a less precise one confirms nothing.
    """
    if not any(_is_comparable(time, other) for other in others):
        return list(others)
    return [other for other in others if _is_as_precise(other, time)]


def _is_confirmed(time: When, others: Iterable[When]) -> bool:
    for other in others:
        if _is_opposite_bound(time, other):
            continue
        if is_compatible_time(time, other) or _includes_time(time, other):
            return True
    return False


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
    """Return whether two times have comparable precision and notation.

    A weekday is compared only with a weekday, because its date is computed and not
    written. A day may contradict a month, unless it is in figures: that may be the
    date of the page.
    """
    if _is_weekday(time) or _is_weekday(other):
        return _is_weekday(time) and _is_weekday(other)
    first, second = _align_years(time, other)
    if len(first) == len(second) - len("-03"):
        return not other.text[:4].isdecimal()
    return 0 < len(first) == len(second)


def _is_as_precise(time: When, other: When) -> bool:
    """Return whether a time is at least as precise as another."""
    if _is_weekday(other):
        return _is_weekday(time)
    first, second = _align_years(time, other)
    return len(first) >= len(second)


def _is_weekday(time: When) -> bool:
    return time.text.rsplit(maxsplit=1)[-1].lower() in WEEKDAYS


def _find_year_ranges(text: str) -> list[tuple[int, int]]:
    ranges = [
        (int(match["first"]), int(match["last"]))
        for match in _YEAR_RANGE.finditer(text)
    ]
    for match in _DECADE.finditer(text):
        first = int(match["decade"]) * 10
        ranges.append((first, first + 9))
    return ranges


def _is_in_year_range(time: When, years: tuple[int, int]) -> bool:
    year = str(time.resolved)[:4]
    return year.isdecimal() and years[0] <= int(year) <= years[1]
