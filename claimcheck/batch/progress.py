"""How far a batch is, for whoever wants to show it."""

from __future__ import annotations

from dataclasses import dataclass, field

from claimcheck.core.limits import Spent
from claimcheck.store.outcome import BatchInfo, State


@dataclass(slots=True)
class Progress:
    """Counts of documents, and what was spent, as they are now; `here` counts those finished by this command.

    `spent` is of the whole batch, earlier commands included; `priced` whether its dollars are all of it.
    """

    total: int = 0
    done: int = 0
    partial: int = 0
    failed: int = 0
    here: int = 0
    spent: Spent = field(default_factory=Spent)
    priced: bool = True

    @classmethod
    def of(cls, batch: BatchInfo) -> Progress:
        """Where the batch stands in its store."""
        counts = batch.counts
        return cls(
            total=sum(counts.values()),
            done=counts[State.DONE],
            partial=counts[State.PARTIAL],
            failed=counts[State.FAILED],
            spent=Spent(batch.spent_usd or 0.0, batch.spent_tokens),
            priced=batch.spent_usd is not None,
        )

    @property
    def finished(self) -> int:
        """How many documents have an outcome."""
        return self.done + self.partial + self.failed
