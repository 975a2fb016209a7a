"""Scores on labeled data, and comparisons of scores and prompts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from claimcheck.api.clients import choose_engine, open_client
from claimcheck.arguments import require_function, require_kind
from claimcheck.errors import InputError
from claimcheck.evaluation.base import EngineSetup, Table
from claimcheck.evaluation.datasets import RowPart, Rows
from claimcheck.evaluation.evaluate import (
    EvaluationComparison,
    compare_scores,
    run_evaluation,
)
from claimcheck.evaluation.prompt_comparison import (
    PromptComparison,
    compare_prompts as run_comparison,
)
from claimcheck.evaluation.result import Evaluation, Score
from claimcheck.evaluation.tasks import TASKS
from claimcheck.models.llm import Client
from claimcheck.prompts import Templates
from claimcheck.prompts.briefs import read_examples
from claimcheck.prompts.folder import read_folder
from claimcheck.readers.file import read_bytes
from claimcheck.settings import Settings
from claimcheck.settings.load import load_settings
from claimcheck.verification.choose_scorer import choose_scorer

__all__ = [
    "Evaluation",
    "EvaluationComparison",
    "PromptComparison",
    "RowPart",
    "Rows",
    "Score",
    "Table",
    "compare_evaluations",
    "compare_prompts",
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
    of finished rows and the total number.

    Raises:
        InputError: the task is unknown, the rows cannot be read, or are not rows of
            the task, or the verifier can't be used.
        ProviderError: the endpoint gave no answer. (An answer that cannot be used
            counts against the score.)
    """
    if task not in tuple(TASKS):
        raise InputError(f"task {task!r} is unknown; choose from {', '.join(TASKS)}")
    require_kind(rows, Rows, "rows", "claimcheck.Rows(file)")
    require_function(progress, "progress")
    # As for `summarize`, so that an evaluation measures what people run.
    settings = settings or load_settings().settings
    engine = choose_engine(settings, client)
    with open_client(settings, client) as opened:
        # No model is loaded, or downloaded, for a task that does not use it.
        uses_scorer = TASKS[task].uses_scorer
        scorer = choose_scorer(settings.verifier if uses_scorer else "lexical")
        setup = EngineSetup(settings, opened, engine, scorer)
        return run_evaluation(task, rows, setup, on_progress=progress)


def compare_prompts(
    folders: tuple[Path | None, Path | None],
    examples: Path,
    *,
    settings: Settings,
    client: Client | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PromptComparison:
    """Compare two folders of prompts on examples; None is the shipped prompts.

    The answer cache is not used, so the cost covers every request.

    Raises:
        InputError: a folder or an example cannot be used, or no model is named.
        ProviderError: the endpoint gave no answer.
    """
    # Before any request: a broken example must cost nothing.
    texts = read_examples(examples, settings.brief)
    first, second = folders
    sides = (_read_templates(first), _read_templates(second))
    # A cached answer would make one side look free.
    settings = replace(settings, cache=False)
    with open_client(settings, client) as opened:
        engine = choose_engine(settings, client)
        if engine != "llm":
            raise InputError("prompts are for models; name one with --model")
        setup = EngineSetup(settings, opened, engine, choose_scorer(settings.verifier))
        return run_comparison(sides, texts, setup, progress)


def _read_templates(folder: Path | None) -> Templates:
    return () if folder is None else read_folder(folder)


def compare_evaluations(
    first: Evaluation | str | Path, second: Evaluation | str | Path
) -> EvaluationComparison:
    """Return how much the second evaluation, or file, scores above the first.

    Differences have 95 % intervals and cover the rows that both have.

    Raises:
        InputError: a file is not an evaluation, or they differ in task or data.
    """
    first_evaluation = _read_evaluation(first)
    return compare_scores(first_evaluation, _read_evaluation(second))


def _read_evaluation(path: Evaluation | str | Path) -> Evaluation:
    if isinstance(path, Evaluation):
        return path
    require_kind(path, (str, Path), "evaluation", "an Evaluation or its file's path")
    _, data = read_bytes(path)
    return Evaluation.from_json(data, str(path))
