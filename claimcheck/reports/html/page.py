"""Renders a run or a check as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from claimcheck.counting import format_count
from claimcheck.models.claim import make_statement_id
from claimcheck.models.document import Document
from claimcheck.models.review import apply_decisions
from claimcheck.models.run import Check, LinkedText, Run
from claimcheck.models.verdict import Label, Verdict
from claimcheck.reports import caveats, locations, provenance, wording
from claimcheck.reports.html.assets import (
    build_content_security_policy,
    load_template,
    read_asset,
)
from claimcheck.reports.html.build_cards import (
    RunCards,
    build_finding,
    build_verdict_card,
)
from claimcheck.reports.html.cards import (
    NOT_FOUND,
    Card,
    CardFinding,
    count_cards,
    group_cards,
)
from claimcheck.reports.html.texts import (
    DocumentView,
    EvidenceAnchors,
    build_document_view,
    describe_document,
    list_run_marks,
)

_CHART_WIDTH = 1000  # units of the SVG, which scales


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """A sentence of the summary, and the numbers and marks of its claims.

    `finding` says what is wrong with the sentence; None if it is supported or was not
    checked.
    """

    text: str
    numbers: tuple[tuple[int, str], ...]
    finding: CardFinding | None


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
    finding: CardFinding | None


@dataclass(frozen=True, slots=True)
class ServerControls:
    """The controls that a page of the server has and a file does not.

    `exports` are names, URLs and file names. The server writes ClaimReview at
    `review_url` and accepts a `DELETE` at `delete_url`. `script` sends claims to
    `checks_url`, to be checked against more evidence, which the providers in `searches`
    may find. `later` has the checks of each claim by claim id. A control whose URL is
    None is left out.
    """

    exports: tuple[tuple[str, str, str], ...]
    review_url: str | None
    delete_url: str | None
    checks_url: str | None
    later: Mapping[str, Sequence[LaterCheck]]
    style: str
    script: str
    searches: Sequence[str] = ()


def render(result: Run | Check, controls: ServerControls | None = None) -> str:
    """Render the report, for a file or with a server's controls."""
    if isinstance(result, Run):
        fields = _build_run_fields(result)
    else:
        fields = _build_check_fields(result)
    # All styles are one element, and each script is another: the policy hashes
    # elements.
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
    )


def _build_run_fields(run: Run) -> dict[str, Any]:
    run = apply_decisions(run)
    document = run.document
    external = run.external_check
    found = external.documents if external else ()
    anchors = EvidenceAnchors([document, *found], counts_sources=external is not None)
    cards = RunCards(run, anchors, locations.build_line_index(document)).build()
    # The summary is built before the document, because its findings mark the text, too.
    summary_fields = _build_summary_fields(run, anchors)
    marks = [*list_run_marks(run), *anchors.marks[document.id]]
    claim_marks = {f"s{card.number}": card.mark for card in cards}
    return {
        **summary_fields,
        **_build_card_fields(cards),
        "description": describe_document(document),
        "failures": _list_failures(run),
        "notes": [
            *caveats.list_remarks(run),
            *(_list_search_notes(external) if external else ()),
        ],
        "provenance": provenance.describe_provenance(run),
        "caveat": wording.GROUNDED_CAVEAT,
        "ticks": _build_ticks(run, cards),
        "is_checked": bool(run.verdicts),
        "is_rated": True,
        "not_found": [card for card in cards if NOT_FOUND in card.tags],
        "documents": [
            build_document_view(
                document, marks, claim_marks, document.title or "The text"
            ),
            *_build_document_views(found, anchors),
        ],
    }


def _list_failures(run: Run) -> list[str]:
    """List the failures, except those that claims' cards already show."""
    claims = {claim.id for claim in run.claims}
    others = [failure for failure in run.unchecked if failure.subject not in claims]
    return [*caveats.list_failures(run), *caveats.list_unchecked(others)]


def _build_card_fields(cards: Sequence[Card]) -> dict[str, Any]:
    return {
        "cards": cards,
        "groups": group_cards(cards),
        "counts": count_cards(cards),
        "total": format_count(len(cards), "claim"),
    }


def _build_summary_fields(run: Run, anchors: EvidenceAnchors) -> dict[str, Any]:
    summary = run.summary
    if summary is None:
        return _build_empty_summary_fields(wording.get_title(run.document))
    names = wording.name_citations(run)
    verdicts = {verdict.subject: verdict for verdict in run.verdicts}

    def build_items(items: Iterable[LinkedText]) -> list[SummaryItem]:
        built = []
        for item in items:
            numbers = tuple(names[claim_id] for claim_id in item.claim_ids)
            verdict = verdicts.get(make_statement_id(item.text))
            finding = _build_problem(verdict, anchors) if verdict else None
            built.append(SummaryItem(item.text, numbers, finding))
        return built

    return {
        "title": summary.headline,
        "sentences": build_items(summary.sentences),
        "points": build_items(summary.key_points),
        "positions": build_items(map(wording.format_position, summary.positions)),
        "questions": list(summary.open_questions),
    }


def _build_problem(verdict: Verdict, anchors: EvidenceAnchors) -> CardFinding | None:
    """Build the finding of a sentence that its document does not support."""
    # Whether it was said comes first, and the summary has a badge only for that.
    if verdict.label is Label.SUPPORTED:
        return None
    return build_finding(verdict.finding, anchors)


def _build_empty_summary_fields(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "sentences": [],
        "points": [],
        "positions": [],
        "questions": [],
    }


def _build_check_fields(check: Check) -> dict[str, Any]:
    is_searched = check.search is not None
    anchors = EvidenceAnchors(check.documents, counts_sources=is_searched)
    cards = [
        build_verdict_card(number, verdict, anchors)
        for number, verdict in enumerate(check.verdicts, 1)
    ]
    failures = [
        f"No verdict ({failure.cause}): {failure.text}: {failure.message}"
        for failure in check.failures
    ]
    title = "Claims checked against evidence"
    if check.claimed_in:
        title = wording.get_title(check.claimed_in)
    elif len(check.verdicts) == 1:
        title = check.verdicts[0].text
    return {
        **_build_empty_summary_fields(title),
        **_build_card_fields(cards),
        "description": provenance.describe_search(check),
        "failures": failures,
        "notes": [
            *provenance.list_searches(check),
            *provenance.list_left_out_pages(check),
        ],
        "provenance": provenance.describe_provenance(check),
        "caveat": wording.SUPPORTED_CAVEAT,
        "ticks": [],
        "is_checked": True,
        "is_rated": False,
        "not_found": [],
        "documents": _build_document_views(check.documents, anchors),
    }


def _list_search_notes(check: Check) -> list[str]:
    """List searches, pages left out, and claims without a verdict."""
    return [
        provenance.describe_search(check),
        *provenance.list_searches(check),
        *caveats.list_unchecked(check.failures),
        *provenance.list_left_out_pages(check),
    ]


def _build_document_views(
    documents: Iterable[Document], anchors: EvidenceAnchors
) -> list[DocumentView]:
    return [
        build_document_view(
            document, anchors.marks[document.id], {}, wording.get_title(document)
        )
        for document in documents
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
