"""A run or a check as one HTML file. Everything is in it, and only its own script may run (Content Security Policy)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claimcheck.models.claim import make_statement_id
from claimcheck.models.document import Document
from claimcheck.models.run import Check, LinkedText, Run, Status
from claimcheck.models.verdict import Verdict
from claimcheck.reports import common, verdicts_text
from claimcheck.reports.html.assets import (
    build_content_security_policy,
    load_template,
    read_asset,
    replace_control_characters,
)
from claimcheck.reports.html.cards import (
    LABEL_NAMES,
    Anchors,
    Card,
    CardFinding,
    build_claim_card,
    build_findings,
    build_verdict_card,
    format_date,
)
from claimcheck.reports.html.segments import Mark, Segment, split_blocks

_VERDICT_MARKS = ("refuted", "conflicting-evidence", "not-enough-evidence", "supported")
_WORTH_MARKS = ("worth-high", "worth-middle", "worth-low")
_CHART_UNITS = 1000
_MIN_WRAPPED_LINES, _MIN_MEDIAN_LENGTH, _MAX_LINE_LENGTH = (
    5,
    50,
    120,
)  # of a text with broken lines: half of them, and all but one in twenty


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """A sentence of the summary, the numbers of its claims, and what became of it."""

    text: str
    numbers: tuple[int, ...]
    answer: CardFinding | None


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of text as the template writes it: `mark` is its class, `numbers` its claims, `anchors` what begins here."""

    text: str
    mark: str
    numbers: tuple[int, ...]
    anchors: tuple[str, ...]
    evidence: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document on the page: what is known of it, and its text in marked pieces, None where it was left out.

    `wrapped`: its lines were broken by the width of some page, and need not be broken there again.
    """

    title: str
    about: str
    wrapped: bool
    blocks: tuple[tuple[TextPiece, ...], ...] | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A claim on the chart, at so many thousandths of the document."""

    number: int
    place: float
    mark: str


@dataclass(frozen=True, slots=True)
class LaterCheck:
    """A check of a claim that was made after the run, and its page."""

    label: str
    name: str
    url: str
    told: str


@dataclass(frozen=True, slots=True)
class ServerControls:
    """What a report has besides, where a server shows it: exports by name, address and file name, and checks by claim.

    `script` sends claims to `checks_url` to be checked against added evidence; without a `checks_url` none can be. At
    `review_url` there is ClaimReview, for who says on which page the review will stand; a `DELETE` of `delete_url` deletes.
    """

    exports: tuple[tuple[str, str, str], ...]
    review_url: str | None
    delete_url: str | None
    checks_url: str | None
    later: Mapping[str, Sequence[LaterCheck]]
    style: str
    script: str


def render(result: Run | Check, served: ServerControls | None = None) -> str:
    """The report as an HTML document: one that stands alone, or the view of a server."""
    fields = (
        _build_run_fields(result)
        if isinstance(result, Run)
        else _build_check_fields(result)
    )
    style = read_asset("report.css") + (served.style if served else "")
    scripts = [
        read_asset("report.js"),
        *([served.script] if served and served.script else []),
    ]
    return load_template("page.html.j2").render(
        **fields,
        served=served,
        style=style,
        scripts=scripts,
        policy=build_content_security_policy([style], scripts, asks=served is not None),
        legend={
            name: LABEL_NAMES[label]
            for label in LABEL_NAMES
            for name in [str(label).replace("_", "-")]
        },
    )


