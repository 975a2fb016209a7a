"""Pairs of a premise and a claim: the file format.

A file of pairs is JSON Lines. Each line is an object with `source`, `premise`, `claim`,
`label`, and optionally:

* `weight`: 1 if missing;
* `group`: the document, which keeps training and validation apart;
* `teacher`: a larger model's probabilities that the premise entails the claim, leaves
  it open, and contradicts it.

Labels are e (entailed), n (neutral), c (contradicted), and x (not entailed: neutral or
contradicted, nobody said which).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

LABELS = "encx"


@dataclass(frozen=True, slots=True)
class Pair:
    """A premise, a claim, and whether the premise entails the claim."""

    source: str
    premise: str
    claim: str
    label: str
    weight: float = 1.0
    group: str = ""
    teacher: Sequence[float] = ()


def read_pairs(paths: Iterable[Path]) -> list[Pair]:
    """Read files of pairs, in order."""
    pairs = []
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            pairs += [Pair(**json.loads(line)) for line in lines]
    return pairs


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Write a file of pairs."""
    with path.open("w", encoding="utf-8") as file:
        for pair in pairs:
            file.write(json.dumps(asdict(pair), ensure_ascii=False) + "\n")
