"""A scorer for Inspect that returns the share of supported claims.

See https://inspect.aisi.org.uk.

The sources are in the sample's metadata as `sources` (a text or a list of texts).
Without them, the target is the source.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import TaskState

from claimcheck.api.support import ameasure_support
from claimcheck.settings import Settings


@scorer(metrics=[mean(), stderr()])  # type: ignore[untyped-decorator]
def supported(
    settings: Settings | None = None, *, allow_unknown: bool = False
) -> Scorer:
    """Score an answer by the share of its claims that the sources support."""

    # Async, because Inspect scores many samples at once.
    async def score(state: TaskState, target: Target) -> Score:
        # The target is right for data sets whose answer is a text to agree with.
        sources = state.metadata.get("sources") or list(target)
        support = await ameasure_support(
            state.output.completion,
            sources,
            settings=settings,
            allow_unknown=allow_unknown,
        )
        return Score(
            value=support.score,
            answer=state.output.completion,
            explanation=support.reason,
        )

    return score
