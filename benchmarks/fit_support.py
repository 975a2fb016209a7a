"""Fit the lexical scorer on open rows, and choose when to call a claim supported.

    python benchmarks/fit_support.py /path/to/data [--write] [--without FEATURE ...]

Open rows only (`claimcheck/evaluation/split.py`), of WiCE claims, FM2, and REALSumm's
content units; SummEdits and made units are measured, too. A claim is as entailed as its
worst sentence in its best window, so that pair of texts is fitted, and chosen again
with the new weights.
Prints, by cross-validation over documents, balanced accuracy at 0.5 and AUROC of the
scorer, and the precision and recall of the label `supported` at several thresholds.
`--write` stores the weights and the threshold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import units
from logistic import FOLDS, Array, fit, make_folds, predict
from numpy.typing import NDArray
from units import Row

from claimcheck.evaluation.metrics import auroc, balanced_accuracy
from claimcheck.evaluation.split import is_sealed
from claimcheck.models.document import Document
from claimcheck.verification import lexical
from claimcheck.verification.compare import Hypothesis, compare_sentences
from claimcheck.verification.decide import list_contradictions, list_objections
from claimcheck.verification.evidence import EvidenceDocument

FILES = {
    name: f"C_verification/{name}.dev.jsonl"
    for name in ("wice_claim", "summedits", "fm2")
}
UNITS = "D_news_summaries/realsumm_cnndm.dev.jsonl"
PENALTY = 2.0
ROUNDS = 4  # of choosing the decisive pairs again; they hardly change after three
THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
# Of claims called supported, at least this share is right, on every set of open rows.
MIN_PRECISION = {"summedits": 0.75}
DEFAULT_MIN_PRECISION = 0.85
# Single sentences with labels from people are fitted. The rest is only measured: the
# claims of SummEdits are whole summaries, and the changed units have made labels.
FITTED = ("wice_claim", "fm2", "units.jsonl")
NOT_FOR_THRESHOLD = ("units.jsonl", "units_joined.jsonl", "units_changed.jsonl")


@dataclass(frozen=True, slots=True)
class Example:
    """A row: the features of each window of each sentence, and what checks say."""

    sentences: Sequence[Array]
    is_supported: bool
    document: str
    is_vetoed: bool


def load_sets(data: Path) -> dict[str, list[Row]]:
    """Return the open rows of each set."""
    sets: dict[str, list[Row]] = {}
    for name, file in FILES.items():
        lines = (data / file).read_text(encoding="utf-8").splitlines()
        sets[name] = [json.loads(line) for line in lines]
    for name, make_rows in units.SETS.items():
        sets[f"{name}.jsonl"] = make_rows(data / UNITS)
    return {
        name: [row for row in rows if not is_sealed(row["doc_id"])]
        for name, rows in sets.items()
    }


def build_examples(rows: list[Row], names: Sequence[str]) -> list[Example]:
    """Compute the features of the rows, documents that repeat only once."""
    examples = []
    text, source = None, None
    for row in rows:
        if source is None or row["document"] != text:
            text = row["document"]
            source = EvidenceDocument(Document.from_text(text))
        comparisons = compare_sentences(Hypothesis.from_text(row["claim"]), source)
        sentences = []
        is_repeated = True
        for item in comparisons:
            values = []
            repeated = []
            for window in item.windows:
                premise = source.get_text(window)
                if lexical.is_stated(premise, item.match.text):
                    values.append(np.full(len(names), np.inf))
                    repeated.append(True)
                    continue
                features = lexical.compute_features(premise, item.match.text)
                values.append(np.array([features[name] for name in names]))
                repeated.append(lexical.is_repeated(features))
            is_repeated &= any(repeated)
            sentences.append(np.array(values or [np.full(len(names), -np.inf)]))
        is_vetoed = not is_repeated or bool(
            list_contradictions(comparisons)
            or list_objections(comparisons, strict=False)
        )
        sentences = sentences or [np.full((1, len(names)), -np.inf)]
        examples.append(
            Example(sentences, bool(row["supported"]), row["doc_id"], is_vetoed)
        )
    return examples


def score(example: Example, weights: Array) -> tuple[float, Array | None]:
    """Return the probability of a row and the decisive features, if any."""
    worst, decisive = 1.0, None
    for windows in example.sentences:
        if np.isposinf(windows).any():
            continue  # stated word for word
        if np.isneginf(windows).any():
            return 0.0, None
        probabilities = predict(windows, weights)
        best = int(probabilities.argmax())
        if probabilities[best] < worst:
            worst, decisive = float(probabilities[best]), windows[best]
    return worst, decisive


def fit_examples(examples: Sequence[Example], importance: Array, width: int) -> Array:
    """Fit on the decisive pair of each row, in several rounds."""
    weights = np.zeros(width + 1)
    weights[0], weights[-1] = 4.0, -2.0  # at first, the shared words decide
    for _ in range(ROUNDS):
        chosen = [
            (decisive, example.is_supported, weight)
            for example, weight in zip(examples, importance, strict=True)
            if weight and (decisive := score(example, weights)[1]) is not None
        ]
        x, y, w = (
            np.array(column, dtype=float) for column in zip(*chosen, strict=True)
        )
        weights = fit(x, y, PENALTY, w)
    return weights


def weigh_rows(
    sets: Sequence[str], set_numbers: NDArray[np.int_], answers: Array
) -> Array:
    """Return importances: fitted sets, and both answers in one, weigh the same."""
    importance = np.zeros(len(answers))
    for number, name in enumerate(sets):
        if name not in FITTED:
            continue
        for answer in (0.0, 1.0):
            rows = (set_numbers == number) & (answers == answer)
            importance[rows] = 500 / rows.sum()
    return importance


def measure_label(gold: Array, said: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the precision and the recall of a label."""
    return (
        float(gold[said].mean()) if said.any() else float("nan"),
        float(said[gold == 1].mean()),
    )


