"""The ledger: what became of every character of a document."""

from __future__ import annotations

from collections.abc import Sequence

from claimcheck.core.run import LedgerEntry, Status
from claimcheck.text.noise import Noise


def ledger(length: int, noise: Sequence[Noise], failure: str | None = None) -> tuple[LedgerEntry, ...]:
    """Entries that tile [0, length): noise is set aside, the rest read, or failed for the reason given."""
    status = Status.FAILED if failure else Status.READ
    entries: list[LedgerEntry] = []
    position = 0
    for item in noise:
        if item.start > position:
            entries.append(LedgerEntry(position, item.start, status, failure))
        entries.append(LedgerEntry(item.start, item.end, Status.SET_ASIDE, item.reason))
        position = item.end
    if position < length:
        entries.append(LedgerEntry(position, length, status, failure))
    return tuple(entries)
