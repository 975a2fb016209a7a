"""Run the same document several times, and compare the runs.

The first run is what one run alone would be. The others are sampled: with other seeds,
and not at a temperature of 0, where many endpoints answer the same every time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, islice

from claimcheck.models.claim import Claim
from claimcheck.models.llm import ModelRequest, Usage
from claimcheck.models.run import Run
from claimcheck.models.stability import ClaimStability, Stability
from claimcheck.pipeline.answers import SAMPLING_TEMPERATURE
from claimcheck.pipeline.driver import Flow
from claimcheck.settings import Settings

# More than the votes of a check, whose seeds follow each other.
_SEEDS_PER_RUN = 100
_MIN_OVERLAP = 0.5  # of the characters of two claims; chosen by hand
_BUCKET_CHARACTERS = 500


def repeat_run(flows: Sequence[Flow[Run]], settings: Settings) -> Flow[Run]:
    """Run all flows; return the first run with its stability and all costs."""
    runs = yield from _run_together(flows, settings)
    first = runs[0]
    pairs = {
        (one, other): match_claims(runs[one].claims, runs[other].claims)
        for one, other in combinations(range(len(runs)), 2)
    }
    shares = []
    for (one, other), matched in pairs.items():
        union = len(runs[one].claims) + len(runs[other].claims) - len(matched)
        shares.append(len(matched) / union if union else 1.0)
    matches = [(runs[n], pairs[0, n]) for n in range(1, len(runs))]
    stability = Stability(
        runs=len(runs),
        jaccard=round(sum(shares) / len(shares), 3),
        claims=tuple(_compare(first, claim, matches) for claim in first.claims),
    )
    usage = sum((run.usage for run in runs), Usage())
    return replace(first, stability=stability, usage=usage)


def _run_together(flows: Sequence[Flow[Run]], settings: Settings) -> Flow[list[Run]]:
    """Run the flows in step, so that their requests can be sent at once."""
    runs: dict[int, Run] = {}
    pending = {number: next(flow) for number, flow in enumerate(flows)}
    while pending:
        requests = []
        for number, own in pending.items():
            requests += [_vary(request, number, settings) for request in own]
        responses = iter((yield requests))
        for number, own in list(pending.items()):
            try:
                pending[number] = flows[number].send(list(islice(responses, len(own))))
            except StopIteration as stop:
                runs[number] = stop.value
                del pending[number]
    return [runs[number] for number in range(len(flows))]


def _vary(request: ModelRequest, number: int, settings: Settings) -> ModelRequest:
    """Return the request of a run; that of the first is unchanged."""
    if number == 0:
        return request
    seed = settings.seed if request.seed is None else request.seed
    return replace(
        request,
        seed=(seed or 0) + number * _SEEDS_PER_RUN,
        temperature=request.temperature or settings.temperature or SAMPLING_TEMPERATURE,
    )


def _compare(
    run: Run, claim: Claim, others: Sequence[tuple[Run, dict[str, Claim]]]
) -> ClaimStability:
    labels = {verdict.subject: verdict.label for verdict in run.verdicts}
    same = [matched[claim.id] for _, matched in others if claim.id in matched]
    same_verdict = None
    if claim.id in labels:
        same_verdict = 1
        for other, matched in others:
            found = matched.get(claim.id)
            theirs = {verdict.subject: verdict.label for verdict in other.verdicts}
            if found and theirs.get(found.id) == labels[claim.id]:
                same_verdict += 1
    return ClaimStability(
        claim_id=claim.id,
        runs=1 + len(same),
        same_quote=1 + sum(other.spans == claim.spans for other in same),
        same_verdict=same_verdict,
    )


def match_claims(claims: Sequence[Claim], others: Sequence[Claim]) -> dict[str, Claim]:
    """Map the ids of claims to the others of the same place, each used once.

    The pairs that share most come first. A claim without a place has no other.
    """
    by_bucket: dict[int, dict[str, Claim]] = defaultdict(dict)
    for claim in others:
        for bucket in _list_buckets(claim):
            by_bucket[bucket][claim.id] = claim
    pairs = []
    for number, claim in enumerate(claims):
        near: dict[str, Claim] = {}
        for bucket in _list_buckets(claim):
            near |= by_bucket[bucket]
        for other in near.values():
            overlap = _compute_overlap(claim, other)
            if overlap >= _MIN_OVERLAP:
                pairs.append((-overlap, number, claim.id, other))
    matched: dict[str, Claim] = {}
    used: set[str] = set()
    for _, _, claim_id, other in sorted(pairs, key=lambda pair: pair[:3]):
        if claim_id not in matched and other.id not in used:
            matched[claim_id] = other
            used.add(other.id)
    return matched


def _list_buckets(claim: Claim) -> set[int]:
    buckets: set[int] = set()
    for span in claim.spans:
        first, last = span.start // _BUCKET_CHARACTERS, span.end // _BUCKET_CHARACTERS
        buckets |= set(range(first, last + 1))
    return buckets


def _compute_overlap(claim: Claim, other: Claim) -> float:
    """Return the Jaccard index of the characters of two claims."""
    shared = 0
    for span in claim.spans:
        for their in other.spans:
            shared += max(0, min(span.end, their.end) - max(span.start, their.start))
    lengths = [span.end - span.start for span in (*claim.spans, *other.spans)]
    return shared / (sum(lengths) - shared)
