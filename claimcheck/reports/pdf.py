"""Highlights the words of each claim in a copy of the PDF itself.

PDF viewers show the claim, and its verdict if it was checked, as the comment on the
highlight.
"""

from __future__ import annotations

from collections import defaultdict
from io import BytesIO
from typing import Any, NamedTuple

from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.models.review import apply_decisions, judge_claims
from claimcheck.models.run import Run
from claimcheck.models.span import Layout, Rectangle
from claimcheck.models.verdict import Label
from claimcheck.readers.content import import_required
from claimcheck.readers.pdf import PDFIUM_LOCK
from claimcheck.readers.rectangles import add_rectangles

_YELLOW, _GREEN = (255, 230, 90), (150, 230, 150)
_RED, _ORANGE = (255, 150, 140), (255, 200, 110)
_COLORS = {
    Label.SUPPORTED: _GREEN,
    Label.REFUTED: _RED,
    Label.CONFLICTING_EVIDENCE: _ORANGE,
}
# Of 255, so that the words under a mark stay readable. Chosen by hand.
_ALPHA = 110


class _Mark(NamedTuple):
    """Words to highlight on a page, and the comment on them."""

    rectangles: tuple[Rectangle, ...]
    comment: str
    color: tuple[int, int, int]


def highlight_claims(data: bytes, run: Run) -> tuple[bytes, int]:
    """Return the PDF with a run's claims marked, and how many were not found.

    Raises:
        InputError: the document is not a PDF, or the PDF reader is not installed.
    """
    refuse_other_format(run.document)
    pdfium = import_required("pypdfium2", "pdf", run.document.source, "a PDF")
    # The run may be older than rectangles, and the file may have changed since.
    run = add_rectangles(run, Layout(pdf=data))
    missing = 0
    with PDFIUM_LOCK:
        document = pdfium.PdfDocument(data)
        try:
            for number, marks in _list_marks(run).items():
                found = [mark for mark in marks if mark.rectangles]
                missing += len(marks) - len(found)
                if not found:
                    continue
                page = document[number - 1]
                for mark in found:
                    _add_highlight(page, mark)
                page.close()
            marked = BytesIO()
            document.save(marked)
        finally:
            document.close()
    return marked.getvalue(), missing


def refuse_other_format(document: Document) -> None:
    """Raise InputError if claims can't be marked in a document."""
    if document.format != "pdf":
        raise InputError(
            f"{document.source}: is not a PDF with text, so no claims can be marked in "
            "it; use --format html"
        )


def _list_marks(run: Run) -> dict[int, list[_Mark]]:
    """Return the marks of each page, with people's decisions applied."""
    run = apply_decisions(run)
    judgments = judge_claims(run)
    verdicts = {verdict.subject: verdict.finding for verdict in run.verdicts}
    marks: defaultdict[int, list[_Mark]] = defaultdict(list)
    for claim in run.claims:
        if claim.id in judgments and judgments[claim.id].is_rejected:
            continue
        finding = verdicts.get(claim.id)
        comment, color = claim.text, _YELLOW
        if finding:
            label = finding.label.replace("_", " ")
            comment = f"{claim.text}\n\n{label}: {finding.rationale}"
            color = _COLORS.get(finding.label, _YELLOW)
        for span in claim.spans:
            marks[span.page or 1].append(_Mark(span.rectangles, comment, color))
    return marks


def _add_highlight(page: Any, mark: _Mark) -> None:
    """Add a highlight annotation (ISO 32000-1, 12.5.6.10)."""
    from pypdfium2 import raw

    annotation = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_HIGHLIGHT)
    for left, bottom, right, top in mark.rectangles:
        corners = (left, top, right, top, left, bottom, right, bottom)
        points = raw.FS_QUADPOINTSF(*corners)
        raw.FPDFAnnot_AppendAttachmentPoints(annotation, points)
    lefts, bottoms, rights, tops = zip(*mark.rectangles, strict=True)
    bounds = raw.FS_RECTF(min(lefts), max(tops), max(rights), min(bottoms))
    raw.FPDFAnnot_SetRect(annotation, bounds)
    color_type = raw.FPDFANNOT_COLORTYPE_Color
    raw.FPDFAnnot_SetColor(annotation, color_type, *mark.color, _ALPHA)
    comment = (mark.comment + "\0").encode("utf-16-le")
    text = (raw.FPDF_WCHAR * (len(comment) // 2)).from_buffer_copy(comment)
    raw.FPDFAnnot_SetStringValue(annotation, b"Contents", text)
    raw.FPDFPage_CloseAnnot(annotation)
