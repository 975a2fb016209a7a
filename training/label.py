"""Add the probabilities of one or more teachers to pairs.

    python training/label.py PAIRS.jsonl ... --teacher CHECKPOINT ... --out OUT.jsonl

Several teachers are averaged. With `--checks OUT/checks.jsonl`, prints how well the
teachers do on the open documents that were kept for validation.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from calibrate import print_table
from checkpoint import Checkpoint
from checks import Check, group_by_source, read_checks, score_check
from pairs import Pair, read_pairs, write_pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", type=Path)
    parser.add_argument("--teacher", nargs="+", required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--checks", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--tokens", type=int, default=16_384, help="per batch")
    options = parser.parse_args()
    teachers = [Checkpoint(folder, options.device) for folder in options.teacher]
    if options.checks:
        checks = read_checks(options.checks)
        for name, teacher in zip(options.teacher, teachers, strict=True):
            print(name)
            validate([teacher], checks, options.tokens)
        if len(teachers) > 1:
            print("all")
            validate(teachers, checks, options.tokens)
    if options.out:
        every = read_pairs(options.pairs)
        pairs = list({(pair.premise, pair.claim): pair for pair in every}.values())
        probabilities = average_teachers(teachers, pairs, options.tokens)
        rounded = [[round(value, 4) for value in row] for row in probabilities.tolist()]
        write_pairs(
            options.out,
            (replace(p, teacher=row) for p, row in zip(pairs, rounded, strict=True)),
        )


def average_teachers(
    teachers: Sequence[Checkpoint], pairs: Sequence[Pair], tokens: int
) -> torch.Tensor:
    """Return (pairs, 3), the mean of the teachers' probabilities."""
    return torch.stack(
        [teacher.compute_probabilities(pairs, tokens) for teacher in teachers]
    ).mean(0)


def validate(
    teachers: Sequence[Checkpoint], checks: Sequence[Check], tokens: int
) -> None:
    """Print balanced accuracy and AUROC on claims that people labeled."""
    keys = {
        (premise, sentence): None
        for check in checks
        for sentence, premises in check.sentences
        for premise in premises
    }
    pairs = [Pair("check", premise, claim, "x") for premise, claim in keys]
    entailed = average_teachers(teachers, pairs, tokens)[:, 0].clamp(1e-6, 1 - 1e-6)
    scores = dict(zip(keys, entailed.logit().tolist(), strict=True))
    odds = torch.tensor(
        [score_check(check, lambda p, c: scores[p, c]) for check in checks]
    ).numpy()
    labels = torch.tensor([check.supported for check in checks]).numpy()
    print_table(odds, labels, group_by_source(checks))


if __name__ == "__main__":
    main()
