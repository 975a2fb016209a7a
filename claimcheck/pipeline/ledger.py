"""The ledger: what became of every character of a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claimcheck.models.run import Failure, LedgerEntry, Status
from claimcheck.text.noise import Noise


def build_ledger(
    length: int, noise: Sequence[Noise], failures: Sequence[Failure] = ()
) -> tuple[LedgerEntry, ...]:
    """Tile [0, length) with entries: noise set aside, failures, and text read."""
    entries: list[LedgerEntry] = []
    position = 0
    for item in noise:
        entries += _iter_entries(position, item.start, failures)
        if item.end > position:
            entries.append(
                LedgerEntry(
                    max(position, item.start), item.end, Status.SET_ASIDE, item.reason
                )
            )
            position = item.end
    entries += _iter_entries(position, length, failures)
    return tuple(entries)


def _iter_entries(
    start: int, end: int, failures: Sequence[Failure]
) -> Iterator[LedgerEntry]:
    """Yield the entries of a range that contains no noise."""
    for failure in sorted(failures, key=lambda failure: failure.start):
        if failure.end <= start or failure.start >= end:
            continue
        if failure.start > start:
            yield LedgerEntry(start, failure.start, Status.READ, None)
        start, stop = max(start, failure.start), min(end, failure.end)
        yield LedgerEntry(start, stop, Status.FAILED, failure.message)
        start = stop
    if start < end:
        yield LedgerEntry(start, end, Status.READ, None)
