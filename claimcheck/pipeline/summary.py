"""Build a summary in which every text is linked to claims.

The summary of a long document is written from its claims. If they do not fit into one
request, groups of them are condensed first, in as many rounds as necessary.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from claimcheck import tokens
from claimcheck.models.brief import Brief
from claimcheck.models.claim import Claim, Match
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest
from claimcheck.models.run import Failure, LinkedText, Position, Summary
from claimcheck.pipeline.answers import LinkedTextAnswer, SummaryAnswer
from claimcheck.pipeline.ask import Answer, ask_all
from claimcheck.pipeline.claims import NumberedClaims, extract_content_words
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.requests import (
    SchemaOverride,
    build_document_request,
)
from claimcheck.settings import Settings

SCHEMA, PROMPT = "digest.answer", "digest"
# The share of a text's content words that a claim must have to be linked to it. Chosen
# by hand.
_MIN_LINK_OVERLAP = 0.4
_MAX_LINKS = 2
# The most check-worthy claims of each passage; the rest are not summarized. Chosen by
# hand.
_CLAIMS_PER_PASSAGE = 8
# A group whose summary failed continues with this many of its lines, without another
# request. A group needs twice as many lines to be worth condensing.
_INPUTS_AFTER_FAILURE = 9
# The number, the period, and the line break around each text in the prompt.
_TOKENS_AROUND_INPUT = 3
# Lines per sentence that a summary must have. Chosen by hand.
_INPUTS_PER_SENTENCE = 2
# What lines say after a claim: who said it, and in which document.
_NOTE = re.compile(r" \((?:said by|in) [^()]*\)")
_SENTENCE_ENDS = ".!?"
_LAST_NOTE = re.compile(rf"({_NOTE.pattern})([{_SENTENCE_ENDS}]?)$")


@dataclass(frozen=True, slots=True)
class SummaryInput:
    """A line to summarize, and the ids of the claims behind it."""

    text: str
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimLinks:
    """Finds the claims behind a text of a summary.

    `ids_by_number` has the claims behind each number in the model's answer, from 1. If
    the model gives no valid number, the `candidates` that share most words are used.
    """

    ids_by_number: Mapping[int, tuple[str, ...]]
    candidates: Sequence[SummaryInput]

    @classmethod
    def from_claims(cls, claims: NumberedClaims) -> ClaimLinks:
        """Link to claims that the model numbered itself."""
        ids_by_number = {
            number: (claim_id,) for number, claim_id in claims.ids_by_number.items()
        }
        candidates = [
            SummaryInput(f"{claim.text} {claim.quote}", (claim.id,))
            for claim in claims.claims
        ]
        return cls(ids_by_number, candidates)

    @classmethod
    def from_inputs(cls, inputs: Sequence[SummaryInput]) -> ClaimLinks:
        """Link to the claims behind numbered lines."""
        ids_by_number = {
            number: item.claim_ids for number, item in enumerate(inputs, 1)
        }
        return cls(ids_by_number, inputs)

    def find_ids(self, numbers: Sequence[int], text: str) -> tuple[str, ...]:
        """Return the ids of the claims behind a text, each once."""
        named = [self.ids_by_number[n] for n in numbers if n in self.ids_by_number]
        ids = named or [item.claim_ids for item in self._find_similar(text)]
        return tuple(dict.fromkeys(chain.from_iterable(ids)))

    def _find_similar(self, text: str) -> list[SummaryInput]:
        words = extract_content_words(text)
        shares = []
        for item in self.candidates:
            shared = words & extract_content_words(item.text)
            share = len(shared) / max(1, len(words))
            if share >= _MIN_LINK_OVERLAP:
                shares.append((share, item))
        shares.sort(key=lambda pair: -pair[0])
        return [item for _, item in shares[:_MAX_LINKS]]


@dataclass(frozen=True, slots=True)
class Digest:
    """A summary and the failures in writing it; it has neither without claims.

    `answers` has the answers of all rounds.
    """

    summary: Summary | None
    failures: tuple[Failure, ...]
    answers: Sequence[Answer[SummaryAnswer]]


def build_summary(answer: SummaryAnswer, links: ClaimLinks) -> Summary:
    """Build the summary from a model's answer, and link it to claims."""
    sentences = _link_texts(answer.sentences, links)
    # A weak model repeats its sentences as key points.
    texts = {sentence.text for sentence in sentences}
    new_points = [point for point in answer.key_points if point.text not in texts]
    positions = []
    for item in answer.positions:
        ids = links.find_ids(item.claims, f"{item.party} {item.position}")
        positions.append(Position(item.party, item.position, ids))
    return Summary(
        headline=answer.headline,
        sentences=sentences,
        key_points=_link_texts(new_points, links),
        positions=tuple(positions),
        open_questions=tuple(dict.fromkeys(answer.open_questions)),
    )


def _link_texts(
    items: Sequence[LinkedTextAnswer], links: ClaimLinks
) -> tuple[LinkedText, ...]:
    """Link each text to claims; of duplicates, only the last position is kept.

    The claims are those of the first occurrence.
    """
    numbers_by_text: dict[str, tuple[int, ...]] = {}
    for item in items:
        numbers = numbers_by_text.pop(item.text, item.claims)
        numbers_by_text[item.text] = numbers
    linked = []
    for text, numbers in numbers_by_text.items():
        linked.append(LinkedText(text, links.find_ids(numbers, text)))
    return tuple(linked)


