"""People's decisions about claims: they add to a run and never change it.

Decisions are only ever appended. The last one about a claim wins.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from claimcheck.errors import InputError
from claimcheck.json_lines import find_half_pair
from claimcheck.models import codec
from claimcheck.models.verdict import Label

MAX_TEXT_CHARACTERS = 2_000  # of a claim or a note; chosen by hand
MAX_NAME_CHARACTERS = 200
# How reports name the speaker of a claim that the document itself makes.
DOCUMENT_SPEAKER = "the document"


class Action(StrEnum):
    """What a person did with a claim; `noted` only adds a verdict or note."""

    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    NOTED = "noted"


def _get_time() -> datetime:
    # Seconds are enough for people, and make files readable.
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a claim, and when.

    `claim` is its id, `text` and `speaker` are what an edited claim gets (None keeps
    the old one, `DOCUMENT_SPEAKER` is nobody else), and `verdict` is the person's own
    verdict on the document that the run is about.
    """

    claim: str
    action: Action
    text: str | None
    verdict: Label | None
    note: str | None
    by: str
    at: datetime = field(default_factory=_get_time)
    speaker: str | None = None

    def to_json(self) -> str:
        """Write the decision as one line of JSON, without a line break."""
        line: str = codec.dump_line(self)
        return line


def check_decision(decision: Decision) -> Decision:
    """Return a decision without surrounding white space, if it can be stored.

    Raises:
        InputError: a name or a text is missing, too long, or cannot be stored.
    """
    # People paste white space; around a name, it would make two people of one.
    text, note = (decision.text or "").strip(), (decision.note or "").strip()
    by, speaker = decision.by.strip(), (decision.speaker or "").strip()
    cleaned = replace(
        decision, text=text or None, note=note or None, by=by, speaker=speaker or None
    )
    # All problems at once, as for every input.
    problems = _find_missing_or_extra(cleaned)
    problems += _find_unstorable(text, MAX_TEXT_CHARACTERS)
    problems += _find_unstorable(note, MAX_TEXT_CHARACTERS)
    problems += _find_unstorable(by, MAX_NAME_CHARACTERS)
    problems += _find_unstorable(speaker, MAX_NAME_CHARACTERS)
    if problems:
        raise InputError(f"claim {decision.claim}: {'; '.join(problems)}")
    return cleaned


def _find_missing_or_extra(decision: Decision) -> list[str]:
    problems = []
    if not decision.by:
        problems.append("give the name of the person who decides")
    is_changed = bool(decision.text or decision.speaker)
    if decision.action is Action.EDITED and not is_changed:
        problems.append("give the new text or the new speaker of the edited claim")
    # Otherwise it would be unclear whether the old or the new text was accepted.
    if decision.action is not Action.EDITED and is_changed:
        problems.append("only an edited claim has a new text or a new speaker")
    if decision.action is Action.NOTED and not (decision.verdict or decision.note):
        problems.append("give a verdict or a note")
    return problems


def _find_unstorable(text: str, limit: int) -> list[str]:
    problems = []
    if len(text) > limit:
        problems.append(f"{text[:20]}…: has more than {limit:,} characters")
    # SQLite's functions end a text at NUL.
    if "\0" in text or find_half_pair(text) >= 0:
        problems.append("a text contains a character that cannot be stored")
    return problems


def load_decision(line: str) -> Decision:
    """Read a decision that `to_json` wrote.

    Raises:
        BaseValidationError, ValueError: the line is not a decision.
    """
    return codec.load_line(line, Decision)


def describe_decision(decision: Decision) -> str:
    """Describe a decision in one line: "Rejected by Ann, 2026-03-01: note".

    What an edited claim says is left out: reports show it as the claim.
    """
    # The verb comes first, so that a column of decisions can be skimmed.
    words = decision.action.capitalize()
    if decision.verdict:
        # As reports write labels.
        label = decision.verdict.replace("_", " ")
        is_only = decision.action is Action.NOTED
        words = f"Judged {label}" if is_only else f"{words} and judged {label}"
    line = f"{words} by {decision.by}, {decision.at:%Y-%m-%d}"
    return f"{line}: {decision.note}" if decision.note else line
