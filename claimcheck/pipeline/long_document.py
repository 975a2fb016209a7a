"""Extract the claims of a document, passage by passage.

A passage that is too long for the model, or whose answer is cut off, is split. Complete
claims are kept, and only the remaining text is sent again. A passage that still fails
becomes a failure with its range; the others are not affected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from claimcheck.counting import format_count
from claimcheck.errors import ContextWindowError
from claimcheck.models.brief import Brief
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest
from claimcheck.models.run import Failure
from claimcheck.pipeline.answers import (
    AmbiguousAnswer,
    ClaimAnswer,
    SummaryAnswer,
)
from claimcheck.pipeline.ask import Answer, ask_all
from claimcheck.pipeline.claims import ExtractedClaims
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.quotes import QuoteIndex
from claimcheck.pipeline.requests import build_document_request, curl_marks
from claimcheck.settings import Settings
from claimcheck.text.noise import Noise
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import (
    Passage,
    find_sentence_starts,
    halve_passage,
    split_passage,
    trim_passage,
)

SCHEMA, PROMPT = "claims.answer", "claims"
# Halving a shorter passage is not worth two more requests, unless its answer had usable
# claims. Chosen by hand.
_MIN_TOKENS_TO_HALVE = 200
# Below this, a window has no room for the prompt itself. Chosen by hand.
_MIN_TOKENS_FOR_WINDOW = 50
# An endpoint that cuts off every answer must not be asked forever. The limit allows
# about as many more requests as answers of a few hundred tokens each would need. It was
# chosen by hand, as was the number of answers without a single claim.
_MIN_CONTINUATIONS = 16
_TOKENS_PER_CONTINUATION = 250
_MAX_ANSWERS_WITHOUT_CLAIMS = 3
# A passage may have more claims than its share, so that the best can be chosen, and a
# short passage at least a few. Chosen by hand.
_CLAIMS_TO_CHOOSE_FROM = 1.5
_MIN_CLAIMS_PER_PASSAGE = 3

PassageAnswer = Answer[Any]


@dataclass(frozen=True, slots=True)
class _PassageResult:
    """The claims of a passage, and its failures.

    `unread` are the failures that leave part of the passage without claims.
    """

    passage: Passage
    answer: PassageAnswer
    unread: tuple[Failure, ...]


class Extraction:
    """The results of a document's passages, and of their parts, so far."""

    def __init__(
        self, document: Document, reading: Reading, max_continuations: int
    ) -> None:
        self._document = document
        self._reading = reading
        self._max_continuations = max_continuations
        self._continuations = 0
        self.results: list[_PassageResult] = []
        self.answers: list[PassageAnswer] = []

    @property
    def _may_continue(self) -> bool:
        """Whether another answer that was cut off may be continued."""
        if self._continuations >= self._max_continuations:
            return False
        has_claims = any(answer.claims for answer in self.answers)
        return has_claims or len(self.answers) < _MAX_ANSWERS_WITHOUT_CLAIMS

    @property
    def exceeds_window(self) -> bool:
        """Whether every request so far exceeded the model's window."""
        responses = [answer.response for answer in self.answers]
        return bool(responses) and all(item.exceeds_window for item in responses)

    @property
    def unread(self) -> tuple[Failure, ...]:
        """The failures that leave part of the document without claims."""
        return tuple(failure for result in self.results for failure in result.unread)

    def list_claims(self) -> ExtractedClaims:
        """Return the claims of all passages, in document order."""
        claims: list[ClaimAnswer] = []
        ambiguous: list[AmbiguousAnswer] = []
        origins: list[Passage] = []
        for result in sorted(self.results, key=lambda result: result.passage.start):
            claims += result.answer.claims
            ambiguous += result.answer.ambiguous
            origins += [result.passage] * len(result.answer.claims)
        return ExtractedClaims(claims, ambiguous, origins)

    def list_empty_passages(self) -> Iterator[Noise]:
        """Yield the passages in which the model found no claim."""
        for result in self.results:
            if not result.answer.claims and not result.unread:
                start, end = self._locate(result.passage)
                yield Noise(start, end, "the model found no claim here")

    def list_item_failures(
        self, index: QuoteIndex, *, summary: bool
    ) -> Iterator[Failure]:
        """Yield a failure for each item of an answer that was rejected."""
        for result in self.results:
            start, end = self._locate(result.passage)
            yield from result.answer.build_item_failures(start, end, index, summary)

    def add(
        self, passages: Sequence[Passage], answers: Sequence[PassageAnswer]
    ) -> list[Passage]:
        """Add the answers about passages; return the parts to ask about next.

        Raises:
            ContextWindowError: all requests exceeded the window, even that for the
                shortest passage.
        """
        parts: list[Passage] = []
        self.answers += answers
        for passage, answer in zip(passages, answers, strict=True):
            rest = self._split_rest(passage, answer)
            last = answer
            if answer.has_open_claims and rest:
                if self._may_continue:
                    self._continuations += len(rest)
                else:
                    rest = []
                    sent = format_count(len(self.answers), "answer")
                    stop = f"after {sent}, the rest was not asked"
                    last = replace(answer, message=f"{answer.message} ({stop} for)")
            parts += rest
            if answer.claims or not rest:
                unread = self._build_failures(passage, last, has_rest=bool(rest))
                self.results.append(_PassageResult(passage, last, unread))
        if self.exceeds_window and not parts:
            raise ContextWindowError(self.answers[-1].message)
        return parts

    def build_request(
        self, passage: Passage, brief: Brief, max_claims: int
    ) -> ModelRequest:
        """Ask for the claims of a passage."""
        text = self._reading.text[passage.start : passage.end].strip()
        context = curl_marks(passage.context)
        return build_document_request(
            self._document,
            brief,
            (PROMPT, SCHEMA),
            {"text": curl_marks(text), "context": context},
            ("claims", "maxItems", max_claims),
            max_claims=max_claims,
        )

    @cached_property
    def _starts(self) -> list[int]:
        return find_sentence_starts(self._reading, self._document.language)

    def _split_rest(self, passage: Passage, answer: PassageAnswer) -> list[Passage]:
        """Return the parts of the passage that the answer does not cover."""
        if answer.response.exceeds_window:
            return self._split_for_window(passage)
        if not answer.has_open_claims or self._is_hopeless(passage, answer):
            return []
        rest = self._find_rest(passage, answer.claims)
        # The rest must be much shorter, or its answer would be cut off again.
        if rest is not None and 2 * rest.tokens <= passage.tokens:
            return [rest]
        parts = halve_passage(self._reading, self._starts, rest or passage)
        return [] if parts == (passage,) else list(parts)

    def _is_hopeless(self, passage: Passage, answer: PassageAnswer) -> bool:
        """Whether the answer about part of the passage would be cut off."""
        if answer.claims or passage.tokens >= _MIN_TOKENS_TO_HALVE:
            return False
        # A summary also takes tokens; only the answer about an entire text has one.
        return passage.start > 0 or passage.end < len(self._reading.text)

    def _split_for_window(self, passage: Passage) -> list[Passage]:
        if passage.tokens < _MIN_TOKENS_FOR_WINDOW:
            return []
        parts = halve_passage(self._reading, self._starts, passage)
        if len(parts) == 1:
            parts = split_passage(self._reading, passage)
        return list(parts)

    def _find_rest(
        self, passage: Passage, claims: Sequence[ClaimAnswer]
    ) -> Passage | None:
        """Return what follows the last quote, if the quotes are in order.

        The rest begins with the sentence of that quote, which may contain another
        claim.
        """
        positions = []
        for claim in claims:
            # A model folds line breaks, so any white space counts as the same.
            words = map(re.escape, claim.quote.split())
            pattern = re.compile(r"\s+".join(words))
            match = pattern.search(self._reading.text, passage.start, passage.end)
            if match:
                positions.append(match.start())
        if not positions or positions != sorted(positions):
            return None
        before = [start for start in self._starts if start <= positions[-1]]
        start = before[-1] if before else passage.start
        if start <= passage.start:
            return None
        return trim_passage(self._reading, passage, start)

    def _build_failures(
        self, passage: Passage, answer: PassageAnswer, *, has_rest: bool
    ) -> tuple[Failure, ...]:
        """Build the failures that leave characters without claims."""
        start, end = self._locate(passage)
        failures = answer.build_unread_failures(start, end)
        # The rest is requested again, and so is a summary that was cut off.
        if answer.cause is None or has_rest or answer.has_all_claims:
            return failures
        rest = self._find_rest(passage, answer.claims)
        if rest is not None:
            start, end = self._locate(rest)
        return (answer.build_failure(start, end), *failures)

    def _locate(self, passage: Passage) -> tuple[int, int]:
        """Return the range of a passage, with the white space around it.

        White space belongs to no passage. The ledger would otherwise call it read even
        if the passage failed.
        """
        text = self._document.full_text
        start, end = self._reading.locate_extent(passage.start, passage.end)
        start = len(text[:start].rstrip()) if passage.start else 0
        if passage.end == len(self._reading.text):
            end = len(text)
        return start, end


