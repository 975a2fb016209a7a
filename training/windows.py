"""Premises for a claim: a few sentences of its document, as in checking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from claimcheck import Document
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.windows import match_sentence, split_statement


@dataclass(frozen=True, slots=True)
class Window:
    """One premise: the text of some sentences, and their indexes."""

    text: str
    sentences: tuple[int, ...]


def read_evidence(text: str) -> EvidenceDocument:
    """Split an English text into sentences."""
    return EvidenceDocument(replace(Document.from_text(text), language="en"))


def find_windows(claim: str, evidence: EvidenceDocument) -> list[Window]:
    """Return the premises with which a sentence of a claim is compared."""
    match = match_sentence(claim, evidence)
    return [Window(evidence.get_text(indexes), indexes) for indexes in match.windows]


def split_claim(claim: str) -> list[str]:
    """Split a claim into sentences."""
    return split_statement(claim)


def widen(
    evidence: EvidenceDocument, sentences: Sequence[int], others: Iterable[int]
) -> str:
    """Return sentences and some others as one text, in the document's order."""
    return evidence.get_text([*sentences, *others])
