"""Where the words of claims are on the pages of a PDF."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from claimcheck import Document, Settings, summarize
from claimcheck.models.run import Run
from claimcheck.readers.file import build_document
from claimcheck.readers.pdf_places import PageExcerpt, locate_excerpts
from tests.support.paths import FILES
from tests.support.pdfs import write_columns, write_pdf

SETTINGS = Settings(engine="extractive")


def list_rectangles(data, name="a.pdf"):
    run = summarize(build_document(data, name), settings=SETTINGS)
    loaded = Run.from_json(run.to_json())
    return [
        rectangle
        for claim in loaded.claims
        for span in claim.spans
        for rectangle in span.rectangles
    ]


def test_each_line_of_a_claim_has_a_rectangle():
    data = write_pdf(
        [
            (50, 700, 10, "The ferry carried 900 people a day in 2020, the mayor of"),
            (50, 686, 10, "the town of Bergen said in May."),
        ]
    )
    first, second = list_rectangles(data)
    assert (first[0] // 1, second[0] // 1) == (50, 50)
    assert 697 < first[1] < 700 < first[3] < 710
    assert 683 < second[1] < 686 < second[3] < 696


def test_columns_have_rectangles_of_their_own():
    left = (
        "The ferry carried 900 people",
        "a day in 2020, which was",
        "its best year.",
    )
    right = (
        "The city paid 2 million euros",
        "for the yard in May of",
        "that same year.",
    )
    rectangles = list_rectangles(write_pdf(write_columns(left, right, width=250)))
    assert [left // 1 for left, *_ in rectangles] == [50, 50, 50, 300, 300, 300]


def test_letters_with_boxes_of_their_own_are_lines():
    path = FILES / "columns-chromium.pdf"
    run = summarize(Document.from_path(path), settings=SETTINGS)
    span = run.claims[0].spans[0]
    assert len(span.rectangles) == span.text.count("\n") + 1
    assert run.document.layout is None


def test_a_repeated_sentence_has_its_own_place():
    text = "The ferry carried 900 people a day in 2020."
    heights = {"It rained.": 700, text: 680, "Nobody knew.": 660, f"No: {text}": 640}
    data = write_pdf([(50, top, 10, line) for line, top in heights.items()])
    position = len("Itrained") + len("Theferrycarried900peopleadayin2020")
    second = PageExcerpt(1, position + len("NobodyknewNo"), text)
    (first,), (other,) = locate_excerpts(data, [PageExcerpt(1, 8, text), second])
    assert (first[1] // 10, other[1] // 10) == (67, 63)


def test_words_that_are_not_in_the_file_have_no_place():
    excerpts = [
        PageExcerpt(1, 0, "The ferry sank."),
        PageExcerpt(9, 0, "Another text."),
    ]
    data = write_pdf([(50, 700, 10, "Another text.")])
    assert locate_excerpts(data, excerpts) == [[], []]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_lines_of_a_scan_have_rectangles(kind):
    picture = Image.new("RGB", (1_200, 600), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(36)
    draw.text((60, 60), "It rained. The ferry carried 900 people a", "black", font)
    draw.text((60, 110), "day in 2020, the mayor of Bergen said.", "black", font)
    data = BytesIO()
    picture.save(data, kind, **({"resolution": 72} if kind == "pdf" else {}))
    first, second = list_rectangles(data.getvalue(), f"a.{kind}")
    start = 60 + draw.textlength("It rained. ", font)
    assert first[0] == pytest.approx(start, abs=12)
    assert first[1] == pytest.approx(600 - 105, abs=12)
    assert second[0] == pytest.approx(60, abs=12)
    assert second[3] == pytest.approx(600 - 110, abs=12)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("accents-tex.pdf", "Die Fähre fuhr früh nach Tromsø"),
        ("ligatures-tex.pdf", "The harbor office found five insufficient"),
        ("arabic-weasyprint.pdf", "لا تزال الأسعار مرتفعة في البلاد."),
    ],
)
def test_finds_words_whose_characters_were_put_right(name, text):
    data = (FILES / name).read_bytes()
    (rectangles,) = locate_excerpts(data, [PageExcerpt(1, 0, text)])
    assert len(rectangles) == 1
