"""Two evaluations of the same rows: what the second scores above the first, with an interval of the difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claimcheck.errors import InputError
from claimcheck.evaluation.bootstrap import Columns, Measure, intervals
from claimcheck.evaluation.result import Evaluation, Row, Score
from claimcheck.evaluation.tasks import TASKS


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows that both have, and the difference of each score, second less first, over them."""

    n: int
    differences: dict[str, Score]


def compare(first: Evaluation, second: Evaluation) -> Comparison:
    """The paired comparison: in every draw of documents both are scored on the same rows.

    Raises:
        InputError: they are of different tasks or data, or share no row.
    """
    left, right = first.signature, second.signature
    if left.task != right.task or left.dataset_sha256 != right.dataset_sha256:
        raise InputError(
            f"compare: {left.task} on {left.dataset}@{left.dataset_sha256[:12]} and {right.task} on "
            f"{right.dataset}@{right.dataset_sha256[:12]} can't be compared; evaluate both on the same file"
        )
    theirs = {row.id: row for row in second.rows}
    pairs = [(row, theirs[row.id]) for row in first.rows if row.id in theirs]
    if not pairs:
        raise InputError("compare: the two have no row in common; use the same --limit and --seed")
    columns = {
        f"{side} {name}": np.array([pair[number].values[name] for pair in pairs])
        for number, side in enumerate(("first", "second"))
        for name in _names(pairs[0][number])
    }
    measures = {name: _difference(measure) for name, measure in TASKS[left.task].measures.items()}
    bounds = intervals(measures, columns, [row.document for row, _ in pairs], left.seed)
    return Comparison(
        len(pairs), {name: Score(measure(columns), *bounds[name]) for name, measure in measures.items()}
    )


def _names(row: Row) -> list[str]:
    return list(row.values)


def _difference(measure: Measure) -> Measure:
    def of(columns: Columns, side: str) -> float:
        return measure(
            {name.removeprefix(side): column for name, column in columns.items() if name.startswith(side)}
        )

    return lambda columns: of(columns, "second ") - of(columns, "first ")
