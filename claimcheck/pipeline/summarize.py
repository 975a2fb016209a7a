"""Summarize with a model: one request for claims and summary, or, of a long document, one a passage."""

from __future__ import annotations

from claimcheck import prompts, tokens
from claimcheck.errors import ContextWindowError
from claimcheck.grounding import GroundingIndex
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest
from claimcheck.models.run import Failure, Run
from claimcheck.pipeline import requote
from claimcheck.pipeline.answers import Answer, ask, build_request, fold_white_space
from claimcheck.pipeline.claims import build_claims
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import build_ledger
from claimcheck.pipeline.long_document import summarize_long_document
from claimcheck.pipeline.summary import (
    build_signature,
    build_summary,
    describe_for_prompt,
)
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_into_passages

_PROMPTS = ("summarize", "repair", "json-only", requote.PROMPT)
_SCHEMA = "summary.answer"
_ANSWER_SHARE = 0.25  # of the window, kept free for the answer
_PROMPT_OVERHEAD_TOKENS = 700  # tokens of a prompt besides its passage
_MIN_PASSAGE_TOKENS = 100  # tokens of a passage


def summarize_with_model(
    document: Document, reading: Reading, settings: Settings
) -> Flow[Run]:
    """Summarize a described document; an unusable answer becomes a failure.

    Raises:
        ContextWindowError: not even a short passage fits the model's window; nothing was sent.
    """
    budget = _compute_passage_budget(document, settings)
    if (document.tokens or 0) > budget:
        parts = split_into_passages(reading, document.language, budget)
        if len(parts) > 1:
            return (
                yield from summarize_long_document(document, reading, settings, parts)
            )
    return (yield from _summarize_short_document(document, reading, settings))


def _summarize_short_document(
    document: Document, reading: Reading, settings: Settings
) -> Flow[Run]:
    answer: Answer = yield from ask(_build_request(document, reading, settings))
    value = fold_white_space(answer.value)
    index = GroundingIndex(reading)
    quoted, spent = yield from requote.requote(
        reading, index, value["claims"] if value else []
    )
    claims = build_claims(document, reading, index, quoted, settings.max_claims)
    failures: tuple[Failure, ...] = ()
    if answer.cause:
        failures = (
            Failure(
                answer.cause,
                answer.message,
                0,
                document.characters,
                answer.attempts,
                answer.raw,
            ),
        )
    return Run(
        document=document,
        summary=build_summary(value, claims) if value else None,
        claims=claims.claims,
        verdicts=(),
        unchecked=(),
        failures=failures,
        ledger=build_ledger(document.characters, reading.noise, failures),
        passages=1,
        usage=answer.usage + spent,
        signature=build_signature(
            settings, [answer], _PROMPTS, (_SCHEMA, requote.SCHEMA)
        ),
    )


def _build_request(
    document: Document, reading: Reading, settings: Settings
) -> ModelRequest:
    fields = describe_for_prompt(document)
    variables = {
        **fields,
        "text": reading.text,
        "fence": prompts.choose_fence(reading.text + (document.title or "")),
        "max_claims": settings.max_claims,
    }
    return build_request(
        "summarize", variables, _SCHEMA, ("claims", "maxItems", settings.max_claims)
    )


def _compute_passage_budget(document: Document, settings: Settings) -> int:
    """Return the token budget of a passage that fits the context window."""
    fields = describe_for_prompt(document)
    told = _PROMPT_OVERHEAD_TOKENS + tokens.count(fields["title"] or "")
    free = int(settings.context_tokens * (1 - _ANSWER_SHARE)) - told
    if free < _MIN_PASSAGE_TOKENS:
        raise ContextWindowError(
            f"{document.source}: no passage fits a window of {settings.context_tokens:,} tokens with prompt and answer; "
            "give a larger `context_tokens` in claimcheck.toml if the model has it, or --engine extractive"
        )
    return min(settings.passage_tokens, free)
