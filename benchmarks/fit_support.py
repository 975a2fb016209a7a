"""Fit the lexical scorer's two numbers: log-odds by the share of a claim's words.

    python benchmarks/fit_support.py FOLDER

FOLDER has the development sets, as for `make eval`. Reads open documents only, gives
each set and each answer in it the same weight, and prints SHARE_WEIGHT and BIAS of
claimcheck/verification/lexical.py.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from evaluate import find_files, write_changed_units
from logistic import fit

from claimcheck import Document, Rows
from claimcheck.evaluation.datasets import read_dataset
from claimcheck.verification.compare import Hypothesis, compare_sentences
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.lexical import compute_share

SETS = ("wice", "summedits", "fm2", None)  # None: the changed content units
PENALTY = 0.01


def main() -> None:
    folder = Path(sys.argv[1])
    shares: list[float] = []
    labels: list[bool] = []
    importance: list[float] = []
    with tempfile.TemporaryDirectory() as made:
        write_changed_units(folder, Path(made))
        for path, dataset in find_files([folder, Path(made)], "verification"):
            if dataset not in SETS:
                continue
            rows = read_dataset(Rows(path, dataset, part="open"), "verification")
            fields = [example.fields for example in rows.examples]
            found = [measure(row["claim"], row["document"]) for row in fields]
            supported = [row["label"] == "supported" for row in fields]
            print(f"{path.name}: {len(fields)} rows, {sum(supported)} supported")
            shares += found
            labels += supported
            importance += [1 / supported.count(label) for label in supported]
    features = np.array(shares)[:, None]
    weights = fit(features, np.array(labels, float), PENALTY, np.array(importance))
    print(f"SHARE_WEIGHT, BIAS = {weights[0]:.2f}, {weights[1]:.2f}")


def measure(claim: str, text: str) -> float:
    """Return the share of the worst sentence of a claim in its best window."""
    document = EvidenceDocument(Document.from_text(text))
    comparisons = compare_sentences(Hypothesis.from_text(claim), document)
    return min(
        (
            max(
                compute_share(document.get_text(window), item.match.text)
                for window in item.windows
            )
            for item in comparisons
        ),
        default=0.0,
    )


if __name__ == "__main__":
    main()
