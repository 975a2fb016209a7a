"""What is being worked on, told while it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Work(StrEnum):
    """The work that a model is asked to do, or an engine does."""

    SUMMARY_AND_CLAIMS = "summary and claims"
    CLAIMS = "claims of each passage"
    SUMMARY = "summary"
    QUOTES = "quotes that were not found"
    VERDICTS = "verdicts"


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a piece of work is: so many requests `answered` of so many `asked` up to now; both 0 where none is needed."""

    work: Work
    answered: int
    asked: int

    def __str__(self) -> str:
        return f"{self.work}: {self.answered} of {self.asked} answered" if self.asked else str(self.work)
