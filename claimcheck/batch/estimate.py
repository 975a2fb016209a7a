"""Estimate what a batch will cost, without sending anything.

The requests of a document depend on the answers: a long document needs a summary of its
claims, and `--check` sends requests for the claims. So the flow runs on plausible
answers, made of the sentences that the extractive engine selects.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.errors import ContextWindowError, InputError
from claimcheck.llm.budget import Pricing, count_input_tokens
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest, ModelResponse, Usage
from claimcheck.models.outcome import Estimate
from claimcheck.models.run import Run
from claimcheck.pipeline.driver import Flow, drive
from claimcheck.settings.run import RANGES
from claimcheck.store.store import RunStore

# Counting takes a few milliseconds per document, and ten times as long with checks. The
# other documents are extrapolated from their length. Chosen by hand, so that an
# estimate takes seconds.
MAX_COUNTED_DOCUMENTS = 500
_MAX_COUNTED_WITH_CHECKS = 100
# Used until the store has answers of its own. Chosen by hand: 12 claims and a summary
# take about 900 (docs/scaling.md), a verdict is a sentence or two.
_DEFAULT_OUTPUT_TOKENS = 1_000
_VERDICT_SCHEMA = "verdict.answer"
# Answers with one item per claim: the name of their list, and tokens per item.
_LISTS = {_VERDICT_SCHEMA: ("verdicts", 80), "match.answer": ("relations", 15)}
_CORRECT_SCHEMA = "correct.answer"  # not estimated: errors are unpredictable
_NO_MODEL = Estimate(1, 1, 0, 0, 0, "no model", 0.0, 0)
# Models seldom list as many claims as they may.
_CLAIMS_PER_ANSWER = 12


def estimate_batch(
    store: RunStore,
    batch: int,
    plan: Plan,
    on_progress: Callable[[int], None] = lambda count: None,
    *,
    price_factor: float = 1.0,
) -> Estimate:
    """Estimate requests, tokens, and cost of the batch's pending documents."""
    documents, characters = store.measure_pending(batch)
    if plan.engine == "extractive":
        return Estimate(documents, documents, 0, 0, 0, "no model", 0.0, 0)
    sample = _Sample(plan)
    limit = _MAX_COUNTED_WITH_CHECKS if plan.check else MAX_COUNTED_DOCUMENTS
    for _, document in store.iter_pending(batch):
        if sample.counted + sample.unusable == limit:
            break
        sample.add(document)
        on_progress(sample.counted)
    factor = characters / sample.characters if sample.characters else 0.0
    mean_tokens = store.answers.mean_output_tokens(batch)
    pricing = Pricing(plan.settings, price_factor)
    return sample.build_estimate(documents, factor, mean_tokens, pricing)


def estimate_document(document: Document, plan: Plan) -> Estimate:
    """Estimate requests, tokens, and cost of one document.

    Raises:
        InputError, ContextWindowError: the document can't be sent.
    """
    if plan.engine == "extractive":
        return _NO_MODEL
    sample = _Sample(plan)
    sample.count_document(document)
    return sample.build_estimate(1, 1.0, {}, Pricing(plan.settings))


def estimate_requests(flows: Iterable[Flow[Any]], plan: Plan) -> Estimate:
    """Estimate tokens and cost of the requests that each flow sends first."""
    if plan.engine == "extractive":
        return _NO_MODEL
    sample = _Sample(plan)
    sample.counted = 1
    for flow in flows:
        with suppress(StopIteration):  # no statement has any evidence
            sample.count(next(flow))
        flow.close()
    return sample.build_estimate(1, 1.0, {}, Pricing(plan.settings))


