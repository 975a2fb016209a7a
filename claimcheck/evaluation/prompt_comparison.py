"""Compares what two sets of prompts find in examples, and at what cost.

Both read the same documents. A claim of a run matches a claim of an example if their
quotes overlap; each counts once. The differences are paired, and their intervals come
from resampling documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from math import isnan, nan
from typing import Any

from claimcheck.errors import InputError
from claimcheck.evaluation.base import EngineSetup
from claimcheck.evaluation.evaluate import (
    compute_scores,
    make_difference,
    pair_columns,
    select_columns,
)
from claimcheck.evaluation.metrics import Columns, Metric, mean
from claimcheck.evaluation.result import Score
from claimcheck.evaluation.tasks import summarize_text
from claimcheck.grounding import GroundingIndex
from claimcheck.models.brief import Example
from claimcheck.models.claim import Claim, Match
from claimcheck.models.document import Document
from claimcheck.pipeline.quotes import pair_by_location
from claimcheck.prompts import Templates
from claimcheck.text.reading import Reading

_CONCURRENCY = 8  # documents at a time; chosen by hand
_SEED = 0  # for the resamples, so that the same answers give the same intervals


@dataclass(frozen=True, slots=True)
class PromptComparison:
    """The scores of two sets of prompts on `n` texts.

    `differences` are second minus first. `failed` counts, for each set, the texts
    without a usable answer.
    """

    n: int
    failed: tuple[int, int]
    first: dict[str, float]
    second: dict[str, float]
    differences: dict[str, Score]


def compare_prompts(
    sides: tuple[Templates, Templates],
    texts: Sequence[Example],
    setup: EngineSetup,
    on_progress: Callable[[int, int], None] | None = None,
) -> PromptComparison:
    """Read all texts with both sets of prompts, and compare the results.

    Raises:
        InputError: there are no texts.
        ProviderError: the endpoint gave no answer.
    """
    if not texts:
        raise InputError("there are no examples to compare on")
    jobs = [(templates, item) for item in texts for templates in sides]
    rows: list[dict[str, float]] = []
    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        for row in pool.map(partial(_measure, setup), jobs):
            rows.append(row)
            if on_progress:
                on_progress(len(rows), len(jobs))
    columns = pair_columns(rows[::2], rows[1::2])
    documents = [str(number) for number in range(len(texts))]
    return PromptComparison(
        n=len(texts),
        failed=(
            int(columns["first failed"].sum()),
            int(columns["second failed"].sum()),
        ),
        first=_compute(columns, "first"),
        second=_compute(columns, "second"),
        differences=compute_scores(
            {name: make_difference(metric) for name, metric in _METRICS.items()},
            columns,
            documents,
            _SEED,
        ),
    )


def _measure(setup: EngineSetup, job: tuple[Templates, Example]) -> dict[str, float]:
    templates, item = job
    brief = replace(setup.settings.brief, prompts=templates)
    settings = replace(setup.settings, brief=brief)
    run = summarize_text(
        Document.from_text(item.text), replace(setup, settings=settings)
    )
    wanted = json.loads(item.claims)["claims"]
    pairs = _pair_claims(item.text, wanted, run.claims)
    usage = run.usage
    return {
        "wanted": len(wanted),
        "claims": len(run.claims),
        "found": len(pairs),
        "located": sum(claim.match is not Match.NONE for claim in run.claims),
        "kinds": sum(claim.kind == gold["kind"] for gold, claim in pairs),
        "speakers": sum(claim.speaker == gold["speaker"] for gold, claim in pairs),
        "requests": usage.requests,
        "tokens": usage.input_tokens + usage.output_tokens,
        "cost": nan if usage.cost_usd is None else usage.cost_usd,
        "failed": bool(run.failures),
    }


def _pair_claims(
    text: str, wanted: Sequence[Mapping[str, Any]], claims: Sequence[Claim]
) -> list[tuple[Mapping[str, Any], Claim]]:
    """Pair claims of an example with those of a run, the closest first."""
    index = GroundingIndex(Reading(text))
    located = index.ground_all([gold["quote"] for gold in wanted])
    pairs = pair_by_location(
        [result.spans for result in located], [claim.spans for claim in claims]
    )
    return [(wanted[gold], claims[number]) for gold, number in pairs.items()]


def _ratio(part: str, whole: str, columns: Columns) -> float:
    total = float(columns[whole].sum())
    return float(columns[part].sum()) / total if total else nan


_METRICS: Mapping[str, Metric] = {
    "claims found": partial(_ratio, "found", "wanted"),
    "precision": partial(_ratio, "found", "claims"),
    "quotes located": partial(_ratio, "located", "claims"),
    "kind right": partial(_ratio, "kinds", "found"),
    "speaker right": partial(_ratio, "speakers", "found"),
    "claims a text": partial(mean, "claims"),
    "requests a text": partial(mean, "requests"),
    "tokens a text": partial(mean, "tokens"),
    "US dollars a text": partial(mean, "cost"),
}


def _compute(columns: Columns, side: str) -> dict[str, float]:
    own = select_columns(columns, f"{side} ")
    values = {name: metric(own) for name, metric in _METRICS.items()}
    # A value is NaN if a denominator is 0 or the price of the model is unknown.
    return {name: value for name, value in values.items() if not isnan(value)}
