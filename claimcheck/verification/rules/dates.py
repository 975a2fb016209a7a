"""Dates: the same day, month or year, written in whatever way; or another one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from claimcheck.english.dates import WEEKDAYS, names_a_time, whens_in, without_year
from claimcheck.models.claim import When
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import Pair

_INTERVAL = re.compile(
    r"\b(?:from|between)\s+(?P<first>(?:1[5-9]|20)\d\d)\s*(?:to|and|until|[-–—])\s*(?P<last>(?:1[5-9]|20)\d\d)\b"
)
_FROM, _UNTIL = re.compile(r"(?:after|since|from)\b", re.I), re.compile(r"(?:before|until|by)\b", re.I)
_STRICTLY_UNTIL = re.compile(r"(?:before|until)\b", re.I)
_YEARLESS = "--"
_DECADE = re.compile(r"\b(?P<decade>(?:1[5-9]|20)\d)0s\b")


def contradictions(pair: Pair) -> list[Difference]:
    """Dates of the claim where the evidence sentence has one of the same precision that is another."""
    if not names_a_time(pair.claim):
        return []
    said = _times(pair.evidence, pair)
    if any(when.resolved is None for when in said):
        return []  # "this year" beside "in 2018": what it tells of is not known
    here = [when for when in said if when.resolved]
    ours = [when for when in _times(pair.claim, pair) if when.resolved]
    open_ = [when for when in ours if not _told(when, _telling(when, here))]
    if not open_:
        return []
    near = [when for when in _times(pair.around, pair) if when.resolved]
    intervals = _intervals(pair.around)
    found = []
    for when in open_:
        # a weekday is no day that merely stands nearby: the line that dates the page has one too; nor is a day its month
        others, carries = _telling(when, here), pair.carries_all_but(when.text)
        if not carries:
            others += [other for other in near if _as_precise(other, when)]
        if _told(when, others) or any(_within(when, interval) for interval in intervals):
            continue
        if pair.alone and not carries and when.resolved in pair.alignment.everywhere:
            continue  # this sentence is of another year, and the document tells of the claim's too
        turned = [other for other in here if _other_end(when, other) and fit(when, other)]
        rivals = turned or [other for other in here if _comparable(when, other)]
        # of two times of the claim beside one, which of them it is about can't be told
        alone = turned or sum(any(_comparable(other, rival) for rival in rivals) for other in open_) == 1
        if len(rivals) == 1 and alone and not any(_told(other, rivals) for other in ours):
            found.append(Difference("date", when.text, rivals[0].text))
    return found


def _times(text: str, pair: Pair) -> list[When]:
    """The times in a text; where no publication date tells their year, days and months as they are written."""
    found = whens_in(text, pair.published)
    if pair.published:
        return found
    return [when if when.resolved else replace(when, resolved=without_year(when.text)) for when in found]


def fit(left: When, right: When) -> bool:
    """Whether one of two resolved times tells the other: it is the same, or the day's month, or the month's year."""
    first, second = _side_by_side(left, right)
    return bool(first and second) and (first.startswith(second) or second.startswith(first))


def _side_by_side(left: When, right: When) -> tuple[str, str]:
    """Two resolved times, both without their year where one has none."""
    first, second = str(left.resolved), str(right.resolved)
    if _YEARLESS not in (first[:2], second[:2]):
        return first, second
    return _month_and_day(first), _month_and_day(second)


def _month_and_day(time: str) -> str:
    return time.removeprefix(_YEARLESS) if time.startswith(_YEARLESS) else time[len("2019-") :]


def _telling(when: When, here: Sequence[When]) -> list[When]:
    """The times that may tell another: where one is as precise, those that are less so don't."""
    comparable = any(_comparable(when, other) for other in here)
    return [other for other in here if not comparable or _as_precise(other, when)]


def _told(when: When, others: Sequence[When]) -> bool:
    return any(
        (fit(when, other) or _true_of(when, other)) and not _other_end(when, other) for other in others
    )


def _other_end(when: When, other: When) -> bool:
    """Whether one is since a time and the other until it."""
    ends = [(bool(_FROM.match(time.text)), bool(_STRICTLY_UNTIL.match(time.text))) for time in (when, other)]
    return sorted(ends) == [(False, True), (True, False)]


def _true_of(when: When, other: When) -> bool:
    """Whether a time such as "after 1921" or "by May 2019" is true of another."""
    first, second = str(when.resolved), str(other.resolved)
    if _FROM.match(when.text):
        return second >= first
    return bool(_UNTIL.match(when.text)) and second <= first


def _comparable(when: When, other: When) -> bool:
    """Whether another time is as precise, or a day beside a month, and both or neither are written as a day of the week:
    what that means is worked out, not read. A day in figures may be when the page was made, and makes no month wrong."""
    if _is_weekday(when) or _is_weekday(other):
        return _is_weekday(when) and _is_weekday(other)
    first, second = _side_by_side(when, other)
    day = len(first) == len(second) - len("-03") and not other.text[:4].isdecimal()
    return 0 < len(first) == len(second) or day


def _as_precise(when: When, other: When) -> bool:
    """Whether a time is a day of the week as another is, or as precise as that, or more so."""
    if _is_weekday(other):
        return _is_weekday(when)
    first, second = _side_by_side(when, other)
    return len(first) >= len(second)


def _is_weekday(when: When) -> bool:
    return when.text.split()[-1].lower() in WEEKDAYS


def _intervals(text: str) -> list[tuple[int, int]]:
    found = [(int(match["first"]), int(match["last"])) for match in _INTERVAL.finditer(text)]
    return found + [
        (int(match["decade"]) * 10, int(match["decade"]) * 10 + 9) for match in _DECADE.finditer(text)
    ]


def _within(when: When, interval: tuple[int, int]) -> bool:
    year = str(when.resolved)[:4]
    return year.isdecimal() and interval[0] <= int(year) <= interval[1]
