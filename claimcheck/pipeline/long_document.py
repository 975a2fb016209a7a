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
from claimcheck.models.llm import ModelRequest, ModelResponse
from claimcheck.models.run import Cause, Failure, Run, Summary, Usage
from claimcheck.pipeline import requote
from claimcheck.pipeline.answers import Answer, ask_all, folded, request
from claimcheck.pipeline.claims import PassageIndex, build, carrying
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import ledger
from claimcheck.pipeline.summary import about, signature, summary
from claimcheck.settings import Settings
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage, halved

CLAIMS, DIGEST = "claims", "digest"
_PROMPTS = (CLAIMS, DIGEST, "repair", "json-only", requote.PROMPT)
_SCHEMAS = ("claims.answer", "digest.answer", requote.SCHEMA)
_LEAST_TOKENS = 200  # of a passage that is still worth halving
_TOLD = 8  # claims of a passage, the worthiest, of which the summary is made
_KEPT = 9  # of a group whose summary failed, to go on with

Steps = Generator[list[ModelRequest], list[ModelResponse], Any]


@dataclass(slots=True)
class _Read:
    """What became of the passages: claims as they were answered, with the passage of each, and answers that failed."""

    claims: list[dict[str, Any]] = field(default_factory=list)
    homes: list[Passage] = field(default_factory=list)
    passages: int = 0
    failed: list[tuple[Passage, Answer]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Item:
    """A line of which a summary is made, and the claims that it stands for."""

    text: str
    ids: tuple[str, ...]


def long_flow(
    document: Document, reading: Reading, settings: Settings, passages: Sequence[Passage]
) -> Flow[Run]:
    """The run of a described document that is read in these passages."""
    read: _Read = yield from _read(document, reading, settings, passages)
    index = PassageIndex(reading, read.homes)
    quoted, spent = yield from requote.requote(reading, index, read.claims)
    claims = build(document, index, quoted, settings.max_claims * len(passages))
    failures = [_failure(document, reading, passage, answer) for passage, answer in read.failed]
    digest: _Digest = yield from _digest(document, settings, _told(claims.claims, read.passages))
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
        ledger=ledger(
            document.characters, reading.noise, [item for item in failures if item is not digest.failure]
        ),
        passages=read.passages,
        usage=usage + spent,
        signature=signature(settings, read.answers, _PROMPTS, _SCHEMAS),
    )


def _read(document: Document, reading: Reading, settings: Settings, passages: Sequence[Passage]) -> Steps:
    read = _Read()
    waiting = list(passages)
    claims: dict[Passage, list[dict[str, Any]]] = {}
    while waiting:
        requests = [_claims_request(document, reading, passage, settings) for passage in waiting]
        answers: list[Answer] = yield from ask_all(requests)
        read.answers += answers
        halves: list[Passage] = []
        for passage, answer in zip(waiting, answers, strict=True):
            if answer.value:
                claims[passage] = folded(answer.value)["claims"]
                continue
            parts = _parts(document, reading, passage) if answer.cause is Cause.TRUNCATED else ()
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


def _parts(document: Document, reading: Reading, passage: Passage) -> tuple[Passage, ...]:
    return halved(reading, document.language, passage) if passage.tokens >= _LEAST_TOKENS else ()


def _claims_request(
    document: Document, reading: Reading, passage: Passage, settings: Settings
) -> ModelRequest:
    text = reading.text[passage.start : passage.end].strip()
    fields = about(document)
    variables = {
        **fields,
        "context": passage.context,
        "text": text,
        "fence": prompts.fence("".join([text, passage.context, fields["title"] or ""])),
        "max_claims": settings.max_claims,
    }
    return request(CLAIMS, variables, "claims.answer", ("claims", "maxItems", settings.max_claims))


def _failure(document: Document, reading: Reading, passage: Passage, answer: Answer) -> Failure:
    """The failure of a passage, for its characters and the white space around them."""
    assert answer.cause is not None
    text = document.full_text
    start, end = reading.extent(passage.start, passage.end)
    start = len(text[:start].rstrip()) if passage.start else 0
    end = end if passage.end < len(reading.text) else len(text)
    return Failure(answer.cause, answer.message, start, end, answer.attempts, answer.raw)


def _told(claims: Sequence[Claim], passages: int) -> list[_Item]:
    """The claims of which the summary is made: the worthiest, in the order of the document."""
    kept = {
        claim.id for claim in sorted(claims, key=lambda claim: -claim.check_worthiness)[: _TOLD * passages]
    }
    return [
        _Item(f"{claim.text} (said by {claim.speaker})" if claim.speaker else claim.text, (claim.id,))
        for claim in claims
        if claim.id in kept
    ]


@dataclass(slots=True)
class _Digest:
    summary: Summary | None = None
    failure: Failure | None = None
    answers: list[Answer] = field(default_factory=list)


def _digest(document: Document, settings: Settings, items: list[_Item]) -> Steps:
    """The summary of the items: where they are too many for one request, of the summaries of groups of them."""
    digest = _Digest()
    while items:
        groups = _groups(items, settings.passage_tokens)
        requests = [_digest_request(document, group) for group in groups]
        answers: list[Answer] = yield from ask_all(requests)
        digest.answers += answers
        if len(groups) == 1:
            (answer,) = answers
            if answer.value:
                digest.summary = summary(folded(answer.value), _Numbered(items))
            else:
                assert answer.cause is not None
                message = f"the summary of the claims could not be written: {answer.message}"
                digest.failure = Failure(
                    answer.cause, message, 0, document.characters, answer.attempts, answer.raw
                )
            return digest
        items = [
            item for group, answer in zip(groups, answers, strict=True) for item in _shortened(group, answer)
        ]
    return digest


def _groups(items: Sequence[_Item], budget: int) -> list[list[_Item]]:
    """The items in runs within the budget of tokens, more than `_KEPT` in each: every round has fewer than the last."""
    groups: list[list[_Item]] = [[]]
    held = 0
    for item in items:
        count = tokens.count(item.text) + 3
        if held + count > budget and len(groups[-1]) > 2 * _KEPT:
            groups.append([])
            held = 0
        groups[-1].append(item)
        held += count
    return groups


def _shortened(group: list[_Item], answer: Answer) -> list[_Item]:
    """What is left of a group: its summary's sentences and key points, or, where that failed, some of its items."""
    if not answer.value:
        return group[:: -(-len(group) // _KEPT)]
    made = summary(folded(answer.value), _Numbered(group))
    return [_Item(item.text, item.claim_ids) for item in (*made.sentences, *made.key_points)]


def _digest_request(document: Document, items: Sequence[_Item]) -> ModelRequest:
    texts = [" ".join(item.text.split()) for item in items]
    fields = about(document)
    fence = prompts.fence("".join([*texts, fields["title"] or ""]))
    return request(DIGEST, {**fields, "items": texts, "fence": fence}, "digest.answer")


class _Numbered:
    """Items by their number in a request, as `NumberedClaims` has claims."""

    def __init__(self, items: Sequence[_Item]) -> None:
        self._items = items

    def ids(self, numbers: Sequence[int], text: str) -> tuple[str, ...]:
        """The claims of the items that were named; of those whose words carry the text where none of them exists."""
        named = [self._items[number - 1] for number in numbers if 0 < number <= len(self._items)]
        chosen = named or [
            self._items[place] for place in carrying(text, [item.text for item in self._items])
        ]
        return tuple(dict.fromkeys(identity for item in chosen for identity in item.ids))
