"""Prepares the texts on a page, with the marks of claims and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from claimcheck.models.document import Document
from claimcheck.models.run import LedgerStatus, Run
from claimcheck.reports import common
from claimcheck.reports.html.assets import replace_control_characters
from claimcheck.reports.html.cards import Card
from claimcheck.reports.html.segments import Mark, Segment, split_blocks

# Where marks overlap, the first of these gives the text its color.
_MARK_PRECEDENCE = (
    "refuted",
    "conflicting-evidence",
    "differs",
    "not-enough-evidence",
    "not-checked",
    "supported",
    "worth-high",
    "worth-middle",
    "worth-low",
    "rejected",
)
_LEDGER_MARKS = {LedgerStatus.SET_ASIDE: "aside", LedgerStatus.FAILED: "failed"}

# A text is hard-wrapped if it has several lines, half of them have at least the median
# length below, and 19 of 20 are no longer than a line of a page. Chosen by hand.
_MIN_WRAPPED_LINES = 5
_MIN_MEDIAN_LENGTH = 50  # characters
_MAX_LINE_LENGTH = 120  # characters


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a document's text.

    `mark` is its CSS class, `numbers` are those of the claims that quote it, and
    `anchors` are the ids of the claims and evidence that start here.
    """

    text: str
    mark: str
    numbers: tuple[int, ...]
    anchors: tuple[str, ...]
    is_evidence: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document on the page; `blocks` is None if its text was left out.

    If the text `is_wrapped`, its line breaks need not be shown: they belong to the page
    that it was written for.
    """

    title: str
    description: str
    is_wrapped: bool
    blocks: tuple[tuple[TextPiece, ...], ...] | None


def list_run_marks(run: Run) -> list[Mark]:
    """List the marks of claims, and of text that was set aside or failed."""
    marks = []
    for number, claim in enumerate(run.claims, 1):
        for span in (*claim.spans, *claim.also_at):
            marks.append(Mark(span.start, span.end, f"s{number}"))
    for entry in run.ledger:
        if entry.status in _LEDGER_MARKS:
            marks.append(Mark(entry.start, entry.end, _LEDGER_MARKS[entry.status]))
    return marks


def build_document_view(
    document: Document, marks: Sequence[Mark], cards: Sequence[Card], title: str
) -> DocumentView:
    """Build a text for the page, under a title."""
    blocks = None
    if document.text is not None:
        mark_of = {f"s{card.number}": card.mark for card in cards}
        blocks = tuple(
            tuple(_build_text_piece(segment, mark_of) for segment in block)
            for block in split_blocks(document.text, marks)
        )
    return DocumentView(
        title=title,
        description=describe_document(document, title),
        is_wrapped=document.text is not None and _is_wrapped(document.text),
        blocks=blocks,
    )


def describe_document(document: Document, title: str = "") -> str:
    """Describe a document's source, author, date, and length.

    The source is left out if it is the title.
    """
    source = common.describe_source(document)
    parts = [
        "" if source == title else source,
        document.author and f"by {document.author}",
        _format_date(document.published),
        f"{document.characters:,} characters",
    ]
    return " · ".join(part for part in parts if part)


def _format_date(published: date | None) -> str:
    """Format a date for readers: "3 May 2021"."""
    return f"{published.day} {published:%B %Y}" if published else "date unknown"


def _is_wrapped(text: str) -> bool:
    """Return whether lines end at the margin of a page, not of a paragraph."""
    # The longest line does not count: a heading or URL may be longer than the page.
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