class _Sample:
    """The documents counted so far, with requests by schema, and tokens."""

    def __init__(self, plan: Plan) -> None:
        self.counted = 0
        self.unusable = 0
        self.characters = 0
        self.requests: Counter[str] = Counter()
        self.items: Counter[str] = Counter()  # of the answers in `_LISTS`
        self.input_tokens = 0
        self._plan = plan
        self._client = OpenAIClient(plan.settings)
        # OpenAI counts the schema as part of the prompt; local servers turn it into a
        # grammar instead.
        self._counts_schema = plan.settings.base_url is None

    def add(self, document: Document) -> None:
        """Count the requests of a document."""
        self.characters += document.characters
        try:
            self.count_document(document)
        except (InputError, ContextWindowError):
            self.unusable += 1  # too long, or without words

    def count_document(self, document: Document) -> None:
        """Count the requests of a document.

        Raises:
            InputError, ContextWindowError: the document is too long, or has no words.
        """
        plan = self._plan
        # Enough sentences for the claims of every answer about any passage.
        unlimited = replace(plan.settings, max_claims=int(RANGES["max_claims"].high))
        selected = drive(
            build_run_flow(document, unlimited, "extractive", check=False), None
        )
        single = replace(plan.settings, repeat=1)
        flow = build_run_flow(document, single, plan.engine, check=plan.check)
        requests = next(flow)
        self.counted += 1
        answers = _PlausibleAnswers(selected)
        try:
            while True:
                self.count(requests)
                if any(request.schema_name == _VERDICT_SCHEMA for request in requests):
                    flow.close()  # verdicts are the last requests
                    return
                requests = flow.send([answers.build(request) for request in requests])
        except StopIteration:
            return

    def count_output_tokens(self, mean_tokens: dict[str, int]) -> int:
        """Estimate the output tokens, from stored answers if there are any."""
        total = 0
        for schema, count in self.requests.items():
            guess = count * _DEFAULT_OUTPUT_TOKENS
            if schema in _LISTS:
                _, tokens_per_item = _LISTS[schema]
                guess = self.items[schema] * tokens_per_item
            known = mean_tokens.get(schema)
            total += guess if known is None else count * known
        return total

    def build_estimate(
        self,
        documents: int,
        factor: float,
        mean_tokens: dict[str, int],
        pricing: Pricing,
    ) -> Estimate:
        """Extrapolate the counts by a factor."""
        input_tokens = round(self.input_tokens * factor)
        output_tokens = round(self.count_output_tokens(mean_tokens) * factor)
        is_known = self.requests.keys() <= mean_tokens.keys()
        return Estimate(
            documents=documents,
            counted=self.counted,
            requests=round(self.requests.total() * factor),
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            output_source="the answers so far" if is_known else "a guess",
            cost_usd=pricing.cost_usd(input_tokens, 0, output_tokens),
            unusable=round(self.unusable * factor),
        )

    def count(self, requests: list[ModelRequest]) -> None:
        """Count requests and their tokens, as often as the run is repeated."""
        times = self._plan.settings.repeat
        for request in requests:
            if request.schema_name == _CORRECT_SCHEMA:
                continue
            self.requests[request.schema_name] += times
            if request.schema_name in _LISTS:
                name, _ = _LISTS[request.schema_name]
                items = request.schema["properties"][name]["minItems"]
                self.items[request.schema_name] += times * items
            body = self._client.build_body(request)
            tokens = count_input_tokens(body, schema=self._counts_schema)
            self.input_tokens += times * tokens


class _PlausibleAnswers:
    """Answers with the sentences of an extractive run."""

    def __init__(self, selected: Run) -> None:
        # Each quote is in one answer, even if another passage repeats it.
        self._quotes = [claim.quote for claim in selected.claims]
        summary = selected.summary
        sentences = summary.sentences if summary else ()
        self._sentences = [{"text": item.text, "claims": [1]} for item in sentences]

    def build(self, request: ModelRequest) -> ModelResponse:
        fields = self._build_fields(request)
        return ModelResponse(json.dumps(fields), "stop", None, "", "", Usage())

    def _build_fields(self, request: ModelRequest) -> dict[str, Any]:
        if request.schema_name == _CORRECT_SCHEMA:
            return {"corrections": []}
        if request.schema_name == "claims.answer":
            return {"claims": self._build_claims(request)}
        summary = {
            "headline": "-",
            "sentences": self._sentences,
            "key_points": self._sentences,
            "positions": [],
            "open_questions": [],
        }
        if request.schema_name == "digest.answer":
            return summary
        claims = self._build_claims(request)
        return {"claims": claims, "ambiguous": [], **summary}

    def _build_claims(self, request: ModelRequest) -> list[dict[str, Any]]:
        """Return claims with unused quotes from the request's text."""
        text = request.messages[-1].content
        present = [quote for quote in self._quotes if quote in text]
        chosen = present[:_CLAIMS_PER_ANSWER]
        self._quotes = [quote for quote in self._quotes if quote not in chosen]
        other_fields: dict[str, Any] = {
            "kind": next(iter(request.brief.kinds), "event"),
            "speaker": None,
            "check_worthiness": 0.5,
            "fields": {},
        }
        return [{"quote": quote, "text": quote, **other_fields} for quote in chosen]
