"""What the pending documents of a batch will take: counted before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.errors import ContextWindowError, InputError
from claimcheck.models.llm import ModelRequest
from claimcheck.store.store import RunStore

MAX_COUNTED_DOCUMENTS = 500  # documents; of more the rest is reckoned by their length
_DEFAULT_OUTPUT_TOKENS = (
    1_000  # tokens of an answer, as long as the store has none of its own
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Documents, first requests, and their tokens; repairs, retries and checks come on top.

    `counted` of the documents were counted, the others reckoned by their length. `output_from` says where the tokens of
    an answer are from. `cost_usd` is None where the price is not known.
    """

    documents: int
    counted: int
    requests: int
    input_tokens: int
    output_tokens: int
    output_from: str
    cost_usd: float | None
    unusable: int


def estimate_batch(
    store: RunStore,
    batch: int,
    plan: Plan,
    told: Callable[[int], None] = lambda count: None,
) -> Estimate:
    """Estimate requests, tokens and cost of the batch's pending documents."""
    from claimcheck.llm import OpenAIClient, Pricing, count_input_tokens

    if plan.engine == "extractive":
        waiting = store.waiting(batch)[0]
        return Estimate(waiting, waiting, 0, 0, 0, "no model", 0.0, 0)
    client = OpenAIClient(plan.settings)
    # OpenAI puts the schema into the prompt; the servers that people run themselves make a grammar of it
    counts_schema = plan.settings.base_url is None
    documents, characters = store.waiting(batch)
    counted = unusable = requests = tokens = seen = 0
    for _, document in store.pending(batch):
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
    usual = store.usual_output(batch)
    each = _DEFAULT_OUTPUT_TOKENS if usual is None else usual
    requests, tokens = round(requests * share), round(tokens * share)
    return Estimate(
        documents=documents,
        counted=counted,
        requests=requests,
        input_tokens=tokens,
        output_tokens=requests * each,
        output_from="a guess" if usual is None else "the answers so far",
        cost_usd=Pricing(plan.settings).cost_usd(tokens, 0, requests * each),
        unusable=round(unusable * share),
    )
