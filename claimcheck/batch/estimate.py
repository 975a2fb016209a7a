"""What the pending documents of a batch will take: counted before anything is sent."""

from __future__ import annotations

from collections.abc import Callable

from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.errors import ContextWindowError, InputError
from claimcheck.models.llm import ModelRequest
from claimcheck.models.outcome import Estimate
from claimcheck.store.store import RunStore

MAX_COUNTED_DOCUMENTS = 500  # documents; of more the rest is reckoned by their length
_DEFAULT_OUTPUT_TOKENS = (
    1_000  # tokens of an answer, as long as the store has none of its own
)


def estimate_batch(
    store: RunStore,
    batch: int,
    plan: Plan,
    told: Callable[[int], None] = lambda count: None,
) -> Estimate:
    """Estimate requests, tokens and cost of the batch's pending documents."""
    from claimcheck.llm import OpenAIClient, Pricing, count_input_tokens

    if plan.engine == "extractive":
        waiting = store.measure_pending(batch)[0]
        return Estimate(waiting, waiting, 0, 0, 0, "no model", 0.0, 0)
    client = OpenAIClient(plan.settings)
    # OpenAI puts the schema into the prompt; the servers that people run themselves make a grammar of it
    counts_schema = plan.settings.base_url is None
    documents, characters = store.measure_pending(batch)
    counted = unusable = requests = tokens = seen = 0
    for _, document in store.iter_pending(batch):
        if counted + unusable == MAX_COUNTED_DOCUMENTS:
            break
        seen += document.characters
        try:
            first: list[ModelRequest] = next(
                build_run_flow(document, plan.settings, plan.engine, check=False)
            )
        except (InputError, ContextWindowError):
            unusable += 1
            continue
        counted += 1
        requests += len(first)
        tokens += sum(
            count_input_tokens(client.build_body(request), schema=counts_schema)
            for request in first
        )
        told(counted)
    share = characters / seen if seen else 0.0
    usual = store.mean_output_tokens(batch)
    each = _DEFAULT_OUTPUT_TOKENS if usual is None else usual
    requests, tokens = round(requests * share), round(tokens * share)
    return Estimate(
        documents=documents,
        counted=counted,
        requests=requests,
        input_tokens=tokens,
        output_tokens=requests * each,
        output_source="a guess" if usual is None else "the answers so far",
        cost_usd=Pricing(plan.settings).cost_usd(tokens, 0, requests * each),
        unusable=round(unusable * share),
    )
