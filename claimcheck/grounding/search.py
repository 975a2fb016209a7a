"""A text in its normal form, in which a quote's words are looked up whole, in parts and nearly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from claimcheck.english.lexicon import LIGHT, NEGATION, stem
from claimcheck.english.words import Word, words_of
from claimcheck.grounding.differences import Language, compare, weight
from claimcheck.grounding.match import Grounded, bounded
from claimcheck.grounding.nearest import Passage, WordIndex
from claimcheck.grounding.normalize import levelled, normalize
from claimcheck.models.claim import Match
from claimcheck.models.span import Span

_GAP = re.compile(r"\s*(?:\[\s*…\s*\]|\(\s*…\s*\)|…)\s*")
_LETTER = re.compile(r"\w")
_TRIM = " \t\n\r\"'.,;:"
_LEAST_PART = 4  # letters of a part of a quote with ellipses
_WIDEST_GAP = 1_000
_MOST_STARTS = 200
_LEAST_FUZZY_WORDS = 5
_MOST_FUZZY_WORDS = 400  # the search takes time with the square of their number
_EDITS = 2  # words dropped and added: one word changed is two
_EDITED_SHARE = 0.3
_SHARED_BY_SUGGESTIONS = 0.4  # of the words of the quote that are not light
_SENTENCE_END = re.compile(r"[.!?…。！？।؟]")

Spans = Callable[[int, int], tuple[Span, ...]]


class View:
    """A text made ready for quotes; `spans` leads from its ranges to the document's."""

    def __init__(self, text: str, spans: Spans) -> None:
        self._spans_of = spans
        self._levelled = levelled(text)
        self._normal = normalize(self._levelled.text)

    @cached_property
    def _words(self) -> WordIndex:
        return WordIndex(self._levelled.text)

    @cached_property
    def _language(self) -> Language:
        return Language.of(self._words.words)

    def normalized(self, quote: str) -> list[tuple[Span, ...]]:
        """The places of a levelled quote whose normal form is the text's."""
        whole = normalize(quote).text
        for form in (whole, whole.strip(_TRIM + "…")):
            places = [place for place in self._find(form) if form and self._says_the_same(quote, *place)]
            if places:
                cased = [place for place in places if self._levelled_at(*place) == quote]
                return [self._spans(*place) for place in cased or places]
        return []

    def in_parts(self, quote: str) -> list[tuple[Span, ...]]:
        """The closest place of a levelled quote with ellipses: its parts in order, none far from the one before."""
        parts = [part.strip() for part in _GAP.split(normalize(quote).text)]
        parts = [part for part in parts if _LETTER.search(part)]
        if len(parts) < 2 or any(len(part) < _LEAST_PART for part in parts):
            return []
        for wanted in (parts, [part.strip(_TRIM) for part in parts]):
            starts = islice(self._find(wanted[0]), _MOST_STARTS)
            found = [ranges for start in starts if (ranges := self._following(wanted[1:], start))]
            if found:
                closest = min(found, key=lambda ranges: ranges[-1][1] - ranges[0][0])
                return [tuple(span for part in closest for span in self._spans(*part))]
        return []

    def fuzzy(self, quote: str, after: int) -> Grounded:
        """The place of a levelled quote within the budget of edits that passes the guard; or why there is none."""
        words = words_of(quote)
        if not words:
            return Grounded((), Match.NONE, "the quote has no words")
        if len(words) > _MOST_FUZZY_WORDS:
            return Grounded(
                (), Match.NONE, f"it has more than {_MOST_FUZZY_WORDS} words, and not the document's"
            )
        passage = self._words.nearest(words, after)
        if passage is None or not _akin(words, passage.words):
            return Grounded((), Match.NONE, "the document has no such passage")
        for found in (passage.words, passage.padded):
            reason = compare(words, found, self._language)
            if reason is None:
                break
        reason = reason or _beyond_budget(passage, len(words))
        if reason is None and found is passage.words:
            reason = self._changed_beside(passage)
        if reason is None and _answered(quote, self._levelled.text[found[-1].end :][:1]):
            reason = "the document asks it"
        spans = self._spans_of(*self._levelled.source(*self._with_marks(quote, found)))
        if reason:
            return Grounded((), Match.NONE, reason, spans)
        return Grounded(spans, Match.FUZZY if passage.edits else Match.NORMALIZED)

    def _find(self, wanted: str) -> Iterator[tuple[int, int]]:
        text = self._normal.text
        position = text.find(wanted)
        while position >= 0:
            found = (position, position + len(wanted))
            if bounded(text, *found):
                yield found
            position = text.find(wanted, position + 1)

    def _says_the_same(self, quote: str, start: int, end: int) -> bool:
        """Whether what the normal form levels, case and hyphens, leaves the same words in a range of it."""
        passage = self._levelled_at(start, end)
        if _answered(quote, self._normal.text[end : end + 1]):
            return False
        left, right = words_of(quote), words_of(passage)
        if compare(left, right, self._language) is None:
            return True
        if [word.form for word in left] == [word.form for word in right]:
            return False
        return _unspaced(left) == _unspaced(right) and not _signed_again(left, right)

    def _levelled_at(self, start: int, end: int) -> str:
        """What stands in a range of the normal form, its case and hyphens kept."""
        return self._levelled.text[slice(*self._normal.source(start, end))]

    def _following(self, parts: list[str], first: tuple[int, int]) -> list[tuple[int, int]]:
        text, ranges = self._normal.text, [first]
        for part in parts:
            end = ranges[-1][1]
            place = text.find(part, end, end + _WIDEST_GAP + len(part))
            if place < 0 or _hides_negation(text[end:place]) or not bounded(text, place, place + len(part)):
                return []
            ranges.append((place, place + len(part)))
        return ranges

    def _changed_beside(self, passage: Passage) -> str | None:
        """Whether a weighty word of the sentence stands where the quote has others before or after the shared ones."""
        first, last = passage.words[0].start, passage.words[-1].end
        for word in passage.padded:
            between = self._levelled.text[word.end : first] or self._levelled.text[last : word.start]
            outside = word.end <= first or word.start >= last
            if outside and not _SENTENCE_END.search(between) and (kind := weight(word)):
                return f"the {kind} {word.surface!r} only in the document"
        return None

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
        return self._spans_of(*self._levelled.source(*self._normal.source(start, end)))


def _akin(quote: Sequence[Word], passage: Sequence[Word]) -> bool:
    """Whether a passage shares enough of the quote's words that carry something to be worth looking at."""
    carrying = {stem(word.form) for word in quote if word.form not in LIGHT} or {word.form for word in quote}
    shared = carrying & {stem(word.form) for word in passage}
    return len(shared) >= _SHARED_BY_SUGGESTIONS * len(carrying)


def _answered(quote: str, following: str) -> bool:
    """Whether the quote states what the document, with a question mark after it, asks."""
    return following == "?" and quote.rstrip("\"'")[-1:] in (".", "!")


def _beyond_budget(passage: Passage, words: int) -> str | None:
    if passage.edits and words < _LEAST_FUZZY_WORDS:
        return f"it has fewer than {_LEAST_FUZZY_WORDS} words, and not the document's"
    return "too many words differ" if passage.edits > max(_EDITS, _EDITED_SHARE * words) else None


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
