"""What the cards of an HTML report show: claims and verdicts, in words and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from claimcheck.models.claim import Claim, Match
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.models.span import Excerpt, LineIndex
from claimcheck.models.verdict import Evidence, Finding, Label, Verdict
from claimcheck.reports import common
from claimcheck.reports.html.segments import Mark

_HIGH_CHECK_WORTHINESS, _MEDIUM_CHECK_WORTHINESS = 0.7, 0.4  # check-worthiness
LABEL_NAMES = {
    Label.SUPPORTED: "Supported",
    Label.REFUTED: "Refuted",
    Label.NOT_ENOUGH_EVIDENCE: "Not enough evidence",
    Label.CONFLICTING_EVIDENCE: "Conflicting evidence",
}


@dataclass(frozen=True, slots=True)
class CardEvidence:
    """Evidence on a card: its stance, its words, where it stands, and the anchor of that place on the page."""

    stance: str
    text: str
    where: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class CardFinding:
    """A finding on a card; `question` where somebody's words raise two."""

    question: str | None
    label: str
    name: str
    confidence: str
    rationale: str
    evidence: tuple[CardEvidence, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A claim on the page. `mark` is how it is shown in the text; `anchor` its place there, where it has one."""

    number: int
    identity: str
    text: str
    mark: str
    name: str
    quote: str | None
    facts: tuple[tuple[str, str], ...]
    where: str | None
    anchor: str | None
    kind: str
    speaker: str
    worth: float
    answers: tuple[CardFinding, ...]


class Anchors:
    """Names for the places of evidence, each once, and the marks that they make in their documents."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self._names: dict[tuple[str, tuple[Excerpt, ...]], str] = {}
        self._places: dict[str, LineIndex] = {}
        self.marks: dict[str, list[Mark]] = {identity: [] for identity in documents}

    def quoted(self, evidence: Evidence) -> CardEvidence:
        """The evidence as a card shows it."""
        document = self._documents.get(evidence.document_id)
        first = evidence.spans[0]
        if document is None:
            return CardEvidence(
                str(evidence.stance), evidence.text, evidence.document_id, None
            )
        where = f"{document.source}, {common.format_span_location(first, self._places_of(document))}"
        if document.text is None:
            return CardEvidence(str(evidence.stance), evidence.text, where, None)
        key = (document.id, evidence.spans)
        if key not in self._names:
            self._names[key] = f"e{len(self._names) + 1}"
            self.marks[document.id] += [
                Mark(span.start, span.end, self._names[key]) for span in evidence.spans
            ]
        return CardEvidence(
            str(evidence.stance), evidence.text, where, self._names[key]
        )

    def _places_of(self, document: Document) -> LineIndex | None:
        if document.text is None:
            return None
        if document.id not in self._places:
            self._places[document.id] = LineIndex(document.text)
        return self._places[document.id]


def build_claim_card(
    run: Run,
    number: int,
    verdict: Verdict | None,
    anchors: Anchors,
    places: LineIndex | None,
) -> Card:
    """Build the card of the run's claim with this number."""
    claim = run.claims[number - 1]
    cost = common.format_cost_per_claim(run.usage, len(run.claims))
    found = claim.match is not Match.NONE
    return Card(
        number=number,
        identity=claim.id,
        text=claim.text,
        mark=_choose_mark(claim, verdict),
        name=LABEL_NAMES[verdict.label]
        if verdict
        else ""
        if found
        else "Quote not found",
        quote=claim.quote,
        facts=(
            *common.list_claim_facts(claim),
            *([("Cost", f"{cost}, its share of the run")] if cost else []),
        ),
        where=common.format_claim_location(claim, places),
        anchor=f"s{number}" if found and places else None,
        kind=str(claim.kind),
        speaker=claim.speaker or "the document",
        worth=claim.check_worthiness,
        answers=build_findings(verdict, anchors) if verdict else (),
    )


def build_verdict_card(number: int, verdict: Verdict, anchors: Anchors) -> Card:
    """Build the card of a claim that was checked without a run."""
    return Card(
        number=number,
        identity=verdict.subject,
        text=verdict.text,
        mark=_format_css_class(verdict.label),
        name=LABEL_NAMES[verdict.label],
        quote=None,
        facts=(),
        where=None,
        anchor=None,
        kind="claim",
        speaker=verdict.speaker or "",
        worth=1.0,
        answers=build_findings(verdict, anchors),
    )


def build_findings(verdict: Verdict, anchors: Anchors) -> tuple[CardFinding, ...]:
    """Build one finding, or two for an attributed claim: was it said, and is it true."""
    if verdict.content is None or verdict.speaker is None:
        return (_build_finding(None, verdict.finding, anchors),)
    return (
        _build_finding(f"Did {verdict.speaker} say it?", verdict.finding, anchors),
        _build_finding("Is it so?", verdict.content, anchors),
    )


def _build_finding(
    question: str | None, finding: Finding, anchors: Anchors
) -> CardFinding:
    return CardFinding(
        question=question,
        label=_format_css_class(finding.label),
        name=LABEL_NAMES[finding.label],
        confidence="" if finding.confidence is None else f"{finding.confidence:.2f}",
        rationale=finding.rationale,
        evidence=tuple(anchors.quoted(item) for item in finding.evidence),
    )


def _format_css_class(label: Label) -> str:
    return str(label).replace("_", "-")


def _choose_mark(claim: Claim, verdict: Verdict | None) -> str:
    if verdict:
        return _format_css_class(verdict.label)
    if claim.match is Match.NONE:
        return "not-found"
    worth = claim.check_worthiness
    return (
        "worth-high"
        if worth >= _HIGH_CHECK_WORTHINESS
        else "worth-middle"
        if worth >= _MEDIUM_CHECK_WORTHINESS
        else "worth-low"
    )


def format_date(published: date | None) -> str:
    """Format a date for readers: "3 May 2021"."""
    return f"{published.day} {published:%B %Y}" if published else "date not known"
