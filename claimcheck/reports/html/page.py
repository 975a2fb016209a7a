"""A run or a check as one HTML file, which needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from claimcheck.models.claim import make_statement_id
from claimcheck.models.document import Document
from claimcheck.models.run import Check, LinkedText, Run, Status
from claimcheck.models.verdict import Label, Verdict
from claimcheck.reports import common
from claimcheck.reports.html.assets import (
    build_content_security_policy,
    format_badge,
    format_css_class,
    load_template,
    read_asset,
    replace_control_characters,
)
from claimcheck.reports.html.cards import (
    Card,
    CardFinding,
    EvidenceAnchors,
    build_claim_card,
    build_findings,
    build_verdict_card,
)
from claimcheck.reports.html.segments import Mark, Segment, split_blocks

# Where marks overlap, the first of these gives the text its color.
_MARK_PRECEDENCE = (
    "refuted",
    "conflicting-evidence",
    "differs",
    "not-enough-evidence",
    "supported",
    "worth-high",
    "worth-middle",
    "worth-low",
)
_LEDGER_MARKS = {Status.SET_ASIDE: "aside", Status.FAILED: "failed"}
_CHART_WIDTH = 1000  # units of the SVG, which scales

# A text is hard-wrapped if it has several lines, half of them are at least this long,
# and 19 of 20 are no longer than a line of a page. Chosen by hand.
_MIN_WRAPPED_LINES = 5
_MIN_MEDIAN_LENGTH = 50  # characters
_MAX_LINE_LENGTH = 120  # characters


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """A sentence of the summary, its claims' numbers, and its finding."""

    text: str
    numbers: tuple[int, ...]
    finding: CardFinding | None


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a document's text.

    `mark` is its CSS class, `numbers` are the claims that quote it, and `anchors` the
    ids of what starts here.
    """

    text: str
    mark: str
    numbers: tuple[int, ...]
    anchors: tuple[str, ...]
    is_evidence: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document on the page; `blocks` is None if its text was left out.

    The line breaks of an `is_wrapped` text need not be shown: they are those of the
    page that it was written for.
    """

    title: str
    description: str
    is_wrapped: bool
    blocks: tuple[tuple[TextPiece, ...], ...] | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A claim on the chart; `position` is in thousandths of the document."""

    number: int
    position: float
    mark: str


@dataclass(frozen=True, slots=True)
class LaterCheck:
    """A check of a claim that was made after the run, and its page."""

    label: str
    name: str
    url: str
    description: str


@dataclass(frozen=True, slots=True)
class ServerControls:
    """What a page of the server has that a file has not.

    `exports` are names, URLs and file names. At `review_url` the server writes
    ClaimReview; `delete_url` takes a `DELETE`. `script` sends claims to `checks_url`,
    to be checked against more evidence. `later` has the checks of each claim, by its
    id. Without a URL its control is left out.
    """

    exports: tuple[tuple[str, str, str], ...]
    review_url: str | None
    delete_url: str | None
    checks_url: str | None
    later: Mapping[str, Sequence[LaterCheck]]
    style: str
    script: str


def render(result: Run | Check, controls: ServerControls | None = None) -> str:
    """Render the report, for a file or with a server's controls."""
    if isinstance(result, Run):
        fields = _build_run_fields(result)
    else:
        fields = _build_check_fields(result)
    # The styles are one element, each script is its own: the policy hashes elements.
    style = read_asset("report.css")
    scripts = [read_asset("report.js")]
    if controls:
        style += controls.style
        if controls.script:
            scripts.append(controls.script)
    policy = build_content_security_policy(
        [style], scripts, allow_requests=controls is not None
    )
    return load_template("page.html.j2").render(
        **fields,
        controls=controls,
        style=style,
        scripts=scripts,
        policy=policy,
        legend={format_css_class(label): format_badge(label) for label in Label},
    )


def _build_run_fields(run: Run) -> dict[str, Any]:
    document = run.document
    line_index = common.build_line_index(document)
    verdicts = {verdict.subject: verdict for verdict in run.verdicts}
    external = run.external_check
    documents = [document, *(external.documents if external else ())]
    anchors = EvidenceAnchors(documents, counts_sources=external is not None)
    cards = [
        build_claim_card(run, number, verdicts.get(claim.id), anchors, line_index)
        for number, claim in enumerate(run.claims, 1)
    ]
    # The summary before the document: its findings add marks to the text, too.
    summary_fields = _build_summary_fields(run, verdicts, anchors)
    marks = [*_list_run_marks(run), *anchors.marks[document.id]]
    return {
        **summary_fields,
        "check_heading": common.format_check_heading(run) if run.verdicts else "",
        "warnings": [
            *common.list_warnings(run),
            *common.list_set_aside(run),
            *(_list_search_notes(external) if external else ()),
        ],
        "provenance": common.describe_provenance(run),
        "caveat": common.GROUNDED_CAVEAT,
        "cards": cards,
        "ticks": _build_ticks(run, cards),
        "is_checked": bool(run.verdicts),
        "is_rated": True,
        "not_found": [
            card
            for card in cards
            if card.location and not card.anchor and document.text is not None
        ],
        "documents": [
            _build_document_view(document, marks, cards),
            *[
                _build_document_view(other, anchors.marks[other.id], cards)
                for other in documents[1:]
            ],
        ],
    }


