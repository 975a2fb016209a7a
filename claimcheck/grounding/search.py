"""A text in its normal form, in which a quote's words are looked up whole, in parts and nearly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from claimcheck.english.lexicon import FUNCTION_WORDS, NEGATION_WORDS, stem
from claimcheck.english.words import Word, parse_words
from claimcheck.grounding.differences import (
    LanguageSupport,
    classify_critical_word,
    compare_words,
)
from claimcheck.grounding.match import GroundingResult, is_word_bounded
from claimcheck.grounding.nearest import NearestPassage, WordIndex
from claimcheck.grounding.normalize import normalize, normalize_typography
from claimcheck.models.claim import Match
from claimcheck.models.span import Span

_QUOTE_ELLIPSIS = re.compile(r"\s*(?:\[\s*…\s*\]|\(\s*…\s*\)|…)\s*")
_LETTER = re.compile(r"\w")
_TRIMMED_CHARACTERS = " \t\n\r\"'.,;:"
_MIN_PART_CHARACTERS = 4  # letters of a part of a quote with ellipses
_MAX_GAP_CHARACTERS = 1_000
_MAX_STARTS = 200
_MIN_FUZZY_WORDS = 5
_MAX_FUZZY_WORDS = 400  # the search takes time with the square of their number
_ALLOWED_EDITS = 2  # words dropped and added: one word changed is two
_ALLOWED_EDIT_SHARE = 0.3
_MIN_SHARED_WORD_SHARE = 0.4  # of the words of the quote that are not light
_SENTENCE_END = re.compile(r"[.!?…。！？।؟]")

SpanMapper = Callable[[int, int], tuple[Span, ...]]


class SearchableText:
    """A text made ready for quotes; `spans` leads from its ranges to the document's."""

    def __init__(self, text: str, spans: SpanMapper) -> None:
        self._spans_of = spans
        self._levelled = normalize_typography(text)
        self._normal = normalize(self._levelled.text)

    @cached_property
    def _words(self) -> WordIndex:
        return WordIndex(self._levelled.text)

    @cached_property
    def _language(self) -> LanguageSupport:
        return LanguageSupport.of(self._words.words)

    def normalized(self, quote: str) -> list[tuple[Span, ...]]:
        """The places of a levelled quote whose normal form is the text's."""
        whole = normalize(quote).text
        for form in (whole, whole.strip(_TRIMMED_CHARACTERS + "…")):
            places = [
                place
                for place in self._find(form)
                if form and self._says_the_same(quote, *place)
            ]
            if places:
                cased = [
                    place for place in places if self._levelled_at(*place) == quote
                ]
                return [self._spans(*place) for place in cased or places]
        return []

    def in_parts(self, quote: str) -> list[tuple[Span, ...]]:
        """The closest place of a levelled quote with ellipses: its parts in order, none far from the one before."""
        parts = [part.strip() for part in _QUOTE_ELLIPSIS.split(normalize(quote).text)]
        parts = [part for part in parts if _LETTER.search(part)]
        if len(parts) < 2 or any(len(part) < _MIN_PART_CHARACTERS for part in parts):
            return []
        for wanted in (parts, [part.strip(_TRIMMED_CHARACTERS) for part in parts]):
            starts = islice(self._find(wanted[0]), _MAX_STARTS)
            found = [
                ranges
                for start in starts
                if (ranges := self._following(wanted[1:], start))
            ]
            if found:
                closest = min(found, key=lambda ranges: ranges[-1][1] - ranges[0][0])
                return [tuple(span for part in closest for span in self._spans(*part))]
        return []

    def fuzzy(self, quote: str, after: int) -> GroundingResult:
        """The place of a levelled quote within the budget of edits that passes the guard; or why there is none."""
        words = parse_words(quote)
        if not words:
            return GroundingResult((), Match.NONE, "the quote has no words")
        if len(words) > _MAX_FUZZY_WORDS:
            return GroundingResult(
                (),
                Match.NONE,
                f"it has more than {_MAX_FUZZY_WORDS} words, and not the document's",
            )
        passage = self._words.nearest(words, after)
        if passage is None or not _shares_enough_words(words, passage.words):
            return GroundingResult((), Match.NONE, "the document has no such passage")
        for found in (passage.words, passage.padded):
            reason = compare_words(words, found, self._language)
            if reason is None:
                break
        reason = reason or _explain_excess_edits(passage, len(words))
        if reason is None and found is passage.words:
            reason = self._changed_beside(passage)
        if reason is None and _states_question(
            quote, self._levelled.text[found[-1].end :][:1]
        ):
            reason = "the document asks it"
        spans = self._spans_of(*self._levelled.locate(*self._with_marks(quote, found)))
        if reason:
            return GroundingResult((), Match.NONE, reason, spans)
        return GroundingResult(
            spans, Match.FUZZY if passage.edits else Match.NORMALIZED
        )

    def _find(self, wanted: str) -> Iterator[tuple[int, int]]:
        text = self._normal.text
        position = text.find(wanted)
        while position >= 0:
            found = (position, position + len(wanted))
            if is_word_bounded(text, *found):
                yield found
            position = text.find(wanted, position + 1)

    def _says_the_same(self, quote: str, start: int, end: int) -> bool:
        """Whether what the normal form levels, case and hyphens, leaves the same words in a range of it."""
        passage = self._levelled_at(start, end)
        if _states_question(quote, self._normal.text[end : end + 1]):
            return False
        left, right = parse_words(quote), parse_words(passage)
        if compare_words(left, right, self._language) is None:
            return True
        if [word.form for word in left] == [word.form for word in right]:
            return False
        return _join_without_spaces(left) == _join_without_spaces(
            right
        ) and not _differ_in_re_prefix(left, right)

    def _levelled_at(self, start: int, end: int) -> str:
        """What stands in a range of the normal form, its case and hyphens kept."""
        return self._levelled.text[slice(*self._normal.locate(start, end))]

    def _following(
        self, parts: list[str], first: tuple[int, int]
    ) -> list[tuple[int, int]]:
        text, ranges = self._normal.text, [first]
        for part in parts:
            end = ranges[-1][1]
            place = text.find(part, end, end + _MAX_GAP_CHARACTERS + len(part))
            if (
                place < 0
                or _hides_negation(text[end:place])
                or not is_word_bounded(text, place, place + len(part))
            ):
                return []
            ranges.append((place, place + len(part)))
        return ranges

    def _changed_beside(self, passage: NearestPassage) -> str | None:
        """Whether a weighty word of the sentence stands where the quote has others before or after the shared ones."""
        first, last = passage.words[0].start, passage.words[-1].end
        for word in passage.padded:
            between = (
                self._levelled.text[word.end : first]
                or self._levelled.text[last : word.start]
            )
            outside = word.end <= first or word.start >= last
            if (
                outside
                and not _SENTENCE_END.search(between)
                and (kind := classify_critical_word(word))
            ):
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
        return self._spans_of(*self._levelled.locate(*self._normal.locate(start, end)))


