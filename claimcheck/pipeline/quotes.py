"""Locate the quotes of claims."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby

from claimcheck.grounding import GroundingIndex, GroundingResult
from claimcheck.models.claim import Match
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage


class QuoteIndex:
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
        # The results are cached, as claims are grounded before and after they are
        # corrected; the index of the passage is not, as it is larger than they are.
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
