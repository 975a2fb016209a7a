"""The reading order of pages: columns, tables, raised numbers, running text."""

import pytest

from claimcheck.readers.file import build_document
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences
from tests.support.pdfs import write_columns, write_pdf

LEFT = (
    "The ferry carried 900 people a",
    "day in the summer of 2020, which",
    "was its best year since it was",
    "built, Anna Brandt said.",
)
RIGHT = (
    "The city paid 2 million euros",
    "for the yard in May, and the",
    "price was approved by a vote",
    "of nine to four on Friday.",
)
THIRD = (
    "Nobody was told about the plan",
    "before it was made, and the crew",
    "of twelve learned of it from the",
    "news, the harbour said in June.",
)


def sentences(pieces):
    text = build_document(write_pdf(pieces), "a.pdf").full_text
    return [sentence.text for sentence in split_sentences(Reading(text), "en")]


def whole(*columns):
    return [" ".join(column) for column in columns]


@pytest.mark.parametrize(
    ("columns", "width"),
    [
        ((LEFT, RIGHT), 180),
        ((LEFT, RIGHT), 260),
        ((LEFT, (*RIGHT[:3], "of nine to four.")), 180),
        (((*LEFT[:3], "built, Brandt said."), RIGHT), 200),
        ((LEFT, RIGHT, THIRD), 175),
    ],
)
def test_columns_drawn_row_by_row_are_read_one_after_the_other(columns, width):
    assert sentences(write_columns(*columns, width=width)) == whole(*columns)


def test_the_longer_column_goes_on():
    left = (*LEFT, "The yard was sold to a group", "from Oslo in the same year.")
    assert sentences(write_columns(left, RIGHT)) == [
        " ".join(LEFT),
        " ".join(left[4:]),
        " ".join(RIGHT),
    ]


def test_a_title_above_columns_is_read_before_them():
    title = (50, 790, 16, "The harbour of Bergen and its ferries in the year 2020")
    assert sentences([title, *write_columns(LEFT, RIGHT)]) == whole(LEFT, RIGHT)


def test_columns_drawn_one_after_the_other_stay_as_they_are():
    pieces = sorted(write_columns(LEFT, RIGHT), key=lambda piece: piece[0])
    assert sentences(pieces) == whole(LEFT, RIGHT)


INTRO = (50, 790, 10, "The report of 2020 has the figures of four countries.")


@pytest.mark.parametrize(
    "columns",
    [
        (
            ("Country", "Norway", "Sweden"),
            ("People", "5.4", "10.3"),
            ("Share", "12", "11"),
        ),
        (("Year", "2019", "2020", "2021"), ("Ferries sold", "1,200", "900", "40")),
        (("Bergen harbour", "Oslo harbour", "Voss"), ("open", "closed", "open")),
        (("", "Men", "Women"), ("2019", "12%", "14%"), ("2020", "13%", "15%")),
        (("Port of Bergen", "Port of Oslo"), ("900", "800")),
    ],
)
def test_rows_of_a_table_are_no_sentences(columns):
    assert sentences([INTRO, *write_columns(*columns)]) == [INTRO[3]]


def test_the_caption_of_a_table_is_no_sentence():
    table = write_columns(("Year", "2019", "2020"), ("Ferries", "12", "9"))
    caption = (50, 700, 10, "Table 1: Ferries of the harbour by year, 2019 to 2020.")
    assert sentences([INTRO, *table, caption]) == [INTRO[3]]


def test_a_raised_number_is_not_part_of_the_word_before_it():
    pieces = [
        (50, 700, 10, "The ferry carried 900 people"),
        (178, 704, 6, "12"),
        (187, 700, 10, "in the summer of 2020."),
    ]
    (text,) = sentences(pieces)
    assert text == "The ferry carried 900 people in the summer of 2020."


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("The plan was imple-", "mented in 2019.", "The plan was implemented in 2019."),
        ("It was a well-", "known plan.", "It was a well-known plan."),
        ("It was exam-", "ined by nine people.", "It was examined by nine people."),
        ("A long-", "term plan was made.", "A long-term plan was made."),
        ("The subcon-", "tractors left in May.", "The subcontractors left in May."),
        ("The tax-", "payers paid 3 million.", "The taxpayers paid 3 million."),
    ],
)
def test_words_broken_at_the_end_of_a_line_are_whole(first, second, joined):
    pieces = [(50, 700, 10, first), (50, 686, 10, second)]
    assert sentences(pieces) == [joined]


