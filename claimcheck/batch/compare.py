"""Two batches over the same documents, document by document: what a changed model, prompt or setting changed."""

from __future__ import annotations

from dataclasses import dataclass

from claimcheck.changes import Changes, changes
from claimcheck.store.runs import RunStore


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes of the documents that both batches have a run of, by key, and how many only one has."""

    documents: dict[str, Changes]
    only_first: int
    only_second: int


def compare(store: RunStore, first: int, second: int) -> Comparison:
    """How the runs of two batches differ."""
    both = {
        key: changes(run, store.run(second, key))
        for key, run in store.runs(first)
        if store.has_run(second, key)
    }
    only = [store.run_count(batch) - len(both) for batch in (first, second)]
    return Comparison(both, *only)
