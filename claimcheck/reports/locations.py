"""Describes where quotes and evidence are, so that readers can find them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from claimcheck.counting import format_count
from claimcheck.models.claim import Claim, Consistency, Match
from claimcheck.models.document import Document
from claimcheck.models.span import Excerpt, LineIndex
from claimcheck.models.verdict import Evidence, Finding, Label, Stance
from claimcheck.reports.wording import DIFFERS_MARK

_STANCE_BY_LABEL = {Label.SUPPORTED: Stance.SUPPORTS, Label.REFUTED: Stance.REFUTES}


def build_line_index(document: Document) -> LineIndex | None:
    """Build the line index of a document; None if its text was left out."""
    if document.text is None:
        return None
    parts = tuple((part.source, part.start, part.end) for part in document.parts)
    return LineIndex(document.text, parts)


def format_span_location(span: Excerpt, line_index: LineIndex | None) -> str:
    """Format where a span starts, so that a reader can look it up.

    The result is the time in subtitles, the page of a PDF, and otherwise line and
    column, after the source if documents were joined. Without the text, it has only
    offsets.
    """
    part = line_index.find_part(span.start) if line_index else None
    if part:
        offset = span.start - part.start
        location = _format_location(
            part.lines.time(offset), part.lines.page(offset), part.lines, offset
        )
        return f"{part.source}, {location}"
    if line_index is None and not span.time and not span.page:
        # In a run that was saved without its text, lines can't be counted.
        return f"{span.start}-{span.end}"
    return _format_location(span.time, span.page, line_index, span.start)


def _format_location(
    time: str | None, page: int | None, line_index: LineIndex | None, offset: int
) -> str:
    if time:
        seconds, _, _ = time.partition(".")
        return seconds
    if page or line_index is None:
        return f"p. {page}"
    line, column = line_index.position(offset)
    return f"{line}:{column}"


def format_claim_location(claim: Claim, line_index: LineIndex | None) -> str:
    """Format where a quote is, or that it was not found."""
    if claim.match is Match.NONE:
        return "NOT FOUND"
    mark = f" {DIFFERS_MARK}" if claim.consistency is Consistency.DIFFERS else ""
    return format_quote_location(claim, line_index, mark)


def format_quote_location(
    claim: Claim, line_index: LineIndex | None, mark: str = ""
) -> str:
    """Format where a quote that was found is: "3:14 (fuzzy)MARK; also 9:2"."""
    starts = _list_locations(claim.spans, line_index)
    location = " + ".join(starts)
    if claim.spans[0].time and len(starts) > 1:
        # A quote from subtitles has a span per cue: its times are a range, not a list.
        location = f"{starts[0]} to {starts[-1]}"
    if claim.match is not Match.EXACT:
        location += f" ({claim.match})"
    location += mark
    # The document repeats the quote there; one location is enough to check it.
    if claim.also_at:
        location += f"; also {', '.join(_list_locations(claim.also_at, line_index))}"
    return location


def _list_locations(
    spans: Iterable[Excerpt], line_index: LineIndex | None
) -> list[str]:
    """List the spans' locations, each once."""
    return list(dict.fromkeys(format_span_location(span, line_index) for span in spans))


def _describe_dated_source(document: Document) -> str:
    # A reader who weighs the evidence has to know how old a page is.
    if document.url and document.published:
        return f"{document.source} ({document.published})"
    return document.source


def _get_site(document: Document) -> str:
    host = urlsplit(document.url or "").hostname
    return host.removeprefix("www.") if host else document.id


class EvidenceLocator:
    """Describes where evidence in these documents is.

    With `counts_sources`, it also says how many sources agree; set it only if copies
    were left out.
    """

    def __init__(
        self, documents: Iterable[Document], *, counts_sources: bool = False
    ) -> None:
        self._counts_sources = counts_sources
        self._sites: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        self._line_indexes: dict[str, LineIndex | None] = {}
        self._joined: set[str] = set()
        for document in documents:
            self._sources[document.id] = _describe_dated_source(document)
            self._sites[document.id] = _get_site(document)
            self._line_indexes[document.id] = build_line_index(document)
            if document.parts and document.text:
                self._joined.add(document.id)

    def explain(self, finding: Finding) -> str:
        """Return the rationale, with the number of sources that agree."""
        stance = _STANCE_BY_LABEL.get(finding.label)
        if stance is None or not self._counts_sources:
            return finding.rationale
        # Documents of one site count as one source.
        agreeing = {
            self._sites.get(evidence.document_id, evidence.document_id)
            for evidence in finding.evidence
            if evidence.stance is stance
        }
        if not agreeing:
            return finding.rationale
        sources = format_count(len(agreeing), "independent source")
        verb = "agrees" if len(agreeing) == 1 else "agree"
        return f"{finding.rationale} {sources} {verb}."

    def describe(self, evidence: Evidence) -> str:
        """Return the source and the locations: "report.pdf, p. 3 + p. 4"."""
        document_id = evidence.document_id
        # If the document is missing, its id at least tells evidence apart.
        source = self._sources.get(document_id, document_id)
        locations = [self.locate(document_id, span) for span in evidence.spans]
        # Locations in joined documents already name their source.
        named = [] if document_id in self._joined else [source]
        return ", ".join([*named, " + ".join(locations)])

    def locate(self, document_id: str, span: Excerpt) -> str:
        """Return where a span of a document starts."""
        return format_span_location(span, self._line_indexes.get(document_id))
