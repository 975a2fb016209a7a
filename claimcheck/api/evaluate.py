"""How good the answers are on labeled data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from claimcheck.api.clients import choose_engine, open_client
from claimcheck.config import load_settings
from claimcheck.evaluation.base import EngineSetup, Table
from claimcheck.evaluation.datasets import Rows
from claimcheck.evaluation.evaluate import (
    EvaluationComparison,
    compare_scores,
    run_evaluation,
)
from claimcheck.evaluation.result import Evaluation, Score
from claimcheck.evaluation.split import Part
from claimcheck.models.llm import Client
from claimcheck.readers.file import read_bytes
from claimcheck.settings import Settings
from claimcheck.verification.choose import choose_scorer

__all__ = [
    "Evaluation",
    "EvaluationComparison",
    "Part",
    "Rows",
    "Score",
    "Table",
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
    """Score a task on labeled rows.

    `task` is `checkworthy`, `verification`, `summaries`, `extraction`, or `grounding`.
    Rows of the sealed part of the data are scored, but never returned.
    `settings` and `client` are as for `summarize`. `progress` is called with the number
    of rows done and the number of all rows.

    Raises:
        InputError: the rows cannot be read, or are not rows of the task, or the
            verifier can't be used.
        ProviderError: the endpoint gave no answer. (An answer that cannot be used
            counts against the score.)
    """
    settings = settings or load_settings().settings
    with open_client(settings, client) as opened:
        engine = choose_engine(settings, client)
        scorer = choose_scorer(settings.verifier)
        setup = EngineSetup(settings, opened, engine, scorer)
        return run_evaluation(task, rows, setup, on_progress=progress)


def compare_evaluations(first: str | Path, second: str | Path) -> EvaluationComparison:
    """Return how much the second evaluation file scores above the first.

    Differences have 95 % intervals and cover the rows that both files have.

    Raises:
        InputError: a file is not an evaluation, or they differ in task or data.
    """
    first_evaluation = _read_evaluation(first)
    return compare_scores(first_evaluation, _read_evaluation(second))


def _read_evaluation(path: str | Path) -> Evaluation:
    _, data = read_bytes(path)
    return Evaluation.from_json(data, str(path))
