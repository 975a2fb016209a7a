"""Summarize a long document: claims by passage, then a summary of them.

A passage whose answer is cut off is halved, and both halves are asked about. One that
fails for good becomes a failure with its characters; the others are not affected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from claimcheck import prompts
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest, Usage
from claimcheck.models.run import Cause, Failure, Run
from claimcheck.pipeline import quotes, summary
from claimcheck.pipeline.answers import (
    Answer,
    ClaimAnswer,
    ClaimsAnswer,
    ask_all,
    build_request,
    describe_document,
)
from claimcheck.pipeline.claims import build_claims
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import build_ledger
from claimcheck.pipeline.signature import build_model_signature
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage, halve_passage

SCHEMA, PROMPT = "claims.answer", "claims"
PROMPTS = (PROMPT, summary.PROMPT, "repair", "json-only", quotes.PROMPT)
SCHEMAS = (SCHEMA, summary.SCHEMA, quotes.SCHEMA)
# A shorter passage is not worth another two requests. Chosen by hand.
_MIN_TOKENS_TO_HALVE = 200


@dataclass(frozen=True, slots=True)
class _PassageResult:
    """The answer about a passage that was not halved any further."""

    passage: Passage
    answer: Answer[ClaimsAnswer]


@dataclass(frozen=True, slots=True)
class _Extraction:
    """What became of the passages; `answers` includes the halved ones."""

    results: Sequence[_PassageResult]
    answers: Sequence[Answer[ClaimsAnswer]]


def summarize_long_document(
    document: Document,
    reading: Reading,
    settings: Settings,
    passages: Sequence[Passage],
) -> Flow[Run]:
    """Summarize a described document that is split into these passages."""
    extraction = yield from _extract_claims(document, reading, settings, passages)
    results = extraction.results
    claim_answers, origins = _order_claims(results)
    index = quotes.PassageIndex(reading, origins)
    requoted, requote_usage = yield from quotes.requote(reading, index, claim_answers)
    # `max_claims` is a limit for each passage, as a short document is one passage.
    max_claims = settings.max_claims * len(passages)
    claims = build_claims(document, reading, index, requoted, max_claims).claims
    inputs = summary.select_summary_inputs(claims, len(results))
    digest = yield from summary.summarize_inputs(document, settings, inputs)
    failures = _build_failures(document, reading, results)
    all_failures = (*failures, digest.failure) if digest.failure else failures
    usages = [answer.usage for answer in extraction.answers]
    usages += [answer.usage for answer in digest.answers]
    return Run(
        document=document,
        summary=digest.summary,
        claims=claims,
        verdicts=(),
        unchecked=(),
        failures=all_failures,
        # A summary that failed leaves no part of the document unread.
        ledger=build_ledger(document.characters, reading.noise, failures),
        passages=len(results),
        usage=sum(usages, Usage()) + requote_usage,
        signature=build_model_signature(
            settings, extraction.answers, PROMPTS, (*SCHEMAS, "run")
        ),
    )


def _extract_claims(
    document: Document,
    reading: Reading,
    settings: Settings,
    passages: Sequence[Passage],
) -> Flow[_Extraction]:
    results: list[_PassageResult] = []
    all_answers: list[Answer[ClaimsAnswer]] = []
    pending = list(passages)
    # Each round asks about all of its passages at once.
    while pending:
        requests = [
            _build_request(document, reading, passage, settings) for passage in pending
        ]
        answers = yield from ask_all(requests, ClaimsAnswer)
        all_answers += answers
        halves: list[Passage] = []
        for passage, answer in zip(pending, answers, strict=True):
            parts: tuple[Passage, ...] = (passage,)
            if answer.cause is Cause.TRUNCATED:
                parts = _halve_passage(document, reading, passage)
            if len(parts) > 1:
                halves += parts
            else:
                results.append(_PassageResult(passage, answer))
        pending = halves
    return _Extraction(results, all_answers)


def _halve_passage(
    document: Document, reading: Reading, passage: Passage
) -> tuple[Passage, ...]:
    if passage.tokens < _MIN_TOKENS_TO_HALVE:
        return (passage,)
    return halve_passage(reading, document.language, passage)


def _build_request(
    document: Document, reading: Reading, passage: Passage, settings: Settings
) -> ModelRequest:
    text = reading.text[passage.start : passage.end].strip()
    fields = describe_document(document)
    # The fence must not occur in anything that comes from the document.
    untrusted = "".join([text, passage.context, fields["title"] or ""])
    variables = {
        **fields,
        "context": passage.context,
        "text": text,
        "fence": prompts.choose_fence(untrusted),
        "max_claims": settings.max_claims,
    }
    limit = ("claims", "maxItems", settings.max_claims)
    return build_request(PROMPT, variables, SCHEMA, limit)


def _order_claims(
    results: Sequence[_PassageResult],
) -> tuple[list[ClaimAnswer], list[Passage]]:
    """Return all claims in document order, and the passage of each."""
    claims: list[ClaimAnswer] = []
    origins: list[Passage] = []
    for result in sorted(results, key=lambda result: result.passage.start):
        if result.answer.value:
            claims += result.answer.value.claims
            origins += [result.passage] * len(result.answer.value.claims)
    return claims, origins


def _build_failures(
    document: Document, reading: Reading, results: Sequence[_PassageResult]
) -> tuple[Failure, ...]:
    failures = []
    for result in results:
        if not result.answer.value:
            start, end = _locate_passage(document, reading, result.passage)
            failures.append(result.answer.build_failure(start, end))
    return tuple(failures)


def _locate_passage(
    document: Document, reading: Reading, passage: Passage
) -> tuple[int, int]:
    """Return the range of a passage, with the white space around it.

    White space belongs to no passage; without it, the ledger would call it read.
    """
    text = document.full_text
    start, end = reading.locate_extent(passage.start, passage.end)
    start = len(text[:start].rstrip()) if passage.start else 0
    if passage.end == len(reading.text):
        end = len(text)
    return start, end
