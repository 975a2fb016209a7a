"""Search a text for quotes: entire, in parts, and word by word.

Two forms of the text are searched. The plain form has uniform typography (quotation
marks, dashes, white space); the normal form is also in lower case and without hyphens.
Both map back to the source.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from rapidfuzz.distance import Postfix, Prefix

from claimcheck.english.lexicon import FUNCTION_WORDS, NEGATION_WORDS, stem
from claimcheck.english.normal_forms import Word, parse_words
from claimcheck.grounding.differences import (
    LanguageSupport,
    classify_critical_word,
    compare_words,
    list_forms,
)
from claimcheck.grounding.nearest import NearestPassage, WordIndex
from claimcheck.grounding.normalize import normalize, normalize_typography
from claimcheck.models.claim import Match
from claimcheck.models.span import Span
from claimcheck.text.paragraphs import SENTENCE_ENDS

_QUOTE_ELLIPSIS = re.compile(r"(?:(?<!\s)\s+)?(?:\[\s*…\s*\]|\(\s*…\s*\)|…)\s*")
_LETTER = re.compile(r"\w")
_WORD_CHARACTER = re.compile(r"[\w%$€£¥₹₽°]")
_SENTENCE_END = re.compile(f"[{SENTENCE_ENDS}]")
_TRIMMED_CHARACTERS = " \t\n\r\"'.,;:"
_FIRST_CJK = "\u2e80"  # from here on, scripts that are written without spaces

# All of these were chosen by hand; benchmarks/grounding.py measures what they find.
_MIN_PART_CHARACTERS = 4  # of each part of a quote with ellipses
_MAX_GAP_CHARACTERS = 1_000  # that an ellipsis may stand for
_MAX_STARTS = 200  # matches of the first part that are tried
_MIN_FUZZY_WORDS = 5
_MAX_FUZZY_WORDS = 400  # the search time grows with the square of their number
_MAX_EDITS = 2  # dropped and added words: a changed word counts twice
_MAX_EDIT_SHARE = 0.3
_MIN_SHARED_WORD_SHARE = 0.4  # of the content words of the quote

SpanMapper = Callable[[int, int], tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class GroundingResult:
    """Where a quote is in a document.

    `spans` is empty exactly when `match` is `none`. Then `reason` says why, and
    `suggestion` is the nearest passage, if any: a hint, not the quote.
    """

    spans: tuple[Span, ...]
    match: Match
    reason: str | None = None
    suggestion: tuple[Span, ...] = ()


class SearchableText:
    """A text prepared for quotes; `map_spans` maps ranges to the document."""

    def __init__(self, text: str, map_spans: SpanMapper) -> None:
        self._map_spans = map_spans
        self._plain = normalize_typography(text)
        self._normal = normalize(self._plain.text)

    @cached_property
    def _words(self) -> WordIndex:
        return WordIndex(self._plain.text)

    @cached_property
    def _language(self) -> LanguageSupport:
        return LanguageSupport.detect(self._words.words)

    def find_normalized(self, quote: str) -> list[tuple[Span, ...]]:
        """Return the matches of a plain quote in normal form.

        If some also have its case and hyphens, only those are returned.
        """
        whole = normalize(quote).text
        trimmed = whole.strip(_TRIMMED_CHARACTERS + "…")
        ranges = self._find_form(quote, whole) or self._find_form(quote, trimmed)
        equal = [found for found in ranges if self._get_plain(*found) == quote]
        return [self._map_normal(*found) for found in equal or ranges]

    def _find_form(self, quote: str, form: str) -> list[tuple[int, int]]:
        """Return where a normal form occurs with the meaning of its quote."""
        return [
            found
            for found in find_whole_words(self._normal.text, form)
            if self._has_same_meaning(quote, *found)
        ]

    def find_in_parts(self, quote: str) -> list[tuple[Span, ...]]:
        """Return the closest match of a plain quote with ellipses, if any.

        Its parts are in order, and each is close to the one before.
        """
        pieces = _QUOTE_ELLIPSIS.split(normalize(quote).text)
        parts = [piece.strip() for piece in pieces if _LETTER.search(piece)]
        if len(parts) < 2 or min(map(len, parts)) < _MIN_PART_CHARACTERS:
            return []
        # A part may end with a full stop or comma that the document does not have.
        trimmed = [part.strip(_TRIMMED_CHARACTERS) for part in parts]
        closest = self._find_closest(parts) or self._find_closest(trimmed)
        spans: list[Span] = []
        for start, end in closest:
            spans += self._map_normal(start, end)
        return [tuple(spans)] if spans else []

    def find_fuzzy(self, quote: str, min_start: int) -> GroundingResult:
        """Return the match of a plain quote with a few harmless edits.

        Without one, the result has the reason and the nearest passage. Of equal
        passages, the first that starts at `min_start` or later is used.
        """
        words = parse_words(quote)
        if not words:
            return _build_miss("the quote has no words")
        if len(words) > _MAX_FUZZY_WORDS:
            limit = _MAX_FUZZY_WORDS
            return _build_miss(
                f"it has more than {limit} words, and not the document's"
            )
        passage = self._words.find_nearest(words, min_start)
        if passage is None or not _shares_enough_words(words, passage.words):
            return _build_miss("the document has no such passage")
        # The words around the shared ones may be equivalent to the quote's.
        for found in (passage.words, passage.padded):
            reason = compare_words(words, found, self._language)
            if reason is None:
                reason = self._explain_misfit(quote, len(words), passage, found)
                break
        spans = self._map_plain(*self._include_marks(quote, found))
        if reason:
            return GroundingResult((), Match.NONE, reason, spans)
        # The index compares stems: "floods" is not in a text that says "flood".
        is_same = list_forms(words) == list_forms(found)
        return GroundingResult(spans, Match.NORMALIZED if is_same else Match.FUZZY)

    def _has_same_meaning(self, quote: str, start: int, end: int) -> bool:
        """Whether a range differs only in case and hyphens, not in meaning."""
        if _states_question(quote, self._normal.text[end : end + 1]):
            return False
        left, right = parse_words(quote), parse_words(self._get_plain(start, end))
        if compare_words(left, right, self._language) is None:
            return True
        forms, other_forms = list_forms(left), list_forms(right)
        if forms == other_forms or ("re" in forms) != ("re" in other_forms):
            return False  # only capitals differ, or "re-signed" is not "resigned"
        # Differences only in spaces and hyphens: "ice-cream", "ice cream".
        return _join_words(left) == _join_words(right)

    def _find_closest(self, parts: Sequence[str]) -> list[tuple[int, int]]:
        """Return the ranges of parts that are closest together."""
        starts = islice(find_whole_words(self._normal.text, parts[0]), _MAX_STARTS)
        found = [self._find_following(start, parts[1:]) for start in starts]
        return min(filter(None, found), key=_measure_extent, default=[])

    def _find_following(
        self, first: tuple[int, int], parts: Sequence[str]
    ) -> list[tuple[int, int]]:
        """Return the ranges of the first and following parts, or nothing."""
        text, ranges = self._normal.text, [first]
        for part in parts:
            gap_start = ranges[-1][1]
            limit = gap_start + _MAX_GAP_CHARACTERS + len(part)
            start = text.find(part, gap_start, limit)
            end = start + len(part)
            is_found = start >= 0 and _is_word_bounded(text, start, end)
            if not is_found or _hides_negation(text[gap_start:start]):
                return []
            ranges.append((start, end))
        return ranges

    def _explain_misfit(
        self, quote: str, length: int, passage: NearestPassage, found: Sequence[Word]
    ) -> str | None:
        """Explain why a passage is not the quote although its words fit."""
        if passage.edits and length < _MIN_FUZZY_WORDS:
            return f"it has fewer than {_MIN_FUZZY_WORDS} words, and not the document's"
        if passage.edits > max(_MAX_EDITS, _MAX_EDIT_SHARE * length):
            return "too many words differ"
        if found is passage.words and (reason := self._find_neighbor(passage)):
            return reason
        end = found[-1].end
        if _states_question(quote, self._plain.text[end : end + 1]):
            return "the document asks it"
        return None

    def _find_neighbor(self, passage: NearestPassage) -> str | None:
        """Report a critical word of the sentence that the quote replaced.

        It is next to the shared words, where the quote has other words.
        """
        text = self._plain.text
        first, last = passage.words[0].start, passage.words[-1].end
        for word in passage.padded:
            is_shared = first < word.end and word.start < last
            between = text[word.end : first] or text[last : word.start]
            kind = classify_critical_word(word)
            if kind and not is_shared and not _SENTENCE_END.search(between):
                return f"the {kind} {word.surface!r} only in the document"
        return None

    def _include_marks(self, quote: str, words: Sequence[Word]) -> tuple[int, int]:
        """Return the range of words, with marks that the quote also has."""
        text, start, end = self._plain.text, words[0].start, words[-1].end
        characters = [match.start() for match in _WORD_CHARACTER.finditer(quote)]
        leading, trailing = quote[: characters[0]], quote[characters[-1] + 1 :]
        before = text[max(0, start - len(leading)) : start]
        after = text[end : end + len(trailing)]
        start -= Postfix.similarity(leading, before)
        return start, end + Prefix.similarity(trailing, after)

    def _get_plain(self, start: int, end: int) -> str:
        """Return the plain form of a range of the normal form."""
        return self._plain.text[slice(*self._normal.locate(start, end))]

    def _map_plain(self, start: int, end: int) -> tuple[Span, ...]:
        return self._map_spans(*self._plain.locate(start, end))

    def _map_normal(self, start: int, end: int) -> tuple[Span, ...]:
        return self._map_plain(*self._normal.locate(start, end))


def _measure_extent(ranges: Sequence[tuple[int, int]]) -> int:
    """Return the number of characters from the first range to the last."""
    return ranges[-1][1] - ranges[0][0]


def find_whole_words(
    text: str, words: str, low: int = 0, high: int = sys.maxsize
) -> Iterator[tuple[int, int]]:
    """Yield the ranges in text[low:high] that match as complete words."""
    start = text.find(words, low, high) if words else -1
    while start >= 0:
        end = start + len(words)
        if _is_word_bounded(text, start, end):
            yield start, end
        start = text.find(words, start + 1, high)


def _is_word_bounded(text: str, start: int, end: int) -> bool:
    """Whether a match neither starts nor ends inside a word or a number."""
    return not (_splits_word(text, start) or _splits_word(text, end))


def _splits_word(text: str, offset: int) -> bool:
    """Whether an offset is between two characters of a word or number."""
    if not 0 < offset < len(text):
        return False
    left, right = text[offset - 1], text[offset]
    # "1.5" and "1,000" may be cut before or after the mark.
    if right in ".,":
        return left.isdigit() and text[offset + 1 : offset + 2].isdigit()
    if left in ".,":
        return right.isdigit() and text[offset - 2 : offset - 1].isdigit()
    return left.isalnum() and right.isalnum() and max(left, right) < _FIRST_CJK


def _build_miss(reason: str) -> GroundingResult:
    return GroundingResult((), Match.NONE, reason)


def _shares_enough_words(quote: Sequence[Word], passage: Sequence[Word]) -> bool:
    """Whether a passage shares enough content words with the quote."""
    forms = set(list_forms(quote))
    content = set(map(stem, forms - FUNCTION_WORDS)) or forms
    shared = content.intersection(map(stem, list_forms(passage)))
    return len(shared) >= _MIN_SHARED_WORD_SHARE * len(content)


def _states_question(quote: str, following: str) -> bool:
    """Whether the quote states what the document only asks."""
    return following == "?" and quote.rstrip("\"'")[-1:] in (".", "!")


def _join_words(words: Sequence[Word]) -> str:
    return "".join(word.surface.lower() for word in words)


def _hides_negation(gap: str) -> bool:
    """Whether an ellipsis hides a word that reverses the meaning."""
    if _SENTENCE_END.search(gap):
        return False
    return not NEGATION_WORDS.isdisjoint(list_forms(parse_words(gap)))
