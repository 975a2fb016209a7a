"""Summarize with a model, in one request or passage by passage.

A document whose answer is not complete is continued as a long one: what the answer has
is kept, and the rest is asked for.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache, partial
from typing import Any

from claimcheck import prompts, tokens
from claimcheck.errors import ContextWindowError
from claimcheck.grounding import GroundingIndex
from claimcheck.models.brief import Brief
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest, Usage
from claimcheck.models.run import Cause, Failure, Run
from claimcheck.pipeline import corrections, quotes, summary
from claimcheck.pipeline.answers import (
    Answer,
    SummaryAnswer,
    ask,
    build_request,
    describe_document,
)
from claimcheck.pipeline.claims import ExtractedClaims, NumberedClaims, ground_claims
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import build_ledger
from claimcheck.pipeline.long_document import summarize_long_document
from claimcheck.pipeline.marks import curl_marks
from claimcheck.pipeline.repair import LINKED_LISTS
from claimcheck.pipeline.signature import build_model_signature
from claimcheck.pipeline.summary import ClaimLinks, Digest, build_summary
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage, split_into_passages

SCHEMA, PROMPT = "summary.answer", "summarize"
PROMPTS = (PROMPT, "repair", "json-only", corrections.PROMPT)
# All of these were chosen by hand.
_ANSWER_SHARE = 0.25  # of the context window, for the answer
_PROMPT_OVERHEAD_TOKENS = 1_400  # of a prompt without its passage, and some to spare
_MIN_PASSAGE_TOKENS = 100
_TOKENS_PER_SENTENCE = 100  # of the document, for each that its summary has to have


def summarize_with_model(
    document: Document, reading: Reading, settings: Settings
) -> Flow[Run]:
    """Summarize a described document; an unusable answer becomes a failure.

    Raises:
        ContextWindowError: not even a short passage fits the model's context window.
    """
    budget_tokens = _compute_passage_budget(document, settings)
    if settings.extraction == "staged":
        passages = split_into_passages(reading, document.language, budget_tokens)
        return (
            yield from summarize_long_document(document, reading, settings, passages)
        )
    if (document.tokens or 0) > budget_tokens:
        passages = split_into_passages(reading, document.language, budget_tokens)
        # The tokens of a document include its noise: without it, one passage may do.
        if len(passages) > 1:
            return (
                yield from summarize_long_document(
                    document, reading, settings, passages
                )
            )
    return (yield from _summarize_short_document(document, reading, settings))


def _summarize_short_document(
    document: Document, reading: Reading, settings: Settings
) -> Flow[Run]:
    request = _build_request(document, reading, settings)
    answer = yield from ask(request, SummaryAnswer, reading.text)
    if answer.exceeds_window or answer.has_open_claims:
        passage = Passage(0, len(reading.text), tokens.count(reading.text), "")
        return (
            yield from summarize_long_document(
                document, reading, settings, [passage], answer
            )
        )
    index = GroundingIndex(reading)
    extracted = ExtractedClaims(answer.claims, answer.ambiguous)
    claims, correction_usage = yield from ground_claims(
        document, reading, index, extracted, settings
    )
    digest = yield from _write_summary(document, settings, answer, claims)
    unread = _build_unread_failures(document, answer)
    answers: list[Answer[Any]] = [answer, *digest.answers]
    prompt_names = list(PROMPTS)
    schema_names = [SCHEMA, corrections.SCHEMA, "run"]
    if digest.answers:
        prompt_names.append(summary.PROMPT)
        schema_names.append(summary.SCHEMA)
    return Run(
        document=document,
        summary=digest.summary,
        claims=claims.claims,
        verdicts=(),
        unchecked=(),
        failures=(*unread, *_build_failures(document, index, answer, digest)),
        ledger=build_ledger(document.characters, reading.noise, unread, claims.unused),
        passages=1,
        usage=sum((item.usage for item in answers), Usage()) + correction_usage,
        signature=build_model_signature(settings, answers, prompt_names, schema_names),
    )


def _write_summary(
    document: Document,
    settings: Settings,
    answer: Answer[SummaryAnswer],
    claims: NumberedClaims,
) -> Flow[Digest]:
    """Take the summary from the answer, or write one from its claims."""
    own = None
    if answer.value:
        own = build_summary(answer.value, ClaimLinks.from_claims(claims))
    if not claims.claims or not _lacks_summary(answer):
        return Digest(own, (), ())
    inputs = summary.select_summary_inputs(claims.claims, 1)
    digest = yield from summary.summarize_inputs(document, settings, inputs)
    if own is not None and (digest.summary is None or digest.failures):
        return replace(digest, summary=own)
    return digest


def _lacks_summary(answer: Answer[SummaryAnswer]) -> bool:
    """Whether any of the summary is missing, rather than a claim."""
    if answer.value is None or answer.cause is Cause.TRUNCATED:
        return True
    return any(item.list_name in LINKED_LISTS for item in answer.left_out_items)


def _build_unread_failures(
    document: Document, answer: Answer[SummaryAnswer]
) -> tuple[Failure, ...]:
    """Build the failures that leave characters without claims."""
    end = document.characters
    failures = answer.build_unread_failures(0, end)
    if answer.cause is None or answer.has_all_claims:
        return failures
    return (answer.build_failure(0, end), *failures)


def _build_failures(
    document: Document,
    index: GroundingIndex,
    answer: Answer[SummaryAnswer],
    digest: Digest,
) -> tuple[Failure, ...]:
    """Build the failures about single claims, and about the summary."""
    end = document.characters
    is_rewritten = bool(digest.answers) and digest.summary and not digest.failures
    if is_rewritten:
        claim_items = [
            item for item in answer.left_out_items if item.list_name not in LINKED_LISTS
        ]
        answer = replace(answer, left_out_items=tuple(claim_items))
    locate = partial(quotes.locate_quote, index)
    failures = [*answer.build_item_failures(0, end, locate), *digest.failures]
    if answer.cause and answer.has_all_claims and not is_rewritten:
        failures.insert(0, answer.build_failure(0, end))
    return tuple(failures)


def _build_request(
    document: Document, reading: Reading, settings: Settings
) -> ModelRequest:
    fields = describe_document(document)
    text = curl_marks(reading.text)
    max_claims = min(settings.max_claims, settings.max_claims_per_passage)
    variables = {
        **fields,
        "text": text,
        "fence": prompts.choose_fence(text + (fields["title"] or "")),
        "max_claims": max_claims,
    }
    limit = ("claims", "maxItems", max_claims)
    least = summary.require_sentences(
        settings.brief, tokens.count(text) // _TOKENS_PER_SENTENCE
    )
    return build_request(settings.brief, PROMPT, variables, SCHEMA, limit, least)


@cache
def _count_brief_tokens(brief: Brief) -> int:
    """Return how much longer a brief makes the prompts, roughly."""
    published = brief.published()
    count = tokens.count(json.dumps(published, ensure_ascii=False)) if published else 0
    longest = 0
    for name, text in brief.prompts:
        added = tokens.count(text) - tokens.count(prompts.read_source(name))
        longest = max(longest, added)
    return count + longest


def _compute_passage_budget(document: Document, settings: Settings) -> int:
    """Return the maximum number of tokens of a passage.

    Raises:
        ContextWindowError: it would be too small to be of use.
    """
    title = describe_document(document)["title"] or ""
    overhead_tokens = _PROMPT_OVERHEAD_TOKENS + tokens.count(title)
    overhead_tokens += _count_brief_tokens(settings.brief)
    input_tokens = int(settings.context_tokens * (1 - _ANSWER_SHARE))
    free_tokens = input_tokens - overhead_tokens
    if free_tokens < _MIN_PASSAGE_TOKENS:
        raise ContextWindowError(
            f"{document.source}: a context window of {settings.context_tokens:,} "
            "tokens has no room for a passage; raise `context_tokens` in "
            "claimcheck.toml if the model has a larger window, or use --engine "
            "extractive"
        )
    return min(settings.passage_tokens, free_tokens)
