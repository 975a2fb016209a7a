"""Summarize with a model, in one request or passage by passage.

If the single answer is incomplete, its claims are kept, and the document continues as a
long one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from claimcheck import prompts, tokens
from claimcheck.errors import ContextWindowError
from claimcheck.models.brief import Brief
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest, sum_usage
from claimcheck.models.run import Cause, Failure, Run, Signature
from claimcheck.pipeline import corrections, long_document, summary
from claimcheck.pipeline.answers import SummaryAnswer
from claimcheck.pipeline.ask import Answer, ask
from claimcheck.pipeline.claims import NumberedClaims, ground_claims
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import build_ledger
from claimcheck.pipeline.long_document import Extraction, extract_claims
from claimcheck.pipeline.quotes import QuoteIndex
from claimcheck.pipeline.repair import LINKED_LISTS
from claimcheck.pipeline.requests import (
    build_document_request,
    curl_marks,
    describe_document,
)
from claimcheck.pipeline.signature import build_model_signature
from claimcheck.pipeline.summary import ClaimLinks, Digest, build_summary
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage, split_into_passages

SCHEMA, PROMPT = "summary.answer", "summarize"
# All of these were chosen by hand.
_ANSWER_SHARE = 0.25  # of the context window, for the answer
_PROMPT_OVERHEAD_TOKENS = 1_600  # of a prompt without its passage, and some to spare
_MIN_PASSAGE_TOKENS = 100
_TOKENS_PER_SENTENCE = 100  # of the document, per sentence its summary must have


def summarize_with_model(
    document: Document,
    reading: Reading,
    settings: Settings,
    *,
    claims_only: bool = False,
) -> Flow[Run]:
    """Summarize a described document; an unusable answer becomes a failure.

    With `claims_only`, the run has no summary: one of several documents follows.

    Raises:
        ContextWindowError: not even a short passage fits the model's context window.
    """
    passages = _choose_passages(document, reading, settings)
    first = None
    is_single = settings.extraction == "single" and not claims_only
    if is_single and len(passages) == 1:
        request = _build_request(document, reading, settings)
        first = yield from ask(request, SummaryAnswer, reading.text)
    extraction = yield from extract_claims(document, reading, settings, passages, first)
    count, extracted = len(extraction.results), extraction.list_claims()
    index = QuoteIndex(reading, extracted.passages)
    claims, correction_usage = yield from ground_claims(
        document, reading, index, extracted, settings
    )
    # If the first answer was incomplete, only its claims count, not its summary.
    complete = first if extraction.answers == [first] else None
    digest = Digest(None, (), ())
    if not claims_only:
        digest = yield from _write_summary(document, settings, complete, claims, count)
    answers: list[Answer[Any]] = [*extraction.answers, *digest.answers]
    return Run(
        document=document,
        summary=digest.summary,
        claims=claims.claims,
        verdicts=(),
        unchecked=(),
        failures=tuple(_list_failures(document, extraction, complete, digest, index)),
        # A failed summary does not count as unread text.
        ledger=build_ledger(
            document.characters,
            reading.noise,
            extraction.unread,
            sorted([*claims.unused, *extraction.list_empty_passages()]),
        ),
        passages=count,
        usage=sum_usage(answers) + correction_usage,
        signature=_sign(settings, answers, first, digest),
    )


def _list_failures(
    document: Document,
    extraction: Extraction,
    complete: Answer[SummaryAnswer] | None,
    digest: Digest,
    index: QuoteIndex,
) -> Iterator[Failure]:
    """Yield the failures, except those of a summary that was written again."""
    yield from extraction.unread
    is_rewritten = digest.summary is not None and not digest.failures
    is_from_answer = complete is not None and not (digest.answers and is_rewritten)
    if complete and complete.cause and complete.has_all_claims and is_from_answer:
        yield complete.build_failure(0, document.characters)
    yield from extraction.list_item_failures(index, summary=is_from_answer)
    yield from digest.failures


def _choose_passages(
    document: Document, reading: Reading, settings: Settings
) -> tuple[Passage, ...]:
    budget_tokens = _compute_passage_budget(document, settings)
    # `document.tokens` includes noise: without it, one passage may be enough.
    if settings.extraction == "staged" or (document.tokens or 0) > budget_tokens:
        passages = split_into_passages(reading, document.language, budget_tokens)
        if settings.extraction == "staged" or len(passages) > 1:
            return passages
    return (Passage(0, len(reading.text), tokens.count(reading.text), ""),)


def _write_summary(
    document: Document,
    settings: Settings,
    answer: Answer[SummaryAnswer] | None,
    claims: NumberedClaims,
    passage_count: int,
) -> Flow[Digest]:
    """Take the summary from the answer, or write one from the claims."""
    answered = None
    if answer and answer.value:
        answered = build_summary(answer.value, ClaimLinks.from_claims(claims))
    if answer and not (claims.claims and _lacks_summary(answer)):
        return Digest(answered, (), ())
    inputs = summary.select_summary_inputs(claims.claims, passage_count)
    digest = yield from summary.summarize_inputs(document, settings, inputs)
    if answered is not None and (digest.summary is None or digest.failures):
        return replace(digest, summary=answered)
    return digest


def _lacks_summary(answer: Answer[SummaryAnswer]) -> bool:
    """Whether part of the summary, rather than a claim, is missing."""
    if answer.value is None or answer.cause is Cause.TRUNCATED:
        return True
    return any(item.key in LINKED_LISTS for item in answer.parsed.rejected)


def _sign(
    settings: Settings,
    answers: Sequence[Answer[Any]],
    first: Answer[SummaryAnswer] | None,
    digest: Digest,
) -> Signature:
    """Sign the run with the prompts and schemas that were used."""
    parts = [(corrections.PROMPT, corrections.SCHEMA)]
    if first:
        parts.append((PROMPT, SCHEMA))
    # More answers than the first one mean that passages were asked about.
    if len(answers) - len(digest.answers) > (1 if first else 0):
        parts.append((long_document.PROMPT, long_document.SCHEMA))
    if digest.answers or not first:
        parts.append((summary.PROMPT, summary.SCHEMA))
    prompt_names = ["repair", "json-only", *(name for name, _ in parts)]
    schema_names = ["run", *(name for _, name in parts)]
    return build_model_signature(settings, answers, prompt_names, schema_names)


def _build_request(
    document: Document, reading: Reading, settings: Settings
) -> ModelRequest:
    # The settings limit the claims of the document and those of one answer.
    text = curl_marks(reading.text)
    max_claims = min(settings.max_claims, settings.max_claims_per_passage)
    min_sentences = tokens.count(text) // _TOKENS_PER_SENTENCE
    return build_document_request(
        document,
        settings.brief,
        (PROMPT, SCHEMA),
        {"text": text},
        ("claims", "maxItems", max_claims),
        summary.require_sentences(settings.brief, min_sentences),
        max_claims=max_claims,
    )


@cache
def _count_brief_tokens(brief: Brief) -> int:
    """Return roughly how many tokens a brief adds to a prompt."""
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
        ContextWindowError: the budget would be too small for a useful passage.
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
            "claimcheck.toml (in Python: in Settings) if the model has a larger "
            "window, or use --engine extractive"
        )
    return min(settings.passage_tokens, free_tokens)
