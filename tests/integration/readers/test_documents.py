"""Small documents that readers got wrong, and what is right: whole documents to claims.

The files are in tests/files/readers; every name in them is invented.
"""

from datetime import date
from pathlib import Path

import pytest

from claimcheck import Document, Settings, summarize
from claimcheck.text.reading import Reading
from tests.support.paths import FILES

READERS = FILES / "readers"
SETTINGS = Settings(engine="extractive", max_claims=60)


def read(path, published=None):
    """Summarize a document, and check what holds for all."""
    document = Document.from_path(Path(READERS, path), published=published)
    run = summarize(document, settings=SETTINGS)
    text = document.full_text
    for claim in run.claims:
        assert all(text[part.start : part.end] == part.text for part in claim.spans)
    edges = [edge for entry in run.ledger for edge in (entry.start, entry.end)]
    assert edges[::2] == [0, *edges[1:-1:2]]
    assert edges[-1] == len(text)
    return run


def texts(run):
    return [claim.text for claim in run.claims]


def speakers(run):
    return {claim.text: claim.speaker for claim in run.claims}


def set_aside(run):
    text = run.document.full_text
    return {
        text[entry.start : entry.end].strip(): entry.reason
        for entry in run.ledger
        if entry.status == "set_aside"
    }


def test_word_documents_are_read_in_the_accepted_view():
    assert texts(read("tracked.docx"))[-1] == (
        "The city will not pay 3 million euros for the ferry in 2024."
    )
    assert texts(read("sdt.docx"))[1:] == [
        "The city will pay 3 million euros for the ferry in 2024.",
        "The yard was sold in May 2021 to a group from Oslo.",
    ]


def test_list_items_are_sentences_and_markup_is_no_text():
    assert texts(read("list.docx")) == [
        "The harbour met on Tuesday.",
        "The ferry carried 900 people in 2020.",
        "The yard was sold for 3 million euros.",
    ]
    assert texts(read("bullets.md")) == [
        "The council met on Tuesday in Bergen.",
        "The ferry carried 900 people in 2020.",
        "The yard was sold for 3 million euros.",
        "Unemployment fell from 6 to 4 percent, Anna Brandt said.",
        "See the report for all the figures of 2020.",
        "The ferry carried 1,200 people in 2021.",
    ]


def test_running_text_is_never_set_aside():
    run = read("wrapped.txt")
    assert set_aside(run) == {}
    assert "infringed copyright in two of nine songs" in texts(run)[0]
    assert texts(run)[1].endswith("approved by the city council.")
    assert "agreed and implemented in 2019" in texts(run)[2]
    assert "read more than a hundred pages" in texts(run)[2]


@pytest.mark.parametrize("published", ["1997-01-28", "2024-05-14"])
def test_the_date_beside_a_weekday_wins(published):
    run = read("dates.txt", date.fromisoformat(published))
    assert "[" not in " ".join(texts(run)).replace("[2024-05-31]", "")
    assert [claim.when.resolved for claim in run.claims] == [
        "1997-01-29",
        "2024-05-13",
        "2024-06-06",
    ]


def test_speakers_of_a_report():
    said = speakers(read("speech.txt"))
    assert list(said.values()) == [
        "a source",
        "the World Ferry and Tourism Council",
        None,
        None,
        "Prosecutors",
        "the chamber",
        "Anna Brandt",
        "Anna Brandt",
        None,
    ]
    whole = " ".join(said)
    assert "Friday, the chamber" in whole
    assert "from 10:30 p.m. Aug. 9 to 6:30 a.m. Aug. 10 at the yard." in whole
    assert "version 19.X of its program" in whole


def test_labels_of_a_transcript_name_the_speaker():
    assert speakers(read("transcript.txt")) == {
        "The budget grew by 12 percent last year.": "PRESIDENT LIND",
        "We built 900 homes.": "PRESIDENT LIND",
        "The budget fell by 3 percent.": "MS. BRANDT",
        "I inherited a deficit of 2 million.": "PRESIDENT LIND",
        "I signed it on May 14, 2019.": "A",
        "Madam Speaker, I rise in support of the bill.": "Mr. SANTOS",
        "It costs 4 billion dollars.": "Mr. SANTOS",
        "The gentleman from Ohio (Mr. JORDAN) is recognized for 5 minutes.": (
            "The SPEAKER pro tempore"
        ),
    }


