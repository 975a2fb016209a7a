"""Fit the weights that decide whether evidence supports a claim, and measure them.

    python benchmarks/fit_support.py data [--write]

Rows {"claim", "document", "supported", "doc_id"} of six sets, the development halves:
WiCE claims (Kamoi et al. 2023), SummEdits (Laban et al. 2023), FM2 (Eisenschlos et al.
2021), and the content units of REALSumm (Bhandari et al. 2020) with one summary, with
several, and changed (units.py): the first three have no short claim about a long
document. The data is not part of claimcheck.

Every set weighs the same, and so do both answers within a set. Five folds by document,
four seeds; each row is scored with weights that have not seen its document, by the
probability alone and by the verdict, which includes the rules. `--write` stores the
weights fitted on all rows.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import units
from logistic import FOLDS, Array, fit, make_folds, predict
from numpy.typing import NDArray
from units import Row

from claimcheck.models.document import Document
from claimcheck.models.verdict import DecidedBy, Finding, Label
from claimcheck.verification import entailment
from claimcheck.verification.alignment import align_sentence, split_statement
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.finding import Hypothesis, assess

FILES = {
    name: f"C_verification/{name}.dev.jsonl"
    for name in ("wice_claim", "summedits", "fm2")
}
UNITS = "D_news_summaries/realsumm_cnndm.dev.jsonl"
PENALTY = 5.0
SEEDS = 4
WEIGHTS = Path(entailment.__file__).with_name("weights.json")


def load_sets(data: Path) -> dict[str, list[Row]]:
    """Return the rows of each set.

    Rows of one article of REALSumm have the same `doc_id` in all of its sets.
    """
    sets: dict[str, list[Row]] = {}
    for name, file in FILES.items():
        lines = (data / file).read_text(encoding="utf-8").splitlines()
        sets[name] = [json.loads(line) for line in lines]
        for row in sets[name]:
            row["doc_id"] = f"{name}/{row['doc_id']}"
    for name, make_rows in units.SETS.items():
        sets[name] = make_rows(data / UNITS)
    return sets


def compute_columns(
    rows: list[Row],
) -> tuple[list[dict[str, float]], Array, Array, Array]:
    """Return the features, lengths, answers, and document ids of a set's rows."""
    features, lengths, answers, documents = [], [], [], []
    text, source = None, None
    for row in rows:
        if source is None or row["document"] != text:
            text = row["document"]
            source = EvidenceDocument(Document.from_text(text))
        aligned = [
            align_sentence(sentence, source)
            for sentence in split_statement(row["claim"])
        ]
        alignments = entailment.exclude_verbatim(aligned) or aligned
        values = entailment.compute_features(alignments, source)
        features.append({**values, entailment.BIAS: 1.0})
        lengths.append(entailment.measure_length(alignments, source))
        answers.append(float(row["supported"]))
        documents.append(row["doc_id"])
    return features, np.array(lengths), np.array(answers), np.array(documents)


def assess_rows(rows: list[Row], probability: Array) -> Iterator[Finding]:
    """Yield the finding of each row, given the probability of support."""
    with mock.patch(
        "claimcheck.verification.finding.estimate_support",
        side_effect=probability.tolist(),
    ):
        for row in rows:
            yield assess(
                Hypothesis.from_text(row["claim"]),
                EvidenceDocument(Document.from_text(row["document"])),
            )


def balanced_accuracy(answers: Array, predicted: NDArray[np.bool_]) -> float:
    recall = predicted[answers == 1].mean()
    specificity = (~predicted[answers == 0]).mean()
    return float((recall + specificity) / 2)


def weigh_rows(set_numbers: NDArray[np.int_], answers: Array) -> Array:
    """Return importances: all sets, and both answers in a set, weigh the same."""
    importance = np.zeros(len(answers))
    for number in np.unique(set_numbers):
        for answer in (0.0, 1.0):
            rows = (set_numbers == number) & (answers == answer)
            importance[rows] = 500 / rows.sum()
    return importance


