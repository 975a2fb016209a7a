"""Fits the weights by which evidence carries a claim, and says how good they are on documents not fitted on.

    python benchmarks/fit_support.py data [--write]

Rows {"claim", "document", "supported", "doc_id"} of six sets, the development halves: WiCE claims (Kamoi et al. 2023),
SummEdits (Laban et al. 2023), FM2 (Eisenschlos et al. 2021), and the content units of REALSumm (Bhandari et al. 2020) beside
one summary, beside several, and changed (units.py): the first three have no short claim on a long document. The data is
not part of claimcheck. Every set weighs the same, and so do both answers within a set. Five folds by document, four
seeds; each row is scored with weights that have not seen its document, by the probability alone and by the verdict, in
which the rules have their say. `--write` stores the weights fitted on all rows.
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
from logistic import FOLDS, Array, fit, folds, predict
from numpy.typing import NDArray
from units import Row, units, units_changed, units_joined

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


def sets(data: Path) -> dict[str, list[Row]]:
    """The rows of each set; those of one article of REALSumm share their document in all of its sets."""
    found = {
        name: [
            json.loads(line)
            for line in (data / file).read_text(encoding="utf-8").splitlines()
        ]
        for name, file in FILES.items()
    }
    for name, rows in found.items():
        for row in rows:
            row["doc_id"] = f"{name}/{row['doc_id']}"
    return found | {
        made.__name__: made(data / UNITS)
        for made in (units, units_joined, units_changed)
    }


def read(rows: list[Row]) -> tuple[list[dict[str, float]], Array, Array, Array]:
    """Features, longness, answers and documents of a set's rows."""
    named, long, answers, documents = [], [], [], []
    sources: dict[str, EvidenceDocument] = {}
    for row in rows:
        if row["document"] not in sources:
            sources = {
                row["document"]: EvidenceDocument(Document.from_text(row["document"]))
            }
        source = sources[row["document"]]
        aligned = [
            align_sentence(sentence, source)
            for sentence in split_statement(row["claim"])
        ]
        alignments = entailment.exclude_verbatim(aligned) or aligned
        named.append(
            {**entailment.compute_features(alignments, source), entailment.BIAS: 1.0}
        )
        long.append(entailment.measure_length(alignments, source))
        answers.append(float(row["supported"]))
        documents.append(row["doc_id"])
    return named, np.array(long), np.array(answers), np.array(documents)


def findings(rows: list[Row], probability: Array) -> Iterator[Finding]:
    """The finding of each row, given the probability that its claim is carried."""
    with mock.patch(
        "claimcheck.verification.finding.estimate_support",
        side_effect=probability.tolist(),
    ):
        for row in rows:
            yield assess(
                Hypothesis.from_text(row["claim"]),
                EvidenceDocument(Document.from_text(row["document"])),
            )


def balanced_accuracy(answers: Array, said: NDArray[np.bool_]) -> float:
    return float((said[answers == 1].mean() + (~said[answers == 0]).mean()) / 2)


def main(data: Path, *, write: bool) -> None:
    given = sets(data)
    every = [row for rows in given.values() for row in rows]
    parts = [read(rows) for rows in given.values()]
    names = list(parts[0][0][0])
    values = np.array([list(row.values()) for part in parts for row in part[0]])
    long, answers, documents = (
        np.concatenate([part[number] for part in parts]) for number in (1, 2, 3)
    )
    which = np.repeat(np.arange(len(given)), [len(part[2]) for part in parts])
    importance = np.zeros(len(answers))
    for number in range(len(given)):
        for answer in (0.0, 1.0):
            rows = (which == number) & (answers == answer)
            importance[rows] = 500 / rows.sum()
    # the last column, which `fit` adds, is the bias that always counts: it alone is not shrunk
    x = np.c_[values * long[:, :1], values * long[:, 1:], values[:, :-1]]
    alone, ruled = np.zeros((SEEDS, len(given))), np.zeros((SEEDS, len(given)))
    decided, right = 0, 0
    for seed in range(SEEDS):
        probability = np.zeros(len(answers))
        for held in folds(documents, seed):
            probability[held] = predict(
                x[held], fit(x[~held], answers[~held], PENALTY, importance[~held])
            )
        found = list(findings(every, probability))
        by_rules = np.array(
            [finding.decided_by is DecidedBy.RULES for finding in found]
        )
        decided, right = (
            decided + by_rules.sum(),
            right + (by_rules & (answers == 0)).sum(),
        )
        supported = np.array([finding.label is Label.SUPPORTED for finding in found])
        for scores, said in ((alone, probability >= 0.5), (ruled, supported)):
            scores[seed] = [
                100 * balanced_accuracy(answers[which == number], said[which == number])
                for number in range(len(given))
            ]
    print(
        f"{len(answers):,} rows, {len(names) - 1} features; {FOLDS} folds by document, {SEEDS} seeds"
    )
    print("balanced accuracy: by the weights alone, and of verdicts (range over seeds)")
    for number, name in enumerate(given):
        column = ruled[:, number]
        print(
            f"  {name:<14}{alone[:, number].mean():.1f}   {column.mean():.1f} ({column.min():.1f} to {column.max():.1f})"
        )
    print(
        f"the rules decide {decided / SEEDS:.0f} claims, of which {right / SEEDS:.0f} are not supported (mean of seeds)"
    )
    if write:
        fitted = np.round(fit(x, answers, PENALTY, importance), 3)
        on_documents, on_claims, always = np.split(fitted, [len(names), 2 * len(names)])
        stored = {
            "what": "Logistic regression: P(the evidence entails the claim), where half "
            "of all claims are entailed. For each feature (entailment.py): its weight, "
            "and what it gains with a long document and with a long claim.",
            "fitted_on": "WiCE claims, SummEdits, FM2 and REALSumm's content units beside one summary, beside several, and "
            "changed, development halves; sets and answers weigh the same; "
            f"L2 penalty {PENALTY}",
            "cross_validation": {
                name: f"balanced accuracy of verdicts {score:.1f}, {FOLDS} folds by document, mean of {SEEDS} seeds"
                for name, score in zip(given, ruled.mean(0), strict=True)
            },
            "sources": "WiCE: Kamoi et al. 2023, doi:10.18653/v1/2023.emnlp-main.470; SummEdits: Laban et al. 2023, "
            "doi:10.18653/v1/2023.emnlp-main.600; FM2: Eisenschlos et al. 2021, doi:10.18653/v1/2021.naacl-main.32; "
            "REALSumm: Bhandari et al. 2020, doi:10.18653/v1/2020.emnlp-main.751",
            "sha256_of_data": {
                Path(file).name: hashlib.sha256((data / file).read_bytes()).hexdigest()
                for file in (*FILES.values(), UNITS)
            },
            "fitted_by": "benchmarks/fit_support.py",
            "weights": {
                name: [float(a), float(d), float(c)]
                for name, a, d, c in zip(
                    names, always, on_documents, on_claims, strict=True
                )
            },
        }
        text = json.dumps(stored, indent=2, ensure_ascii=False)
        WEIGHTS.write_text(_on_one_line(text) + "\n", encoding="utf-8")


def _on_one_line(text: str) -> str:
    """JSON in which a list of numbers stands on one line."""
    return re.sub(
        r"\[\s+([-\d.]+),\s+([-\d.]+),\s+([-\d.]+)\s+\]", r"[\1, \2, \3]", text
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv)
