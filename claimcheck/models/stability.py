"""How far several runs of the same document agree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimStability:
    """In how many of the runs a claim is, the published one included.

    `runs` counts those with a claim that shares at least half of the shorter quote,
    `same_quote` those with the very same quote, and `same_verdict` those whose check
    says the same of it; None without a check.
    """

    claim_id: str
    runs: int
    same_quote: int
    same_verdict: int | None


@dataclass(frozen=True, slots=True)
class Stability:
    """The agreement of `runs` runs; the first of them is the one published.

    `jaccard` is the mean over all pairs of runs: of their claims, by place, the share
    that both have. `claims` has those of the published run.
    """

    runs: int
    jaccard: float
    claims: tuple[ClaimStability, ...]
