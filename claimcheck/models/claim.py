"""A claim, and what is known about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from claimcheck.models.span import Excerpt


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim, or a sentence of a summary, to be checked; `speaker` is None when nobody is said to have said it."""

    id: str
    text: str
    speaker: str | None = None

    @classmethod
    def of(cls, text: str, speaker: str | None = None) -> Statement:
        """A statement with an id made from its content."""
        return cls(make_statement_id(text), text, speaker)


def make_statement_id(text: str) -> str:
    """Derive the id of a text that is not a claim of a run from its content."""
    return "s-" + hashlib.sha256(text.encode()).hexdigest()[:12]


class Match(StrEnum):
    """How a quote was found in the document, from the strictest to not at all."""

    EXACT = "exact"
    NORMALIZED = "normalized"
    FUZZY = "fuzzy"
    NONE = "none"


class Kind(StrEnum):
    """What a claim is about: the first question for somebody who checks it."""

    EVENT = "event"
    QUANTITY = "quantity"
    STATEMENT = "statement"
    RELATION = "relation"
    PREDICTION = "prediction"
    OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, its value, and its unit (None for a bare count)."""

    text: str
    value: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class When:
    """A time as written; `resolved` (ISO 8601 date, month or year) only where the document makes it certain."""

    text: str
    resolved: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that the document says and that could be checked.

    `text` stands alone; `quote` is the excerpts' text folded for reading, or, when `match` is
    `none`, the quote that could not be found. `also_at`: where the document says the same once more. `speaker` is None when the document itself says it.
    `check_worthiness` runs from 0 (nobody would check this) to 1.
    """

    id: str
    text: str
    quote: str
    spans: tuple[Excerpt, ...]
    also_at: tuple[Excerpt, ...]
    match: Match
    kind: Kind
    speaker: str | None
    about: tuple[str, ...]
    when: When | None
    quantities: tuple[Quantity, ...]
    check_worthiness: float
    reason: str


def make_claim_id(document_id: str, text: str, quote: str) -> str:
    """Derive a claim's id from its content, so that it is the same in every run."""
    return (
        "c-"
        + hashlib.sha256("\x1f".join((document_id, text, quote)).encode()).hexdigest()[
            :12
        ]
    )
