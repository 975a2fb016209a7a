"""Two batches over the same documents, document by document: what a changed model, prompt or setting changed."""

from __future__ import annotations

from dataclasses import dataclass

from claimcheck.core.run import Run
from claimcheck.store.runs import RunStore


@dataclass(frozen=True, slots=True)
class Difference:
    """One document in two batches: claims of both by their text, and verdicts of the same text that differ."""

    key: str
    same: int
    added: tuple[str, ...]
    gone: tuple[str, ...]
    verdicts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences` of the documents that both batches have a run of, and how many only one has."""

    differences: tuple[Difference, ...]
    only_first: int
    only_second: int


def compare(store: RunStore, first: int, second: int) -> Comparison:
    """How the runs of two batches differ."""
    both = [
        (key, run, store.run(second, key)) for key, run in store.runs(first) if store.has_run(second, key)
    ]
    counts = [store.run_count(batch) - len(both) for batch in (first, second)]
    return Comparison(tuple(_difference(key, old, new) for key, old, new in both), *counts)


def _difference(key: str, old: Run, new: Run) -> Difference:
    before, after = ([claim.text for claim in run.claims] for run in (old, new))
    labels = {verdict.text: str(verdict.label) for verdict in old.verdicts}
    changed = tuple(
        (verdict.text, labels[verdict.text], str(verdict.label))
        for verdict in new.verdicts
        if labels.get(verdict.text, verdict.label) != verdict.label
    )
    return Difference(
        key=key,
        same=len(set(before) & set(after)),
        added=tuple(text for text in after if text not in set(before)),
        gone=tuple(text for text in before if text not in set(after)),
        verdicts=changed,
    )