def main(data: Path, *, write: bool) -> None:
    sets = load_sets(data)
    every = [row for rows in sets.values() for row in rows]
    parts = [compute_columns(rows) for rows in sets.values()]
    names = list(parts[0][0][0])
    values = np.array([list(row.values()) for part in parts for row in part[0]])
    lengths, answers, documents = (
        np.concatenate([part[column] for part in parts]) for column in (1, 2, 3)
    )
    set_numbers = np.repeat(np.arange(len(sets)), [len(part[2]) for part in parts])
    importance = weigh_rows(set_numbers, answers)
    # the last column, which `fit` adds, is the plain bias: it alone is not penalized
    x = np.c_[values * lengths[:, :1], values * lengths[:, 1:], values[:, :-1]]
    by_weights = np.zeros((SEEDS, len(sets)))
    by_verdict = np.zeros((SEEDS, len(sets)))
    decided, right = 0, 0
    for seed in range(SEEDS):
        probability = np.zeros(len(answers))
        for held_out in make_folds(documents, seed):
            rest = ~held_out
            weights = fit(x[rest], answers[rest], PENALTY, importance[rest])
            probability[held_out] = predict(x[held_out], weights)
        findings = list(assess_rows(every, probability))
        by_rules = np.array(
            [finding.decided_by is DecidedBy.RULES for finding in findings]
        )
        decided += by_rules.sum()
        right += (by_rules & (answers == 0)).sum()
        supported = np.array([finding.label is Label.SUPPORTED for finding in findings])
        for number in range(len(sets)):
            rows = set_numbers == number
            for scores, predicted in (
                (by_weights, probability >= 0.5),
                (by_verdict, supported),
            ):
                accuracy = balanced_accuracy(answers[rows], predicted[rows])
                scores[seed, number] = 100 * accuracy
    print(
        f"{len(answers):,} rows, {len(names) - 1} features; {FOLDS} folds by document, "
        f"{SEEDS} seeds"
    )
    print("balanced accuracy: by the weights alone, and of verdicts (range over seeds)")
    for number, name in enumerate(sets):
        scores = by_verdict[:, number]
        print(
            f"  {name:<14}{by_weights[:, number].mean():.1f}   {scores.mean():.1f} "
            f"({scores.min():.1f} to {scores.max():.1f})"
        )
    print(
        f"the rules decide {decided / SEEDS:.0f} claims, {right / SEEDS:.0f} of which "
        "are not supported (mean of seeds)"
    )
    if write:
        fitted = np.round(fit(x, answers, PENALTY, importance), 3)
        store_weights(
            data, names, fitted, dict(zip(sets, by_verdict.mean(0), strict=True))
        )


def store_weights(
    data: Path, names: list[str], fitted: Array, accuracies: dict[str, float]
) -> None:
    """Write the weights with their provenance."""
    on_documents, on_claims, always = np.split(fitted, [len(names), 2 * len(names)])
    weights = zip(names, always, on_documents, on_claims, strict=True)
    files = (*FILES.values(), UNITS)
    stored = {
        "what": "Logistic regression: P(the evidence entails the claim), where half "
        "of all claims are entailed. For each feature (entailment.py): its weight, "
        "and what it gains with a long document and with a long claim.",
        "fitted_on": "Development halves of WiCE claims, SummEdits, FM2, and three "
        "sets of REALSumm's content units; sets and answers weigh the same; "
        f"L2 penalty {PENALTY}",
        "cross_validation": {
            name: f"balanced accuracy of verdicts {accuracy:.1f}, "
            f"{FOLDS} folds by document, mean of {SEEDS} seeds"
            for name, accuracy in accuracies.items()
        },
        "sources": "WiCE: Kamoi et al. 2023, doi:10.18653/v1/2023.emnlp-main.470; "
        "SummEdits: Laban et al. 2023, doi:10.18653/v1/2023.emnlp-main.600; "
        "FM2: Eisenschlos et al. 2021, doi:10.18653/v1/2021.naacl-main.32; "
        "REALSumm: Bhandari et al. 2020, doi:10.18653/v1/2020.emnlp-main.751",
        "sha256_of_data": {
            Path(file).name: hashlib.sha256((data / file).read_bytes()).hexdigest()
            for file in files
        },
        "fitted_by": "benchmarks/fit_support.py",
        "weights": {
            name: [float(weight), float(per_document), float(per_claim)]
            for name, weight, per_document, per_claim in weights
        },
    }
    text = json.dumps(stored, indent=2, ensure_ascii=False)
    WEIGHTS.write_text(_join_number_lists(text) + "\n", encoding="utf-8")


def _join_number_lists(text: str) -> str:
    """Put each list of three numbers on one line."""
    return re.sub(
        r"\[\s+([-\d.]+),\s+([-\d.]+),\s+([-\d.]+)\s+\]", r"[\1, \2, \3]", text
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv)
