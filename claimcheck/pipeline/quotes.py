"""Locate the quotes of claims, and ask again for those not found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Protocol

from claimcheck import prompts
from claimcheck.grounding import GroundingIndex, GroundingResult
from claimcheck.models.brief import Brief
from claimcheck.models.claim import Match
from claimcheck.models.llm import ModelRequest, Usage
from claimcheck.models.span import Span
from claimcheck.pipeline.answers import (
    ClaimAnswer,
    RequoteAnswer,
    ask_all,
    build_request,
)
from claimcheck.pipeline.driver import Flow
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage

SCHEMA, PROMPT = "requote.answer", "requote"
# Both were chosen by hand.
_QUOTES_PER_REQUEST = 20
_CONTEXT_CHARACTERS = 200  # on both sides of the nearest passage


class QuoteIndex(Protocol):
    """Locates quotes in a document."""

    def ground_all(self, quotes: Sequence[str]) -> tuple[GroundingResult, ...]:
        """Locate the quotes of all claims, in the order of the claims."""
        ...

    def ground(self, quote: str) -> GroundingResult:
        """Locate a single quote."""
        ...


class PassageIndex:
    """Locates each claim's quote in the passage that the claim is from.

    A sentence that occurs several times is found where the model read it. `passages`
    has the passage of each claim, in the order of the claims.
    """

    def __init__(self, reading: Reading, passages: Sequence[Passage]) -> None:
        self._reading = reading
        self._passages = passages
        self._results: dict[
            tuple[Passage, tuple[str, ...]], tuple[GroundingResult, ...]
        ] = {}

    @cached_property
    def _document_index(self) -> GroundingIndex:
        return GroundingIndex(self._reading)

    def ground_all(self, quotes: Sequence[str]) -> tuple[GroundingResult, ...]:
        """Locate each quote in its passage, or else in the document."""
        results: list[GroundingResult] = []
        pairs = zip(self._passages, quotes, strict=True)
        for passage, group in groupby(pairs, key=lambda pair: pair[0]):
            passage_quotes = tuple(quote for _, quote in group)
            grounded = self._ground_in_passage(passage, passage_quotes)
            for quote, result in zip(passage_quotes, grounded, strict=True):
                results.append(self._widen(quote, result))
        return tuple(results)

    def ground(self, quote: str) -> GroundingResult:
        """Locate a quote anywhere in the document."""
        return self._document_index.ground(quote)

    def _ground_in_passage(
        self, passage: Passage, quotes: tuple[str, ...]
    ) -> tuple[GroundingResult, ...]:
        # The results are cached, as claims are grounded before and after `requote`; the
        # index of the passage is not, as it is larger than they are.
        if (passage, quotes) not in self._results:
            index = GroundingIndex(self._reading, (passage.start, passage.end))
            self._results[passage, quotes] = index.ground_all(quotes)
        return self._results[passage, quotes]

    def _widen(self, quote: str, result: GroundingResult) -> GroundingResult:
        """Look elsewhere in the document for a quote that was not found."""
        if result.match is not Match.NONE:
            return result
        elsewhere = self.ground(quote)
        return elsewhere if elsewhere.spans else result


def locate_quote(index: QuoteIndex, quote: str) -> tuple[int, int] | None:
    """Return the range of a quote in the document, or None."""
    spans = index.ground(quote).spans
    return (spans[0].start, spans[-1].end) if spans else None


@dataclass(frozen=True, slots=True)
class _MissingQuote:
    """A claim whose quote was not found, and the most similar passage."""

    number: int
    claim: ClaimAnswer
    reason: str | None
    passage: Span


def requote(
    reading: Reading,
    index: QuoteIndex,
    claims: Sequence[ClaimAnswer],
    brief: Brief,
) -> Flow[tuple[list[ClaimAnswer], Usage]]:
    """Ask again for quotes that were not found; return all claims.

    A second quote replaces the first if it is in the passage that the model was shown.
    Otherwise the claim keeps its first quote, and is reported as not found. Nothing is
    asked about a quote without a similar passage.
    """
    missing = _find_missing_quotes(reading.source, index, claims)
    requests = []
    # Grouped, as each request repeats the instructions.
    for start in range(0, len(missing), _QUOTES_PER_REQUEST):
        group = missing[start : start + _QUOTES_PER_REQUEST]
        requests.append(_build_request(reading.source, group, brief))
    answers = yield from ask_all(requests, RequoteAnswer)
    requoted = list(claims)
    passages = {item.number: item.passage for item in missing}
    for answer in answers:
        for item in answer.value.quotes if answer.value else ():
            passage = passages.get(item.number)
            # The model found none, or made up a number.
            if item.quote is None or passage is None:
                continue
            # Elsewhere in the document, it would be another claim's quote.
            if _is_within(index.ground(item.quote), passage):
                claim = claims[item.number - 1]
                requoted[item.number - 1] = replace(claim, quote=item.quote)
    return requoted, sum((answer.usage for answer in answers), Usage())


def _find_missing_quotes(
    source: str, index: QuoteIndex, claims: Sequence[ClaimAnswer]
) -> list[_MissingQuote]:
    missing = []
    results = index.ground_all([claim.quote for claim in claims])
    for number, (claim, result) in enumerate(zip(claims, results, strict=True), 1):
        if result.match is Match.NONE and result.suggestion:
            passage = _expand_passage(source, result.suggestion)
            missing.append(_MissingQuote(number, claim, result.reason, passage))
    return missing


def _build_request(
    source: str, missing: Sequence[_MissingQuote], brief: Brief
) -> ModelRequest:
    items = [
        {
            "number": item.number,
            "claim": item.claim.text,
            "quote": " ".join(item.claim.quote.split()),
            "reason": item.reason,
            "passage": source[item.passage.start : item.passage.end],
        }
        for item in missing
    ]
    texts = [str(value) for item in items for value in item.values()]
    fence = prompts.choose_fence("".join(texts))
    return build_request(brief, PROMPT, {"items": items, "fence": fence}, SCHEMA)


def _expand_passage(source: str, suggestion: tuple[Span, ...]) -> Span:
    """Extend the passage on both sides, by whole words."""
    first, last = suggestion[0].start, suggestion[-1].end
    start = max(0, first - _CONTEXT_CHARACTERS)
    end = min(len(source), last + _CONTEXT_CHARACTERS)
    # Stop at the next white space, so that no word is cut.
    while 0 < start < first and not source[start - 1].isspace():
        start += 1
    while last < end < len(source) and not source[end].isspace():
        end -= 1
    return Span(start, end)


def _is_within(result: GroundingResult, passage: Span) -> bool:
    if not result.spans:
        return False
    return (
        passage.start <= result.spans[0].start and result.spans[-1].end <= passage.end
    )
