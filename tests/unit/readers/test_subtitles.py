"""Subtitles: each phrase once, with its speaker, and nothing but text."""

import json

import pytest

from claimcheck import Document
from claimcheck.errors import InputError
from claimcheck.readers.file import build_document
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences


def read(data):
    document = build_document(data.encode(), "a")
    assert document.format == "subtitles"
    reading = Reading(document.full_text)
    sentences = split_sentences(reading, "en")
    return [(sentence.speaker, sentence.text) for sentence in sentences]


def vtt(*cues, ids=False):
    parts = ["WEBVTT\n"]
    for number, cue in enumerate(cues):
        start = f"00:00:{2 * number:02d}.000 --> 00:00:{2 * number + 2:02d}.000"
        identifier = f"{number}-a/7\n" if ids else ""
        parts.append(f"{identifier}{start}\n{cue}\n")
    return "\n".join(parts)


FERRY = "The ferry carried 900 people."
YARD = "The yard employs 40 people."


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (vtt("The ferry carried", "900 people."), [(None, FERRY)]),
        (vtt("The <i>ferry</i> carried", "900 people.", ids=True), [(None, FERRY)]),
        (
            vtt(f"<v Bo Lind>{FERRY}</v>", f"<v Bo Lind>{YARD}"),
            [("Bo Lind", FERRY), ("Bo Lind", YARD)],
        ),
        (
            vtt(f"<v.loud Bo Lind>{FERRY}", f"<v Ann>{YARD}"),
            [("Bo Lind", FERRY), ("Ann", YARD)],
        ),
        (vtt(f"<v Bo>{FERRY}\n<v Ann>{YARD}"), [("Bo", FERRY), ("Ann", YARD)]),
        (vtt(f">> ANN LEE: {FERRY}", f">> {YARD}"), [("ANN LEE", FERRY), (None, YARD)]),
        (vtt(f"&gt;&gt; ANN LEE: {FERRY}"), [("ANN LEE", FERRY)]),
        (
            vtt(f"ANN LEE: {FERRY}", f"BO LIND: {YARD}"),
            [("ANN LEE", FERRY), ("BO LIND", YARD)],
        ),
        (vtt("The ferry carried [Music]", "900 people."), [(None, FERRY)]),
        (vtt("♪ The ferry carried", "900 people. ♪"), [(None, FERRY)]),
        (
            vtt("The ferry", "The ferry\ncarried", "carried\n900 people."),
            [(None, FERRY)],
        ),
        (
            vtt(
                "No.",
                "No.",
                FERRY,
                YARD,
                "It was",
                "sold.",
                "It is",
                "late.",
                "I",
                "left.",
            ),
            None,
        ),
        (
            "WEBVTT\n\nNOTE by hand\n\nSTYLE\n::cue {}\n\n" + vtt(FERRY)[7:],
            [(None, FERRY)],
        ),
        ("1\n00:00:01,000 --> 00:00:02,000\n{\\an8}" + FERRY + "\n", [(None, FERRY)]),
        (
            "\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\n" + FERRY + "\r\n",
            [(None, FERRY)],
        ),
    ],
)
def test_reads_the_text_of_cues(data, expected):
    found = read(data)
    if expected is None:  # said twice, not shown twice
        assert found[:2] == [(None, "No."), (None, "No.")]
    else:
        assert found == expected


def test_reads_the_json_of_speech_recognizers():
    whisper = {
        "text": "x",
        "segments": [
            {
                "id": 0,
                "start": 0.0,
                "end": 2.5,
                "text": " The ferry carried",
                "speaker": "A1",
            },
            {
                "id": 1,
                "start": 2.5,
                "end": 5.0,
                "text": " 900 people.",
                "speaker": "A1",
            },
        ],
    }
    assert read(json.dumps(whisper)) == [("A1", FERRY)]
    youtube = {
        "wireMagic": "pb3",
        "events": [
            {"tStartMs": 0, "dDurationMs": 9},
            {
                "tStartMs": 0,
                "dDurationMs": 2000,
                "segs": [{"utf8": "The ferry"}, {"utf8": " carried"}],
            },
            {"tStartMs": 2000, "segs": [{"utf8": "\n"}]},
            {"tStartMs": 2000, "dDurationMs": 2000, "segs": [{"utf8": "900 people."}]},
        ],
    }
    assert read(json.dumps(youtube)) == [(None, FERRY)]


def test_other_json_stays_text():
    document = build_document(b'{"segments": 3, "events": "The ferry left."}', "a")
    assert document.format == "text"


def test_times_lead_back_to_the_cues(tmp_path):
    path = tmp_path / "a.vtt"
    path.write_text(vtt(FERRY, YARD))
    lines = Reading(Document.from_path(path).full_text).lines
    assert lines.time(lines.text.index("The yard")) == "00:00:02.000"


def test_white_space_after_the_number_of_a_cue_does_not_matter():
    text = f"1 \n00:00:01,000 --> 00:00:02,000 \n{FERRY}\n"
    assert FERRY in build_document(text.encode(), "a.srt").full_text


@pytest.mark.parametrize("times", ["00-00:01,000 --> 00:00:02,000", "00:00:01 --> 2"])
def test_a_cue_without_times_is_not_lost_silently(times):
    good = f"1\n00:00:01,000 --> 00:00:02,000\n{FERRY}\n\n"
    with pytest.raises(InputError, match=r"^a\.srt: has damaged subtitles \(1 of 2"):
        build_document(f"{good}2\n{times}\n{YARD}\n".encode(), "a.srt")


@pytest.mark.parametrize(
    "block",
    [
        "00:00:05.000 --> 00:00:06.000\n",
        "NOTE\nthe old --> new order\n",
        "7\n00:00:05.000 --> 00:00:06.000\n",
    ],
)
def test_a_cue_without_text_or_a_note_is_not_damage(block):
    good = f"00:00:01.000 --> 00:00:02.000\n{FERRY}\n"
    text = f"WEBVTT\n\n{block}\n{good}\n{block}"
    assert FERRY in build_document(text.encode(), "a.vtt").full_text


def test_blank_lines_before_the_first_cue_do_not_matter():
    text = f"\n\n1\n00:00:01,000 --> 00:00:02,000\n{FERRY}\n"
    assert FERRY in build_document(text.encode(), "a.srt").full_text
