"""How good the answers are on labelled data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from claimcheck.api.clients import choose_engine, open_client
from claimcheck.config import load_settings
from claimcheck.evaluation.datasets import Rows
from claimcheck.evaluation.evaluate import (
    EvaluationComparison,
    compare_scores,
    run_evaluation,
)
from claimcheck.evaluation.result import Evaluation, Score
from claimcheck.evaluation.tasks.base import EngineSetup
from claimcheck.models.llm import Client
from claimcheck.readers.file import read_bytes
from claimcheck.settings import Settings

__all__ = [
    "Evaluation",
    "EvaluationComparison",
    "Rows",
    "Score",
    "compare_evaluations",
    "evaluate",
]


def evaluate(
    task: str,
    rows: Rows,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """The scores of a task on rows: `checkworthy`, `verification`, `summaries`, `extraction` or `grounding`.

    Engine, settings and client are as for `summarize`. `progress` is told how many rows of how many are done.

    Raises:
        InputError: the rows can't be read, or are not those of the task.
        ProviderError: the endpoint gave no answer. (An answer that can't be used counts against the score.)
    """
    settings = settings or load_settings().settings
    with open_client(settings, client) as carrier:
        given = EngineSetup(settings, carrier, choose_engine(settings, client))
        return run_evaluation(task, rows, given, progress=progress)


def compare_evaluations(first: str | Path, second: str | Path) -> EvaluationComparison:
    """What the second of two evaluation files scores above the first, with intervals, over the rows of both.

    Raises:
        InputError: one of them is no evaluation, or they are of different tasks or data.
    """
    return compare_scores(
        *(
            Evaluation.from_json(read_bytes(path)[1], str(path))
            for path in (first, second)
        )
    )
