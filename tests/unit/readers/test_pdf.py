"""Reading PDF files made with real tools (tests/files/build.sh), and damaged ones."""

import io

import pytest

from claimcheck import Document, Settings, errors, ground, summarize
from claimcheck.readers.pdf import NoTextLayerError, parse_pdf
from claimcheck.text.reading import Reading
from tests.support.paths import FILES

SENTENCE = "Kattegat Line said the route lost 14.2 million kronor last year, twice as much as in 2023"


def test_spans_have_pages_and_running_heads_are_set_aside():
    document = Document.from_path(FILES / "report-chromium.pdf")
    run = summarize(document, settings=Settings(engine="extractive"))
    assert document.full_text.count("\f") == 6
    reasons = {entry.reason for entry in run.ledger}
    assert {"running head", "page number"} <= reasons
    published = " ".join(claim.text for claim in run.claims)
    assert "Crossings of the Kattegat" not in published
    assert "of 6" not in published
    pages = [[span.page for span in claim.spans] for claim in run.claims]
    assert all(
        found == sorted(found) and set(found) <= set(range(1, 7)) for found in pages
    )
    assert [found[0] for found in pages] == sorted(found[0] for found in pages)


def test_the_only_page_is_page_one():
    (found,) = ground(Document.from_path(FILES / "ferry-libreoffice.pdf"), [SENTENCE])
    assert found.spans[0].page == 1


def test_joins_words_broken_at_line_ends_in_two_columns():
    document = Document.from_path(FILES / "columns-chromium.pdf")
    assert "cros\u2010\nsings" in document.full_text
    reading = Reading(document.full_text).text
    assert "which makes six crossings between" in reading
    assert reading.index("The night ferry") < reading.index(
        "put the route out to tender"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("password.pdf", "is protected by a password; remove it"),
        ("truncated.pdf", "is a damaged or truncated PDF"),
    ],
)
def test_names_why_a_pdf_cannot_be_read(name, message):
    with pytest.raises(errors.InputError, match=message):
        Document.from_path(FILES / name)


def test_refuses_a_pdf_with_too_many_pages(tmp_path):
    pypdfium2 = pytest.importorskip("pypdfium2")
    document = pypdfium2.PdfDocument.new()
    for _ in range(5_001):
        document.new_page(10, 10).close()
    document.save(tmp_path / "long.pdf")
    document.close()
    with pytest.raises(
        errors.InputError, match="has 5,001 pages, more than 5,000; split it"
    ):
        Document.from_path(tmp_path / "long.pdf")


def test_names_a_lost_page(tmp_path):
    """Found by fuzzing: a page that PDFium can't load."""
    data = (FILES / "report-chromium.pdf").read_bytes()
    place = data.index(b"/Type /Page\n")
    path = tmp_path / "a.pdf"
    path.write_bytes(data[:place] + b"/Type /Pagx\n" + data[place + 12 :])
    with pytest.raises(errors.InputError, match=r"a\.pdf, page 1: can't be read"):
        Document.from_path(path)


def test_reads_a_pdf_with_a_damaged_title(tmp_path):
    """Found by fuzzing: half of a surrogate pair in the title."""
    data = (FILES / "report-chromium.pdf").read_bytes()
    title = b"/Title (Crossings of the Kattegat)"
    path = tmp_path / "a.pdf"
    path.write_bytes(data.replace(title, b"/Title <FEFFD800>".ljust(len(title))))
    document = Document.from_path(path)
    assert (document.title, document.full_text.count("\f")) == (None, 6)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "accents-tex.pdf",
            "Die Fähre fuhr früh nach Tromsø, und naïve Gäste aßen. Le café a fermé.",
        ),
        (
            "ligatures-tex.pdf",
            "The harbor office found five insufficient, fluffy flags—“all off”.",
        ),
        # PDFium reverses the ligature of lam and alef, and numbers with their stops.
        (
            "arabic-weasyprint.pdf",
            "نقلت العبارة 900 شخص في صيف 2020. لا تزال الأسعار مرتفعة في البلاد.",
        ),
        (
            "hebrew-weasyprint.pdf",
            "המעבורת הובילה 900 אנשים בקיץ 2020. העירייה שילמה 2 מיליון אירו.",
        ),
    ],
)
def test_reads_the_characters_that_a_person_sees(name, text):
    document = Document.from_path(FILES / name)
    assert Reading(document.full_text).text.strip().startswith(text)


def test_a_pdf_whose_glyphs_have_no_characters_has_no_text():
    data = (FILES / "glyphs-without-unicode.pdf").read_bytes()
    with pytest.raises(NoTextLayerError):
        parse_pdf(data, "a.pdf")


def test_names_pages_in_unknown_fonts():
    pypdfium2 = pytest.importorskip("pypdfium2")
    document = pypdfium2.PdfDocument((FILES / "ferry-libreoffice.pdf").read_bytes())
    other = pypdfium2.PdfDocument((FILES / "glyphs-without-unicode.pdf").read_bytes())
    document.import_pages(other)
    buffer = io.BytesIO()
    document.save(buffer)
    other.close()
    document.close()
    content = parse_pdf(buffer.getvalue(), "a.pdf")
    assert content.left_out == ("1 page in unknown fonts",)
    assert "7KH" not in content.text
