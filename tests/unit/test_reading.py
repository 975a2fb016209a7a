"""The reading view: what it folds and steps over, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimcheck.text.noise import find_noise
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences


def texts(source):
    return [sentence.text for sentence in split_sentences(Reading(source), "en")]


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("See https://a.example/x?y=1, then go.", "https://a.example/x?y=1"),
        ("It was (https://a.example/b) closed.", "(https://a.example/b)"),
        ("It was <https://a.example/b> closed.", "<https://a.example/b>"),
        (
            "https://a.example/2019/role-of-maduro-\na64881\n\nEnd.",
            "https://a.example/2019/role-of-maduro-\na64881",
        ),
        ("Read www.example.org.", "www.example.org"),
        ("See https://a.example/role-\nThe minister left.", "https://a.example/role-"),
    ],
)
def test_a_url_is_set_aside_whole_and_nothing_else(source, url):
    (noise,) = find_noise(source)
    assert source[noise.start : noise.end] == url


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_a_label_goes_with_the_url_that_it_introduces_only(line_break):
    text = "He came.\nOriginal url: \n\nhttps://a.example/b\n\nMinister:\nHe left.".replace("\n", line_break)
    assert [(noise.reason, text[noise.start : noise.end]) for noise in find_noise(text)] == [
        ("label of a URL", "Original url:"),
        ("bare URL", "https://a.example/b"),
    ]
    assert [noise.reason for noise in find_noise("Original url: https://a.example/b")] == ["bare URL"]


def test_hard_line_breaks_are_folded():
    assert texts("The talks ended on\nTuesday. They\nwere hard.") == [
        "The talks ended on Tuesday.",
        "They were hard.",
    ]


def test_a_word_broken_by_the_page_is_joined_when_the_text_has_it_whole():
    source = "The informa-\ntion was new. All information is old, opposition-\ncontrolled or not."
    assert texts(source) == [
        "The information was new.",
        "All information is old, opposition-controlled or not.",
    ]


def test_a_paragraph_cut_by_noise_is_one_sentence_with_two_spans():
    source = "The sides understood each other better\n\nhttps://a.example/x\n\nafter the talks in Rome."
    reading = Reading(source)
    (sentence,) = split_sentences(reading, "en")
    assert sentence.text == "The sides understood each other better after the talks in Rome."
    parts = [source[span.start : span.end] for span in reading.spans(sentence.start, sentence.end)]
    assert parts == ["The sides understood each other better", "after the talks in Rome."]


def test_a_heading_is_no_sentence_and_list_items_stand_alone():
    source = "Budget talks\n\nThe budget grew by 5 percent in 2020.\n\n- Taxes rose by a third.\n- Spending fell.\n"
    assert texts(source) == [
        "The budget grew by 5 percent in 2020.",
        "Taxes rose by a third.",
        "Spending fell.",
    ]


@given(st.text(alphabet="ab .\n\r-\u00adé汉hts:/", max_size=80))
def test_every_character_of_the_view_leads_back_to_the_source(source):
    reading = Reading(source)
    for sentence in split_sentences(reading, "en"):
        joined = "".join(
            source[span.start : span.end] for span in reading.spans(sentence.start, sentence.end)
        )
        kept = [char for char in sentence.text if char.isalnum()]
        assert kept == [char for char in joined if char.isalnum()]
