"""From what a model wrote of claims to claims: grounded, in document order, each once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, Protocol

from rapidfuzz.distance import Indel

from claimcheck.english.dates import find_first_time, find_year_before
from claimcheck.english.quantities import find_quantities
from claimcheck.grounding import GroundingIndex, GroundingResult
from claimcheck.grounding.differences import find_difference
from claimcheck.models.claim import Claim, Kind, Match, make_claim_id
from claimcheck.models.document import Document
from claimcheck.models.span import LineIndex, extract_excerpts, format_quote
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage


class QuoteIndex(Protocol):
    """What finds the quotes of a flow."""

    def ground_all(self, quotes: Sequence[str]) -> tuple[GroundingResult, ...]:
        """A result for each quote of the flow's claims, in their order."""
        ...

    def ground(self, quote: str) -> GroundingResult:
        """A quote's place in the document."""
        ...


class PassageIndex:
    """The index of quotes that come from passages; `homes` has the passage of each, in order."""

    def __init__(self, reading: Reading, homes: Sequence[Passage]) -> None:
        self._reading = reading
        self._homes = homes
        self._found: dict[
            tuple[Passage, tuple[str, ...]], tuple[GroundingResult, ...]
        ] = {}

    @cached_property
    def _document(self) -> GroundingIndex:
        return GroundingIndex(self._reading)

    def ground_all(self, quotes: Sequence[str]) -> tuple[GroundingResult, ...]:
        """A result for each quote, in the order of the homes."""
        found: list[GroundingResult] = []
        for home, group in groupby(
            zip(self._homes, quotes, strict=True), key=lambda pair: pair[0]
        ):
            of_passage = tuple(quote for _, quote in group)
            for quote, grounded in zip(
                of_passage, self._within(home, of_passage), strict=True
            ):
                elsewhere = (
                    self.ground(quote) if grounded.match is Match.NONE else grounded
                )
                found.append(elsewhere if elsewhere.spans else grounded)
        return tuple(found)

    def _within(
        self, home: Passage, quotes: tuple[str, ...]
    ) -> tuple[GroundingResult, ...]:
        """The results in one passage; they are kept, and the passage's index, which is larger, is not."""
        if (home, quotes) not in self._found:
            index = GroundingIndex(self._reading, (home.start, home.end))
            self._found[home, quotes] = index.ground_all(quotes)
        return self._found[home, quotes]

    def ground(self, quote: str) -> GroundingResult:
        """A quote's place in the document."""
        return self._document.ground(quote)


_MIN_DUPLICATE_SIMILARITY = 0.9
_MIN_LINK_OVERLAP = 0.4
_MIN_DUPLICATE_OVERLAP = (
    0.7  # of a claim's words: texts that are alike enough share more
)
_NO_SPEAKER = ("null", "none", "n/a", "unknown", "the document", "")
_WORD = re.compile(r"\w+")
_STOP_WORDS = frozenset(
    """
    a an the of and or to in on at by is was are were be been it its that this with for as from has
    have had he she they
    """.split()
)


@dataclass(frozen=True, slots=True)
class NumberedClaims:
    """Claims in document order; `by_number` leads from the model's numbering (from 1) to their ids."""

    claims: tuple[Claim, ...]
    by_number: dict[int, str]

    def ids(self, numbers: Sequence[int], text: str) -> tuple[str, ...]:
        """The claims that the model named for a text; where none of them exists, those whose words carry it."""
        named = tuple(
            dict.fromkeys(
                self.by_number[number] for number in numbers if number in self.by_number
            )
        )
        if named:
            return named
        texts = [f"{claim.text} {claim.quote}" for claim in self.claims]
        return tuple(
            self.claims[place].id for place in find_overlapping_texts(text, texts)
        )


def find_overlapping_texts(text: str, others: Sequence[str]) -> list[int]:
    """Return the indices of the two texts that share the most words with `text`."""
    words = _extract_content_words(text)
    shares = [
        (len(words & _extract_content_words(other)) / max(1, len(words)), place)
        for place, other in enumerate(others)
    ]
    best = sorted(shares, key=lambda share: -share[0])[:2]
    return [place for share, place in best if share >= _MIN_LINK_OVERLAP]


