"""The ledger: what happened to every character of a document."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from claimcheck.models.run import Failure, LedgerEntry, LedgerStatus
from claimcheck.text.noise import Noise


def build_ledger(
    length: int,
    noise: Sequence[Noise],
    failures: Sequence[Failure] = (),
    unused: Sequence[Noise] = (),
) -> tuple[LedgerEntry, ...]:
    """Tile [0, length) with entries: set aside, failed, or read.

    `unused` lists, in order, ranges that were read but have no claim, with the reasons.
    """
    entries: list[LedgerEntry] = []
    position = 0
    for item in noise:
        entries += _iter_entries(position, item.start, failures)
        # Noise may overlap with noise before it.
        start = max(position, item.start)
        if item.end > position:
            entry = LedgerEntry(start, item.end, LedgerStatus.SET_ASIDE, item.reason)
            entries.append(entry)
            position = item.end
    entries += _iter_entries(position, length, failures)
    return tuple(add_reasons(entries, unused) if unused else entries)


def add_reasons(
    entries: Sequence[LedgerEntry], unused: Sequence[Noise]
) -> Iterator[LedgerEntry]:
    """Split entries so that ranges without a claim get their reason."""
    remaining = deque(unused)
    for entry in entries:
        # Each range is skipped once, so that long ledgers take linear time.
        while remaining and remaining[0].end <= entry.start:
            remaining.popleft()
        if entry.status is LedgerStatus.READ:
            yield from _split_entry(entry, remaining)
        else:
            yield entry


def _split_entry(entry: LedgerEntry, unused: Iterable[Noise]) -> Iterator[LedgerEntry]:
    position = entry.start
    for item in unused:
        if item.start >= entry.end:
            break
        start, end = max(position, item.start), min(entry.end, item.end)
        if start >= end:
            continue
        if position < start:
            yield replace(entry, start=position, end=start)
        yield replace(entry, start=start, end=end, reason=item.reason)
        position = end
    if position < entry.end:
        yield replace(entry, start=position)


def _iter_entries(
    start: int, end: int, failures: Sequence[Failure]
) -> Iterator[LedgerEntry]:
    """Yield the entries of a range that contains no noise."""
    # A passage that failed may begin in one range and end in a later one.
    for failure in sorted(failures, key=lambda failure: failure.start):
        if failure.end <= start or failure.start >= end:
            continue
        if failure.start > start:
            yield LedgerEntry(start, failure.start, LedgerStatus.READ, None)
        start, failure_end = max(start, failure.start), min(end, failure.end)
        yield LedgerEntry(start, failure_end, LedgerStatus.FAILED, failure.message)
        start = failure_end
    if start < end:
        yield LedgerEntry(start, end, LedgerStatus.READ, None)
