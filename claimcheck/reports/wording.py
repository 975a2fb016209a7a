"""The words that every report uses: locations, labels, costs, and warnings.

Nothing here is escaped: each format does its own escaping.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from claimcheck.errors import InputError
from claimcheck.models.claim import Claim, FieldValue, Match, When
from claimcheck.models.decision import Action
from claimcheck.models.document import Document
from claimcheck.models.review import count_labels, judge_claims
from claimcheck.models.run import Check, LinkedText, Position, Run
from claimcheck.models.verdict import DecidedBy, Finding, Label, Verdict

# Readers take "grounded" and "supported" for "true", so every report says otherwise.
GROUNDED_CAVEAT = "Grounded means found in the document; it does not mean true."
SUPPORTED_CAVEAT = (
    "Supported means that this evidence says so; it does not mean that the evidence "
    "is right."
)
NOT_IN_DOCUMENT = "NOT FOUND in the document"
# The result of checking a document's own sentences against the document.
SAYS_ITSELF = (
    "Checked against the document: without a model, claims and summary are its own "
    "sentences, so that it supports them says nothing. Check them against other "
    "evidence."
)
DIFFERS_MARK = "DIFFERS FROM ITS QUOTE"
NO_CLAIMS = "No checkable claims were found."

_MAX_LISTED_DIFFERENCES = 3  # keeps a line readable; chosen by hand

_MAX_TITLE_LENGTH = 80  # characters; one line of a list

# Sources that are not names of documents, and how reports describe them.
UNNAMED_SOURCES = {"text": "pasted text", "standard input": "standard input"}

# The second question about an attributed claim; the first is whether it was said.
CONTENT_QUESTION = "Is the statement itself true?"
_ARTICLE = re.compile(r"(?:The|An?) (?=\S)")
NOT_CHECKED_HERE = "The document only reports it; check it against other evidence."


def attribute(speaker: str) -> str:
    """Name the speaker within a sentence: "Said by the poll"."""
    article = _ARTICLE.match(speaker)
    name = speaker[:1].lower() + speaker[1:] if article else speaker
    return f"Said by {name}"


def number_claims(run: Run) -> dict[str, int]:
    """Map each claim id to the number, from 1, that reports show."""
    return {claim.id: number for number, claim in enumerate(run.claims, 1)}


def find_claim(run: Run, name: str) -> Claim:
    """Return the run's claim with this number or id.

    Raises:
        InputError: the run does not have the claim.
    """
    for number, claim in enumerate(run.claims, 1):
        if name in (str(number), claim.id):
            return claim
    raise InputError(
        f"The run has no claim {name!r}. Its claims are numbered from 1 to "
        f"{len(run.claims)}."
    )


def name_citations(run: Run) -> dict[str, tuple[int, str]]:
    """Map each claim id to its number and, if people changed it, to how.

    The summary is older: where it cites such a claim, it may be outdated.
    """
    judgments = judge_claims(run)
    marks = {
        claim_id: f" {judgment.action}"
        for claim_id, judgment in judgments.items()
        if judgment.action in (Action.EDITED, Action.REJECTED)
    }
    return {
        claim_id: (number, marks.get(claim_id, ""))
        for claim_id, number in number_claims(run).items()
    }


def format_citations(ids: Sequence[str], names: dict[str, tuple[int, str]]) -> str:
    """Format claims as a citation, `[1, 4 edited]`; empty without claims."""
    cited = (names[claim_id] for claim_id in ids)
    numbers = ", ".join(f"{number}{mark}" for number, mark in cited)
    return f"[{numbers}]" if numbers else ""


def get_title(document: Document) -> str:
    """Return the title to show for a document.

    This is its own title, its first words if it was pasted, or its source.
    """
    if document.title:
        return document.title
    if document.source in UNNAMED_SOURCES and document.text:
        return get_first_words(document.text)
    return document.source


def get_first_words(text: str) -> str:
    """Return the beginning of a text as a title of one line."""
    line = " ".join(text[: 2 * _MAX_TITLE_LENGTH].split())
    if len(line) <= _MAX_TITLE_LENGTH:
        return line
    start = line[:_MAX_TITLE_LENGTH]
    # Leave out the last, incomplete word, except in languages without spaces.
    return (start.rpartition(" ")[0] or start) + "…"


def describe_source(document: Document) -> str:
    """Describe where a document is from."""
    return UNNAMED_SOURCES.get(document.source, document.source)


def get_speaker(claim: Claim) -> str:
    """Return who makes the claim: its speaker, or else the document."""
    return claim.speaker or "the document"


def format_position(position: Position) -> LinkedText:
    """Format a party's position as "party: position", with its claims."""
    return LinkedText(f"{position.party}: {position.position}", position.claim_ids)


def format_label(label: Label) -> str:
    """Format a label in lower case words: "not enough evidence"."""
    return str(label).replace("_", " ")


def format_label_counts(verdicts: Sequence[Verdict]) -> str:
    """Format the number of verdicts per label: "3 supported, 1 refuted"."""
    return _format_counts(Counter(verdict.label for verdict in verdicts))


