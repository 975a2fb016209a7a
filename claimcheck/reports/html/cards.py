"""The cards of an HTML report: one for each claim or verdict.

A card shows the claim and only what differs from it: the quote if it has other words,
and evidence if it is another sentence. Cards that need attention come first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from claimcheck.models.claim import Claim, Consistency, Match
from claimcheck.models.document import Document
from claimcheck.models.review import Judgment, judge_claims
from claimcheck.models.run import CheckFailure, Run
from claimcheck.models.span import Excerpt, LineIndex
from claimcheck.models.verdict import Evidence, Finding, Label, Stance, Verdict
from claimcheck.reports import common, locations, provenance
from claimcheck.reports.html.assets import format_badge, format_css_class
from claimcheck.reports.html.segments import Mark

# The colors of claims without a verdict. Chosen by hand, by looking at news reports.
_HIGH_CHECK_WORTHINESS = 0.7
_MEDIUM_CHECK_WORTHINESS = 0.4

NOT_FOUND, DIFFERS, NOT_CHECKED = "not-found", "differs", "not-checked"
REJECTED = "rejected"
# The marks of cards that need attention, most important first, and the words for one
# and for several such cards.
_ATTENTION = {
    "refuted": ("refuted", "refuted"),
    "conflicting-evidence": ("conflicting evidence", "conflicting evidence"),
    NOT_FOUND: ("quote not found", "quotes not found"),
    DIFFERS: ("differs from its quote", "differ from their quotes"),
    NOT_CHECKED: ("not checked", "not checked"),
    "not-enough-evidence": ("not enough evidence", "not enough evidence"),
}
_COUNTED = {
    **_ATTENTION,
    "supported": ("supported", "supported"),
    REJECTED: ("rejected", "rejected"),
}

# Labels as words in the line about reported speech: was it said?
_SAID = {
    Label.SUPPORTED: "confirmed",
    Label.REFUTED: "refuted",
    Label.CONFLICTING_EVIDENCE: "sources disagree",
    Label.NOT_ENOUGH_EVIDENCE: "not confirmed",
}
_EXTERNAL_QUESTION = "What do other sources say?"
_INSERTION = re.compile(r"\[[^\[\]]*\]")  # [what a claim adds to its quote]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class CardEvidence:
    """Evidence on a card; `anchor` is its id in the text, if shown."""

    stance: str
    text: str
    location: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class CardFinding:
    """A finding on a card; only one of two findings has a `question`.

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

    `mark` is the CSS class of its words in the text, `tags` are the values that the
    filter uses, and `anchor` is the id of its first word; None if the quote was not
    found or the text was left out. `quote` is None if it has the claim's words. `notes`
    are problems, `said` answers both questions about reported speech in one line, and
    `facts` are details that few readers look up. `decision` says what people decided.
    `is_settled`: they accepted, edited, or rejected the claim, so it needs no more
    attention.
    """

    number: int
    claim_id: str
    text: str
    mark: str
    tags: tuple[str, ...]
    name: str
    findings: tuple[CardFinding, ...]
    said: str
    speaker: str
    quote: str | None = None
    notes: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    location: str | None = None
    anchor: str | None = None
    # The filters of the page need values even where a check has none.
    kind: str = "claim"
    check_worthiness: float = 1.0
    decision: str = ""
    is_settled: bool = False

    @property
    def rank(self) -> int:
        """The card's sort key; below `len(_ATTENTION)` it needs attention."""
        if REJECTED in self.tags:
            return len(_ATTENTION) + 1
        if self.is_settled:
            return len(_ATTENTION)
        ranks = [rank for rank, mark in enumerate(_ATTENTION) if mark in self.tags]
        return min(ranks, default=len(_ATTENTION))


@dataclass(frozen=True, slots=True)
class CardGroup:
    """Cards under a title, which is empty for the only group of a page."""

    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """The number of cards with a tag: "3 refuted"."""

    tag: str
    text: str


def group_cards(cards: Sequence[Card]) -> list[CardGroup]:
    """Put the cards that need attention into a group before the others."""
    ordered = sorted(cards, key=lambda card: card.rank)
    groups: dict[str, list[Card]] = {}
    for card in ordered:
        title = "Needs attention"
        if card.rank >= len(_ATTENTION):
            title = "Rejected" if REJECTED in card.tags else "Other claims"
        groups.setdefault(title, []).append(card)
    if len(groups) == 1:
        return [CardGroup("", tuple(ordered))]
    return [CardGroup(title, tuple(members)) for title, members in groups.items()]


def count_cards(cards: Iterable[Card]) -> list[Count]:
    """Count the cards by verdict, and by problems with their quotes."""
    totals = Counter(tag for card in cards for tag in card.tags)
    counts = []
    for tag, (singular, plural) in _COUNTED.items():
        if number := totals[tag]:
            counts.append(Count(tag, f"{number} {singular if number == 1 else plural}"))
    return counts


