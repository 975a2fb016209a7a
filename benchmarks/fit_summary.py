"""How much a sentence's place should count in a summary without a model: ROUGE-1 over lead-3 for a grid of weights.

    python benchmarks/fit_summary.py data/D_news_summaries/realsumm_cnndm.dev.jsonl

The data is REALSumm's (Bhandari et al. 2020), rows {"document", "reference"}; it is not part of claimcheck. Beside the
grid: the gain where the weights are chosen on four fifths of the articles and measured on the last, mean of 20 seeds.
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


def gains(path: Path) -> Array:
    """ROUGE-1 over that of the first three sentences, for each article, in points."""
    rows = evaluate(
        "summaries", Rows(path, "realsumm"), settings=Settings(engine="extractive")
    ).rows
    return np.array(
        [100 * (row.values["ROUGE-1"] - row.values["lead ROUGE-1"]) for row in rows]
    )


def main(path: Path) -> None:
    grid = {}
    for lead, decay in product(LEADS, DECAYS):
        with mock.patch.multiple(summary, _LEAD_BONUS=lead, _LEAD_DECAY=decay):
            grid[lead, decay] = gains(path)
    print(
        "ROUGE-1 over lead-3 on all articles; rows: weight of the place, columns: how fast it falls"
    )
    print("       " + "".join(f"{decay:8}" for decay in DECAYS))
    for lead in LEADS:
        print(
            f"  {lead:4} "
            + "".join(f"{grid[lead, decay].mean():8.2f}" for decay in DECAYS)
        )
    unseen = [
        chosen_elsewhere(list(grid.values()), seed).mean() for seed in range(SEEDS)
    ]
    print(
        f"chosen on other articles: {np.mean(unseen):.2f} ({min(unseen):.2f} to {max(unseen):.2f})"
    )


def chosen_elsewhere(tried: list[Array], seed: int) -> Array:
    """Each article's gain by the weights that are best on the folds that it is not in."""
    order = np.random.default_rng(seed).permutation(len(tried[0]))
    gain = np.zeros(len(order))
    for fold in range(FOLDS):
        held = order[fold::FOLDS]
        rest = np.setdiff1d(order, held)
        gain[held] = max(tried, key=lambda one: one[rest].mean())[held]
    return gain


if __name__ == "__main__":
    main(Path(sys.argv[1]))
