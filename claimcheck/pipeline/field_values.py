"""Find the values of the user's fields in the document.

A grounded value gets the span of its location: in the claim's own quote if possible,
otherwise the nearest one. A value that is not in the document stays visible, marked as
not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from claimcheck.english.quantities import find_quantities
from claimcheck.grounding import GroundingResult
from claimcheck.grounding.text_search import find_whole_words
from claimcheck.models.brief import Field
from claimcheck.models.claim import FieldValue, Match
from claimcheck.models.span import Excerpt, Span, extract_excerpts
from claimcheck.pipeline.consistency import QuoteComparison
from claimcheck.pipeline.quotes import QuoteIndex
from claimcheck.text.reading import Reading

_STRICTEST_FIRST = tuple(Match)


@dataclass(frozen=True, slots=True)
class ClaimGrounder:
    """Locates the quotes and the field values of the claims of a document."""

    reading: Reading
    index: QuoteIndex
    comparison: QuoteComparison
    fields: Sequence[Field] = ()

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
            for quantity in find_quantities(excerpt.text):
                start = excerpt.text.find(quantity.text)
                if quantity.value == number and start >= 0:
                    start += excerpt.start
                    span = Span(start, start + len(quantity.text))
                    return GroundingResult((span,), Match.NORMALIZED)
        return GroundingResult((), Match.NONE)

    def _find_nearest(self, text: str, quote: Sequence[Excerpt]) -> Span | None:
        """Find the text, as whole words, in the quote or nearest to it."""
        start = quote[0].start if quote else 0
        end = quote[-1].end if quote else 0
        spans = [Span(*found) for found in find_whole_words(self.reading.source, text)]
        if not spans:
            return None
        return min(spans, key=lambda span: max(start - span.start, span.end - end, 0))


def _list_notations(number: float) -> Iterator[str]:
    """Yield a number in digits with the usual separators."""
    text = f"{int(number):,}" if number == int(number) else f"{number:,}"
    for thousands, point in (("", "."), (",", "."), (".", ","), (" ", ","), ("", ",")):
        yield text.translate({ord(","): thousands, ord("."): point})
