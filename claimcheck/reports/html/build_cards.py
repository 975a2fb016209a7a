"""Builds the cards of an HTML report: one for each claim or verdict.

A card shows the claim and only what differs from it: the quote if it has other words,
and evidence if it is another sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claimcheck.models.claim import Claim, Consistency, Match
from claimcheck.models.review import Judgment, judge_claims
from claimcheck.models.run import CheckFailure, Run
from claimcheck.models.span import LineIndex
from claimcheck.models.verdict import Evidence, Finding, Label, Stance, Verdict
from claimcheck.reports import locations, provenance, wording
from claimcheck.reports.html.assets import format_badge, format_css_class
from claimcheck.reports.html.cards import (
    DIFFERS,
    NOT_CHECKED,
    NOT_FOUND,
    REJECTED,
    Card,
    CardClaim,
    CardFinding,
    CardQuote,
)
from claimcheck.reports.html.texts import EvidenceAnchors

# The colors of claims without a verdict. Chosen by hand, by looking at news reports.
_HIGH_CHECK_WORTHINESS = 0.7
_MEDIUM_CHECK_WORTHINESS = 0.4

# The words for the first question about reported speech: was it said?
_WAS_SAID = {
    Label.SUPPORTED: "confirmed",
    Label.REFUTED: "refuted",
    Label.CONFLICTING_EVIDENCE: "sources disagree",
    Label.NOT_ENOUGH_EVIDENCE: "not confirmed",
}
_EXTERNAL_QUESTION = "What do other sources say?"
_INSERTION = re.compile(r"\[[^\[\]]*\]")  # [what a claim adds to its quote]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class RunCards:
    """Builds the cards of a run to which people's decisions were applied."""

    run: Run
    anchors: EvidenceAnchors
    line_index: LineIndex | None

    def build(self) -> list[Card]:
        """Build a card for each claim, in the order of the run."""
        verdicts = {verdict.subject: verdict for verdict in self.run.verdicts}
        unchecked = {failure.subject: failure for failure in self.run.unchecked}
        judgments = judge_claims(self.run)
        cards = []
        for number, claim in enumerate(self.run.claims, 1):
            outcome = verdicts.get(claim.id) or unchecked.get(claim.id)
            card = self._build_card(number, claim, outcome, judgments.get(claim.id))
            cards.append(card)
        return cards

    def _build_card(
        self,
        number: int,
        claim: Claim,
        outcome: Verdict | CheckFailure | None,
        judgment: Judgment | None,
    ) -> Card:
        verdict = outcome if isinstance(outcome, Verdict) else None
        failure = outcome if isinstance(outcome, CheckFailure) else None
        findings, reported_speech = _build_verdict_parts(verdict, self.anchors, claim)
        facts = self._list_facts(claim)
        if verdict and verdict.label is Label.SUPPORTED and not findings:
            facts.insert(0, ("Why supported", verdict.finding.rationale))
        tags = _list_tags(claim, verdict, failure)
        if judgment and judgment.is_rejected:
            tags = (REJECTED,)
        return Card(
            number=number,
            claim=CardClaim(
                claim.id,
                claim.text,
                wording.get_speaker(claim),
                str(claim.kind),
                claim.check_worthiness,
            ),
            tags=tags,
            findings=(*findings, *self._build_external_findings(claim)),
            reported_speech=reported_speech,
            quote=self._build_quote(number, claim),
            notes=tuple(_list_notes(claim, failure)),
            fields=tuple(wording.list_field_facts(claim)),
            facts=tuple(facts),
            judgment=judgment,
        )

    def _build_quote(self, number: int, claim: Claim) -> CardQuote:
        text = None if has_same_words(claim.text, claim.quote) else claim.quote
        if claim.match is Match.NONE:
            return CardQuote(text)
        location = locations.format_quote_location(claim, self.line_index)
        return CardQuote(text, location, f"s{number}" if self.line_index else None)

    def _list_facts(self, claim: Claim) -> list[tuple[str, str]]:
        facts = wording.list_claim_facts(claim)
        cost = provenance.format_cost_per_claim(self.run.usage, len(self.run.claims))
        stability = self.run.stability
        for item in stability.claims if stability else ():
            if stability and item.claim_id == claim.id:
                found = f"in {item.runs} of {stability.runs} runs"
                facts.append(
                    ("Stability", f"{found}, {item.same_quote} with its quote")
                )
        if cost:
            facts.append(("Cost", f"{cost}, its share of the run"))
        return facts

    def _build_external_findings(self, claim: Claim) -> list[CardFinding]:
        """Build what evidence from outside says about a claim."""
        external = self.run.external_check
        findings = []
        for verdict in external.verdicts if external else ():
            if verdict.subject != claim.id:
                continue
            # The document shows whether it was said; other sources say whether it is
            # true.
            finding = verdict.content or verdict.finding
            findings.append(
                build_finding(finding, self.anchors, question=_EXTERNAL_QUESTION)
            )
        return findings


