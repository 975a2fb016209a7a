"""The document's own PDF with its claims highlighted."""

import pypdfium2
import pytest
from pypdfium2 import raw

from claimcheck import Document, Settings, errors, summarize
from claimcheck.readers.file import build_document
from claimcheck.reports.pdf import highlight_claims
from tests.support.paths import FILES
from tests.support.pdfs import write_columns, write_pdf

SETTINGS = Settings(engine="extractive")


def read_highlights(data):
    """Return the comment and the marked text of each highlight, by page."""
    found = []
    for page in pypdfium2.PdfDocument(data):
        text = page.get_textpage()
        for number in range(raw.FPDFPage_GetAnnotCount(page)):
            annotation = raw.FPDFPage_GetAnnot(page, number)
            buffer = (raw.FPDF_WCHAR * 2_000)()
            raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, 4_000)
            comment = bytes(buffer).decode("utf-16-le").split("\0")[0]
            words = []
            for quad in range(raw.FPDFAnnot_CountAttachmentPoints(annotation)):
                points = raw.FS_QUADPOINTSF()
                raw.FPDFAnnot_GetAttachmentPoints(annotation, quad, points)
                box = points.x1, points.y3, points.x2, points.y1
                words.append(" ".join(text.get_text_bounded(*box).split()))
            found.append((comment, " ".join(words)))
    return found


def keep_letters(text):
    return "".join(filter(str.isalnum, text))


def test_highlights_the_words_of_each_claim_also_in_columns():
    left = ("The ferry carried 900 people a", "day in 2020, Anna Brandt said.")
    right = ("The city paid 2 million euros", "for the yard in May of 2021.")
    data = write_pdf(write_columns(left, right, width=250))
    run = summarize(build_document(data, "a.pdf"), settings=SETTINGS)
    assert len(run.claims) == 2
    marked, missing = highlight_claims(data, run)
    assert missing == 0
    for claim, (comment, words) in zip(
        run.claims, read_highlights(marked), strict=True
    ):
        assert comment == claim.text
        assert keep_letters(words) == keep_letters(claim.quote)


def test_highlights_every_claim_of_a_real_file():
    path = FILES / "columns-chromium.pdf"
    run = summarize(Document.from_path(path), settings=SETTINGS)
    marked, missing = highlight_claims(path.read_bytes(), run)
    comments = [comment for comment, _ in read_highlights(marked)]
    assert missing == 0
    assert set(comments) == {claim.text for claim in run.claims}


def test_the_comment_has_the_verdict():
    path = FILES / "ferry-libreoffice.pdf"
    run = summarize(Document.from_path(path), settings=SETTINGS, check=True)
    data, _ = highlight_claims(path.read_bytes(), run)
    comments = [comment for comment, _ in read_highlights(data)]
    assert all("\n\nsupported: " in comment for comment in comments)


def test_counts_what_is_not_in_the_file():
    path = FILES / "ferry-libreoffice.pdf"
    run = summarize(Document.from_path(path), settings=SETTINGS)
    _, missing = highlight_claims(write_pdf([(72, 700, 10, "Another text.")]), run)
    assert missing == sum(len(claim.spans) for claim in run.claims)


def test_refuses_a_document_that_is_not_a_pdf():
    run = summarize(Document.from_path(FILES / "ferry.md"), settings=SETTINGS)
    with pytest.raises(errors.InputError, match="use --format html"):
        highlight_claims(b"", run)
