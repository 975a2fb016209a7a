"""PDF: the document itself, with the words of each claim highlighted.

A reader of PDFs shows the claim, and its verdict if it was checked, as the comment of
the highlight.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import Any, NamedTuple

from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.models.review import apply_decisions, judge_claims
from claimcheck.models.run import Run
from claimcheck.models.verdict import Label
from claimcheck.readers.content import import_required
from claimcheck.readers.pdf import PDFIUM_LOCK

_YELLOW, _GREEN = (255, 230, 90), (150, 230, 150)
_RED, _ORANGE = (255, 150, 140), (255, 200, 110)
_COLORS = {
    Label.SUPPORTED: _GREEN,
    Label.REFUTED: _RED,
    Label.CONFLICTING_EVIDENCE: _ORANGE,
}
_ALPHA = 110
# A line of fewer letters may be in other places, too. Chosen by hand.
_MIN_LINE_LETTERS = 10


class _Mark(NamedTuple):
    """Words to highlight on a page, and the comment on them."""

    start: int
    text: str
    comment: str
    color: tuple[int, int, int]


def highlight_claims(data: bytes, run: Run) -> tuple[bytes, int]:
    """Return a PDF with its run's claims marked, and how many are not found.

    Raises:
        InputError: the document is not a PDF, or the reader is not installed.
    """
    refuse_other_format(run.document)
    pdfium = import_required("pypdfium2", "pdf", run.document.source, "a PDF")
    missing = 0
    with PDFIUM_LOCK:
        document = pdfium.PdfDocument(data)
        try:
            for number, marks in _list_marks(run).items():
                if number > len(document):  # the file has changed since
                    missing += len(marks)
                    continue
                page = document[number - 1]
                missing += _mark_page(page, sorted(marks))
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
    """Return the marks of each page, as people decided."""
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
            marks[span.page or 1].append(_Mark(span.start, span.text, comment, color))
    return marks


def _mark_page(page: Any, marks: list[_Mark]) -> int:
    """Highlight marks in the order of the text; return how many it lacks."""
    text_page = page.get_textpage()
    letters, indexes = _read_letters(text_page)
    missing = position = 0
    for mark in marks:
        ranges = list(_find_ranges(mark.text, letters, position))
        for start, end in ranges:
            first, last = indexes[start], indexes[end - 1]
            _add_highlight(page, text_page, mark, first, last - first + 1)
        if ranges:
            position = ranges[0][0]
        missing += not ranges
    text_page.close()
    return missing


def _read_letters(text_page: Any) -> tuple[str, list[int]]:
    """Return the letters and digits of a page, and which character each is."""
    from pypdfium2 import raw

    letters: list[str] = []
    indexes: list[int] = []
    for index in range(text_page.count_chars()):
        found = _keep_letters(chr(raw.FPDFText_GetUnicode(text_page, index)))
        letters.append(found)
        indexes += [index] * len(found)
    return "".join(letters), indexes


def _keep_letters(text: str) -> str:
    """Undo what layout changes: spaces, hyphens, ligatures, raised digits."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


def _find_ranges(text: str, letters: str, position: int) -> Iterator[tuple[int, int]]:
    """Yield where a text is: whole, or line by line if columns part it."""
    lines = [_keep_letters(line) for line in text.splitlines()]
    whole = "".join(lines)
    start = _find(whole, letters, position)
    if start >= 0:
        yield start, start + len(whole)
        return
    for line in lines:
        start = _find(line, letters, position)
        if start >= 0 and len(line) >= _MIN_LINE_LETTERS:
            yield start, start + len(line)


def _find(part: str, letters: str, position: int) -> int:
    """Return where a part is, preferably after a position; -1 if nowhere."""
    start = letters.find(part, position)
    return start if start >= 0 else letters.find(part)


def _add_highlight(
    page: Any, text_page: Any, mark: _Mark, index: int, count: int
) -> None:
    """Add an annotation over some characters (ISO 32000-1, 12.5.6.10)."""
    from pypdfium2 import raw

    rectangles = [
        text_page.get_rect(number)
        for number in range(text_page.count_rects(index, count))
    ]
    if not rectangles:
        return
    annotation = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_HIGHLIGHT)
    for left, bottom, right, top in rectangles:
        corners = (left, top, right, top, left, bottom, right, bottom)
        points = raw.FS_QUADPOINTSF(*corners)
        raw.FPDFAnnot_AppendAttachmentPoints(annotation, points)
    lefts, bottoms, rights, tops = zip(*rectangles, strict=True)
    bounds = raw.FS_RECTF(min(lefts), max(tops), max(rights), min(bottoms))
    raw.FPDFAnnot_SetRect(annotation, bounds)
    color_type = raw.FPDFANNOT_COLORTYPE_Color
    raw.FPDFAnnot_SetColor(annotation, color_type, *mark.color, _ALPHA)
    comment = (mark.comment + "\0").encode("utf-16-le")
    text = (raw.FPDF_WCHAR * (len(comment) // 2)).from_buffer_copy(comment)
    raw.FPDFAnnot_SetStringValue(annotation, b"Contents", text)
    raw.FPDFPage_CloseAnnot(annotation)