def choose_threshold(
    sets: Sequence[str], set_numbers: Array, gold: Array, p: Array, vetoed: Array
) -> float:
    """Return the lowest threshold, from 0.75, at which every set is precise enough.

    A claim that no sentence repeats scores less; from 0.5 to 0.75, scores tell those
    apart, too.
    """
    for threshold in np.arange(0.75, 0.95, 0.05):
        said = (p >= threshold) & ~vetoed
        precisions = [
            measure_label(gold[set_numbers == number], said[set_numbers == number])[0]
            - MIN_PRECISION.get(name, DEFAULT_MIN_PRECISION)
            for number, name in enumerate(sets)
            if name not in NOT_FOR_THRESHOLD
        ]
        if np.nanmin(precisions) >= 0:
            return round(float(threshold), 2)
    return 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--without", nargs="*", default=[])
    arguments = parser.parse_args()
    rows = load_sets(arguments.data)
    sets = list(rows)
    names = [
        name
        for name in lexical.compute_features("A b c.", "A b c.")
        if name not in arguments.without
    ]
    examples = [build_examples(items, names) for items in rows.values()]
    every = [example for part in examples for example in part]
    set_numbers = np.repeat(np.arange(len(sets)), [len(part) for part in examples])
    gold = np.array([float(example.is_supported) for example in every])
    vetoed = np.array([example.is_vetoed for example in every])
    documents = np.array(
        [f"{n}/{e.document}" for n, e in zip(set_numbers, every, strict=True)]
    )
    importance = weigh_rows(sets, set_numbers, gold)
    p = np.zeros(len(every))
    for held_out in make_folds(documents):
        kept = [
            example for example, out in zip(every, held_out, strict=True) if not out
        ]
        weights = fit_examples(kept, importance[~held_out], len(names))
        p[held_out] = [
            score(example, weights)[0]
            for example, out in zip(every, held_out, strict=True)
            if out
        ]
    print(f"{len(every):,} open rows, {len(names)} features, {FOLDS} folds")
    print_scores(sets, set_numbers, gold, p, vetoed)
    threshold = choose_threshold(sets, set_numbers, gold, p, vetoed)
    print(f"threshold: {threshold}")
    weights = fit_examples(every, importance, len(names))
    for name, weight in zip([*names, "bias"], weights, strict=True):
        print(f"  {name:<28}{weight:+.2f}")
    if arguments.write:
        store_weights(arguments.data, names, weights, threshold)


def print_scores(
    sets: Sequence[str], set_numbers: Array, gold: Array, p: Array, vetoed: Array
) -> None:
    """Print the scores of the scorer, and of `supported` by threshold."""
    header = "".join(f"  >={threshold:<9}" for threshold in THRESHOLDS)
    print(f"{'set':<20}    n AUROC  bal.  {header}")
    for number, name in enumerate(sets):
        mine = set_numbers == number
        by_label = []
        for threshold in THRESHOLDS:
            said = (p[mine] >= threshold) & ~vetoed[mine]
            precision, recall = measure_label(gold[mine], said)
            by_label.append(f"{100 * precision:5.1f}/{100 * recall:<5.1f}")
        is_true = gold[mine] == 1
        print(
            f"{name:<20}{mine.sum():>5} {100 * auroc(is_true, p[mine]):5.1f} "
            f"{100 * balanced_accuracy(is_true, p[mine] >= 0.5):5.1f}  "
            + " ".join(by_label)
        )


def store_weights(
    data: Path, names: Sequence[str], weights: Array, threshold: float
) -> None:
    """Write the weights with their provenance; keep the measured reliability."""
    path = Path(lexical.__file__).with_name("weights.json")
    calibration = {"supported_from": threshold}
    if path.exists():
        stored = json.loads(path.read_text(encoding="utf-8"))
        calibration = {**stored.get("calibration", {}), **calibration}
    files = (*FILES.values(), UNITS)
    stored = {
        "what": "Logistic regression: P(the premise entails the hypothesis), where "
        "half of all claims are entailed. The features are those of lexical.py.",
        "fitted_on": "Open rows of WiCE claims, FM2, and REALSumm's content units; "
        f"sets and answers weigh the same; L2 penalty {PENALTY}",
        "sources": "WiCE: Kamoi et al. 2023, doi:10.18653/v1/2023.emnlp-main.470; "
        "FM2: Eisenschlos et al. 2021, doi:10.18653/v1/2021.naacl-main.32; "
        "REALSumm: Bhandari et al. 2020, doi:10.18653/v1/2020.emnlp-main.751",
        "sha256_of_data": {
            Path(file).name: hashlib.sha256((data / file).read_bytes()).hexdigest()
            for file in files
        },
        "fitted_by": "benchmarks/fit_support.py",
        "calibration": calibration,
        "weights": {
            name: round(float(weight), 3)
            for name, weight in zip([*names, lexical.BIAS], weights, strict=True)
        },
    }
    text = json.dumps(stored, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
