"""Summarize with a model: one request for claims and summary, or, of a long document, one a passage."""

from __future__ import annotations

from claimcheck import prompts, tokens
from claimcheck.errors import ContextWindowError
from claimcheck.grounding import GroundingIndex
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest
from claimcheck.models.run import Failure, Run
from claimcheck.pipeline import requote
from claimcheck.pipeline.answers import Answer, ask, folded, request
from claimcheck.pipeline.claims import build
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import ledger
from claimcheck.pipeline.long_document import long_flow
from claimcheck.pipeline.summary import about, signature, summary
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import passages

_PROMPTS = ("summarize", "repair", "json-only", requote.PROMPT)
_SCHEMA = "summary.answer"
_ANSWER_SHARE = 0.25  # of the window, kept free for the answer
_OVERHEAD = 700  # tokens of a prompt besides its passage
_LEAST = 100  # tokens of a passage


def summarize_flow(document: Document, reading: Reading, settings: Settings) -> Flow[Run]:
    """The run of a described document; an answer that can't be used is a failure in it.

    Raises:
        ContextWindowError: not even a short passage fits the model's window; nothing was sent.
    """
    budget = _budget(document, settings)
    if (document.tokens or 0) > budget:
        parts = passages(reading, document.language, budget)
        if len(parts) > 1:
            return (yield from long_flow(document, reading, settings, parts))
    return (yield from _short_flow(document, reading, settings))


def _short_flow(document: Document, reading: Reading, settings: Settings) -> Flow[Run]:
    answer: Answer = yield from ask(_request(document, reading, settings))
    value = folded(answer.value)
    index = GroundingIndex(reading)
    quoted, spent = yield from requote.requote(reading, index, value["claims"] if value else [])
    claims = build(document, index, quoted, settings.max_claims)
    failures: tuple[Failure, ...] = ()
    if answer.cause:
        failures = (
            Failure(answer.cause, answer.message, 0, document.characters, answer.attempts, answer.raw),
        )
    return Run(
        document=document,
        summary=summary(value, claims) if value else None,
        claims=claims.claims,
        verdicts=(),
        unchecked=(),
        failures=failures,
        ledger=ledger(document.characters, reading.noise, failures),
        passages=1,
        usage=answer.usage + spent,
        signature=signature(settings, [answer], _PROMPTS, (_SCHEMA, requote.SCHEMA)),
    )


def _request(document: Document, reading: Reading, settings: Settings) -> ModelRequest:
    fields = about(document)
    variables = {
        **fields,
        "text": reading.text,
        "fence": prompts.fence(reading.text + (document.title or "")),
        "max_claims": settings.max_claims,
    }
    return request("summarize", variables, _SCHEMA, ("claims", "maxItems", settings.max_claims))


def _budget(document: Document, settings: Settings) -> int:
    """The tokens of a passage: as set, and no more than fit the window with prompt and answer."""
    fields = about(document)
    told = _OVERHEAD + tokens.count(fields["title"] or "")
    free = int(settings.context_tokens * (1 - _ANSWER_SHARE)) - told
    if free < _LEAST:
        raise ContextWindowError(
            f"{document.source}: no passage fits a window of {settings.context_tokens:,} tokens with prompt and answer; "
            "give a larger `context_tokens` in claimcheck.toml if the model has it, or --engine extractive"
        )
    return min(settings.passage_tokens, free)
