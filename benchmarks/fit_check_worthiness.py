"""Fits the check-worthiness weights, and says how good they are on debates that they were not fitted on.

    python benchmarks/fit_check_worthiness.py claimbuster.dev.jsonl [--write]

The file has a row {"text", "checkworthy", "doc_id"} a line: ClaimBuster (Arslan, Hassan, Li, Tremayne 2020), CFS against
UFS and NFS. The data is not part of claimcheck. Logistic regression by Newton's method, L2 penalty 1.0 on all weights
but the bias; five folds by debate with a fixed seed. `--write` stores the weights fitted on all rows.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from logistic import FOLDS, Array, fit, folds, predict
from numpy.typing import NDArray

from claimcheck.extractive import check_worthiness

PENALTY = 1.0
WEIGHTS = Path(check_worthiness.__file__).with_name("weights.json")


def cross_validated(x: Array, y: Array, documents: NDArray[np.str_]) -> Array:
    """The probability of each row by a model that has not seen its document."""
    probability = np.zeros(len(y))
    for held in folds(documents):
        probability[held] = predict(x[held], fit(x[~held], y[~held], PENALTY))
    return probability


def main() -> None:
    path = Path(sys.argv[1])
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    features = [check_worthiness.compute_features(row["text"]) for row in rows]
    names = list(features[0])
    x = np.array([list(values.values()) for values in features])
    y = np.array([float(row["checkworthy"]) for row in rows])
    probability = cross_validated(x, y, np.array([row["doc_id"] for row in rows]))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(
        f"{len(rows)} rows, {y.mean():.3f} check-worthy, sha256 {digest[:12]}, {FOLDS} folds by document"
    )
    for threshold in (0.25, 0.3, 0.35, 0.4, 0.5):
        said = probability >= threshold
        precision, recall = y[said].mean(), said[y == 1].mean()
        print(
            f"  threshold {threshold:.2f}: precision {precision:.3f}, recall {recall:.3f}, F1 {2 * precision * recall / (precision + recall):.3f}"
        )
    if "--write" in sys.argv:
        known = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        known["sha256_of_data"] = digest
        known["fitted_by"] = "benchmarks/fit_check_worthiness.py"
        known["weights"] = {
            name: round(float(value), 3)
            for name, value in zip([*names, "bias"], fit(x, y, PENALTY), strict=True)
        }
        WEIGHTS.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
