"""Fit the check-worthiness weights, and measure them on debates not used for fitting.

    python benchmarks/fit_check_worthiness.py claimbuster.dev.jsonl [--write]

The file has a row {"text", "checkworthy", "doc_id"} per line: ClaimBuster (Arslan,
Hassan, Li, Tremayne 2020), CFS against UFS and NFS. The data is not part of claimcheck.
Logistic regression by Newton's method, with an L2 penalty of 1.0 on all weights except
the bias; five folds by debate with a fixed seed. `--write` stores the weights fitted on
all rows.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from logistic import FOLDS, Array, fit, make_folds, predict
from numpy.typing import NDArray

from claimcheck.english import check_worthiness

PENALTY = 1.0
WEIGHTS = Path(check_worthiness.__file__).with_suffix(".json")


def cross_validate(x: Array, y: Array, documents: NDArray[np.str_]) -> Array:
    """Return each row's probability by a model that has not seen its document."""
    probability = np.zeros(len(y))
    for held_out in make_folds(documents):
        weights = fit(x[~held_out], y[~held_out], PENALTY)
        probability[held_out] = predict(x[held_out], weights)
    return probability


def main() -> None:
    path = Path(sys.argv[1])
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    features = [check_worthiness.compute_features(row["text"]) for row in rows]
    names = list(features[0])
    x = np.array([list(values.values()) for values in features])
    y = np.array([float(row["checkworthy"]) for row in rows])
    probability = cross_validate(x, y, np.array([row["doc_id"] for row in rows]))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(
        f"{len(rows)} rows, {y.mean():.3f} check-worthy, sha256 {digest[:12]}, "
        f"{FOLDS} folds by document"
    )
    for threshold in (0.25, 0.3, 0.35, 0.4, 0.5):
        predicted = probability >= threshold
        precision, recall = y[predicted].mean(), predicted[y == 1].mean()
        f1 = 2 * precision * recall / (precision + recall)
        print(
            f"  threshold {threshold:.2f}: precision {precision:.3f}, "
            f"recall {recall:.3f}, F1 {f1:.3f}"
        )
    if "--write" in sys.argv:
        weights = zip([*names, "bias"], fit(x, y, PENALTY), strict=True)
        stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        stored["sha256_of_data"] = digest
        stored["fitted_by"] = "benchmarks/fit_check_worthiness.py"
        stored["weights"] = {name: round(float(value), 3) for name, value in weights}
        WEIGHTS.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
