"""Find quotes, cheapest method first: exact, normalized, in parts, fuzzy.

A match that is not exact must mean the same (see `differences`). A quote that is not
found gets no span: the nearest passage is a suggestion, never the quote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from claimcheck.grounding.normalize import normalize_typography
from claimcheck.grounding.text_search import (
    GroundingResult,
    SearchableText,
    find_whole_words,
)
from claimcheck.models.claim import Match
from claimcheck.models.span import Span
from claimcheck.text.reading import Reading

_LETTER = re.compile(r"\w")


class GroundingIndex:
    """A document prepared for any number of quotes.

    With `view_range`, only that part of the reading view is searched.
    """

    def __init__(
        self, reading: Reading, view_range: tuple[int, int] | None = None
    ) -> None:
        self._reading = reading
        self._view_range = (0, len(reading.text))
        self._source_range = (0, len(reading.source))
        if view_range:
            self._view_range = view_range
            self._source_range = reading.locate_extent(*view_range)
        self._matches: dict[str, list[GroundingResult]] = {}

    @cached_property
    def _texts(self) -> list[SearchableText]:
        """The texts to search for quotes without an exact match."""
        reading, low = self._reading, self._source_range[0]
        start, end = self._view_range

        def map_view(left: int, right: int) -> tuple[Span, ...]:
            return reading.locate(start + left, start + right)

        def map_source(left: int, right: int) -> tuple[Span, ...]:
            return (Span(low + left, low + right),)

        texts = [SearchableText(reading.text[start:end], map_view)]
        if reading.noise:
            # A quote may include text that the view skips, such as an address.
            source = reading.source[slice(*self._source_range)]
            texts.append(SearchableText(source, map_source))
        return texts

    def ground(self, quote: str) -> GroundingResult:
        """Return the first match of a quote, or none with the reason."""
        (result,) = self.ground_all([quote])
        return result

    def ground_all(self, quotes: Sequence[str]) -> tuple[GroundingResult, ...]:
        """Return a result for each quote; the quotes are in document order.

        A quote with several matches gets the first one after the quote before it. Equal
        quotes get different matches as long as there are enough.
        """
        results: list[GroundingResult] = []
        used: set[tuple[Span, ...]] = set()
        min_start = 0
        for quote in quotes:
            matches = self._find_all(quote)
            unused = [match for match in matches if match.spans not in used]
            if matches:
                result = _choose_match(unused or matches, min_start)
            else:
                result = self._find_fuzzy(quote, min_start)
            if result.spans:
                min_start = result.spans[0].start
                used.add(result.spans)
            results.append(result)
        return tuple(results)

    def _find_all(self, quote: str) -> list[GroundingResult]:
        """Return all exact matches of a quote, else all normalized ones.

        Fuzzy matches are not included.
        """
        if quote not in self._matches:
            self._matches[quote] = self._search(quote)
        return self._matches[quote]

    def _search(self, quote: str) -> list[GroundingResult]:
        if not _LETTER.search(quote):
            return []
        # Search the source, so that a quote may include text that the view skips.
        source, quoted = self._reading.source, quote.strip()
        if exact := list(find_whole_words(source, quoted, *self._source_range)):
            return [GroundingResult((Span(*span),), Match.EXACT) for span in exact]
        plain = normalize_typography(quote).text.strip()
        # The view comes first, because people quote from it.
        for text in self._texts:
            if found := text.find_normalized(plain) or text.find_in_parts(plain):
                return [GroundingResult(spans, Match.NORMALIZED) for spans in found]
        return []

    def _find_fuzzy(self, quote: str, min_start: int) -> GroundingResult:
        """Return the fuzzy match, or none with the reason and a suggestion."""
        plain = normalize_typography(quote).text.strip()
        results = [text.find_fuzzy(plain, min_start) for text in self._texts]
        located = [result for result in results if result.spans]
        return (located or results)[0]


def _choose_match(
    matches: Sequence[GroundingResult], min_start: int
) -> GroundingResult:
    """Return the first match that starts at `min_start` or later, else any."""
    for match in matches:
        if match.spans[0].start >= min_start:
            return match
    return matches[0]
