"""The cards of an HTML report: one for each claim or verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from claimcheck.models.claim import Claim, Consistency, Match
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.models.span import Excerpt, LineIndex
from claimcheck.models.verdict import Evidence, Finding, Verdict
from claimcheck.reports import common
from claimcheck.reports.html.assets import format_badge, format_css_class
from claimcheck.reports.html.segments import Mark

# The colors of claims without a verdict. Chosen by hand, by looking at news reports.
_HIGH_CHECK_WORTHINESS = 0.7
_MEDIUM_CHECK_WORTHINESS = 0.4
_EXTERNAL_QUESTION = "What do other sources say?"


@dataclass(frozen=True, slots=True)
class CardEvidence:
    """Evidence on a card; `anchor` is its id in the text, if it is there."""

    stance: str
    text: str
    location: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class CardFinding:
    """A finding on a card.

    Only an attributed claim has a `question`: its card has two findings.
    `label` is the CSS class of the label, `name` its text.
    """

    question: str | None
    label: str
    name: str
    confidence: str
    rationale: str
    evidence: tuple[CardEvidence, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A claim on the page.

    `mark` is the CSS class of its words in the text, `anchor` the location of its
    first word there; None if the quote was not found or the text was left out.
    """

    number: int
    claim_id: str
    text: str
    mark: str
    name: str
    quote: str | None
    facts: tuple[tuple[str, str], ...]
    location: str | None
    anchor: str | None
    kind: str
    speaker: str
    check_worthiness: float
    findings: tuple[CardFinding, ...]


class EvidenceAnchors:
    """Gives evidence anchors in the texts, and collects the marks there.

    `marks` are by document id. They are complete when every card is built.
    """

    def __init__(
        self, documents: Iterable[Document], *, counts_sources: bool = False
    ) -> None:
        self._documents = {document.id: document for document in documents}
        self._locator = common.EvidenceLocator(
            self._documents.values(), counts_sources=counts_sources
        )
        self._names: dict[tuple[str, tuple[Excerpt, ...]], str] = {}
        self.marks: dict[str, list[Mark]] = {key: [] for key in self._documents}

    def link(self, evidence: Evidence) -> CardEvidence:
        """Return the evidence for a card, linked if its text is there."""
        document = self._documents.get(evidence.document_id)
        anchor = None
        if document is None:
            location = evidence.document_id
        else:
            start = self._locator.locate(document.id, evidence.spans[0])
            location = f"{document.source}, {start}"
            # Without its text on the page there is nothing to link to.
            if document.text is not None:
                anchor = self._get_anchor(evidence)
        return CardEvidence(str(evidence.stance), evidence.text, location, anchor)

    def explain(self, finding: Finding) -> str:
        """Return the rationale, with the number of sources that agree."""
        return self._locator.explain(finding)

    def _get_anchor(self, evidence: Evidence) -> str:
        """Return the anchor of the spans; the same spans have the same."""
        key = (evidence.document_id, evidence.spans)
        # Two claims often have the same evidence; it gets one anchor.
        if key not in self._names:
            name = f"e{len(self._names) + 1}"
            self._names[key] = name
            for span in evidence.spans:
                mark = Mark(span.start, span.end, name)
                self.marks[evidence.document_id].append(mark)
        return self._names[key]


def build_claim_card(
    run: Run,
    number: int,
    verdict: Verdict | None,
    anchors: EvidenceAnchors,
    line_index: LineIndex | None,
) -> Card:
    """Build the card of the run's claim with this number."""
    claim = run.claims[number - 1]
    facts = common.list_claim_facts(claim)
    if cost := common.format_cost_per_claim(run.usage, len(run.claims)):
        facts.append(("Cost", f"{cost}, its share of the run"))
    # A quote that was not found has no location in the text to link to.
    has_quote = claim.match is not Match.NONE
    names = [format_badge(verdict.label)] if verdict else []
    if not has_quote and not verdict:
        names.append("Quote not found")
    if claim.consistency is Consistency.DIFFERS:
        names.append("differs from its quote" if names else "Differs from its quote")
    return Card(
        number=number,
        claim_id=claim.id,
        text=claim.text,
        mark=_choose_mark(claim, verdict),
        name="; ".join(names),
        quote=claim.quote,
        facts=tuple(facts),
        location=common.format_claim_location(claim, line_index),
        anchor=f"s{number}" if has_quote and line_index else None,
        kind=str(claim.kind),
        speaker=common.get_speaker(claim),
        check_worthiness=claim.check_worthiness,
        findings=_build_claim_findings(run, claim.id, verdict, anchors),
    )


def _build_claim_findings(
    run: Run, claim_id: str, verdict: Verdict | None, anchors: EvidenceAnchors
) -> tuple[CardFinding, ...]:
    """Build what the document says of a claim, and then what others say."""
    findings = build_findings(verdict, anchors) if verdict else ()
    external = run.external_check.verdicts if run.external_check else ()
    for other in external:
        if other.subject == claim_id:
            findings += tuple(
                replace(item, question=item.question or _EXTERNAL_QUESTION)
                for item in build_findings(other, anchors)
            )
    return findings


def build_verdict_card(number: int, verdict: Verdict, anchors: EvidenceAnchors) -> Card:
    """Build the card of a claim that was checked without a run."""
    return Card(
        number=number,
        claim_id=verdict.subject,
        text=verdict.text,
        mark=format_css_class(verdict.label),
        name=format_badge(verdict.label),
        quote=None,
        facts=(),
        location=None,
        anchor=None,
        # The filters of the page need values, also where a check has none.
        kind="claim",
        speaker=verdict.speaker or "",
        check_worthiness=1.0,
        findings=build_findings(verdict, anchors),
    )


def build_findings(
    verdict: Verdict, anchors: EvidenceAnchors
) -> tuple[CardFinding, ...]:
    """Build the finding; for an attributed claim both findings."""
    finding, content, speaker = verdict.finding, verdict.content, verdict.speaker
    if content is None or speaker is None:
        return (_build_finding(None, finding, anchors),)
    return (
        _build_finding(f"Did {speaker} say it?", finding, anchors),
        _build_finding(common.CONTENT_QUESTION, content, anchors),
    )


def _build_finding(
    question: str | None, finding: Finding, anchors: EvidenceAnchors
) -> CardFinding:
    return CardFinding(
        question=question,
        label=format_css_class(finding.label),
        name=format_badge(finding.label),
        confidence=common.format_confidence(finding),
        rationale=anchors.explain(finding),
        evidence=tuple(anchors.link(evidence) for evidence in finding.evidence),
    )


def _choose_mark(claim: Claim, verdict: Verdict | None) -> str:
    # What a check found says more than how much the claim is worth checking.
    if verdict:
        return format_css_class(verdict.label)
    if claim.match is Match.NONE:
        return "not-found"
    if claim.consistency is Consistency.DIFFERS:
        return "differs"
    if claim.check_worthiness >= _HIGH_CHECK_WORTHINESS:
        return "worth-high"
    if claim.check_worthiness >= _MEDIUM_CHECK_WORTHINESS:
        return "worth-middle"
    return "worth-low"
