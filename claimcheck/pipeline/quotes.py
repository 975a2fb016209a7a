"""Locate the quotes of claims, and pair quotes at the same location."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby

from claimcheck.grounding import GroundingIndex, GroundingResult
from claimcheck.models.claim import Match
from claimcheck.models.span import Excerpt, Span
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage

Location = Span | Excerpt
_MIN_OVERLAP = 0.5  # of the shorter of two quotes; chosen by hand
_BUCKET = 500  # characters; only quotes in the same bucket are compared


class QuoteIndex:
    """Locates each claim's quote in the claim's passage.

    A sentence that occurs several times is thus found where the model read it.
    `passages` has the passage of each claim, in the order of the claims.
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
        # The results are cached, because claims are grounded before and after they are
        # corrected. The index of a passage is too large to be cached.
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


def pair_by_location(
    first: Sequence[Sequence[Location]], second: Sequence[Sequence[Location]]
) -> dict[int, int]:
    """Map the indexes of quotes to those of the others at the same location.

    A pair must share half of the shorter quote. Each quote is in at most one pair;
    pairs that share more are made first.
    """
    by_bucket: dict[int, set[int]] = defaultdict(set)
    for number, spans in enumerate(second):
        for bucket in _list_buckets(spans):
            by_bucket[bucket].add(number)
    overlaps = []
    for number, spans in enumerate(first):
        nearby = set().union(*(by_bucket[bucket] for bucket in _list_buckets(spans)))
        for other in nearby:
            overlap = _compute_overlap(spans, second[other])
            if overlap >= _MIN_OVERLAP:
                overlaps.append((-overlap, number, other))
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for _, number, other in sorted(overlaps):
        if number not in pairs and other not in used:
            pairs[number] = other
            used.add(other)
    return pairs


def _list_buckets(spans: Sequence[Location]) -> Iterator[int]:
    """Yield the numbers of the buckets that contain the spans."""
    for span in spans:
        yield from range(span.start // _BUCKET, span.end // _BUCKET + 1)


def _compute_overlap(spans: Sequence[Location], others: Sequence[Location]) -> float:
    """Return the shared characters, as a share of the shorter quote."""
    shared = 0
    for span in spans:
        for other in others:
            start, end = max(span.start, other.start), min(span.end, other.end)
            shared += max(0, end - start)
    lengths = [
        sum(span.end - span.start for span in quote) for quote in (spans, others)
    ]
    return shared / min(lengths)
