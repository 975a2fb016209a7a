"""Claims to validate with: each sentence with its premises, and people's verdict.

The score of a sentence is the best of its premises; the score of a claim is that of
its worst sentence. Checking does the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PairScorer = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Check:
    """A claim of a data set; `sentences` are (sentence, premises)."""

    source: str
    supported: bool
    sentences: list[tuple[str, list[str]]]


def write_checks(path: Path, checks: Iterable[Check]) -> None:
    """Write a JSON Lines file of checks."""
    with path.open("w", encoding="utf-8") as file:
        for check in checks:
            file.write(json.dumps(asdict(check), ensure_ascii=False) + "\n")


def read_checks(path: Path) -> list[Check]:
    """Read a JSON Lines file of checks."""
    with path.open(encoding="utf-8") as lines:
        return [Check(**json.loads(line)) for line in lines]


def score_check(check: Check, score: PairScorer) -> float:
    """Return the score of a claim."""
    return min(
        max((score(premise, sentence) for premise in premises), default=0.0)
        for sentence, premises in check.sentences
    )


def compute_balanced_accuracy(
    scores: Sequence[float], labels: Sequence[bool], threshold: float = 0.5
) -> float:
    """Return the mean of the shares of true and of false claims that are right."""
    pairs = list(zip(scores, labels, strict=True))
    true = [score >= threshold for score, label in pairs if label]
    false = [score < threshold for score, label in pairs if not label]
    return (sum(true) / len(true) + sum(false) / len(false)) / 2


def compute_auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Return how often a true claim scores higher than a false one."""
    ranked = sorted(zip(scores, labels, strict=True))
    true = sum(labels)
    false = len(labels) - true
    rank_sum = sum(rank for rank, (_, label) in enumerate(ranked, 1) if label)
    return (rank_sum - true * (true + 1) / 2) / (true * false)


def group_by_source(checks: Sequence[Check]) -> Mapping[str, list[int]]:
    """Map each data set to the indexes of its checks."""
    groups: dict[str, list[int]] = {}
    for index, check in enumerate(checks):
        groups.setdefault(check.source, []).append(index)
    return groups
