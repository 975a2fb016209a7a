"""Claims: checkable statements of a document."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from claimcheck.models.span import Excerpt
from claimcheck.models.verdict import Difference


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim, or a sentence of a summary, to check.

    `speaker` is None when the text is not attributed to anyone.
    """

    id: str
    text: str
    speaker: str | None = None

    @classmethod
    def of(cls, text: str, speaker: str | None = None) -> Statement:
        """Make a statement with an id derived from its content."""
        return cls(make_statement_id(text), text, speaker)


def make_statement_id(text: str) -> str:
    """Derive an id for a text that is not one of a run's claims."""
    # The same sentence has the same id in the summary, the key points, and a check.
    return "s-" + hashlib.sha256(text.encode()).hexdigest()[:12]


class Match(StrEnum):
    """How a quote was found in the document, strictest first."""

    EXACT = "exact"
    NORMALIZED = "normalized"
    FUZZY = "fuzzy"
    NONE = "none"


class Consistency(StrEnum):
    """Whether a claim's text says what its own quote says.

    `unclear`: they were not compared (older runs), or the comparison can't tell, as in
    languages whose negations and numbers it does not know.
    """

    CONSISTENT = "consistent"
    DIFFERS = "differs"
    UNCLEAR = "unclear"


class Kind(StrEnum):
    """The standard types of a claim; the type decides how to check it.

    A claim has other types if the user named other kinds.
    """

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
    """A time as written, and what it resolves to.

    `resolved` is an ISO 8601 date, month, or year; None if the document leaves it open.
    """

    text: str
    resolved: str | None


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of a user-defined field, and its location.

    `value` is JSON. It is None if the document does not state it, or if the model's
    value did not follow the field's schema. `match` is None if the field is not
    grounded, so nothing looked for the value in the document. If `match` is `none`, the
    value was not found and has no spans.
    """

    value: Any = field(hash=False)
    match: Match | None = None
    spans: tuple[Excerpt, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that the document says and that could be checked.

    `text` is decontextualized: it can be understood alone. `quote` is the text of
    `spans` with white space collapsed or, when `match` is `none`, the quote that could
    not be found. `also_at` lists the other locations where the document says the same.
    `speaker` is None when the document itself makes the claim, and "an unknown speaker"
    when it quotes somebody without saying whom. `check_worthiness`
    ranges from 0 (nobody would check this) to 1. `differences` lists where the text and
    the quote disagree, if `consistency` is `differs`. `fields` are user-defined.
    """

    id: str
    text: str
    quote: str
    spans: tuple[Excerpt, ...]
    also_at: tuple[Excerpt, ...]
    match: Match
    kind: str
    speaker: str | None
    about: tuple[str, ...]
    when: When | None
    quantities: tuple[Quantity, ...]
    check_worthiness: float
    reason: str
    consistency: Consistency = Consistency.UNCLEAR
    differences: tuple[Difference, ...] = ()
    fields: dict[str, FieldValue] = field(default_factory=dict, hash=False)

    @property
    def is_grounded(self) -> bool:
        """Whether the quote was found and the text agrees with it."""
        # `unclear` counts as grounded: nothing contradicts the quote.
        is_found = self.match is not Match.NONE
        return is_found and self.consistency is not Consistency.DIFFERS

    @property
    def has_missing_field(self) -> bool:
        """Whether a value that should appear in the document was not found."""
        return any(value.match is Match.NONE for value in self.fields.values())


def make_claim_id(document_id: str, text: str, quote: str) -> str:
    """Derive a claim's id from its content: the same in every run."""
    # The separator keeps ("ab", "c") and ("a", "bc") apart.
    # Not the location: the same claim keeps its id when a text above it changes.
    content = "\x1f".join((document_id, text, quote))
    return "c-" + hashlib.sha256(content.encode()).hexdigest()[:12]