def _build_summary_fields(
    run: Run, verdicts: Mapping[str, Verdict], anchors: EvidenceAnchors
) -> dict[str, Any]:
    number_of = common.number_claims(run)

    def build_items(items: Iterable[LinkedText]) -> list[SummaryItem]:
        built = []
        for item in items:
            numbers = tuple(number_of[claim_id] for claim_id in item.claim_ids)
            verdict = verdicts.get(make_statement_id(item.text))
            # Whether it was said comes first; the summary has a badge for this only.
            finding = build_findings(verdict, anchors)[0] if verdict else None
            built.append(SummaryItem(item.text, numbers, finding))
        return built

    summary = run.summary
    if summary is None:
        title = common.get_title(run.document)
        return _build_empty_summary_fields(title)
    return {
        "title": summary.headline,
        "sentences": build_items(summary.sentences),
        "points": build_items(summary.key_points),
        "positions": build_items(map(common.format_position, summary.positions)),
        "questions": list(summary.open_questions),
    }


def _build_empty_summary_fields(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "sentences": [],
        "points": [],
        "positions": [],
        "questions": [],
    }


def _list_run_marks(run: Run) -> list[Mark]:
    """List the marks of claims, and of text that was set aside or failed."""
    marks = []
    for number, claim in enumerate(run.claims, 1):
        for span in (*claim.spans, *claim.also_at):
            marks.append(Mark(span.start, span.end, f"s{number}"))
    for entry in run.ledger:
        if entry.status in _LEDGER_MARKS:
            marks.append(Mark(entry.start, entry.end, _LEDGER_MARKS[entry.status]))
    return marks


def _build_check_fields(check: Check) -> dict[str, Any]:
    is_searched = check.search is not None
    anchors = EvidenceAnchors(check.documents, counts_sources=is_searched)
    cards = [
        build_verdict_card(number, verdict, anchors)
        for number, verdict in enumerate(check.verdicts, 1)
    ]
    documents = [
        _build_document_view(document, anchors.marks[document.id], cards)
        for document in check.documents
    ]
    return {
        **_build_empty_summary_fields(common.format_label_counts(check.verdicts)),
        "check_heading": "",
        "warnings": _list_search_notes(check),
        "provenance": common.describe_provenance(check),
        "caveat": common.SUPPORTED_CAVEAT,
        "cards": cards,
        "ticks": [],
        "is_checked": True,
        "is_rated": False,
        "not_found": [],
        "documents": documents,
    }


def _list_search_notes(check: Check) -> list[str]:
    """List the claims without a verdict, what was searched, and left out."""
    notes = [
        f"No verdict ({failure.cause}): {failure.text}: {failure.message}"
        for failure in check.failures
    ]
    if check.search:
        notes.append(common.describe_search(check))
    return [
        *notes,
        *(f"Left out: {line}" for line in common.list_left_out_pages(check)),
    ]


def _build_ticks(run: Run, cards: Sequence[Card]) -> list[Tick]:
    characters = run.document.characters
    ticks = []
    for claim, card in zip(run.claims, cards, strict=True):
        if claim.spans:
            # Where the first span starts; a quote in several parts has one tick.
            position = _CHART_WIDTH * claim.spans[0].start / characters
            ticks.append(Tick(card.number, round(position, 1), card.mark))
    return ticks


def _build_document_view(
    document: Document, marks: Sequence[Mark], cards: Sequence[Card]
) -> DocumentView:
    description = [
        document.source,
        _format_date(document.published),
        f"{document.characters:,} characters",
    ]
    blocks = None
    if document.text is not None:
        mark_of = {f"s{card.number}": card.mark for card in cards}
        blocks = tuple(
            tuple(_build_text_piece(segment, mark_of) for segment in block)
            for block in split_blocks(document.text, marks)
        )
    return DocumentView(
        title=common.get_title(document),
        description=" · ".join(description),
        is_wrapped=document.text is not None and _is_wrapped(document.text),
        blocks=blocks,
    )


def _format_date(published: date | None) -> str:
    """Format a date for readers: "3 May 2021"."""
    return f"{published.day} {published:%B %Y}" if published else "date not known"


def _is_wrapped(text: str) -> bool:
    """Whether lines end where a page ended, not where a paragraph ends."""
    # Not the longest line: a heading or a URL may be longer than the page.
    lengths = sorted(len(line) for line in text.splitlines() if line.strip())
    if len(lengths) < _MIN_WRAPPED_LINES:
        return False
    median = lengths[len(lengths) // 2]
    percentile_95 = lengths[len(lengths) * 19 // 20]
    return median >= _MIN_MEDIAN_LENGTH and percentile_95 <= _MAX_LINE_LENGTH


def _build_text_piece(segment: Segment, mark_of: Mapping[str, str]) -> TextPiece:
    claims = [name for name in segment.names if name in mark_of]
    marks = {mark_of[name] for name in claims}
    # A claim in a failed passage keeps its own color.
    mark = _choose_first(_MARK_PRECEDENCE, marks)
    if not mark:
        mark = _choose_first(("failed", "aside"), segment.names)
    # Nothing links to text that was set aside or failed.
    starting = [name for name in segment.starting if name not in ("aside", "failed")]
    return TextPiece(
        text=replace_control_characters(segment.text),
        mark=mark,
        numbers=tuple(_parse_anchor(name)[1] for name in claims),
        anchors=tuple(sorted(starting, key=_parse_anchor)),
        is_evidence=any(name.startswith("e") for name in segment.names),
    )


def _choose_first(precedence: Sequence[str], names: Iterable[str]) -> str:
    """Return the name that comes first in `precedence`; empty if none does."""
    present = set(names)
    return next((name for name in precedence if name in present), "")


def _parse_anchor(name: str) -> tuple[str, int]:
    """Split "s12" (a claim) or "e3" (evidence) into its letter and number."""
    return name[0], int(name[1:])