def test_voices_of_a_meeting_name_the_speaker_and_identifiers_are_no_text():
    run = read("teams.vtt")
    assert speakers(run) == {
        "The ferry carried 900 people in 2020, and it was sold for three million"
        " euros.": "Anna Brandt",
        "I never said that the city would pay 2 million.": "Bo Lind",
    }
    assert run.claims[0].spans[1].time == "00:00:05.000"
    assert "4f0d1c1e" not in run.document.full_text


def test_captions_that_roll_are_read_once():
    run = read("youtube.vtt")
    assert run.document.full_text.count("the ferry carried nine hundred people") == 1
    view = Reading(run.document.full_text).text
    assert "people a day in the summer of 2020 and it was sold to a group" in view


def test_captions_without_punctuation_are_read_in_pieces(tmp_path):
    phrases = (
        "the ferry carried nine hundred people a day",
        "in the summer of 2020 and it was",
        "sold to a group from oslo for three",
        "million euros in may of that year",
    )
    cues = [
        f"{n + 1}\n00:{n // 20:02d}:{n % 20 * 3:02d},000 --> "
        f"00:{n // 20:02d}:{n % 20 * 3 + 2:02d},900\n{phrases[n % 4]}\n"
        for n in range(400)
    ]
    path = tmp_path / "nopunct.srt"
    path.write_text("\n".join(cues))
    run = read(path)
    assert run.claims
    assert all(len(text) < 500 for text in texts(run))
    assert not [
        entry for entry in run.ledger if entry.reason and "long" in entry.reason
    ]


@pytest.mark.parametrize(
    "name", ["m_ok", "m_dkim", "m_big", "m_emptysubject", "m_mbox", "m_flowed"]
)
def test_messages_are_read_without_their_headers(name):
    run = read(f"{name}.eml")
    assert run.document.format == "email"
    assert texts(run) == [
        "The ferry was sold on Tuesday [2024-05-14] for three million euros, the"
        " harbour said.",
        "It had carried 900 people a day in 2020, Anna Brandt said.",
    ]


def test_the_part_of_a_message_with_the_content_wins():
    run = read("m_alt_stub.eml")
    assert "browser" not in run.document.full_text
    assert speakers(run)["It had carried 900 people a day in 2020, Anna Brandt said."]


def test_replies_are_unwrapped_and_attributed():
    run = read("m_reply.eml")
    assert speakers(run) == {
        "The yard will close in June, I hear from two people.": None,
        "The ferry carried 900 people in 2020.": "Bo Lind",
        "The yard employs 40 people.": "Bo Lind",
    }
    points = " ".join(point.text for point in run.summary.key_points)
    assert "confidential" not in points
    assert [reason for reason in set_aside(run).values() if reason == "signature"]
    run = read("m_fwd.eml")
    assert speakers(run) == {
        "The ferry carried 900 people in 2020.": "Bo Lind",
        "The yard employs 40 people.": "Bo Lind",
    }


def test_a_page_is_dated_and_signed_by_its_json_ld():
    document = read("jsonld.html").document
    assert (document.author, str(document.published), document.published_from) == (
        "Anna Brandt",
        "2024-05-14",
        "metadata",
    )


def test_columns_drawn_row_by_row_are_read_one_after_the_other():
    assert texts(read("rowwise.pdf")) == [
        "The ferry carried 900 people a day in the summer of 2020, which was the best"
        " year since the yard was opened in 1950, Anna Brandt said in a note.",
        "The city paid 2 million euros for the yard in May 2021, and the price was"
        " approved by a vote of nine to four, the harbour office said on Friday.",
    ]


def test_words_broken_by_the_layout_of_a_pdf_are_whole():
    (text,) = texts(read("hyphen.pdf"))
    assert "implemented in 2019, and a report of the harbour office examined" in text


def test_a_table_in_a_pdf_is_no_sentence():
    run = read("table.pdf")
    assert len(run.claims) == 1
    assert "Norway\t5.4\t12.1" in run.document.full_text