def build_claims(
    document: Document,
    reading: Reading,
    index: QuoteIndex,
    answers: Sequence[dict[str, Any]],
    most: int,
) -> NumberedClaims:
    """Ground the model's claims, merge duplicates, keep the most check-worthy."""
    kept: list[Claim] = []
    twins = _DuplicateIndex()
    place_of: dict[int, int] = {}
    grounded_quotes = index.ground_all([answer["quote"] for answer in answers])
    for number, (answer, grounded) in enumerate(
        zip(answers, grounded_quotes, strict=True), 1
    ):
        claim = _build_claim(document, reading.lines, answer, grounded)
        words = _extract_content_words(claim.text) or {""}
        twin = next(
            (
                place
                for place in twins.candidates(words)
                if _is_same_claim(claim, kept[place])
            ),
            None,
        )
        if twin is None:
            twins.add(words, len(kept))
            place_of[number] = len(kept)
            kept.append(claim)
        else:
            kept[twin] = _merge_claims(kept[twin], claim)
            place_of[number] = twin
    worthiest = {
        claim.id
        for claim in sorted(kept, key=lambda claim: -claim.check_worthiness)[:most]
    }
    ordered = _sort_in_document_order(
        [claim for claim in kept if claim.id in worthiest]
    )
    return NumberedClaims(
        ordered,
        {
            number: kept[place].id
            for number, place in place_of.items()
            if kept[place].id in worthiest
        },
    )


class _DuplicateIndex:
    """Claims by their words: which of them could say the same as another, without a look at all of them."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[int]] = {}

    def add(self, words: set[str], place: int) -> None:
        for word in words:
            self._by_word.setdefault(word, []).append(place)

    def candidates(self, words: set[str]) -> list[int]:
        shared = Counter(
            place for word in words for place in self._by_word.get(word, ())
        )
        return sorted(
            place
            for place, count in shared.items()
            if count >= _MIN_DUPLICATE_OVERLAP * len(words)
        )


def _merge_claims(claim: Claim, twin: Claim) -> Claim:
    """Add a duplicate's locations; use its quote if the claim's was not found."""
    if claim.match is Match.NONE and twin.match is not Match.NONE:
        return twin
    other = [
        span
        for span in twin.spans
        if span not in claim.spans and span not in claim.also_at
    ]
    return replace(claim, also_at=tuple(sorted([*claim.also_at, *other])))


def _build_claim(
    document: Document,
    places: LineIndex,
    answer: dict[str, Any],
    grounded: GroundingResult,
) -> Claim:
    spans = extract_excerpts(places, grounded.spans)
    quote = format_quote(spans) if spans else " ".join(answer["quote"].split())
    told = find_year_before(document.full_text, spans[0].start) if spans else None
    return Claim(
        id=make_claim_id(document.id, answer["text"], quote),
        text=answer["text"],
        quote=quote,
        spans=spans,
        also_at=(),
        match=grounded.match,
        kind=Kind(answer["kind"]),
        speaker=_normalize_speaker(answer["speaker"]),
        about=tuple(dict.fromkeys(answer["about"])),
        when=find_first_time(quote, document.published, told),
        quantities=find_quantities(quote),
        check_worthiness=float(answer["check_worthiness"]),
        reason=answer["reason"],
    )


def _normalize_speaker(named: str | None) -> str | None:
    """Return the speaker; weak models write "none" instead of null."""
    return None if named is None or named.strip().lower() in _NO_SPEAKER else named


def _is_same_claim(claim: Claim, other: Claim) -> bool:
    left, right = _WORD.findall(claim.text.lower()), _WORD.findall(other.text.lower())
    if left == right:
        return True
    alike = Indel.normalized_similarity(left, right) >= _MIN_DUPLICATE_SIMILARITY
    return alike and find_difference(claim.text, other.text) is None


def _sort_in_document_order(claims: list[Claim]) -> tuple[Claim, ...]:
    """Sort by first span; a claim without one stays behind the claim before it."""
    places, last = {}, 0
    for claim in claims:
        last = claim.spans[0].start if claim.spans else last
        places[claim.id] = last
    return tuple(sorted(claims, key=lambda claim: places[claim.id]))


def _extract_content_words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _STOP_WORDS
