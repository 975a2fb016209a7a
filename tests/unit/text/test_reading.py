"""The normalized view: what it folds and skips, and the way back to the source."""

from hypothesis import given, strategies as st

from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences


def texts(source):
    return [sentence.text for sentence in split_sentences(Reading(source), "en")]


def test_folds_hard_line_breaks():
    assert texts("The talks ended on\nTuesday. They\nwere hard.") == [
        "The talks ended on Tuesday.",
        "They were hard.",
    ]


def test_a_paragraph_whose_last_sentence_is_open_is_no_heading():
    end = "\n\nIt was late."
    assert texts(f"It was sold in May. Read on{end}")[0] == "It was sold in May."
    assert texts(f"The ferry left in May. [3]{end}")[0].startswith("The ferry left")
    for heading in ("An Interview with Prof. Anna Lee", "Ships of Oslo, vol. 3"):
        assert texts(f"{heading}{end}") == ["It was late."]


def test_a_day_that_starts_a_line_is_not_the_number_of_a_list_item():
    source = (
        "Der Rat der Stadt Lübeck tagt im neuen Rathaus am Markt wieder am\n"
        "14. Mai 2032 und danach im Sommer."
    )
    assert "wieder am 14. Mai 2032 und" in Reading(source).text
    assert texts("2. Bergen 2019\n3. Oslo 2020") == ["Bergen 2019", "Oslo 2020"]


def test_joins_a_hyphenated_word_that_the_text_also_has_whole():
    source = "The informa-\ftion was new. All information is old, opposition-\ncontrolled or not."
    assert texts(source) == [
        "The information was new.",
        "All information is old, opposition-controlled or not.",
    ]


@given(st.text(alphabet="ab .\n\r-\u00adé汉hts:/", max_size=80))
def test_every_character_of_the_view_maps_back_to_the_source(source):
    reading = Reading(source)
    for sentence in split_sentences(reading, "en"):
        joined = "".join(
            source[span.start : span.end]
            for span in reading.locate(sentence.start, sentence.end)
        )
        kept = [char for char in sentence.text if char.isalnum()]
        assert kept == [char for char in joined if char.isalnum()]
