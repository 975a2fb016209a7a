"""The ladder from a quote to its spans, cheapest rung first: exact, normalized, in parts, fuzzy.

What is no exact match has to pass the guard. What passes no rung has no span; the nearest passage is at most a
suggestion, never the quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from claimcheck.grounding.match import GroundingResult, is_word_bounded
from claimcheck.grounding.normalize import normalize_typography
from claimcheck.grounding.search import SearchableText
from claimcheck.models.claim import Match
from claimcheck.models.span import Span
from claimcheck.text.reading import Reading

_LETTER = re.compile(r"\w")


class GroundingIndex:
    """A document made ready once, for any number of quotes; or only what of its view stands in `within`."""

    def __init__(self, reading: Reading, within: tuple[int, int] | None = None) -> None:
        self._reading = reading
        self._source = reading.source
        self._within = within or (0, len(reading.text))
        self._places: dict[str, list[GroundingResult]] = {}
        self._low, self._high = (
            reading.locate_extent(*within) if within else (0, len(reading.source))
        )

    @cached_property
    def _views(self) -> list[SearchableText]:
        """The texts in which quotes are looked for that stand nowhere exactly."""
        reading, (start, end), low = self._reading, self._within, self._low
        views = [
            SearchableText(
                reading.text[start:end],
                lambda a, b: reading.locate(start + a, start + b),
            )
        ]
        if (
            reading.noise
        ):  # a quote may take in what the reading steps over, an address for instance
            source = reading.source[low : self._high]
            views.append(SearchableText(source, lambda a, b: (Span(low + a, low + b),)))
        return views

    def ground(self, quote: str, *, after: int = 0) -> GroundingResult:
        """The quote's place in the document; of several, the first that starts at `after` or later."""
        places = self.places(quote)
        if places:
            return next(
                (place for place in places if place.spans[0].start >= after), places[0]
            )
        return self._fuzzy(quote, after)

    def ground_all(self, quotes: Sequence[str]) -> tuple[GroundingResult, ...]:
        """A result for each quote. A quote that occurs several times stands between its neighbours in `quotes`,
        whose places leave no choice; the same quote twice stands at two places, as long as there are any left.
        """
        found = [self.places(quote) for quote in quotes]
        sure = [
            places[0].spans[0].start if len(places) == 1 else None for places in found
        ]
        results: list[GroundingResult] = []
        taken: set[tuple[Span, ...]] = set()
        after = 0
        for index, (quote, places) in enumerate(zip(quotes, found, strict=True)):
            before = next(
                (
                    start
                    for start in sure[index + 1 :]
                    if start is not None and start >= after
                ),
                None,
            )
            free = [place for place in places if place.spans not in taken] or places
            between = [place for place in free if place.spans[0].start >= after]
            held = [
                place
                for place in between
                if before is None or place.spans[0].start <= before
            ]
            candidates = held or between or free
            result = candidates[0] if candidates else self._fuzzy(quote, after)
            if result.spans:
                after = result.spans[0].start
                taken.add(result.spans)
            results.append(result)
        return tuple(results)

    def places(self, quote: str) -> list[GroundingResult]:
        """All places at which the quote stands exactly or in normal form, those of the strictest rung alone."""
        if quote not in self._places:
            self._places[quote] = self._sought(quote)
        return self._places[quote]

    def _sought(self, quote: str) -> list[GroundingResult]:
        if not _LETTER.search(quote):
            return []
        if exact := list(self._exact(quote.strip())):
            return [GroundingResult((span,), Match.EXACT) for span in exact]
        clean = normalize_typography(quote).text.strip()
        found = (view.normalized(clean) or view.in_parts(clean) for view in self._views)
        return [
            GroundingResult(spans, Match.NORMALIZED)
            for spans in next(filter(None, found), [])
        ]

    def _fuzzy(self, quote: str, after: int) -> GroundingResult:
        """The fuzzy match, or none with its reason and the nearest passage."""
        clean = normalize_typography(quote).text.strip()
        results = [view.fuzzy(clean, after) for view in self._views]
        return next((result for result in results if result.spans), results[0])

    def _exact(self, quote: str) -> Iterator[Span]:
        source = self._source
        start = source.find(quote, self._low, self._high)
        while start >= 0:
            if is_word_bounded(source, start, start + len(quote)):
                yield Span(start, start + len(quote))
            start = source.find(quote, start + 1, self._high)
