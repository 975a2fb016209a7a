"""Sentences and passages, with their spans in the source."""

import pytest

from claimcheck import Match, ground
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_paragraph, split_sentences
from tests.support.paths import ROOT


def test_a_sentence_across_a_page_break_has_two_spans():
    text = "Head\n\nThe yard was sold to the\n\n1\n\f\nHead\n\nState of Ohio in May.\n\n2\n"
    (found,) = ground(text, ["The yard was sold to the State of Ohio in May."])
    assert found.match is Match.NORMALIZED
    assert [(part.text, part.page) for part in found.spans] == [
        ("The yard was sold to the", 1),
        ("State of Ohio in May.", 2),
    ]


def texts(source):
    return [sentence.text for sentence in split_sentences(Reading(source), "en")]


def test_a_sentence_interrupted_by_noise_has_two_spans():
    source = "The sides understood each other better\n\nhttps://a.example/x\n\nafter the talks in Rome."
    reading = Reading(source)
    (sentence,) = split_sentences(reading, "en")
    assert (
        sentence.text
        == "The sides understood each other better after the talks in Rome."
    )
    parts = [
        source[span.start : span.end]
        for span in reading.locate(sentence.start, sentence.end)
    ]
    assert parts == [
        "The sides understood each other better",
        "after the talks in Rome.",
    ]


def test_a_heading_is_not_a_sentence_and_list_items_are_separate():
    source = "Budget talks\n\nThe budget grew by 5 percent in 2020.\n\n- Taxes rose by a third.\n- Spending fell.\n"
    assert texts(source) == [
        "The budget grew by 5 percent in 2020.",
        "Taxes rose by a third.",
        "Spending fell.",
    ]


def test_segments_a_very_long_paragraph_as_it_does_a_short_one():
    sentence = "In the year 1900, the town of Aldbury counted 84 houses."
    assert texts(" ".join([sentence] * 2_000)) == [sentence] * 2_000
    # Text without an end of a sentence is not cut where a piece for the segmenter ends.
    endless = "many dogs; " * 3_000 + "and cats."
    assert texts(f"{endless} Then it rained.") == [endless, "Then it rained."]


@pytest.mark.parametrize(
    "marked",
    [
        "No checks were made from 10:30 p.m. Aug. 9 to 6:30 a.m. Aug. 10.",
        "He left at 5 p.m. | The ship sank.",
        "Node.js 4.2 and .NET 3.5 run at Ft. Worth. | Both work.",
        "He left at 5 p.m. Monday for Oslo. | It rained.",
        "She came at 7 a.m. ET on Tuesday. | It rained.",
        "It closed at 5 p.m. | Monday was quiet.",
        "They released version 19.X of it. | It was late.",
        "It runs on Node.JS now. | It was slow.",
        "Mr. Lind left the U.S. | The ship sank.",
        "It cost $3.5 million, or 2.5% of No. 5. | That was all.",
        "The U.S. Senate voted. | Sen. Lind said so.",
        "Acme Inc. was sold. | J. K. Brandt left.",
        '"Stop!" he said. | "Why?" she asked.',
        "Gen. Brandt et al. found it in 2019. | Prof. Lind agreed.",
        "They left at 10.30. | The bus had gone.",
        "They asked Cllr. Baker. | Sgt. Lee works for Matro Ltd. | It is late.",
    ],
)
def test_sentences_end_where_people_end_them(marked):
    expected = marked.split(" | ")
    assert split_paragraph(" ".join(expected), "en") == expected


def read_marked_cases():
    """Yield language and marked paragraph of each case in benchmarks/sentences.txt."""
    language = "en"
    path = ROOT / "benchmarks" / "sentences.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        if len(line) == 4 and line[0] + line[-1] == "[]":
            language = line[1:3]
        elif line and not line.startswith("# "):
            yield language, line.replace(" | ", " \0").replace("|", "\0")


def test_splits_at_least_275_of_300_hard_paragraphs_as_marked():
    right = 0
    for language, marked in read_marked_cases():
        expected = [part.strip() for part in marked.split("\0")]
        right += split_paragraph(marked.replace("\0", ""), language) == expected
    assert right >= 275


def test_a_quotation_starts_a_sentence_also_after_a_time_or_an_unclosed_one():
    assert texts('The fire began at 3 a.m. "We heard a bang," a clerk said.') == [
        "The fire began at 3 a.m.",
        '"We heard a bang," a clerk said.',
    ]
    assert texts('"We began in 2019," said Ann Lee, a clerk. "It had 40 boats.') == [
        '"We began in 2019," said Ann Lee, a clerk.',
        '"It had 40 boats.',
    ]


def test_a_number_may_open_a_german_sentence():
    text = "Sie haben es am 31. März beschlossen. 12 stimmten dagegen."
    first, _, last = text.partition(". 12")
    assert split_paragraph(text, "de") == [f"{first}.", f"12{last}"]


@pytest.mark.parametrize("source", ["(Cllr. Lee)", "— Ann Lee"])
def test_a_quotation_with_its_source_is_no_heading(source):
    quotation = f'"61,000 people came." {source}'
    assert texts(f"It is open.\n\n> {quotation}\n") == ["It is open.", quotation]


def test_a_closing_mark_belongs_to_the_sentence_before_it():
    text = "Elle a dit : « Il a coûté 3 millions ! » Il est fermé."
    first, mark, last = text.partition(" » ")
    assert split_paragraph(text, "fr") == [first + mark.rstrip(), last]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("P.S. It is late. |They left.", "en"),
        ("Eq. 5 is wrong. |Eqs. 6 and 7 are right.", "en"),
        ("Jeopardy! is a show. |It is old.", "en"),
        ("It opened at 9:30 a.m. Monday and closed at 5 p.m. EST on Friday.", "en"),
        ("It is 3 p.m. in Oslo. |It is 9 a.m. in N.Y. |They call.", "en"),
        ("He lives at 5 Main St. |She lives at 6 Park Ave. |They met.", "en"),
        ("Acme Corp. sold it. |Voss Ltd. bought it. |Lind & Co. did not.", "en"),
        (
            "It has three parts: 1. the hull; 2. the deck; 3. the mast. |It floats.",
            "en",
        ),
        ("Wait... what? |It was late … and dark. |They left …", "en"),
        ("Visit https://example.org/a.b?c=d. |Write to a.b@example.org. |Go.", "en"),
        ("Der 1. FC Voss gewann. |Im 19. Jahrhundert nicht.", "de"),
        ("「もう遅い。」と彼は言った。|彼は去った。", "ja"),
    ],
)
def test_abbreviations_ordinals_and_names_end_no_sentence(text, language):
    expected = [part.strip() for part in text.split("|")]
    assert split_paragraph(text.replace("|", ""), language) == expected


BILL = """\
1  SECTION 1. TITLE.
2  (a) The board shall run a ferry between
3  Bergen and Voss on each day of the year.
4  (b) It shall carry 900
5  people.
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BILL, ["(b) It shall carry 900 people."]),
        (
            "2.1 It grew.\n2.2 It was sold in 2019.\n",
            ["It grew.", "It was sold in 2019."],
        ),
        ("It grew.\n\n* * * * *\n\nIt fell.\n", ["It grew.", "It fell."]),
        ("It fell. (900123)\n", ["It fell.", "(900123)"]),
        ("It fell;\n\nit rose; and\n\nit fell.\n", ["it rose; and", "it fell."]),
    ],
)
def test_numbers_and_signs_of_the_layout_are_not_part_of_sentences(text, expected):
    assert texts(text)[-len(expected) :] == expected
