"""Dates: the same day, month or year, written in whatever way; or another one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from claimcheck.english.dates import WEEKDAYS, find_times, has_time, parse_partial_date
from claimcheck.models.claim import When
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import SentencePair

_YEAR_RANGE = re.compile(
    r"\b(?:from|between)\s+(?P<first>(?:1[5-9]|20)\d\d)\s*(?:to|and|until|[-–—])\s*(?P<last>(?:1[5-9]|20)\d\d)\b"
)
_OPEN_START, _OPEN_END = (
    re.compile(r"(?:after|since|from)\b", re.I),
    re.compile(r"(?:before|until|by)\b", re.I),
)
_STRICT_OPEN_END = re.compile(r"(?:before|until)\b", re.I)
_YEARLESS_PREFIX = "--"
_DECADE = re.compile(r"\b(?P<decade>(?:1[5-9]|20)\d)0s\b")


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return claim dates for which the evidence gives another of equal precision."""
    if not has_time(pair.claim):
        return []
    said = _find_pair_times(pair.evidence, pair)
    if any(when.resolved is None for when in said):
        return []  # "this year" beside "in 2018": what it tells of is not known
    here = [when for when in said if when.resolved]
    ours = [when for when in _find_pair_times(pair.claim, pair) if when.resolved]
    open_ = [
        when
        for when in ours
        if not _is_confirmed(when, _select_comparable_times(when, here))
    ]
    if not open_:
        return []
    near = [when for when in _find_pair_times(pair.around, pair) if when.resolved]
    intervals = _find_year_ranges(pair.around)
    found = []
    for when in open_:
        # a weekday is no day that merely stands nearby: the line that dates the page has one too; nor is a day its month
        others, carries = (
            _select_comparable_times(when, here),
            pair.carries_all_but(when.text),
        )
        if not carries:
            others += [other for other in near if _is_as_precise(other, when)]
        if _is_confirmed(when, others) or any(
            _is_in_year_range(when, interval) for interval in intervals
        ):
            continue
        if pair.alone and not carries and when.resolved in pair.alignment.everywhere:
            continue  # this sentence is of another year, and the document tells of the claim's too
        turned = [
            other
            for other in here
            if _is_opposite_bound(when, other) and is_compatible_time(when, other)
        ]
        rivals = turned or [other for other in here if _is_comparable(when, other)]
        # of two times of the claim beside one, which of them it is about can't be told
        alone = (
            turned
            or sum(
                any(_is_comparable(other, rival) for rival in rivals) for other in open_
            )
            == 1
        )
        if (
            len(rivals) == 1
            and alone
            and not any(_is_confirmed(other, rivals) for other in ours)
        ):
            found.append(Difference("date", when.text, rivals[0].text))
    return found


def _find_pair_times(text: str, pair: SentencePair) -> list[When]:
    """Return the times in a text; days and months may lack a year."""
    found = find_times(text, pair.published)
    if pair.published:
        return found
    return [
        when if when.resolved else replace(when, resolved=parse_partial_date(when.text))
        for when in found
    ]


def is_compatible_time(left: When, right: When) -> bool:
    """Return whether two resolved times are equal or one contains the other."""
    first, second = _align_years(left, right)
    return bool(first and second) and (
        first.startswith(second) or second.startswith(first)
    )


def _align_years(left: When, right: When) -> tuple[str, str]:
    """Return two resolved times, both without a year if one has none."""
    first, second = str(left.resolved), str(right.resolved)
    if _YEARLESS_PREFIX not in (first[:2], second[:2]):
        return first, second
    return _strip_year(first), _strip_year(second)


def _strip_year(time: str) -> str:
    return (
        time.removeprefix(_YEARLESS_PREFIX)
        if time.startswith(_YEARLESS_PREFIX)
        else time[len("2019-") :]
    )


def _select_comparable_times(when: When, here: Sequence[When]) -> list[When]:
    """Return the times precise enough to confirm another."""
    comparable = any(_is_comparable(when, other) for other in here)
    return [other for other in here if not comparable or _is_as_precise(other, when)]


def _is_confirmed(when: When, others: Sequence[When]) -> bool:
    return any(
        (is_compatible_time(when, other) or _includes_time(when, other))
        and not _is_opposite_bound(when, other)
        for other in others
    )


def _is_opposite_bound(when: When, other: When) -> bool:
    """Return whether one time is "since" and the other "until"."""
    ends = [
        (bool(_OPEN_START.match(time.text)), bool(_STRICT_OPEN_END.match(time.text)))
        for time in (when, other)
    ]
    return sorted(ends) == [(False, True), (True, False)]


def _includes_time(when: When, other: When) -> bool:
    """Return whether an open range ("after 1921") includes another time."""
    first, second = str(when.resolved), str(other.resolved)
    if _OPEN_START.match(when.text):
        return second >= first
    return bool(_OPEN_END.match(when.text)) and second <= first


def _is_comparable(when: When, other: When) -> bool:
    """Return whether two times have comparable precision and notation.
    what that means is worked out, not read. A day in figures may be when the page was made, and makes no month wrong."""
    if _is_weekday(when) or _is_weekday(other):
        return _is_weekday(when) and _is_weekday(other)
    first, second = _align_years(when, other)
    day = len(first) == len(second) - len("-03") and not other.text[:4].isdecimal()
    return 0 < len(first) == len(second) or day


def _is_as_precise(when: When, other: When) -> bool:
    """Return whether a time is at least as precise as another."""
    if _is_weekday(other):
        return _is_weekday(when)
    first, second = _align_years(when, other)
    return len(first) >= len(second)


def _is_weekday(when: When) -> bool:
    return when.text.split()[-1].lower() in WEEKDAYS


def _find_year_ranges(text: str) -> list[tuple[int, int]]:
    found = [
        (int(match["first"]), int(match["last"]))
        for match in _YEAR_RANGE.finditer(text)
    ]
    return found + [
        (int(match["decade"]) * 10, int(match["decade"]) * 10 + 9)
        for match in _DECADE.finditer(text)
    ]


def _is_in_year_range(when: When, interval: tuple[int, int]) -> bool:
    year = str(when.resolved)[:4]
    return year.isdecimal() and interval[0] <= int(year) <= interval[1]
