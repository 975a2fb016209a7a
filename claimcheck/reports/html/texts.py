"""Prepares the texts on a page, with the marks of claims and evidence.

Marks may overlap, but HTML elements must nest, so a text is split into segments, each
with all the marks on it, and each segment is one element. Offsets are code points, as
everywhere. A browser would count UTF-16 units, so scripts never count.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from claimcheck.models.document import Document
from claimcheck.models.run import LedgerStatus, Run
from claimcheck.models.span import Excerpt
from claimcheck.models.verdict import Evidence, Finding
from claimcheck.reports import locations, wording
from claimcheck.reports.html.assets import replace_control_characters

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

_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")
# A browser renders a long text block by block, as it scrolls into view (CSS
# `content-visibility`): a text without blank lines must not be a single block.
_MAX_BLOCK_LENGTH = 3_000  # characters

# A text is hard-wrapped if it has several lines, half of them have at least the median
# length below, and 19 of 20 are no longer than a line of a page. Chosen by hand.
_MIN_WRAPPED_LINES = 5
_MIN_MEDIAN_LENGTH = 50  # characters
_MAX_LINE_LENGTH = 120  # characters


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """The characters [start, end) belong to `name`.

    A name is a claim ("s3"), evidence ("e2"), "aside" or "failed".
    """

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Text with the same marks from end to end.

    `names` are the marks on it, and `starting` are those that occur for the first time.
    """

    text: str
    names: tuple[str, ...]
    starting: tuple[str, ...]


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


@dataclass(frozen=True, slots=True)
class CardEvidence:
    """Evidence on a card; `anchor` is its id in the text, if shown."""

    stance: str
    text: str
    location: str
    anchor: str | None


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
            location = f"{wording.describe_source(document)}, {start}"
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
    document: Document,
    marks: Sequence[Mark],
    claim_marks: Mapping[str, str],
    title: str,
) -> DocumentView:
    """Build a text for the page, under a title.

    `claim_marks` maps the anchors of claims to CSS classes: `{"s3": "refuted"}`.
    """
    blocks = None
    if document.text is not None:
        blocks = tuple(
            tuple(_build_text_piece(segment, claim_marks) for segment in block)
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
    source = wording.describe_source(document)
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


def _build_text_piece(segment: Segment, claim_marks: Mapping[str, str]) -> TextPiece:
    claims = [name for name in segment.names if name in claim_marks]
    marks = {claim_marks[name] for name in claims}
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


def split_blocks(text: str, marks: Iterable[Mark]) -> Iterator[list[Segment]]:
    """Split the text into blocks of segments, at paragraphs if possible."""
    ordered = sorted(mark for mark in marks if mark.start < mark.end)
    starts: dict[int, list[Mark]] = defaultdict(list)
    ends: dict[int, list[str]] = defaultdict(list)
    for mark in ordered:
        starts[mark.start].append(mark)
        ends[mark.end].append(mark.name)
    boundaries = set(_find_block_boundaries(text))

    active: Counter[str] = Counter()  # a counter, as marks of one name may overlap
    seen: set[str] = set()
    block: list[Segment] = []
    for start, end in pairwise(sorted({*boundaries, *starts, *ends})):
        active.subtract(ends[start])
        starting = []
        for mark in starts[start]:
            active[mark.name] += 1
            if mark.name not in seen:
                seen.add(mark.name)
                starting.append(mark.name)
        names = tuple(name for name, count in active.items() if count > 0)
        block.append(Segment(text[start:end], names, tuple(starting)))
        if end in boundaries:
            yield block
            block = []


def _find_block_boundaries(text: str) -> Sequence[int]:
    """Return the offset of each block's start, and of the end of the text."""
    paragraphs = {0, len(text)}
    for match in _BLANK_LINES.finditer(text):
        paragraphs.add(match.end())
    boundaries = [0]
    for start, end in pairwise(sorted(paragraphs)):
        while end - boundaries[-1] > _MAX_BLOCK_LENGTH:
            boundaries.append(_find_cut(text, boundaries[-1], start))
        if end > boundaries[-1]:
            boundaries.append(end)
    return boundaries


def _find_cut(text: str, block_start: int, paragraph_start: int) -> int:
    """Return where to cut a long block, if possible after a space."""
    limit = block_start + _MAX_BLOCK_LENGTH
    space = text.rfind(" ", block_start + 1, limit)
    return space + 1 if space > max(block_start, paragraph_start) else limit
