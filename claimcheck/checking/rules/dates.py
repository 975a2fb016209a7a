"""Dates: the same day, month or year, written in whatever way; or another one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimcheck.checking.rules.pair import Pair
from claimcheck.core.claim import When
from claimcheck.core.verdict import Difference
from claimcheck.text.dates import WEEKDAYS, names_a_time, whens_in

_INTERVAL = re.compile(
    r"\b(?:from|between)\s+(?P<first>(?:1[5-9]|20)\d\d)\s*(?:to|and|until|[-–—])\s*(?P<last>(?:1[5-9]|20)\d\d)\b"
)
_FROM, _UNTIL = re.compile(r"(?:after|since|from)\b", re.I), re.compile(r"(?:before|until|by)\b", re.I)
_DECADE = re.compile(r"\b(?P<decade>(?:1[5-9]|20)\d)0s\b")


def contradictions(pair: Pair) -> list[Difference]:
    """Dates of the claim where the evidence sentence has one of the same precision that is another."""
    if not names_a_time(pair.claim):
        return []
    said = whens_in(pair.evidence, pair.published)
    if any(when.resolved is None for when in said):
        return []  # "this year" beside "in 2018": what it tells of is not known
    here = [when for when in said if when.resolved]
    ours = [when for when in whens_in(pair.claim, pair.published) if when.resolved]
    open_ = [when for when in ours if not _told(when, here)]
    if not open_:
        return []
    near = [when for when in whens_in(pair.around, pair.published) if when.resolved]
    intervals = _intervals(pair.around)
    found = []
    for when in open_:
        # a weekday is no day that merely stands nearby: the line that dates the page has one too
        others = (
            [other for other in near if _is_weekday(other) or other in here] if _is_weekday(when) else near
        )
        if _told(when, others) or any(_within(when, interval) for interval in intervals):
            continue
        rivals = [other for other in here if _written(other) == _written(when)]
        if len(rivals) == 1 and not any(fit(other, rivals[0]) for other in ours):
            found.append(Difference("date", when.text, rivals[0].text))
    return found


def fit(left: When, right: When) -> bool:
    """Whether two resolved times can be the same: one is the other, or the day's month, or the month's year."""
    first, second = str(left.resolved), str(right.resolved)
    return first.startswith(second) or second.startswith(first)


def _told(when: When, others: Sequence[When]) -> bool:
    return any(fit(when, other) or _true_of(when, other) for other in others)


def _true_of(when: When, other: When) -> bool:
    """Whether a time such as "after 1921" or "by May 2019" is true of another."""
    first, second = str(when.resolved), str(other.resolved)
    if _FROM.match(when.text):
        return second >= first
    return bool(_UNTIL.match(when.text)) and second <= first


def _written(when: When) -> tuple[int, bool]:
    """How precise a time is, and whether it is written as a day of the week: what that means is worked out, not read."""
    return len(str(when.resolved)), _is_weekday(when)


def _is_weekday(when: When) -> bool:
    return when.text.split()[-1].lower() in WEEKDAYS


def _intervals(text: str) -> list[tuple[int, int]]:
    found = [(int(match["first"]), int(match["last"])) for match in _INTERVAL.finditer(text)]
    return found + [
        (int(match["decade"]) * 10, int(match["decade"]) * 10 + 9) for match in _DECADE.finditer(text)
    ]


def _within(when: When, interval: tuple[int, int]) -> bool:
    return interval[0] <= int(str(when.resolved)[:4]) <= interval[1]