def extract_claims(
    document: Document,
    reading: Reading,
    settings: Settings,
    passages: Sequence[Passage],
    first: Answer[SummaryAnswer] | None,
) -> Flow[Extraction]:
    """Ask for the claims of all passages, in as many rounds as necessary.

    `first` is the answer about the only passage, if it was already requested.

    Raises:
        ContextWindowError: the model's window has no room for any passage.
    """
    total_tokens = sum(passage.tokens for passage in passages)
    limit = max(_MIN_CONTINUATIONS, total_tokens // _TOKENS_PER_CONTINUATION)
    extraction = Extraction(document, reading, limit)
    pending = list(passages)
    if first is not None:
        pending = extraction.add(pending, [first])
    while pending:
        # Each round asks about all pending passages at once. While all have exceeded
        # the window, one is enough to find out how much fits.
        current = pending[:1] if extraction.exceeds_window else pending
        waiting = pending[len(current) :]
        requests = []
        for passage in current:
            limit = limit_claims(passage.tokens, total_tokens, settings)
            requests.append(extraction.build_request(passage, settings.brief, limit))
        answers: list[PassageAnswer] = yield from ask_all(requests, None, reading.text)
        pending = [*extraction.add(current, answers), *waiting]
    return extraction


def limit_claims(size: int, total: int, settings: Settings) -> int:
    """Return how many claims to ask for in a part: more than its share.

    The best claims of all parts are kept, and some parts have more than others.
    """
    share = size / max(1, total)
    limit = math.ceil(settings.max_claims * share * _CLAIMS_TO_CHOOSE_FROM)
    limit = max(limit, _MIN_CLAIMS_PER_PASSAGE)
    return min(limit, settings.max_claims, settings.max_claims_per_passage)
