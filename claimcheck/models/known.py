"""Claims that somebody has checked already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A fact check: what was claimed, and what its publisher says of it.

    `rating` is in the publisher's words, such as "Mostly false". `title` is that of the
    fact check, `reviewed` its date, and `url` its address.
    """

    text: str
    speaker: str | None = None
    title: str | None = None
    rating: str | None = None
    publisher: str | None = None
    reviewed: date | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimMatch:
    """An earlier fact check that is like a claim.

    `score` is the similarity, from 0 to 1; higher is closer.
    """

    known: KnownClaim
    score: float
