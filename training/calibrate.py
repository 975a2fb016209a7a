"""Choose the offset, the temperature, and the threshold of a verifier.

    python training/calibrate.py FOLDER --checks OUT/checks.jsonl

FOLDER holds the exported model. Prints how it does on the open documents that were
kept for validation, and writes FOLDER/calibration.json. The offset, if it is not close
to 0, is for another export.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from checks import (
    compute_auroc,
    compute_balanced_accuracy,
    group_by_source,
    read_checks,
    score_check,
)
from scorer import OnnxModel

_PRECISION = 0.9  # of "supported", on every set together
_STEPS = 2_000  # of gradient descent; the function is convex
_RATE = 0.05
# Fewer claims than these say nothing about precision. Chosen by hand.
_MIN_ABOVE = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--checks", type=Path, required=True)
    options = parser.parse_args()
    model = OnnxModel(options.folder / "model.onnx", options.folder / "tokenizer.json")
    checks = read_checks(options.checks)
    groups = group_by_source(checks)
    odds = np.array([score_check(check, model.compute_entailed) for check in checks])
    labels = np.array([check.supported for check in checks])
    weights = weigh(labels, groups)
    slope, offset = fit_logistic(odds, labels, weights)
    print_table(odds, labels, groups)
    print(f"temperature {1 / slope:.2f}, offset {offset / slope:+.2f}")
    probabilities = 1 / (1 + np.exp(-slope * odds))
    threshold = choose_threshold(probabilities, labels, groups)
    above = probabilities >= threshold
    print(
        f"supported from {threshold:.2f}: {above.sum()} of {len(labels)} claims, "
        f"of which {labels[above].sum()} are"
    )
    calibration = {
        "temperature": round(1 / slope, 3),
        "supported_from": round(threshold, 3),
        "languages": ["en"],
    }
    (options.folder / "calibration.json").write_text(
        json.dumps(calibration, indent=2) + "\n", encoding="utf-8"
    )


def weigh(labels: np.ndarray, groups: Mapping[str, Sequence[int]]) -> np.ndarray:
    """Give each set the same weight, and within it each label."""
    weights = np.zeros(len(labels))
    for indexes in groups.values():
        for label in (True, False):
            members = [index for index in indexes if labels[index] == label]
            weights[members] = 0.5 / len(members) / len(groups)
    return weights


def fit_logistic(
    odds: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[float, float]:
    """Return the slope and offset at which odds are best as probabilities."""
    slope, offset = 1.0, 0.0
    for _ in range(_STEPS):
        error = 1 / (1 + np.exp(-(slope * odds + offset))) - labels
        slope -= _RATE * float((weights * error * odds).sum())
        offset -= _RATE * float((weights * error).sum())
    return slope, offset


def choose_threshold(
    probabilities: np.ndarray, labels: np.ndarray, groups: Mapping[str, Sequence[int]]
) -> float:
    """Return the lowest threshold with the wanted precision in the mean of the sets."""
    for threshold in np.arange(0.5, 0.99, 0.01):
        above = probabilities >= threshold
        if above.sum() < _MIN_ABOVE:
            break
        precisions = []
        for indexes in groups.values():
            chosen = [index for index in indexes if above[index]]
            if chosen:
                precisions.append(float(labels[chosen].mean()))
        if np.mean(precisions) >= _PRECISION:
            return float(threshold)
    return 0.99


def print_table(
    odds: np.ndarray, labels: np.ndarray, groups: Mapping[str, Sequence[int]]
) -> None:
    for source, indexes in groups.items():
        accuracy = compute_balanced_accuracy(odds[indexes], labels[indexes], 0)
        auroc = compute_auroc(odds[indexes], labels[indexes])
        print(
            f"{source:15} {len(indexes):5} claims  balanced accuracy "
            f"{100 * accuracy:5.1f}  AUROC {100 * auroc:5.1f}"
        )


if __name__ == "__main__":
    main()