def _build_run_fields(run: Run) -> dict[str, object]:
    anchors = Anchors({run.document.id: run.document})
    places = common.build_line_index(run)
    verdicts = {verdict.subject: verdict for verdict in run.verdicts}
    number_of = common.number_claims(run)
    cards = [
        build_claim_card(
            run, number_of[claim.id], verdicts.get(claim.id), anchors, places
        )
        for claim in run.claims
    ]
    marks = [
        Mark(span.start, span.end, f"s{number_of[claim.id]}")
        for claim in run.claims
        for span in (*claim.spans, *claim.also_at)
    ]
    aside = {Status.SET_ASIDE: "aside", Status.FAILED: "failed"}
    marks += [
        Mark(entry.start, entry.end, aside[entry.status])
        for entry in run.ledger
        if entry.status in aside
    ]

    def told(items: Sequence[LinkedText]) -> list[SummaryItem]:
        return [
            SummaryItem(
                item.text,
                tuple(number_of[identity] for identity in item.claim_ids),
                _build_first_finding(
                    verdicts.get(make_statement_id(item.text)), anchors
                ),
            )
            for item in items
        ]

    summary = run.summary
    fields = {
        "title": summary.headline
        if summary
        else run.document.title or run.document.source,
        "sentences": told(summary.sentences) if summary else [],
        "points": told(summary.key_points) if summary else [],
        "positions": [
            SummaryItem(
                f"{item.party}: {item.position}",
                tuple(number_of[identity] for identity in item.claim_ids),
                None,
            )
            for item in (summary.positions if summary else ())
        ],
        "questions": list(summary.open_questions) if summary else [],
        "counted": f"Held against the document: {verdicts_text.format_label_counts(run.verdicts)}"
        if run.verdicts
        else "",
        "warnings": common.list_warnings(run),
        "made_by": common.describe_provenance(run),
        "meaning": "Grounded means found in the document; it does not mean true.",
        "cards": cards,
        "ticks": _build_ticks(run, cards),
        "checked": bool(run.verdicts),
        "rated": True,
        "apart": [
            card
            for card in cards
            if card.where and not card.anchor and run.document.text is not None
        ],
    }
    marks += anchors.marks[run.document.id]
    return {**fields, "documents": [_build_document_view(run.document, marks, cards)]}


def _build_check_fields(check: Check) -> dict[str, object]:
    documents = {document.id: document for document in check.documents}
    anchors = Anchors(documents)
    cards = [
        build_verdict_card(number, verdict, anchors)
        for number, verdict in enumerate(check.verdicts, 1)
    ]
    marks = anchors.marks
    warnings = [
        f"No verdict ({failure.cause}): {failure.text}: {failure.message}"
        for failure in check.failures
    ]
    return {
        "title": verdicts_text.format_label_counts(check.verdicts),
        "sentences": [],
        "points": [],
        "positions": [],
        "questions": [],
        "counted": "",
        "warnings": warnings,
        "made_by": common.describe_provenance(check),
        "meaning": verdicts_text.SUPPORTED_CAVEAT,
        "cards": cards,
        "ticks": [],
        "checked": True,
        "rated": False,
        "apart": [],
        "documents": [
            _build_document_view(document, marks[document.id], cards)
            for document in check.documents
        ],
    }


def _build_first_finding(
    verdict: Verdict | None, anchors: Anchors
) -> CardFinding | None:
    return build_findings(verdict, anchors)[0] if verdict else None


def _build_ticks(run: Run, cards: Sequence[Card]) -> list[Tick]:
    length = run.document.characters
    return [
        Tick(
            card.number,
            round(_CHART_UNITS * claim.spans[0].start / length, 1),
            card.mark,
        )
        for claim, card in zip(run.claims, cards, strict=True)
        if claim.spans
    ]


def _build_document_view(
    document: Document, marks: Sequence[Mark], cards: Sequence[Card]
) -> DocumentView:
    about = [
        document.source,
        format_date(document.published),
        f"{document.characters:,} characters",
    ]
    made = None
    if document.text is not None:
        mark_of = {f"s{card.number}": card.mark for card in cards}
        made = tuple(
            tuple(_build_text_piece(segment, mark_of) for segment in block)
            for block in split_blocks(document.text, marks)
        )
    wrapped = document.text is not None and _is_wrapped(document.text)
    return DocumentView(
        document.title or document.source, " · ".join(about), wrapped, made
    )


def _is_wrapped(text: str) -> bool:
    lengths = sorted(len(line) for line in text.splitlines() if line.strip())
    if len(lengths) < _MIN_WRAPPED_LINES:
        return False
    return (
        lengths[len(lengths) // 2] >= _MIN_MEDIAN_LENGTH
        and lengths[len(lengths) * 19 // 20] <= _MAX_LINE_LENGTH
    )


def _build_text_piece(segment: Segment, mark_of: dict[str, str]) -> TextPiece:
    claims = [name for name in segment.names if name in mark_of]
    classes = {mark_of[name] for name in claims}
    strongest = next(
        (name for name in (*_VERDICT_MARKS, *_WORTH_MARKS) if name in classes), ""
    )
    state = next((name for name in ("failed", "aside") if name in segment.names), "")
    return TextPiece(
        text=replace_control_characters(segment.text),
        mark=strongest or state,
        numbers=tuple(int(name[1:]) for name in claims),
        anchors=tuple(
            sorted(
                (name for name in segment.begins if name not in ("aside", "failed")),
                key=_parse_anchor,
            )
        ),
        evidence=any(name.startswith("e") for name in segment.names),
    )


def _parse_anchor(name: str) -> tuple[str, int]:
    return name[0], int(name[1:])
