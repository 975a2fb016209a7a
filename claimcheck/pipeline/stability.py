"""Runs the same document several times, and compares the runs.

The first run is the same as a single run. The others are sampled with other seeds and a
temperature above 0, because at 0 many endpoints always give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations, islice
from statistics import mean

from claimcheck.models.llm import ModelRequest, sum_usage
from claimcheck.models.run import ClaimStability, Run, Stability
from claimcheck.models.verdict import Label
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.quotes import pair_by_location
from claimcheck.pipeline.requests import vary_request
from claimcheck.settings import Settings

# Must exceed the number of votes of a check, which use consecutive seeds.
_SEEDS_PER_RUN = 100


def repeat_run(flows: Sequence[Flow[Run]], settings: Settings) -> Flow[Run]:
    """Run all flows; return the first run with its stability and all costs."""

    def vary(request: ModelRequest, number: int) -> ModelRequest:
        if number == 0:
            return request
        return vary_request(request, settings, number * _SEEDS_PER_RUN)

    runs = yield from run_together(flows, vary)
    spans = [[claim.spans for claim in run.claims] for run in runs]
    shares = []
    matches: list[dict[int, int]] = [{}]
    for one, other in combinations(range(len(runs)), 2):
        pairs = pair_by_location(spans[one], spans[other])
        union = len(spans[one]) + len(spans[other]) - len(pairs)
        shares.append(len(pairs) / union if union else 1.0)
        if one == 0:
            matches.append(pairs)
    labels = [{item.subject: item.label for item in run.verdicts} for run in runs]
    claims = [
        _compare(runs, matches, labels, number) for number in range(len(spans[0]))
    ]
    stability = Stability(len(runs), round(mean(shares), 3), tuple(claims))
    return replace(runs[0], stability=stability, usage=sum_usage(runs))


def run_together(
    flows: Sequence[Flow[Run]],
    change: Callable[[ModelRequest, int], ModelRequest] | None = None,
) -> Flow[list[Run]]:
    """Run the flows in step, so that their requests can be sent at once.

    `change` is applied to each request, with the number of its flow.
    """
    runs: dict[int, Run] = {}
    pending = {number: next(flow) for number, flow in enumerate(flows)}
    while pending:
        requests = []
        for number, run_requests in pending.items():
            requests += [
                change(item, number) if change else item for item in run_requests
            ]
        responses = iter((yield requests))
        for number, run_requests in list(pending.items()):
            run_responses = list(islice(responses, len(run_requests)))
            try:
                pending[number] = flows[number].send(run_responses)
            except StopIteration as stop:
                runs[number] = stop.value
                del pending[number]
    return [runs[number] for number in range(len(flows))]


def _compare(
    runs: Sequence[Run],
    matches: Sequence[dict[int, int]],
    labels_by_run: Sequence[dict[str, Label]],
    number: int,
) -> ClaimStability:
    """Compare a claim of the first run with its matches in the others."""
    claim = runs[0].claims[number]
    same = [(labels_by_run[0], claim)]
    for run, pairs, labels in zip(runs, matches, labels_by_run, strict=True):
        if number in pairs:
            same.append((labels, run.claims[pairs[number]]))
    found = [labels.get(other.id) for labels, other in same]
    return ClaimStability(
        claim_id=claim.id,
        runs=len(same),
        same_quote=sum(other.spans == claim.spans for _, other in same),
        same_verdict=found.count(found[0]) if found[0] else None,
    )