def test_wide_spaces_in_running_text_make_no_columns():
    pieces = [
        (50, 700, 10, "The ferry"),
        (150, 700, 10, "carried 900 people in the year"),
        (50, 686, 10, "of 2020, and so it was sold,"),
        (200, 686, 10, "the harbour said."),
        (50, 672, 10, "Nobody else wanted to have it"),
        (205, 672, 10, "at the time."),
    ]
    assert sentences(pieces)[0].startswith(
        "The ferry carried 900 people in the year of"
    )


def test_placeholders_are_no_titles():
    for title in (
        "untitled",
        "\\(anonymous\\)",
        "ARRAY\\(0x7f\\)",
        "Microsoft Word - a.doc",
    ):
        assert build_document(write_pdf([INTRO], title=title), "a.pdf").title is None


def test_text_between_a_chart_and_a_table_is_no_part_of_the_caption():
    pieces = [(60, 780 - 20 * row, 8, str(900 - 100 * row)) for row in range(3)]
    pieces += [(100 + 60 * number, 710, 8, str(2010 + number)) for number in range(6)]
    pieces += [
        (50, 690, 9, "Figure 1. Lorries a day. Source: county of Marden"),
        (50, 665, 11, "The mayor wants to close the road to lorries at night,"),
        (50, 650, 11, "which would cost the yard 3 million euros a year."),
    ]
    for row in range(4):
        cells = enumerate((2010 + row, 200 + row, 12 + row, 3))
        pieces += [
            (60 + 110 * number, 620 - 14 * row, 10, str(cell)) for number, cell in cells
        ]
    assert sentences(pieces) == [
        "The mayor wants to close the road to lorries at night, which would cost the"
        " yard 3 million euros a year."
    ]


LINES = (
    "The ferry carried 900 people a day in the",
    "summer of 2020, which was its best year",
    "since it was built, Anna Brandt said.",
)
WHOLE = " ".join(LINES)


def place(lines, *, left=50, top=700, size=10):
    return [(left, top - 14 * number, size, line) for number, line in enumerate(lines)]


def test_lines_that_were_drawn_from_the_bottom_are_read_from_the_top():
    assert sentences(place(LINES)[::-1]) == [WHOLE]


def test_bullets_that_were_drawn_after_the_text_begin_their_items():
    items = ("The yard employs 400 people in Bergen", "Its owner left in May 2020")
    bullets = [(40, 672 - 14 * number, 10, "-") for number in range(2)]
    pieces = [*place((INTRO[3], "", *items)), *bullets]
    pieces = [piece for piece in pieces if piece[3]]
    assert sentences(pieces) == [INTRO[3], *items]


def test_bullets_and_numbers_with_a_gap_are_not_cells_of_a_table():
    rows = [("1.", "The first buyer withdrew."), ("2.", "The second paid 2 million.")]
    pieces = []
    for number, (mark, text) in enumerate(rows):
        pieces += [(50, 700 - 14 * number, 10, mark), (80, 700 - 14 * number, 10, text)]
    assert sentences(pieces) == [text for _, text in rows]


def test_a_large_initial_is_part_of_its_word():
    initial = (50, 686, 34, "T")
    lines = ("he ferry carried 900 people a day,", "and it was sold in May.")
    pieces = [initial, *place(lines, left=74, top=700)]
    assert sentences(pieces) == [
        "The ferry carried 900 people a day, and it was sold in May."
    ]


def test_a_table_of_contents_is_not_part_of_a_sentence():
    pieces = []
    for number in range(4):
        y = 780 - 14 * number
        pieces += [
            (50, y, 10, f"{number} The chapter about ferries"),
            (250, y, 10, ". . . . . . . . 7"),
        ]
    assert sentences([*pieces, *place(LINES)]) == [WHOLE]


def test_text_outside_the_page_is_not_read():
    hidden = (50, 900, 10, "Nobody can see this line of text.")
    assert sentences([hidden, *place(LINES)]) == [WHOLE]


def test_a_raised_number_before_a_stop_or_a_line_break_is_a_note():
    pieces = [
        (50, 700, 10, "The ferry was sold"),
        (131, 704, 6, "1"),
        (135, 700, 10, ". It had carried"),
        (203, 704, 6, "2"),
        (50, 686, 10, "many people."),
        (50, 100, 6, "1"),
        (54, 97, 8, "The figure is from the harbor office."),
    ]
    assert sentences(pieces)[:2] == [
        "The ferry was sold.",
        "It had carried many people.",
    ]
