"""Adds to the spans of a run where they are on the pages."""

from __future__ import annotations

from dataclasses import replace

from claimcheck.models.run import Run
from claimcheck.models.span import Excerpt, Layout, Rectangle
from claimcheck.readers.pdf_places import PageExcerpt, add_to_line, normalize_letters
from claimcheck.readers.sandbox import locate_within_limits


def add_rectangles(run: Run, layout: Layout) -> Run:
    """Return the run with the rectangles of its claims' spans, and no layout.

    Spans that are not found have none.
    """
    run = replace(run, document=replace(run.document, layout=None))
    spans = sorted({span for claim in run.claims for span in claim.spans})
    if layout.pdf is not None:
        text = run.document.text or ""
        excerpts = [_extract_from_page(text, span) for span in spans]
        found = locate_within_limits(layout.pdf, excerpts)
    else:
        found = [_join_words(layout, span) for span in spans]
    located = {
        span: replace(span, rectangles=tuple(rectangles))
        for span, rectangles in zip(spans, found, strict=True)
    }
    claims = [
        replace(claim, spans=tuple(located[span] for span in claim.spans))
        for claim in run.claims
    ]
    return replace(run, claims=tuple(claims))


def _extract_from_page(text: str, span: Excerpt) -> PageExcerpt:
    page_start = text.rfind("\f", 0, span.start) + 1
    letters_before = len(normalize_letters(text[page_start : span.start]))
    return PageExcerpt(span.page or 1, letters_before, span.text)


def _join_words(layout: Layout, span: Excerpt) -> list[Rectangle]:
    """Return a rectangle for each line of recognized words."""
    lines: list[Rectangle] = []
    for start, end, (left, bottom, right, top) in layout.words:
        if start >= span.end or end <= span.start:
            continue
        # The span may begin or end within what was taken for a word.
        width = (right - left) / (end - start)
        first = left + width * max(0, span.start - start)
        last = right - width * max(0, end - span.end)
        add_to_line(lines, (first, bottom, last, top))
    return lines
