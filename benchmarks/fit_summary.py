"""Choose how much a sentence's position counts in a summary without a model.

    python benchmarks/fit_summary.py data/D_news_summaries/realsumm_cnndm.dev.jsonl

Prints ROUGE-1 minus that of the first three sentences (lead-3), for a grid of weights.
The data is REALSumm (Bhandari et al. 2020), rows {"document", "reference"}; it is not
part of claimcheck. The last line is the gain if the weights are chosen on four fifths
of the articles and measured on the rest, mean of 20 seeds.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from unittest import mock

import numpy as np
from logistic import FOLDS, Array

from claimcheck import Rows, Settings, evaluate
from claimcheck.extractive import summary

LEADS, DECAYS, SEEDS = (0.5, 1.0, 1.5, 2.0, 3.0), (0.2, 0.3, 0.5, 1.0), 20


def measure_gains(path: Path) -> Array:
    """Return ROUGE-1 minus that of lead-3 for each article, in points."""
    settings = Settings(engine="extractive")
    rows = evaluate("summaries", Rows(path, "realsumm"), settings=settings).rows
    return np.array(
        [100 * (row.values["ROUGE-1"] - row.values["lead ROUGE-1"]) for row in rows]
    )


def cross_validate(grid: list[Array], seed: int) -> Array:
    """Return each article's gain by the weights that are best on the other folds."""
    order = np.random.default_rng(seed).permutation(len(grid[0]))
    gain = np.zeros(len(order))
    for fold in range(FOLDS):
        held_out = order[fold::FOLDS]
        rest = np.setdiff1d(order, held_out)
        best = max(grid, key=lambda gains: gains[rest].mean())
        gain[held_out] = best[held_out]
    return gain


def main(path: Path) -> None:
    grid = {}
    for lead, decay in product(LEADS, DECAYS):
        with mock.patch.multiple(summary, _LEAD_BONUS=lead, _LEAD_DECAY=decay):
            grid[lead, decay] = measure_gains(path)
    print("ROUGE-1 minus that of lead-3, all articles; rows: bonus, columns: decay")
    print("       " + "".join(f"{decay:8}" for decay in DECAYS))
    for lead in LEADS:
        cells = "".join(f"{grid[lead, decay].mean():8.2f}" for decay in DECAYS)
        print(f"  {lead:4} {cells}")
    grids = list(grid.values())
    unseen = [cross_validate(grids, seed).mean() for seed in range(SEEDS)]
    print(
        f"weights chosen on other articles: {np.mean(unseen):.2f} "
        f"({min(unseen):.2f} to {max(unseen):.2f})"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
