"""What the cards of an HTML report show: claims and verdicts, in words and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from claimcheck.models.claim import Claim, Match
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.models.span import Excerpt, Places
from claimcheck.models.verdict import Evidence, Finding, Label, Verdict
from claimcheck.reports import common
from claimcheck.reports.html.segments import Mark

_HIGH, _MIDDLE = 0.7, 0.4  # check-worthiness
NAMES = {
    Label.SUPPORTED: "Supported",
    Label.REFUTED: "Refuted",
    Label.NOT_ENOUGH_EVIDENCE: "Not enough evidence",
    Label.CONFLICTING_EVIDENCE: "Conflicting evidence",
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """Evidence on a card: its stance, its words, where it stands, and the anchor of that place on the page."""

    stance: str
    text: str
    where: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A finding on a card; `question` where somebody's words raise two."""

    question: str | None
    label: str
    name: str
    confidence: str
    rationale: str
    evidence: tuple[Quoted, ...]


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
    answers: tuple[Answer, ...]


class Anchors:
    """Names for the places of evidence, each once, and the marks that they make in their documents."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self._names: dict[tuple[str, tuple[Excerpt, ...]], str] = {}
        self._places: dict[str, Places] = {}
        self.marks: dict[str, list[Mark]] = {identity: [] for identity in documents}

    def quoted(self, evidence: Evidence) -> Quoted:
        """The evidence as a card shows it."""
        document = self._documents.get(evidence.document_id)
        first = evidence.spans[0]
        if document is None:
            return Quoted(str(evidence.stance), evidence.text, evidence.document_id, None)
        where = f"{document.source}, {common.where(first, self._places_of(document))}"
        if document.text is None:
            return Quoted(str(evidence.stance), evidence.text, where, None)
        key = (document.id, evidence.spans)
        if key not in self._names:
            self._names[key] = f"e{len(self._names) + 1}"
            self.marks[document.id] += [
                Mark(span.start, span.end, self._names[key]) for span in evidence.spans
            ]
        return Quoted(str(evidence.stance), evidence.text, where, self._names[key])

    def _places_of(self, document: Document) -> Places | None:
        if document.text is None:
            return None
        if document.id not in self._places:
            self._places[document.id] = Places(document.text)
        return self._places[document.id]


def claim_card(
    run: Run, number: int, verdict: Verdict | None, anchors: Anchors, places: Places | None
) -> Card:
    """The card of a run's claim of this number."""
    claim = run.claims[number - 1]
    cost = common.share(run.usage, len(run.claims))
    found = claim.match is not Match.NONE
    return Card(
        number=number,
        identity=claim.id,
        text=claim.text,
        mark=_mark(claim, verdict),
        name=NAMES[verdict.label] if verdict else "" if found else "Quote not found",
        quote=claim.quote,
        facts=(*common.facts(claim), *([("Cost", f"{cost}, its share of the run")] if cost else [])),
        where=common.place(claim, places),
        anchor=f"s{number}" if found and places else None,
        kind=str(claim.kind),
        speaker=claim.speaker or "the document",
        worth=claim.check_worthiness,
        answers=answers(verdict, anchors) if verdict else (),
    )


def verdict_card(number: int, verdict: Verdict, anchors: Anchors) -> Card:
    """The card of a claim that a check was asked about."""
    return Card(
        number=number,
        identity=verdict.subject,
        text=verdict.text,
        mark=_class(verdict.label),
        name=NAMES[verdict.label],
        quote=None,
        facts=(),
        where=None,
        anchor=None,
        kind="claim",
        speaker=verdict.speaker or "",
        worth=1.0,
        answers=answers(verdict, anchors),
    )


def answers(verdict: Verdict, anchors: Anchors) -> tuple[Answer, ...]:
    """One answer, or two to somebody's words: did they say it, and is it so."""
    if verdict.content is None or verdict.speaker is None:
        return (_answer(None, verdict.finding, anchors),)
    return (
        _answer(f"Did {verdict.speaker} say it?", verdict.finding, anchors),
        _answer("Is it so?", verdict.content, anchors),
    )


def _answer(question: str | None, finding: Finding, anchors: Anchors) -> Answer:
    return Answer(
        question=question,
        label=_class(finding.label),
        name=NAMES[finding.label],
        confidence="" if finding.confidence is None else f"{finding.confidence:.2f}",
        rationale=finding.rationale,
        evidence=tuple(anchors.quoted(item) for item in finding.evidence),
    )


def _class(label: Label) -> str:
    return str(label).replace("_", "-")


def _mark(claim: Claim, verdict: Verdict | None) -> str:
    if verdict:
        return _class(verdict.label)
    if claim.match is Match.NONE:
        return "not-found"
    worth = claim.check_worthiness
    return "worth-high" if worth >= _HIGH else "worth-middle" if worth >= _MIDDLE else "worth-low"


def day(published: date | None) -> str:
    """A date for people."""
    return f"{published.day} {published:%B %Y}" if published else "date not known"
