"""Summarize with a model, in one request or passage by passage."""

from __future__ import annotations

from claimcheck import prompts, tokens
from claimcheck.errors import ContextWindowError
from claimcheck.grounding import GroundingIndex
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest
from claimcheck.models.run import Failure, Run
from claimcheck.pipeline import quotes
from claimcheck.pipeline.answers import (
    SummaryAnswer,
    ask,
    build_request,
    describe_document,
)
from claimcheck.pipeline.claims import build_claims
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import build_ledger
from claimcheck.pipeline.long_document import summarize_long_document
from claimcheck.pipeline.signature import build_model_signature
from claimcheck.pipeline.summary import ClaimLinks, build_summary
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_into_passages

SCHEMA, PROMPT = "summary.answer", "summarize"
PROMPTS = (PROMPT, "repair", "json-only", quotes.PROMPT)
# All of these were chosen by hand.
_ANSWER_SHARE = 0.25  # of the context window, for the answer
_PROMPT_OVERHEAD_TOKENS = 700  # of a prompt without its passage, and some to spare
_MIN_PASSAGE_TOKENS = 100


def summarize_with_model(
    document: Document, reading: Reading, settings: Settings
) -> Flow[Run]:
    """Summarize a described document; an unusable answer becomes a failure.

    Raises:
        ContextWindowError: not even a short passage fits the model's context window;
            nothing was sent.
    """
    budget_tokens = _compute_passage_budget(document, settings)
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
    answer = yield from ask(request, SummaryAnswer)
    claim_answers = answer.value.claims if answer.value else ()
    index = GroundingIndex(reading)
    requoted, requote_usage = yield from quotes.requote(reading, index, claim_answers)
    claims = build_claims(document, reading, index, requoted, settings.max_claims)
    summary = None
    if answer.value:
        summary = build_summary(answer.value, ClaimLinks.from_claims(claims))
    failures: tuple[Failure, ...] = ()
    if answer.cause:
        failures = (answer.build_failure(0, document.characters),)
    return Run(
        document=document,
        summary=summary,
        claims=claims.claims,
        verdicts=(),
        unchecked=(),
        failures=failures,
        ledger=build_ledger(document.characters, reading.noise, failures),
        passages=1,
        usage=answer.usage + requote_usage,
        signature=build_model_signature(
            settings, [answer], PROMPTS, (SCHEMA, quotes.SCHEMA, "run")
        ),
    )


def _build_request(
    document: Document, reading: Reading, settings: Settings
) -> ModelRequest:
    variables = {
        **describe_document(document),
        "text": reading.text,
        "fence": prompts.choose_fence(reading.text + (document.title or "")),
        "max_claims": settings.max_claims,
    }
    limit = ("claims", "maxItems", settings.max_claims)
    return build_request(PROMPT, variables, SCHEMA, limit)


def _compute_passage_budget(document: Document, settings: Settings) -> int:
    """Return the maximum number of tokens of a passage.

    Raises:
        ContextWindowError: it would be too small to be of use.
    """
    title = describe_document(document)["title"] or ""
    overhead_tokens = _PROMPT_OVERHEAD_TOKENS + tokens.count(title)
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
