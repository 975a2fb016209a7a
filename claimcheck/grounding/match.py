"""A place of a quote in a document, and where a find may not begin or end."""

from __future__ import annotations

from dataclasses import dataclass

from claimcheck.models.claim import Match
from claimcheck.models.span import Span


@dataclass(frozen=True, slots=True)
class GroundingResult:
    """Where a quote stands. `spans` is empty exactly when `match` is `none`; then `reason` says why.

    `suggestion` is then the nearest passage, when there is one: something to look at, not the quote.
    """

    spans: tuple[Span, ...]
    match: Match
    reason: str | None = None
    suggestion: tuple[Span, ...] = ()


def is_word_bounded(text: str, start: int, end: int) -> bool:
    """Whether a match neither starts nor ends inside a word or a number."""
    return not (_splits_word(text, start) or _splits_word(text, end))


def _splits_word(text: str, place: int) -> bool:
    if not 0 < place < len(text):
        return False
    left, right = text[place - 1], text[place]
    if right in ".," and left.isdigit() and text[place + 1 : place + 2].isdigit():
        return True
    if left in ".," and right.isdigit() and text[place - 2 : place - 1].isdigit():
        return True
    return (
        left.isalnum()
        and right.isalnum()
        and ord(left) < 0x2E80
        and ord(right) < 0x2E80
    )
