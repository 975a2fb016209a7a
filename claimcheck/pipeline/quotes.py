"""Locate the quotes of claims and the values of their fields, and pair quotes.

A value gets the span of its location: in the claim's own quote if possible, otherwise
the nearest one. A value that is not in the document stays visible, marked as not found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from claimcheck.english.quantities import find_quantities
from claimcheck.grounding import GroundingIndex, GroundingResult
from claimcheck.grounding.text_search import find_whole_words
from claimcheck.models.brief import Field
from claimcheck.models.claim import FieldValue, Match
from claimcheck.models.span import Excerpt, Span, extract_excerpts, format_quote
from claimcheck.pipeline.answers import ClaimAnswer, normalize_speaker
from claimcheck.pipeline.consistency import QuoteComparison, Result
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage

Location = Span | Excerpt
_STRICTEST_FIRST = tuple(Match)
# A field may be "2,000" in the text, or "2.000", "2 000,5", or "2000,5".
_SEPARATORS = (("", "."), (",", "."), (".", ","), (" ", ","), ("", ","))
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
        for passage, group in groupby(pairs, key=itemgetter(0)):
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


@dataclass(frozen=True, slots=True)
class ClaimGrounder:
    """Locates the quotes and the field values of the claims of a document."""

    reading: Reading
    index: QuoteIndex
    comparison: QuoteComparison
    fields: Sequence[Field] = ()

    def compare(self, claim: ClaimAnswer, result: GroundingResult) -> Result:
        """Return whether a claim says what its quote says, and differences."""
        spans = extract_excerpts(self.reading.lines, result.spans)
        quote = format_quote(spans) if spans else claim.quote
        speaker = normalize_speaker(claim.speaker)
        return self.comparison.compare(claim.text, speaker, quote, spans)

    def ground_fields(
        self, values: Mapping[str, Any], quote: Sequence[Excerpt]
    ) -> dict[str, FieldValue]:
        """Return a value for each field, in the order of the user's file."""
        built = {}
        for field in self.fields:
            value = values.get(field.name)
            if field.is_grounded and value not in (None, "", []):
                built[field.name] = self._ground(value, quote)
            else:
                built[field.name] = FieldValue(value)
        return built

    def _ground(self, value: Any, quote: Sequence[Excerpt]) -> FieldValue:
        items = value if isinstance(value, list) else [value]
        results = [self._find(item, quote) for item in items]
        match = max((item.match for item in results), key=_STRICTEST_FIRST.index)
        spans: list[Span] = []
        for result in results:
            spans += result.spans
        # Every item of a list must be found: part of it would look like all of it.
        if match is Match.NONE:
            spans = []
        excerpts = extract_excerpts(self.reading.lines, tuple(dict.fromkeys(spans)))
        return FieldValue(value, match, excerpts)

    def _find(self, item: Any, quote: Sequence[Excerpt]) -> GroundingResult:
        if not isinstance(item, str):
            return self._find_number(item, quote)
        found = self._find_nearest(item.strip(), quote)
        if found is not None:
            return GroundingResult((found,), Match.EXACT)
        return self.index.ground(item)

    def _find_number(self, number: float, quote: Sequence[Excerpt]) -> GroundingResult:
        """Find a number as digits or as a quantity: "2 million"."""
        for text in _list_notations(number):
            found = self._find_nearest(text, quote)
            if found is not None:
                return GroundingResult((found,), Match.EXACT)
        for excerpt in quote:
            span = _find_quantity(number, excerpt)
            if span is not None:
                return GroundingResult((span,), Match.NORMALIZED)
        return GroundingResult((), Match.NONE)

    def _find_nearest(self, text: str, quote: Sequence[Excerpt]) -> Span | None:
        """Find the text, as whole words, in the quote or nearest to it."""
        start, end = (quote[0].start, quote[-1].end) if quote else (0, 0)
        spans = [Span(*found) for found in find_whole_words(self.reading.source, text)]

        def measure_distance(span: Span) -> int:
            return max(start - span.start, span.end - end, 0)

        return min(spans, key=measure_distance, default=None)


def _find_quantity(number: float, excerpt: Excerpt) -> Span | None:
    """Find a quantity of this value, such as "2 million", in an excerpt."""
    for quantity in find_quantities(excerpt.text):
        start = excerpt.text.find(quantity.text)
        if quantity.value == number and start >= 0:
            start += excerpt.start
            return Span(start, start + len(quantity.text))
    return None


def _list_notations(number: float) -> Iterator[str]:
    """Yield a number in digits with the usual separators."""
    text = f"{int(number):,}" if number == int(number) else f"{number:,}"
    for thousands, point in _SEPARATORS:
        yield text.translate({ord(","): thousands, ord("."): point})


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
    # The largest overlap comes first, and then the document order.
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
    return shared / min(_measure_length(spans), _measure_length(others))


def _measure_length(spans: Sequence[Location]) -> int:
    return sum(span.end - span.start for span in spans)
