"""The ladder from a quote to its spans, cheapest rung first: exact, normalized, in parts, fuzzy.

What is no exact match has to pass the guard. What passes no rung has no span; the nearest passage is at most a
suggestion, never the quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from claimcheck.core.claim import Match
from claimcheck.core.span import Span
from claimcheck.grounding.guard import compare
from claimcheck.grounding.lexicon import NEGATION
from claimcheck.grounding.nearest import WordIndex
from claimcheck.grounding.normal import levelled, normalize
from claimcheck.grounding.words import Word, words_of
from claimcheck.text.reading import Reading

_GAP = re.compile(r"\s*(?:\[\s*…\s*\]|\(\s*…\s*\)|…)\s*")
_LETTER = re.compile(r"\w")
_TRIM = " \t\n\r\"'.,;:"
_LEAST_FUZZY_WORDS = 5
_EDITS = 2  # words dropped and added: one word changed is two
_EDITED_SHARE = 0.3
_LIKE_ENOUGH_TO_SHOW = 1.0  # edits for a word of the quote, of a suggestion
_WIDEST_GAP = 1_000
_SENTENCE_END = re.compile(r"[.!?…。！？।؟]")
_CAPITALS_OF_PROSE = 0.01  # of the words of a text; below, its names don't show


@dataclass(frozen=True, slots=True)
class Grounded:
    """Where a quote stands. `spans` is empty exactly when `match` is `none`; then `reason` says why.

    `suggestion` is then the nearest passage, when there is one: something to look at, not the quote.
    """

    spans: tuple[Span, ...]
    match: Match
    reason: str | None = None
    suggestion: tuple[Span, ...] = ()


class GroundingIndex:
    """A document made ready once, for any number of quotes."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._levelled = levelled(reading.text)
        self._normal = normalize(self._levelled.text)

    @cached_property
    def _words(self) -> WordIndex:
        return WordIndex(self._levelled.text)

    @cached_property
    def _names_show(self) -> bool:
        inside = [word.surface for word in self._words.words[1:20_000] if word.surface[:1].isalpha()]
        capitals = sum(surface[0].isupper() and not surface.isupper() for surface in inside)
        return capitals >= _CAPITALS_OF_PROSE * len(inside)

    def ground(self, quote: str, *, after: int = 0) -> Grounded:
        """The quote's place in the document; of several, the first that starts at `after` or later."""
        places = self.places(quote)
        if places:
            return next((place for place in places if place.spans[0].start >= after), places[0])
        return self._nearest(quote, after)

    def ground_all(self, quotes: Sequence[str]) -> tuple[Grounded, ...]:
        """A result for each quote. A quote that occurs several times stands between its neighbours in `quotes`,
        whose places leave no choice; the same quote twice stands at two places, as long as there are any left.
        """
        found = [self.places(quote) for quote in quotes]
        sure = [places[0].spans[0].start if len(places) == 1 else None for places in found]
        results: list[Grounded] = []
        taken: set[tuple[Span, ...]] = set()
        after = 0
        for index, (quote, places) in enumerate(zip(quotes, found, strict=True)):
            before = next(
                (start for start in sure[index + 1 :] if start is not None and start >= after), None
            )
            free = [place for place in places if place.spans not in taken] or places
            between = [place for place in free if place.spans[0].start >= after]
            held = [place for place in between if before is None or place.spans[0].start <= before]
            candidates = held or between or free
            result = candidates[0] if candidates else self._nearest(quote, after)
            if result.spans:
                after = result.spans[0].start
                taken.add(result.spans)
            results.append(result)
        return tuple(results)

    def places(self, quote: str) -> list[Grounded]:
        """All places at which the quote stands exactly or in normal form, those of the strictest rung alone."""
        if not _LETTER.search(quote):
            return []
        if exact := list(self._exact(quote.strip())):
            return [Grounded((span,), Match.EXACT) for span in exact]
        clean = levelled(quote).text.strip()
        whole = normalize(clean).text
        wanted = whole.strip(_TRIM + "…")
        for form in (whole, wanted):
            places = [place for place in self._find(form) if self._says_the_same(clean, *place)]
            if places:
                return [Grounded(self._spans(*place), Match.NORMALIZED) for place in places]
        parts = self._in_parts(wanted)
        return [Grounded(parts, Match.NORMALIZED)] if parts else []

    def _exact(self, quote: str) -> Iterator[Span]:
        source = self._reading.source
        start = source.find(quote)
        while start >= 0:
            if _bounded(source, start, start + len(quote)):
                yield Span(start, start + len(quote))
            start = source.find(quote, start + 1)

    def _find(self, wanted: str) -> Iterator[tuple[int, int]]:
        text = self._normal.text
        position = text.find(wanted)
        while position >= 0:
            found = (position, position + len(wanted))
            if _bounded(text, *found):
                yield found
            position = text.find(wanted, position + 1)

    def _says_the_same(self, quote: str, start: int, end: int) -> bool:
        """Whether what the normal form levels, case and hyphens, leaves the same words in a range of it."""
        passage = self._levelled.text[slice(*self._normal.source(start, end))]
        if self._normal.text[end : end + 1] == "?" and quote.rstrip("\"'")[-1:] in (".", "!"):
            return False
        left, right = words_of(quote), words_of(passage)
        if compare(left, right, names_show=self._names_show) is None:
            return True
        return _unspaced(left) == _unspaced(right) and not _signed_again(left, right)

    def _in_parts(self, wanted: str) -> tuple[Span, ...]:
        """The spans of a quote with ellipses: its parts in order, none far from the one before."""
        parts = [part.strip(_TRIM) for part in _GAP.split(wanted)]
        parts = [part for part in parts if _LETTER.search(part)]
        if len(parts) < 2 or any(len(part) < 4 for part in parts):
            return ()
        start = self._normal.text.find(parts[0])
        while start >= 0:
            ranges = self._following(parts, start)
            if ranges:
                return tuple(span for found in ranges for span in self._spans(*found))
            start = self._normal.text.find(parts[0], start + 1)
        return ()

    def _following(self, parts: list[str], start: int) -> list[tuple[int, int]]:
        text, ranges = self._normal.text, [(start, start + len(parts[0]))]
        for part in parts[1:]:
            end = ranges[-1][1]
            place = text.find(part, end, end + _WIDEST_GAP + len(part))
            if place < 0 or _hides_negation(text[end:place]):
                return []
            ranges.append((place, place + len(part)))
        return ranges if all(_bounded(text, *found) for found in ranges) else []

    def _nearest(self, quote: str, after: int) -> Grounded:
        """The fuzzy match, or none with its reason and the nearest passage."""
        quote = levelled(quote).text.strip()
        words = words_of(quote)
        if not words:
            return Grounded((), Match.NONE, "the quote has no words")
        passage = self._words.nearest(words, after)
        if passage is None or passage.edits > _LIKE_ENOUGH_TO_SHOW * len(words):
            return Grounded((), Match.NONE, "the document has no such passage")
        for found in (passage.words, passage.padded):
            reason = compare(words, found, names_show=self._names_show)
            if reason is None:
                break
        if reason is None and passage.edits and len(words) < _LEAST_FUZZY_WORDS:
            reason = f"it has fewer than {_LEAST_FUZZY_WORDS} words, and not the document's"
        elif reason is None and passage.edits > max(_EDITS, _EDITED_SHARE * len(words)):
            reason = "too many words differ"
        start, end = self._with_marks(quote, found)
        spans = self._reading.spans(*self._levelled.source(start, end))
        if reason:
            return Grounded((), Match.NONE, reason, spans)
        return Grounded(spans, Match.FUZZY if passage.edits else Match.NORMALIZED)

    def _with_marks(self, quote: str, words: Sequence[Word]) -> tuple[int, int]:
        """The range of the words with the quotation marks, brackets and stops around it that the quote has too."""
        start, end = words[0].start, words[-1].end
        text = self._levelled.text
        letters = [match.start() for match in re.finditer(r"[\w%$€£¥₹₽°]", quote)]
        before, after = quote[: letters[0]], quote[letters[-1] + 1 :]
        while before and start and text[start - 1] == before[-1]:
            start, before = start - 1, before[:-1]
        while after and end < len(text) and text[end] == after[0]:
            end, after = end + 1, after[1:]
        return start, end

    def _spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Spans of the document for a range of the normal form."""
        return self._reading.spans(*self._levelled.source(*self._normal.source(start, end)))


def _unspaced(words: Sequence[Word]) -> str:
    return "".join(word.surface.lower() for word in words)


def _signed_again(left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Whether only one side writes "re-" apart: who re-signed did not resign."""
    return any(word.form == "re" for word in left) != any(word.form == "re" for word in right)


def _hides_negation(gap: str) -> bool:
    """Whether what an ellipsis leaves out of a sentence turns the sentence around."""
    if _SENTENCE_END.search(gap):
        return False
    return any(word.form in NEGATION for word in words_of(gap))


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether a find does not begin or end inside a word or a number; scripts without spaces always pass."""
    return not (_cuts(text, start) or _cuts(text, end))


def _cuts(text: str, place: int) -> bool:
    if not 0 < place < len(text):
        return False
    left, right = text[place - 1], text[place]
    if re.match(r"[.,]", right) and left.isdigit() and text[place + 1 : place + 2].isdigit():
        return True
    if re.match(r"[.,]", left) and right.isdigit() and text[place - 2 : place - 1].isdigit():
        return True
    return left.isalnum() and right.isalnum() and ord(left) < 0x2E80 and ord(right) < 0x2E80
