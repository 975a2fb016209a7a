"""The agreement of several runs of the same document."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimStability:
    """The number of runs that contain a claim, including the published one.

    `runs` counts those with a claim that shares at least half of the shorter quote,
    `same_quote` those with the identical quote, and `same_verdict` those whose check
    has the same label for it (None without a check).
    """

    claim_id: str
    runs: int
    same_quote: int
    same_verdict: int | None


@dataclass(frozen=True, slots=True)
class Stability:
    """The agreement of `runs` runs; the first of them is the one published.

    `jaccard` is the mean over all pairs of runs of the share of their claims that both
    have, compared by location. `claims` covers the claims of the published run.
    """

    runs: int
    jaccard: float
    claims: tuple[ClaimStability, ...]
