"""From what a model wrote of claims to claims: grounded, in document order, each once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Indel

from claimcheck.core.claim import Claim, Kind, Match, claim_id
from claimcheck.core.document import Document
from claimcheck.core.places import Places
from claimcheck.core.span import excerpts, readable
from claimcheck.grounding import Grounded, GroundingIndex
from claimcheck.grounding.guard import difference
from claimcheck.text.dates import when_in
from claimcheck.text.quantities import quantities_in

_SAME_WORDS = 0.9
_LINK_SHARE = 0.4
_WORD = re.compile(r"\w+")
_SMALL = frozenset(
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
        named = tuple(dict.fromkeys(self.by_number[number] for number in numbers if number in self.by_number))
        return named or self._carrying(text)

    def _carrying(self, text: str) -> tuple[str, ...]:
        words = _content(text)
        shares = [
            (len(words & _content(f"{claim.text} {claim.quote}")) / max(1, len(words)), claim.id)
            for claim in self.claims
        ]
        best = sorted(shares, key=lambda share: -share[0])[:2]
        return tuple(identity for share, identity in best if share >= _LINK_SHARE)


def build(
    document: Document, index: GroundingIndex, answers: Sequence[dict[str, Any]], most: int
) -> NumberedClaims:
    """The model's claims, grounded; the same claim twice is merged, and no more than `most` are kept, the worthiest."""
    kept: list[Claim] = []
    numbers: dict[int, Claim] = {}
    places = Places(document.full_text)
    grounded_quotes = index.ground_all([answer["quote"] for answer in answers])
    for number, (answer, grounded) in enumerate(zip(answers, grounded_quotes, strict=True), 1):
        claim = _claim(document, places, answer, grounded)
        twin = next((place for place, other in enumerate(kept) if _same(claim, other)), None)
        if twin is None:
            kept.append(claim)
        elif kept[twin].match is Match.NONE and claim.match is not Match.NONE:
            numbers = {key: claim if value is kept[twin] else value for key, value in numbers.items()}
            kept[twin] = claim
        else:
            claim = kept[twin]
        numbers[number] = claim
    worthiest = sorted(kept, key=lambda claim: -claim.check_worthiness)[:most]
    ordered = _in_document_order([claim for claim in kept if claim in worthiest])
    ids = {claim.id for claim in ordered}
    return NumberedClaims(ordered, {number: claim.id for number, claim in numbers.items() if claim.id in ids})


def _claim(document: Document, places: Places, answer: dict[str, Any], grounded: Grounded) -> Claim:
    spans = excerpts(places, grounded.spans)
    quote = readable(spans) if spans else " ".join(answer["quote"].split())
    return Claim(
        id=claim_id(document.id, answer["text"], quote),
        text=answer["text"],
        quote=quote,
        spans=spans,
        match=grounded.match,
        kind=Kind(answer["kind"]),
        speaker=answer["speaker"],
        about=tuple(dict.fromkeys(answer["about"])),
        when=when_in(quote, document.published),
        quantities=quantities_in(quote),
        check_worthiness=float(answer["check_worthiness"]),
        reason=answer["reason"],
    )


def _same(claim: Claim, other: Claim) -> bool:
    left, right = _WORD.findall(claim.text.lower()), _WORD.findall(other.text.lower())
    if left == right:
        return True
    alike = Indel.normalized_similarity(left, right) >= _SAME_WORDS
    return alike and difference(claim.text, other.text) is None


def _in_document_order(claims: list[Claim]) -> tuple[Claim, ...]:
    """By first span; a claim without one stays behind the claim before it."""
    places, last = {}, 0
    for claim in claims:
        last = claim.spans[0].start if claim.spans else last
        places[claim.id] = last
    return tuple(sorted(claims, key=lambda claim: places[claim.id]))


def _content(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _SMALL
