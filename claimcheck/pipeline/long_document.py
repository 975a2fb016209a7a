"""Summarize a long document with a model: claims from its passages, then a summary of the claims, in rounds.

A passage whose answer is cut off is halved and asked again. One that fails for good is a failure, with its characters,
and the rest goes on without it.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from claimcheck import prompts, tokens
from claimcheck.models.claim import Claim
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest, ModelResponse, Usage
from claimcheck.models.run import Cause, Failure, Run, Summary
from claimcheck.pipeline import requote
from claimcheck.pipeline.answers import Answer, ask_all, build_request, fold_white_space
from claimcheck.pipeline.claims import (
    PassageIndex,
    build_claims,
    find_overlapping_texts,
)
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import build_ledger
from claimcheck.pipeline.summary import (
    build_signature,
    build_summary,
    describe_for_prompt,
)
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage, halve_passage

CLAIMS_PROMPT, DIGEST_PROMPT = "claims", "digest"
_PROMPTS = (CLAIMS_PROMPT, DIGEST_PROMPT, "repair", "json-only", requote.PROMPT)
_SCHEMAS = ("claims.answer", "digest.answer", requote.SCHEMA)
_MIN_TOKENS_TO_HALVE = 200  # of a passage that is still worth halving
_SUMMARY_CLAIMS_PER_PASSAGE = (
    8  # claims of a passage, the worthiest, of which the summary is made
)
_ITEMS_AFTER_FAILURE = 9  # of a group whose summary failed, to go on with

AnyFlow = Generator[list[ModelRequest], list[ModelResponse], Any]


@dataclass(slots=True)
class _PassageResults:
    """What became of the passages: claims as they were answered, with the passage of each, and answers that failed."""

    claims: list[dict[str, Any]] = field(default_factory=list)
    homes: list[Passage] = field(default_factory=list)
    passages: int = 0
    failed: list[tuple[Passage, Answer]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _SummaryInput:
    """A line of which a summary is made, and the claims that it stands for."""

    text: str
    ids: tuple[str, ...]


def summarize_long_document(
    document: Document,
    reading: Reading,
    settings: Settings,
    passages: Sequence[Passage],
) -> Flow[Run]:
    """Summarize a described document that is read in these passages."""
    read: _PassageResults = yield from _extract_claims(
        document, reading, settings, passages
    )
    index = PassageIndex(reading, read.homes)
    quoted, spent = yield from requote.requote(reading, index, read.claims)
    claims = build_claims(
        document, reading, index, quoted, settings.max_claims * len(passages)
    )
    failures = [
        _build_failure(document, reading, passage, answer)
        for passage, answer in read.failed
    ]
    digest: _DigestResult = yield from _summarize_items(
        document, settings, _select_summary_inputs(claims.claims, read.passages)
    )
    if digest.failure:
        failures.append(digest.failure)
    usage = sum((answer.usage for answer in [*read.answers, *digest.answers]), Usage())
    return Run(
        document=document,
        summary=digest.summary,
        claims=claims.claims,
        verdicts=(),
        unchecked=(),
        failures=tuple(failures),
        ledger=build_ledger(
            document.characters,
            reading.noise,
            [item for item in failures if item is not digest.failure],
        ),
        passages=read.passages,
        usage=usage + spent,
        signature=build_signature(settings, read.answers, _PROMPTS, _SCHEMAS),
    )


def _extract_claims(
    document: Document,
    reading: Reading,
    settings: Settings,
    passages: Sequence[Passage],
) -> AnyFlow:
    read = _PassageResults()
    waiting = list(passages)
    claims: dict[Passage, list[dict[str, Any]]] = {}
    while waiting:
        requests = [
            _build_claims_request(document, reading, passage, settings)
            for passage in waiting
        ]
        answers: list[Answer] = yield from ask_all(requests)
        read.answers += answers
        halves: list[Passage] = []
        for passage, answer in zip(waiting, answers, strict=True):
            if answer.value:
                claims[passage] = fold_white_space(answer.value)["claims"]
                continue
            parts = (
                _halve_passage(document, reading, passage)
                if answer.cause is Cause.TRUNCATED
                else ()
            )
            if len(parts) > 1:
                halves += parts
            else:
                read.failed.append((passage, answer))
        waiting = halves
    for passage in sorted(claims, key=lambda passage: passage.start):
        read.claims += claims[passage]
        read.homes += [passage] * len(claims[passage])
    read.passages = len(claims) + len(read.failed)
    return read


def _halve_passage(
    document: Document, reading: Reading, passage: Passage
) -> tuple[Passage, ...]:
    return (
        halve_passage(reading, document.language, passage)
        if passage.tokens >= _MIN_TOKENS_TO_HALVE
        else ()
    )


def _build_claims_request(
    document: Document, reading: Reading, passage: Passage, settings: Settings
) -> ModelRequest:
    text = reading.text[passage.start : passage.end].strip()
    fields = describe_for_prompt(document)
    variables = {
        **fields,
        "context": passage.context,
        "text": text,
        "fence": prompts.choose_fence(
            "".join([text, passage.context, fields["title"] or ""])
        ),
        "max_claims": settings.max_claims,
    }
    return build_request(
        CLAIMS_PROMPT,
        variables,
        "claims.answer",
        ("claims", "maxItems", settings.max_claims),
    )


def _build_failure(
    document: Document, reading: Reading, passage: Passage, answer: Answer
) -> Failure:
    """Build the failure of a passage; it covers the white space around it."""
    assert answer.cause is not None
    text = document.full_text
    start, end = reading.locate_extent(passage.start, passage.end)
    start = len(text[:start].rstrip()) if passage.start else 0
    end = end if passage.end < len(reading.text) else len(text)
    return Failure(
        answer.cause, answer.message, start, end, answer.attempts, answer.raw
    )


def _select_summary_inputs(
    claims: Sequence[Claim], passages: int
) -> list[_SummaryInput]:
    """Select the most check-worthy claims, in document order."""
    kept = {
        claim.id
        for claim in sorted(claims, key=lambda claim: -claim.check_worthiness)[
            : _SUMMARY_CLAIMS_PER_PASSAGE * passages
        ]
    }
    return [
        _SummaryInput(
            f"{claim.text} (said by {claim.speaker})" if claim.speaker else claim.text,
            (claim.id,),
        )
        for claim in claims
        if claim.id in kept
    ]


@dataclass(slots=True)
class _DigestResult:
    summary: Summary | None = None
    failure: Failure | None = None
    answers: list[Answer] = field(default_factory=list)


def _summarize_items(
    document: Document, settings: Settings, items: list[_SummaryInput]
) -> AnyFlow:
    """Summarize the items, in rounds if they do not fit into one request."""
    digest = _DigestResult()
    while items:
        groups = _group_by_budget(items, settings.passage_tokens)
        requests = [_build_digest_request(document, group) for group in groups]
        answers: list[Answer] = yield from ask_all(requests)
        digest.answers += answers
        if len(groups) == 1:
            (answer,) = answers
            if answer.value:
                digest.summary = build_summary(
                    fold_white_space(answer.value), _NumberedInputs(items)
                )
            else:
                assert answer.cause is not None
                message = (
                    f"the summary of the claims could not be written: {answer.message}"
                )
                digest.failure = Failure(
                    answer.cause,
                    message,
                    0,
                    document.characters,
                    answer.attempts,
                    answer.raw,
                )
            return digest
        items = [
            item
            for group, answer in zip(groups, answers, strict=True)
            for item in _condense_group(group, answer)
        ]
    return digest


def _group_by_budget(
    items: Sequence[_SummaryInput], budget: int
) -> list[list[_SummaryInput]]:
    """Group items within the token budget, so that each round has fewer items."""
    groups: list[list[_SummaryInput]] = [[]]
    held = 0
    for item in items:
        count = tokens.count(item.text) + 3
        if held + count > budget and len(groups[-1]) > 2 * _ITEMS_AFTER_FAILURE:
            groups.append([])
            held = 0
        groups[-1].append(item)
        held += count
    return groups


def _condense_group(group: list[_SummaryInput], answer: Answer) -> list[_SummaryInput]:
    """Return a group's summary lines, or some of its items if that failed."""
    if not answer.value:
        return group[:: -(-len(group) // _ITEMS_AFTER_FAILURE)]
    made = build_summary(fold_white_space(answer.value), _NumberedInputs(group))
    return [
        _SummaryInput(item.text, item.claim_ids)
        for item in (*made.sentences, *made.key_points)
    ]


def _build_digest_request(
    document: Document, items: Sequence[_SummaryInput]
) -> ModelRequest:
    texts = [" ".join(item.text.split()) for item in items]
    fields = describe_for_prompt(document)
    fence = prompts.choose_fence("".join([*texts, fields["title"] or ""]))
    return build_request(
        DIGEST_PROMPT, {**fields, "items": texts, "fence": fence}, "digest.answer"
    )


class _NumberedInputs:
    """Items by their number in a request, as `NumberedClaims` has claims."""

    def __init__(self, items: Sequence[_SummaryInput]) -> None:
        self._items = items

    def ids(self, numbers: Sequence[int], text: str) -> tuple[str, ...]:
        """The claims of the items that were named; of those whose words carry the text where none of them exists."""
        named = [
            self._items[number - 1]
            for number in numbers
            if 0 < number <= len(self._items)
        ]
        chosen = named or [
            self._items[place]
            for place in find_overlapping_texts(
                text, [item.text for item in self._items]
            )
        ]
        return tuple(
            dict.fromkeys(identity for item in chosen for identity in item.ids)
        )
