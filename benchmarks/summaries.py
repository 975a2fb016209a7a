"""Compare ways to rank sentences for a summary without a model.

    python benchmarks/summaries.py [data/D_news_summaries/realsumm_cnndm.dev.jsonl]

Prints ROUGE-1 and its gain over the first three sentences (lead-3), with 95 %
intervals (bootstrap over documents): of twenty documents that do not begin with what
matters (`summaries/`; the references were written before any output was seen), and of
the articles of REALSumm (Bhandari et al. 2020; not part of claimcheck). Everything but
the ranking is the same. The last lines take, for each document, the ranking chosen on
the others in five folds by the rule that chose the shipped one: of those not worse than
lead-3 on the articles, the best on the twenty documents.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

import numpy as np
from logistic import FOLDS, Array

from claimcheck import Rows, Settings, evaluate
from claimcheck.extractive import engine, rank

OWN = Path(__file__).with_name("summaries")
SAMPLES = 5_000


def rank_by_lead(rows: Sequence[rank.Vector]) -> Array:
    """Rank by position alone: the first sentences that have a claim."""
    return 1 / np.arange(1.0, len(rows) + 1)


def rank_by_lexrank(rows: Sequence[rank.Vector]) -> Array:
    """LexRank (Erkan & Radev 2004), without a bias."""
    return rank.compute_centrality(rows, np.full(len(rows), 1 / len(rows)))


def rank_by_centroid(rows: Sequence[rank.Vector]) -> Array:
    """The cosine with the mean of all sentences (Radev et al. 2004)."""
    centroid: rank.Vector = {}
    for row in rows:
        for word, weight in row.items():
            centroid[word] = centroid.get(word, 0.0) + weight
    return np.array([rank.compute_cosine(row, centroid) for row in rows])


def rank_by_later_sentences(rows: Sequence[rank.Vector]) -> Array:
    """The similarity to the sentences that follow (Zheng & Lapata 2019, λ = 0, 1)."""
    pairs = [
        [rank.compute_cosine(row, later) for later in rows[number + 1 :]]
        for number, row in enumerate(rows)
    ]
    return np.array([sum(similarities) for similarities in pairs])


RANKINGS: dict[str, Callable[[Sequence[rank.Vector]], Array]] = {
    "position": rank_by_lead,
    "LexRank": rank_by_lexrank,
    "centroid": rank_by_centroid,
    "similarity to what follows": rank_by_later_sentences,
    "LexRank biased to the beginning (shipped)": rank.compute_centrality,
}


def write_own(path: Path) -> None:
    """Write the twenty documents and their summaries as rows."""
    rows = []
    for reference in sorted(OWN.glob("*.summary.txt")):
        document = reference.with_name(reference.name.replace(".summary", ""))
        text, summary = document.read_text("utf-8"), reference.read_text("utf-8")
        rows.append({"document": text, "references": [summary]})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def measure(path: Path, dataset: str | None) -> tuple[Array, Array]:
    """Return ROUGE-1 of each document, and that of its lead-3, in points."""
    settings = Settings(engine="extractive")
    rows = evaluate("summaries", Rows(path, dataset), settings=settings).rows
    own = [100 * row.values["ROUGE-1"] for row in rows]
    lead = [100 * row.values["lead ROUGE-1"] for row in rows]
    return np.array(own), np.array(lead)


def format_mean(values: Array) -> str:
    """Return the mean and its 95 % interval."""
    samples = np.random.default_rng(0).integers(0, len(values), (SAMPLES, len(values)))
    low, high = np.percentile(values[samples].mean(axis=1), [2.5, 97.5])
    return f"{values.mean():5.1f} [{low:.1f}, {high:.1f}]"


def cross_validate(own: Array, news: Array, seed: int = 0) -> tuple[Array, Array]:
    """Return the gains of each document by the ranking chosen on the other folds.

    `own` and `news` have a row of gains for each ranking.
    """
    generator = np.random.default_rng(seed)
    own_folds, news_folds = (
        generator.permutation(gains.shape[1]) % FOLDS for gains in (own, news)
    )
    own_gain, news_gain = np.zeros(own.shape[1]), np.zeros(news.shape[1])
    for fold in range(FOLDS):
        own_mean = own[:, own_folds != fold].mean(axis=1)
        news_mean = news[:, news_folds != fold].mean(axis=1)
        best = int(np.where(news_mean >= 0, own_mean, -np.inf).argmax())
        own_gain[own_folds == fold] = own[best, own_folds == fold]
        news_gain[news_folds == fold] = news[best, news_folds == fold]
    return own_gain, news_gain


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder, "own.jsonl")
        write_own(own)
        sets: dict[str, tuple[Path, str | None]] = {"own": (own, None)}
        if sys.argv[1:]:
            sets["REALSumm"] = (Path(sys.argv[1]), "realsumm")
        grids = []
        for name, (path, dataset) in sets.items():
            print(f"{name}\n{'ranking':42} ROUGE-1            over lead-3")
            rows = []
            for label, ranking in RANKINGS.items():
                with mock.patch.object(engine, "compute_centrality", ranking):
                    values, lead = measure(path, dataset)
                rows.append(values - lead)
                print(f"{label:42} {format_mean(values)}  {format_mean(rows[-1])}")
            grids.append(np.array(rows))
    if len(grids) < 2:
        return
    for name, gains in zip(sets, cross_validate(*grids), strict=True):
        print(f"ranking chosen on other documents, {name}: {format_mean(gains)}")


if __name__ == "__main__":
    main()
