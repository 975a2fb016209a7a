"""Earlier fact checks, and the claims that match them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from claimcheck.models import codec
from claimcheck.models.claim import Statement
from claimcheck.models.llm import Usage
from claimcheck.models.run import Signature
from claimcheck.models.verdict import Difference

MATCHES_SCHEMA_VERSION = "1.1"


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """An earlier fact check: the claim, and its publisher's rating.

    `rating` is in the publisher's words, such as "Mostly false". `title`, `reviewed`
    (its date), and `url` describe the fact check, not the claim.
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
    """An earlier fact check of a similar claim.

    `score` is the similarity, 0 to 1; higher is closer. `relation` is a model's
    judgment; None if no model was asked. `differences` says what contradicts the claim
    in the text of the earlier one: another number, name, or date, or the opposite.
    """

    known: KnownClaim
    score: float
    # None is not "different": nobody has judged it.
    relation: Relation | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchedClaim:
    """A claim, and the earlier fact checks of similar claims, best first."""

    claim: Statement
    matches: tuple[ClaimMatch, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The earlier fact checks of claims, in the order of the claims.

    `problems` says for which claims a model's judgment is missing, and why.
    """

    claims: tuple[MatchedClaim, ...]
    problems: tuple[str, ...]
    usage: Usage
    signature: Signature
    schema_version: str = MATCHES_SCHEMA_VERSION

    def to_json(self) -> str:
        """Write this as JSON that follows `schemas/matches.schema.json`."""
        return codec.dump(self)
