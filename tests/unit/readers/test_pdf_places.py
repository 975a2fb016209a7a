"""Where the words of claims are on the pages of a PDF."""

from claimcheck import Document, Settings, summarize
from claimcheck.readers.file import build_document
from claimcheck.readers.pdf_places import add_rectangles
from tests.support.paths import FILES
from tests.support.pdfs import write_columns, write_pdf

SETTINGS = Settings(engine="extractive")


def list_rectangles(data):
    run = summarize(build_document(data, "a.pdf"), settings=SETTINGS)
    found = add_rectangles(run, data)
    return [
        rectangle
        for claim in found.claims
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
    spans = add_rectangles(run, path.read_bytes()).claims[0].spans
    assert len(spans[0].rectangles) == spans[0].text.count("\n") + 1


def test_words_that_are_not_in_the_file_have_no_place():
    path = FILES / "columns-chromium.pdf"
    run = summarize(Document.from_path(path), settings=SETTINGS)
    other = add_rectangles(run, write_pdf([(50, 700, 10, "Another text.")]))
    assert {span.rectangles for claim in other.claims for span in claim.spans} == {()}