def select_summary_inputs(
    claims: Sequence[Claim], passage_count: int
) -> list[SummaryInput]:
    """Select the most check-worthy claims, in document order.

    A claim whose quote was not found says nothing about the document.
    """
    found = [claim for claim in claims if claim.match is not Match.NONE]
    claims = found or claims
    ranked = sorted(claims, key=lambda claim: -claim.check_worthiness)
    selected = {claim.id for claim in ranked[: _CLAIMS_PER_PASSAGE * passage_count]}
    inputs = []
    for claim in claims:
        if claim.id not in selected:
            continue
        text = claim.text
        # Without the speaker, the summary would state an opinion as a fact.
        if claim.speaker:
            text = f"{text} (said by {claim.speaker})"
        inputs.append(SummaryInput(text, (claim.id,)))
    return inputs


def require_sentences(brief: Brief, count: int) -> SchemaOverride:
    """Return the minimum number of sentences to ask for, at most `count`.

    Without a minimum, a weak model stops after the first sentence. A short text does
    not have enough to say for more.
    """
    return "sentences", "minItems", max(1, min(count, brief.size.min_sentences))


def summarize_inputs(
    document: Document, settings: Settings, inputs: list[SummaryInput]
) -> Flow[Digest]:
    """Summarize the lines, in rounds if they do not fit into one request."""
    answers: list[Answer[SummaryAnswer]] = []
    budget_tokens = settings.passage_tokens
    while inputs:
        groups = _group_by_budget(inputs, budget_tokens)
        requests = [_build_request(document, settings, group) for group in groups]
        round_answers = yield from ask_all(requests, SummaryAnswer)
        answers += round_answers
        if any(answer.response.exceeds_window for answer in round_answers):
            budget_tokens = _find_smaller_budget(inputs, groups)
            if budget_tokens:
                continue
        if len(groups) == 1:  # this round's answer is the summary
            return _build_digest(document, inputs, answers)
        inputs = []
        for group, answer in zip(groups, round_answers, strict=True):
            inputs += _condense_group(group, answer)
    return Digest(None, (), answers)


def _find_smaller_budget(
    inputs: Sequence[SummaryInput], groups: Sequence[Sequence[SummaryInput]]
) -> int:
    """Return a budget with which there are more groups, or 0."""
    # The group that exceeded the window has at most this many.
    budget_tokens = max(_count_tokens(group) for group in groups)
    while budget_tokens > 1:
        budget_tokens //= 2
        if len(_group_by_budget(inputs, budget_tokens)) > len(groups):
            return budget_tokens
    return 0


def _count_tokens(inputs: Sequence[SummaryInput]) -> int:
    return sum(tokens.count(item.text) + _TOKENS_AROUND_INPUT for item in inputs)


def _build_digest(
    document: Document,
    inputs: Sequence[SummaryInput],
    answers: Sequence[Answer[SummaryAnswer]],
) -> Digest:
    last = answers[-1]
    # The failures cover the entire document, because a summary has no location.
    end = document.characters
    failures = (
        *last.build_item_failures(0, end, None),
        *last.build_unread_failures(0, end),
    )
    summary = None
    if last.value:
        value = _remove_notes(last.value, inputs)
        summary = build_summary(value, ClaimLinks.from_inputs(inputs))
    if last.cause:
        problem = "is not complete" if summary else "could not be written"
        message = f"the summary of the claims {problem}: {last.message}"
        failures = (replace(last.build_failure(0, end), message=message), *failures)
    return Digest(summary, failures, answers)


def _remove_notes(
    answer: SummaryAnswer, inputs: Sequence[SummaryInput]
) -> SummaryAnswer:
    """Remove notes on speakers and sources that a model copied from lines."""
    notes = {match[0] for item in inputs for match in _NOTE.finditer(item.text)}

    def clean(items: Sequence[LinkedTextAnswer]) -> tuple[LinkedTextAnswer, ...]:
        cleaned = []
        for item in items:
            text = item.text
            while (match := _LAST_NOTE.search(text)) and match[1] in notes:
                text = text[: match.start()]
                text += "" if text[-1:] in _SENTENCE_ENDS else match[2]
            cleaned.append(replace(item, text=text or item.text))
        return tuple(cleaned)

    return replace(
        answer,
        sentences=clean(answer.sentences),
        key_points=clean(answer.key_points),
    )


def _group_by_budget(
    inputs: Sequence[SummaryInput], budget_tokens: int
) -> list[list[SummaryInput]]:
    """Group lines within the token budget, so that rounds get shorter."""
    groups: list[list[SummaryInput]] = [[]]
    group_tokens = 0
    for item in inputs:
        item_tokens = tokens.count(item.text) + _TOKENS_AROUND_INPUT
        is_full = group_tokens + item_tokens > budget_tokens
        # Condensing a smaller group would not shrink it, and the rounds would never
        # end.
        if is_full and len(groups[-1]) > 2 * _INPUTS_AFTER_FAILURE:
            groups.append([])
            group_tokens = 0
        groups[-1].append(item)
        group_tokens += item_tokens
    return groups


def _condense_group(
    group: list[SummaryInput], answer: Answer[SummaryAnswer]
) -> list[SummaryInput]:
    """Return a group's summary as lines; if it failed, a few of its lines."""
    if not answer.value:
        # Spread over the group, because its lines are in document order.
        step = math.ceil(len(group) / _INPUTS_AFTER_FAILURE)
        return group[::step]
    summary = build_summary(answer.value, ClaimLinks.from_inputs(group))
    texts = [*summary.sentences, *summary.key_points]
    return [SummaryInput(item.text, item.claim_ids) for item in texts]


def _build_request(
    document: Document, settings: Settings, inputs: Sequence[SummaryInput]
) -> ModelRequest:
    texts = [" ".join(item.text.split()) for item in inputs]
    minimum = require_sentences(settings.brief, len(inputs) // _INPUTS_PER_SENTENCE)
    names = (PROMPT, SCHEMA)
    return build_document_request(
        document, settings.brief, names, {"items": texts}, minimum
    )
