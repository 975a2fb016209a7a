"""Writes a run's claims as brat's standoff annotations of its text.

A claim is an annotation of its quote, with attributes and notes. brat keeps neither
names nor a history: what people decided is written as it now holds. `readers.brat`
reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claimcheck.models.claim import Claim
from claimcheck.models.document import Document
from claimcheck.models.review import Judgment, judge_claims
from claimcheck.models.run import Run
from claimcheck.models.verdict import Label
from claimcheck.readers.brat import ATTRIBUTES, CLAIM, CLAIM_ID

# An annotation ends where a line or a column of brat's file would.
_FRAGMENT = re.compile(r"[^\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_SPACES = re.compile(r"\s+")


def render(run: Run) -> str:
    """Render the claims of a run; those without a location are left out."""
    labels = {verdict.subject: verdict.label for verdict in run.verdicts}
    judgments = judge_claims(run)
    text = run.document.full_text
    lines: list[str] = []
    numbers = {"A": 0, "#": 0}
    located = [claim for claim in run.claims if claim.spans]
    for number, claim in enumerate(located, 1):
        lines.append(f"T{number}\t{CLAIM} {_locate(claim, text)}")
        values = _iter_values(claim, labels.get(claim.id), judgments.get(claim.id))
        for name, value in values:
            is_attribute = name in ATTRIBUTES
            letter, separator = ("A", " ") if is_attribute else ("#", "\t")
            numbers[letter] += 1
            written = _SPACES.sub("_" if is_attribute else " ", value)
            lines.append(
                f"{letter}{numbers[letter]}\t{name} T{number}{separator}{written}"
            )
    return "".join(f"{line}\n" for line in lines)


def render_text(document: Document) -> str:
    """Return the annotated text, with the same offsets in every program.

    Many read "\\r\\n" as one character.
    """
    return document.full_text.replace("\r", " ")


def _locate(claim: Claim, text: str) -> str:
    """Return the ranges of a claim's quote, and their words."""
    ranges, words = [], []
    for span in sorted(claim.spans):
        for match in _FRAGMENT.finditer(text, span.start, span.end):
            part = match[0].strip()
            if part:
                start = match.start() + match[0].index(part)
                ranges.append(f"{start} {start + len(part)}")
                words.append(part)
    return f"{';'.join(ranges)}\t{' '.join(words)}"


def _iter_values(
    claim: Claim, label: Label | None, judgment: Judgment | None
) -> Iterator[tuple[str, str]]:
    """Yield the name and value of each attribute and note of a claim."""
    yield "Kind", claim.kind
    label = (judgment and judgment.verdict) or label
    if label:
        yield "Verdict", label
    if judgment and judgment.is_settled:
        yield "Decision", judgment.action
    yield CLAIM_ID, claim.id
    yield "ClaimText", claim.text
    if judgment:
        notes = {
            "EditedText": judgment.text,
            "EditedSpeaker": judgment.speaker,
            "AnnotatorNotes": judgment.note,
        }
        yield from ((name, value) for name, value in notes.items() if value)