def _format_counts(counts: Counter[Label]) -> str:
    parts = []
    # Labels are in the order of the enum, so that two reports are easy to compare.
    for label in Label:
        if counts[label]:
            parts.append(f"{counts[label]} {format_label(label)}")
    return ", ".join(parts) or "no verdict"


def format_claim_count(run: Run) -> str:
    """Format the heading of a run's claims, with their number."""
    rejected = sum(judgment.is_rejected for judgment in judge_claims(run).values())
    return f"Claims ({len(run.claims)}{f', {rejected} rejected' if rejected else ''})"


def format_check_heading(run: Run) -> str:
    """Format the heading of a run's verdicts, with their counts."""
    counts = count_labels(run)
    parts = []
    if counts.claims or not (counts.sentences or counts.by_people):
        claims = _format_counts(counts.claims)
        parts.append(f"claims checked against the document: {claims}")
    if counts.sentences:
        sentences = _format_counts(counts.sentences)
        parts.append(f"sentences of the summary: {sentences}")
    if counts.by_people:
        parts.append(f"decided by people: {_format_counts(counts.by_people)}")
    heading = "; ".join(parts)
    return heading[:1].upper() + heading[1:]


def is_trivially_supported(run: Run) -> bool:
    """Return whether a check found only that a document says what it says.

    Without a model, claims and summary are sentences of the document.
    """
    return run.signature.engine == "extractive" and all(
        verdict.label is Label.SUPPORTED
        and verdict.finding.decided_by is not DecidedBy.PERSON
        for verdict in run.verdicts
    )


def name_subjects(run: Run) -> dict[str, str]:
    """Map what was checked to its name: a claim's number, or "summary"."""
    names = {verdict.subject: "summary" for verdict in run.verdicts}
    names |= {claim.id: str(number) for number, claim in enumerate(run.claims, 1)}
    return names


def format_external_heading(check: Check) -> str:
    """Format the heading of a check against evidence from outside."""
    counts = format_label_counts(check.verdicts)
    return f"Checked against evidence from outside: {counts}"


def list_unsupported(run: Run) -> list[Verdict]:
    """List the run's verdicts with any label but `supported`."""
    return [
        note_reported_speech(verdict)
        for verdict in run.verdicts
        if verdict.label is not Label.SUPPORTED
    ]


def note_reported_speech(verdict: Verdict) -> Verdict:
    """Return the verdict with a note if the document only reports the claim.

    A document that reports a statement shows that it was made, not that it is true.
    """
    content = verdict.content
    if content is None or content.label is not Label.NOT_ENOUGH_EVIDENCE:
        return verdict
    content = replace(content, confidence=None, rationale=NOT_CHECKED_HERE)
    return replace(verdict, content=content)


def format_confidence(finding: Finding) -> str:
    """Format a finding's confidence with two decimals; empty if absent."""
    return "" if finding.confidence is None else f"{finding.confidence:.2f}"


def list_claim_facts(claim: Claim) -> list[tuple[str, str]]:
    """List the known facts about a claim as (name, value), without fields."""
    quantities = "; ".join(quantity.text for quantity in claim.quantities)
    facts = [
        ("Kind", str(claim.kind)),
        ("About", ", ".join(claim.about)),
        ("When", _format_time(claim.when)),
        ("Quantities", quantities),
        ("Check-worthiness", _format_check_worthiness(claim)),
    ]
    return [(name, value) for name, value in facts if value]


def list_field_facts(claim: Claim) -> list[tuple[str, str]]:
    """List the user's fields that have a value, and mark those not found."""
    facts = []
    for name, field in claim.fields.items():
        text = format_field_value(field)
        if not text:
            continue
        if field.match is Match.NONE:
            text += f" ({NOT_IN_DOCUMENT})"
        facts.append((name, text))
    return facts


def format_fields(claim: Claim) -> str:
    """Format all fields that have a value, in one line; empty if none has."""
    return " · ".join(f"{name}: {text}" for name, text in list_field_facts(claim))


def format_field_value(field: FieldValue) -> str:
    """Format the value of a field; empty if there is none."""
    value = field.value
    if isinstance(value, list):
        return "; ".join(map(_format_scalar, value))
    return _format_scalar(value)


def _format_scalar(value: Any) -> str:
    if value is None:
        return ""
    # Strings stay as they are; true and false are written as in JSON.
    return value if isinstance(value, str) else json.dumps(value)


def describe_differences(claim: Claim) -> str:
    """Describe how a claim differs from its quote; empty if it does not."""
    described = [item.describe("its quote") for item in claim.differences]
    return "; ".join(described[:_MAX_LISTED_DIFFERENCES])


def _format_check_worthiness(claim: Claim) -> str:
    check_worthiness = f"{claim.check_worthiness:.2f}"
    # Models sometimes leave out the reason.
    return f"{check_worthiness}: {claim.reason}" if claim.reason else check_worthiness


def _format_time(when: When | None) -> str:
    """Format a time as written and, if that says more, as resolved."""
    if when is None:
        return ""
    if when.resolved in (None, when.text):
        return when.text
    return f"{when.text} ({when.resolved})"