def _shares_enough_words(quote: Sequence[Word], passage: Sequence[Word]) -> bool:
    """Whether a passage shares enough content words with the quote."""
    carrying = {
        stem(word.form) for word in quote if word.form not in FUNCTION_WORDS
    } or {word.form for word in quote}
    shared = carrying & {stem(word.form) for word in passage}
    return len(shared) >= _MIN_SHARED_WORD_SHARE * len(carrying)


def _states_question(quote: str, following: str) -> bool:
    """Whether the quote states what the document asks."""
    return following == "?" and quote.rstrip("\"'")[-1:] in (".", "!")


def _explain_excess_edits(passage: NearestPassage, words: int) -> str | None:
    if passage.edits and words < _MIN_FUZZY_WORDS:
        return f"it has fewer than {_MIN_FUZZY_WORDS} words, and not the document's"
    return (
        "too many words differ"
        if passage.edits > max(_ALLOWED_EDITS, _ALLOWED_EDIT_SHARE * words)
        else None
    )


def _join_without_spaces(words: Sequence[Word]) -> str:
    return "".join(word.surface.lower() for word in words)


def _differ_in_re_prefix(left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Whether only one side writes "re-" apart ("re-signed", "resigned")."""
    return any(word.form == "re" for word in left) != any(
        word.form == "re" for word in right
    )


def _hides_negation(gap: str) -> bool:
    """Whether what an ellipsis leaves out of a sentence turns the sentence around."""
    if _SENTENCE_END.search(gap):
        return False
    return any(word.form in NEGATION_WORDS for word in parse_words(gap))