class EvidenceAnchors:
    """Gives evidence anchors in the texts, and collects the marks there.

    `marks` are by document id, and complete once every card is built. If the texts are
    not on the page, evidence has no anchors. `counts_sources`: see `EvidenceLocator`.
    """

    def __init__(
        self,
        documents: Iterable[Document],
        *,
        on_page: bool = True,
        counts_sources: bool = False,
    ) -> None:
        self._documents = {document.id: document for document in documents}
        self._locator = locations.EvidenceLocator(
            self._documents.values(), counts_sources=counts_sources
        )
        self._names: dict[tuple[str, tuple[Excerpt, ...]], str] = {}
        self._on_page = on_page
        self.marks: dict[str, list[Mark]] = {key: [] for key in self._documents}

    def link(self, evidence: Evidence) -> CardEvidence:
        """Return the evidence for a card, linked if its text is there."""
        document = self._documents.get(evidence.document_id)
        anchor = None
        if document is None:
            location = evidence.document_id
        else:
            start = self._locator.locate(document.id, evidence.spans[0])
            location = f"{common.describe_source(document)}, {start}"
            # If the page does not have the text, there is nothing to link to.
            if document.text is not None and self._on_page:
                anchor = self._get_anchor(evidence)
        return CardEvidence(str(evidence.stance), evidence.text, location, anchor)

    def explain(self, finding: Finding) -> str:
        """Return the rationale, with the number of sources that agree."""
        return self._locator.explain(finding)

    def _get_anchor(self, evidence: Evidence) -> str:
        """Return the spans' anchor; the same spans have the same anchor."""
        key = (evidence.document_id, evidence.spans)
        # Two claims often have the same evidence, which gets one anchor.
        if key not in self._names:
            name = f"e{len(self._names) + 1}"
            self._names[key] = name
            for span in evidence.spans:
                mark = Mark(span.start, span.end, name)
                self.marks[evidence.document_id].append(mark)
        return self._names[key]


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
        findings, said = _build_verdict_parts(verdict, self.anchors, claim)
        facts = self._list_facts(claim)
        if verdict and verdict.label is Label.SUPPORTED and not findings:
            facts.insert(0, ("Why supported", verdict.finding.rationale))
        location, anchor = self._locate_quote(number, claim)
        tags = _list_tags(claim, verdict, failure)
        if judgment and judgment.is_rejected:
            tags = (REJECTED,)
        return Card(
            number=number,
            claim_id=claim.id,
            text=claim.text,
            mark=tags[0],
            tags=tags,
            name="; ".join(_COUNTED[tag][0] for tag in tags if tag in _COUNTED),
            quote=None if has_same_words(claim.text, claim.quote) else claim.quote,
            notes=tuple(_list_notes(claim, failure)),
            said=said,
            fields=tuple(common.list_field_facts(claim)),
            facts=tuple(facts),
            location=location,
            anchor=anchor,
            kind=str(claim.kind),
            speaker=common.get_speaker(claim),
            check_worthiness=claim.check_worthiness,
            findings=(*findings, *self._build_external_findings(claim)),
            decision=judgment.describe() if judgment else "",
            is_settled=bool(judgment and judgment.is_settled),
        )

    def _locate_quote(self, number: int, claim: Claim) -> tuple[str | None, str | None]:
        """Return the location of the quote, and its anchor in the text."""
        if claim.match is Match.NONE:
            return None, None
        location = locations.format_quote_location(claim, self.line_index)
        return location, f"s{number}" if self.line_index else None

    def _list_facts(self, claim: Claim) -> list[tuple[str, str]]:
        facts = common.list_claim_facts(claim)
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
    if differences := common.describe_differences(claim):
        yield f"Differs from its quote: {differences}"


def build_verdict_card(number: int, verdict: Verdict, anchors: EvidenceAnchors) -> Card:
    """Build the card of a claim that was checked without a run."""
    findings, said = _build_verdict_parts(verdict, anchors)
    mark = format_css_class(verdict.label)
    return Card(
        number=number,
        claim_id=verdict.subject,
        text=verdict.text,
        mark=mark,
        tags=(mark,),
        name=common.format_label(verdict.label),
        said=said,
        speaker=verdict.speaker or "",
        findings=findings,
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
        confidence=common.format_confidence(finding),
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
    said = common.attribute((claim and claim.speaker) or speaker)
    if content.label is Label.NOT_ENOUGH_EVIDENCE:
        # A report of a statement shows that it was made, not that it is true.
        known = "not checked here" if claim else "unknown"
        if not claim and content.rationale != finding.rationale:
            known += f". {content.rationale}"
        return findings, f"{said}: {_SAID[finding.label]}; whether it is true: {known}"
    both = (
        build_finding(finding, anchors, question=f"{said}?", claim=claim),
        build_finding(content, anchors, question=common.CONTENT_QUESTION, claim=claim),
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
