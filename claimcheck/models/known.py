"""Claims that somebody has checked already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from claimcheck.models import codec
from claimcheck.models.claim import Statement
from claimcheck.models.llm import Usage
from claimcheck.models.run import Signature

MATCHES_SCHEMA_VERSION = "1.0"


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


class Relation(StrEnum):
    """How an earlier claim is related to a claim, as a model sees it."""

    SAME = "same"
    RELATED = "related"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class ClaimMatch:
    """An earlier fact check that is like a claim.

    `score` is the similarity, from 0 to 1; higher is closer. `relation` is what a model
    said; None without one.
    """

    known: KnownClaim
    score: float
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class MatchedClaim:
    """A claim, and the earlier fact checks that are like it, best first."""

    claim: Statement
    matches: tuple[ClaimMatch, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The earlier fact checks of claims, in the order of the claims.

    `problems` says why a model judged none of a claim's matches.
    """

    claims: tuple[MatchedClaim, ...]
    problems: tuple[str, ...]
    usage: Usage
    signature: Signature
    schema_version: str = MATCHES_SCHEMA_VERSION

    def to_json(self) -> str:
        """Write this as JSON that follows `schemas/matches.schema.json`."""
        return codec.dump(self)
