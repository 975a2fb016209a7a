"""Runs the same document several times, and compares the runs.

The first run is the same as a single run. The others are sampled with other seeds and a
temperature above 0, because at 0 many endpoints always give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, islice
from statistics import mean

from claimcheck.models.claim import Claim
from claimcheck.models.llm import ModelRequest, sum_usage
from claimcheck.models.run import ClaimStability, Run, Stability
from claimcheck.models.span import Excerpt
from claimcheck.models.verdict import Label
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.quotes import pair_by_location
from claimcheck.pipeline.requests import vary_request
from claimcheck.settings import Settings

Quotes = Sequence[Sequence[Excerpt]]
# Must exceed the number of votes of a check, which use consecutive seeds.
_SEEDS_PER_RUN = 100


def repeat_run(flows: Sequence[Flow[Run]], settings: Settings) -> Flow[Run]:
    """Run all flows; return the first run with its stability and all costs."""

    def vary(request: ModelRequest, number: int) -> ModelRequest:
        if number == 0:  # unchanged, so that stored answers are used
            return request
        return vary_request(request, settings, number * _SEEDS_PER_RUN)

    runs = yield from run_together(flows, vary)
    spans = [[claim.spans for claim in run.claims] for run in runs]
    shares = [_compute_agreement(*pair) for pair in combinations(spans, 2)]
    # For each other run, its claims by the indexes of those of the first run.
    matches = [pair_by_location(spans[0], others) for others in spans[1:]]
    labels = [{item.subject: item.label for item in run.verdicts} for run in runs]
    claims = []
    for index, claim in enumerate(runs[0].claims):
        same = [(labels[0], claim)]
        for run, run_labels, pairs in zip(runs[1:], labels[1:], matches, strict=True):
            if index in pairs:
                same.append((run_labels, run.claims[pairs[index]]))
        claims.append(_compare(claim, same))
    stability = Stability(len(runs), round(mean(shares), 3), tuple(claims))
    return replace(runs[0], stability=stability, usage=sum_usage(runs))


def run_together(
    flows: Sequence[Flow[Run]],
    change: Callable[[ModelRequest, int], ModelRequest] = lambda request, _: request,
) -> Flow[list[Run]]:
    """Run the flows in step, so that their requests can be sent at once.

    `change` is applied to each request, with the number of its flow.
    """
    runs: dict[int, Run] = {}
    pending = {number: next(flow) for number, flow in enumerate(flows)}
    while pending:
        requests = []
        for number, run_requests in pending.items():
            requests += [change(request, number) for request in run_requests]
        responses = iter((yield requests))
        for number, run_requests in list(pending.items()):
            run_responses = list(islice(responses, len(run_requests)))
            try:
                pending[number] = flows[number].send(run_responses)
            except StopIteration as stop:
                runs[number] = stop.value
                del pending[number]
    return [runs[number] for number in range(len(flows))]


def _compute_agreement(spans: Quotes, others: Quotes) -> float:
    """Return the share of the claims of two runs that both of them have."""
    shared = len(pair_by_location(spans, others))
    union = len(spans) + len(others) - shared
    return shared / union if union else 1.0


def _compare(
    claim: Claim, same: Sequence[tuple[Mapping[str, Label], Claim]]
) -> ClaimStability:
    """Compare a claim of the first run with the same claims of all runs.

    Each claim comes with the labels of its run, by subject.
    """
    found = [labels.get(other.id) for labels, other in same]
    return ClaimStability(
        claim_id=claim.id,
        runs=len(same),
        same_quote=sum(other.spans == claim.spans for _, other in same),
        same_verdict=found.count(found[0]) if found[0] else None,
    )
