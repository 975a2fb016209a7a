"""What a model answers: one class for each part of the answer schemas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from claimcheck.models.verdict import Label

# What weak models write instead of null.
_NO_SPEAKER = ("null", "none", "n/a", "unknown", "the document", "")


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """A claim as the model wrote it."""

    quote: str
    text: str
    speaker: str | None
    kind: str
    check_worthiness: float
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AmbiguousAnswer:
    """A sentence with several possible meanings, as the model lists them."""

    quote: str
    meanings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkedTextAnswer:
    """A text of a summary, and the numbers of its claims."""

    text: str
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PositionAnswer:
    """The position of a party, and the numbers of its claims."""

    party: str
    position: str
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SummaryAnswer:
    """The summary in an answer to `summarize` or `digest`."""

    headline: str
    sentences: tuple[LinkedTextAnswer, ...]
    key_points: tuple[LinkedTextAnswer, ...]
    positions: tuple[PositionAnswer, ...]
    open_questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorrectionAnswer:
    """The corrected claim with this number; `quote` is None if it has none."""

    number: int
    quote: str | None
    text: str
    speaker: str | None


@dataclass(frozen=True, slots=True)
class CorrectAnswer:
    """The answer to `correct`."""

    corrections: tuple[CorrectionAnswer, ...]


@dataclass(frozen=True, slots=True)
class VerdictAnswer:
    """The verdict on the claim with this number, from 1.

    `evidence` has numbers of passages, from 1.
    """

    number: int
    rationale: str
    label: Label
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VerdictsAnswer:
    """The answer to `verdict`."""

    verdicts: tuple[VerdictAnswer, ...]


def normalize_speaker(speaker: str | None) -> str | None:
    """Return the speaker; None for words that weak models write for null."""
    if speaker is None or speaker.strip().lower() in _NO_SPEAKER:
        return None
    return speaker
