"""Estimate what a batch will cost, without sending anything."""

from __future__ import annotations

from collections.abc import Callable

from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.errors import ContextWindowError, InputError
from claimcheck.llm.budget import count_input_tokens
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.pricing import Pricing
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest
from claimcheck.models.outcome import Estimate
from claimcheck.store.store import RunStore

# Counting takes some milliseconds a document; the rest is extrapolated from its length.
# Chosen by hand, so that an estimate takes seconds.
MAX_COUNTED_DOCUMENTS = 500
# Used until the store has answers of its own. Chosen by hand: 12 claims and a summary
# take about 900 (docs/scaling.md).
_DEFAULT_OUTPUT_TOKENS = 1_000


def estimate_batch(
    store: RunStore,
    batch: int,
    plan: Plan,
    on_progress: Callable[[int], None] = lambda count: None,
) -> Estimate:
    """Estimate requests, tokens and cost of the batch's pending documents."""
    documents, characters = store.measure_pending(batch)
    if plan.engine == "extractive":
        return Estimate(documents, documents, 0, 0, 0, "no model", 0.0, 0)
    sample = _Sample(plan)
    for _, document in store.iter_pending(batch):
        if sample.counted + sample.unusable == MAX_COUNTED_DOCUMENTS:
            break
        sample.add(document)
        on_progress(sample.counted)
    factor = characters / sample.characters if sample.characters else 0.0
    requests = round(sample.requests * factor)
    input_tokens = round(sample.input_tokens * factor)
    mean_output_tokens = store.mean_output_tokens(batch)
    if mean_output_tokens is None:
        output_tokens, output_source = requests * _DEFAULT_OUTPUT_TOKENS, "a guess"
    else:
        output_tokens, output_source = (
            requests * mean_output_tokens,
            "the answers so far",
        )
    return Estimate(
        documents=documents,
        counted=sample.counted,
        requests=requests,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        output_source=output_source,
        cost_usd=Pricing(plan.settings).cost_usd(input_tokens, 0, output_tokens),
        unusable=round(sample.unusable * factor),
    )


class _Sample:
    """The documents counted so far, with their first requests and tokens."""

    def __init__(self, plan: Plan) -> None:
        self.counted = 0
        self.unusable = 0
        self.characters = 0
        self.requests = 0
        self.input_tokens = 0
        self._plan = plan
        self._client = OpenAIClient(plan.settings)
        # OpenAI counts the schema as part of the prompt; local servers turn it into a
        # grammar instead.
        self._counts_schema = plan.settings.base_url is None

    def add(self, document: Document) -> None:
        """Count the first requests of a document."""
        self.characters += document.characters
        plan = self._plan
        try:
            flow = build_run_flow(document, plan.settings, plan.engine, check=False)
            requests = next(flow)
        except (InputError, ContextWindowError):
            self.unusable += 1  # too long, or without words
            return
        self.counted += 1
        self.requests += len(requests)
        self.input_tokens += sum(map(self._count_tokens, requests))

    def _count_tokens(self, request: ModelRequest) -> int:
        body = self._client.build_body(request)
        return count_input_tokens(body, schema=self._counts_schema)
