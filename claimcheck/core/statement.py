"""What is checked: a text that says something, and whose words it is given as."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim, or a sentence of a summary, to be checked; `speaker` is None when nobody is said to have said it."""

    id: str
    text: str
    speaker: str | None = None

    @classmethod
    def of(cls, text: str, speaker: str | None = None) -> Statement:
        """A statement with an id made from its content."""
        return cls(statement_id(text), text, speaker)


def statement_id(text: str) -> str:
    """The id of a text that is no claim of a run: the same text has it everywhere."""
    return "s-" + hashlib.sha256(text.encode()).hexdigest()[:12]
