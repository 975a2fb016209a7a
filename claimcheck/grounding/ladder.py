"""The ladder from a quote to its spans, cheapest rung first: exact, normalized, in parts, fuzzy.

A fuzzy match has to keep nearly all words and pass the guard. What passes no rung has no span; the
nearest passage is at most a suggestion, never the quote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from claimcheck.core.claim import Match
from claimcheck.core.span import Span
from claimcheck.grounding.guard import difference
from claimcheck.grounding.normal import normalize
from claimcheck.text.reading import Reading

_GAP = re.compile(r"\s*(?:\[\s*…\s*\]|\(\s*…\s*\)|…)\s*")
_WORD = re.compile(r"\w+")
_TRIM = " \t\n\r\"'.,;:"
_LEAST_FUZZY_WORDS = 5
_EDITS = 2  # words dropped and added: one word changed is two
_EDITED_SHARE = 0.3
_LETTERS_KEPT = 70.0  # only finds the place: words decide
_WIDEST_GAP = 1_000


@dataclass(frozen=True, slots=True)
class Grounded:
    """Where a quote stands. `spans` is empty exactly when `match` is `none`; then `reason` says why."""

    spans: tuple[Span, ...]
    match: Match
    reason: str | None = None


class GroundingIndex:
    """A document made ready once, for any number of quotes."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._normal = normalize(reading.text)

    def ground(self, quote: str, *, after: int = 0) -> Grounded:
        """The quote's place in the document; of several, the first that starts at `after` or later."""
        if not _WORD.search(quote):
            return Grounded((), Match.NONE, "the quote has no words")
        if exact := self._exact(quote.strip(), after):
            return Grounded((exact,), Match.EXACT)
        whole = normalize(quote).text.strip()
        wanted = whole.strip(_TRIM + "…")
        if found := self._find(whole, after) or self._find(wanted, after):
            return Grounded(self._spans(*found), Match.NORMALIZED)
        if parts := self._in_parts(wanted):
            return Grounded(parts, Match.NORMALIZED)
        return self._fuzzy(quote, whole, wanted)

    def _exact(self, quote: str, after: int) -> Span | None:
        source = self._reading.source
        places = [match.start() for match in re.finditer(re.escape(quote), source)] if quote else []
        whole = [place for place in places if _bounded(source, place, place + len(quote))]
        if not whole:
            return None
        start = next((place for place in whole if place >= after), whole[0])
        return Span(start, start + len(quote))

    def _find(self, wanted: str, after: int) -> tuple[int, int] | None:
        text = self._normal.text
        first: tuple[int, int] | None = None
        position = text.find(wanted)
        while position >= 0:
            found = (position, position + len(wanted))
            if _bounded(text, *found):
                first = first or found
                if self._spans(*found)[0].start >= after:
                    return found
            position = text.find(wanted, position + 1)
        return first

    def _in_parts(self, wanted: str) -> tuple[Span, ...]:
        """The spans of a quote with ellipses: its parts in order, none far from the one before."""
        parts = [part.strip(_TRIM) for part in _GAP.split(wanted)]
        parts = [part for part in parts if _WORD.search(part)]
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
            if place < 0:
                return []
            ranges.append((place, place + len(part)))
        return ranges if all(_bounded(text, *found) for found in ranges) else []

    def _fuzzy(self, quote: str, whole: str, wanted: str) -> Grounded:
        words = _WORD.findall(wanted)
        aligned = fuzz.partial_ratio_alignment(wanted, self._normal.text, score_cutoff=_LETTERS_KEPT)
        if len(words) < _LEAST_FUZZY_WORDS or aligned is None or len(wanted) > len(self._normal.text):
            return Grounded((), Match.NONE, "the document has no such passage")
        found = self._nearest(words, aligned.dest_start, aligned.dest_end)
        passage_words = [match.group() for match in found]
        if Indel.distance(words, passage_words) > max(_EDITS, _EDITED_SHARE * len(words)):
            return Grounded((), Match.NONE, "too many words differ from the nearest passage")
        start, end = self._with_marks(whole, found[0].start(), found[-1].end())
        passage = self._reading.text[slice(*self._normal.source(start, end))]
        if reason := difference(quote, passage):
            return Grounded((), Match.NONE, reason)
        return Grounded(self._spans(start, end), Match.FUZZY)

    def _nearest(self, words: list[str], start: int, end: int) -> list[re.Match[str]]:
        """The words of the passage most like the quote's, near the window that rapidfuzz aligned.

        rapidfuzz cuts its window at the quote's length, in the middle of words and short of what was dropped.
        """
        text, length = self._normal.text, end - start
        margin = 20 + length // 5
        near = list(_WORD.finditer(text, max(0, start - margin), min(len(text), end + margin)))
        spelled = [match.group() for match in near]
        first = next((place for place, match in enumerate(near) if match.end() > start), 0)
        last = max((place for place, match in enumerate(near) if match.start() < end), default=len(near) - 1)
        for _ in range(2):  # the better end may allow a better start
            first = min(range(last + 1), key=lambda place: Indel.distance(words, spelled[place : last + 1]))
            # of ends as good as each other the last: one word more was matched there, and one was not
            last = min(
                range(len(near) - 1, first - 1, -1),
                key=lambda place: Indel.distance(words, spelled[first : place + 1]),
            )
        return near[first : last + 1]

    def _with_marks(self, whole: str, start: int, end: int) -> tuple[int, int]:
        """The range with the quotation marks, brackets and stops around it that the quote has too."""
        text = self._normal.text
        first, last = _WORD.search(whole), list(_WORD.finditer(whole))[-1]
        before, after = whole[: first.start()] if first else "", whole[last.end() :]
        while before and start and text[start - 1] == before[-1]:
            start, before = start - 1, before[:-1]
        while after and end < len(text) and text[end] == after[0]:
            end, after = end + 1, after[1:]
        return start, end

    def _spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Spans of the document for a range of the normal form."""
        return self._reading.spans(*self._normal.source(start, end))


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