def _list_notes(claim: Claim, failure: CheckFailure | None) -> Iterator[str]:
    if failure:
        yield f"Not checked ({failure.cause}): {failure.message}"
    if differences := wording.describe_differences(claim):
        yield f"Differs from its quote: {differences}"


def build_verdict_card(number: int, verdict: Verdict, anchors: EvidenceAnchors) -> Card:
    """Build the card of a claim that was checked without a run."""
    findings, reported_speech = _build_verdict_parts(verdict, anchors)
    return Card(
        number=number,
        claim=CardClaim(verdict.subject, verdict.text, verdict.speaker or ""),
        tags=(format_css_class(verdict.label),),
        findings=findings,
        reported_speech=reported_speech,
    )


def has_same_words(text: str, quote: str) -> bool:
    """Return whether a claim has its quote's words, except for [additions]."""
    own_words = _WORD.findall(_INSERTION.sub(" ", text).casefold())
    return own_words == _WORD.findall(quote.casefold())


def build_finding(
    finding: Finding,
    anchors: EvidenceAnchors,
    *,
    question: str | None = None,
    claim: Claim | None = None,
) -> CardFinding:
    """Build a finding without the evidence that is the claim's own quote."""
    evidence = [
        item
        for item in finding.evidence
        if claim is None or not _is_own_quote(item, claim)
    ]
    return CardFinding(
        question=question,
        label=format_css_class(finding.label),
        name=format_badge(finding.label),
        confidence=wording.format_confidence(finding),
        rationale=anchors.explain(finding),
        evidence=tuple(map(anchors.link, evidence)),
    )


def _build_verdict_parts(
    verdict: Verdict | None, anchors: EvidenceAnchors, claim: Claim | None = None
) -> tuple[tuple[CardFinding, ...], str]:
    """Build the findings to show, and a line about reported speech."""
    if verdict is None:
        return (), ""
    finding, content, speaker = verdict.finding, verdict.content, verdict.speaker
    first = build_finding(finding, anchors, claim=claim)
    # If a claim's own sentence supports it, the badge says everything.
    findings = (
        (first,) if first.evidence or finding.label is not Label.SUPPORTED else ()
    )
    if content is None or speaker is None:
        return findings, ""
    # The claim's speaker is a name where the text has "he".
    said = wording.attribute((claim and claim.speaker) or speaker)
    if content.label is Label.NOT_ENOUGH_EVIDENCE:
        # A report of a statement shows that it was made, not that it is true.
        known = "not checked here" if claim else "unknown"
        if not claim and content.rationale != finding.rationale:
            known += f". {content.rationale}"
        was_said = _WAS_SAID[finding.label]
        return findings, f"{said}: {was_said}; whether it is true: {known}"
    both = (
        build_finding(finding, anchors, question=f"{said}?", claim=claim),
        build_finding(content, anchors, question=wording.CONTENT_QUESTION, claim=claim),
    )
    return both, ""


def _is_own_quote(evidence: Evidence, claim: Claim) -> bool:
    """Return whether supporting evidence overlaps the claim's own quote."""
    if evidence.stance is not Stance.SUPPORTS:
        return False
    quoted = (*claim.spans, *claim.also_at)
    return any(
        own.start < span.end and span.start < own.end
        for own in quoted
        for span in evidence.spans
    )


def _list_tags(
    claim: Claim, verdict: Verdict | None, failure: CheckFailure | None
) -> tuple[str, ...]:
    """List the claim's filter tags; the first determines its color."""
    tags = []
    # A verdict says more than how much the claim is worth checking.
    if verdict:
        tags.append(format_css_class(verdict.label))
    if claim.match is Match.NONE:
        tags.append(NOT_FOUND)
    if claim.consistency is Consistency.DIFFERS:
        tags.append(DIFFERS)
    if failure:
        tags.append(NOT_CHECKED)
    return tuple(tags) or (_choose_worth(claim.check_worthiness),)


def _choose_worth(check_worthiness: float) -> str:
    if check_worthiness >= _HIGH_CHECK_WORTHINESS:
        return "worth-high"
    if check_worthiness >= _MEDIUM_CHECK_WORTHINESS:
        return "worth-middle"
    return "worth-low"
