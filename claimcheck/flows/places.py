"""Where quotes of a document's passages stand: each is looked up in its own passage first, then in the whole document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby
from typing import Protocol

from claimcheck.core.claim import Match
from claimcheck.grounding import Grounded, GroundingIndex
from claimcheck.text.passages import Passage
from claimcheck.text.reading import Reading


class QuoteIndex(Protocol):
    """What finds the quotes of a flow."""

    def ground_all(self, quotes: Sequence[str]) -> tuple[Grounded, ...]:
        """A result for each quote of the flow's claims, in their order."""
        ...

    def ground(self, quote: str) -> Grounded:
        """A quote's place in the document."""
        ...


class PassageIndex:
    """The index of quotes that come from passages; `homes` has the passage of each, in order."""

    def __init__(self, reading: Reading, homes: Sequence[Passage]) -> None:
        self._reading = reading
        self._homes = homes
        self._found: dict[tuple[Passage, tuple[str, ...]], tuple[Grounded, ...]] = {}

    @cached_property
    def _document(self) -> GroundingIndex:
        return GroundingIndex(self._reading)

    def ground_all(self, quotes: Sequence[str]) -> tuple[Grounded, ...]:
        """A result for each quote, in the order of the homes."""
        found: list[Grounded] = []
        for home, group in groupby(zip(self._homes, quotes, strict=True), key=lambda pair: pair[0]):
            of_passage = tuple(quote for _, quote in group)
            for quote, grounded in zip(of_passage, self._within(home, of_passage), strict=True):
                elsewhere = self.ground(quote) if grounded.match is Match.NONE else grounded
                found.append(elsewhere if elsewhere.spans else grounded)
        return tuple(found)

    def _within(self, home: Passage, quotes: tuple[str, ...]) -> tuple[Grounded, ...]:
        """The results in one passage; they are kept, and the passage's index, which is larger, is not."""
        if (home, quotes) not in self._found:
            index = GroundingIndex(self._reading, (home.start, home.end))
            self._found[home, quotes] = index.ground_all(quotes)
        return self._found[home, quotes]

    def ground(self, quote: str) -> Grounded:
        """A quote's place in the document."""
        return self._document.ground(quote)
