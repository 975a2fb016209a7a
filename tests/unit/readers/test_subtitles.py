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


SALE = "It was sold in 2019."


def srt(*cues):
    numbered = enumerate(cues)
    times = "00:00:{0:02d},000 --> 00:00:{0:02d},900"
    return "\n".join(f"{n + 1}\n{times.format(n)}\n{cue}\n" for n, cue in numbered)


ASS = "[Script Info]\n\n[Events]\nDialogue: 0,0:00:01.00,0:00:03.00,D,{},0,0,0,,{}\n"
TTML = '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:p="x" {}><body><div>{}</div></body></tt>'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (vtt("<c.a><00:00:00.1>The </c>ferry", "carried 900 people."), [(None, FERRY)]),
        (vtt("The <ruby>ferry<rt>x</rt></ruby> carried 900 people."), [(None, FERRY)]),
        (vtt("♪ La la la ♪", FERRY, "(applause)", "(phone rings)"), [(None, FERRY)]),
        (vtt(f"[in Norwegian] {FERRY}"), [(None, FERRY)]),
        (vtt(f"[DOOR SLAMS] {FERRY}", f"[Door slams]\n{YARD}"), "both"),
        (vtt("[The mayor] said it.", "That is", "(FAA) late."), "editorial"),
        (vtt("He named the", "(FAA) chief."), [(None, "He named the (FAA) chief.")]),
        (srt(f"- {FERRY}\n- {YARD}"), "both"),
        (srt(f"-{FERRY}\n-{YARD}"), "both"),
        (srt(f"- ANN: {FERRY}\n- BO: {YARD}"), [("ANN", FERRY), ("BO", YARD)]),
        (srt(f"[ANN LEE] {FERRY}", f"(BO) {YARD}"), [("ANN LEE", FERRY), ("BO", YARD)]),
        (
            srt(f"MAN 1: {FERRY}", f"MAN #2: {YARD}"),
            [("MAN 1", FERRY), ("MAN #2", YARD)],
        ),
        (vtt(f"[Ann]: {FERRY}", f"[Bo]: {YARD}"), [("Ann", FERRY), ("Bo", YARD)]),
        (vtt(f"Ann Lee: {FERRY}", f"Ann Lee: {YARD}"), "ann"),
        (vtt(f">> REPORTER: {FERRY}", YARD, f">> {SALE}"), "reporter"),
        (vtt(f"<v Ann>{FERRY}", f"- {YARD}\n- {SALE}"), "unknown after Ann"),
        (srt("They came...", "...in 2019."), [(None, "They came... ...in 2019.")]),
        (
            vtt("It was cold:", "-5 degrees."),
            [(None, "It was cold:"), (None, "-5 degrees.")],
        ),
        (ASS.format("Ann", r"{\i1}The ferry\Ncarried\h900 people."), [("Ann", FERRY)]),
        (
            ASS.format("", r"{\p1}m 0 0 l 9 9{\p0}").rstrip()
            + "\n"
            + ASS.format("", FERRY).splitlines()[-1],
            [(None, FERRY)],
        ),
        (TTML.format("", f'<p begin="1500ms" dur="1s">{FERRY}</p>'), [(None, FERRY)]),
        (
            TTML.format('p:tickRate="9"', f'<p begin="9t" end="18t">{FERRY}</p>'),
            [(None, FERRY)],
        ),
        (
            TTML.format(
                "",
                f'<p begin="00:00:01:12" end="00:00:02">The ferry<br/>{FERRY[10:]}</p>',
            ),
            [(None, FERRY)],
        ),
        (
            '<transcript><text start="0.5" dur="2">It&amp;#39;s</text><text start="2.5">late.</text></transcript>',
            [(None, "It's late.")],
        ),
        (
            '<timedtext format="3"><body><p t="500" d="20"><s>The ferry</s><s t="9"> carried</s></p><p t="900">900 people.</p></body></timedtext>',
            [(None, FERRY)],
        ),
        (vtt("フェリーは", "900人を運んだ。"), [(None, "フェリーは900人を運んだ。")]),
        (vtt("페리는 5월에", "떠났다."), [(None, "페리는 5월에 떠났다.")]),
    ],
)
def test_reads_what_is_said_and_who_says_it(data, expected):
    expected = {
        "both": [(None, FERRY), (None, YARD)],
        "editorial": [(None, "[The mayor] said it."), (None, "That is (FAA) late.")],
        "ann": [("Ann Lee", FERRY), ("Ann Lee", YARD)],
        "reporter": [("REPORTER", FERRY), ("REPORTER", YARD), (None, SALE)],
        "unknown after Ann": [("Ann", FERRY), (None, YARD), (None, SALE)],
    }.get(str(expected), expected)
    assert read(data) == expected


def test_a_comment_in_markdown_does_not_make_subtitles():
    text = f"# Title\n\n<!-- x -->\n\nNOTE {FERRY}\n\n(see below) {YARD}\n"
    sentences = split_sentences(Reading(text), "en")
    found = [sentence.text for sentence in sentences]
    assert found == [f"NOTE {FERRY}", f"(see below) {YARD}"]


def items(**fields):
    """Return words and a full stop, as Amazon and Speechmatics write them."""
    word = {"type": "pronunciation", "start_time": "0.5", "end_time": "1.0", **fields}
    return [
        *({**word, "alternatives": [{"content": text}]} for text in FERRY[:-1].split()),
        {"type": "punctuation", "alternatives": [{"content": "."}], **fields},
    ]


WORDS = [{"start": 500, "end": 900, "text": text} for text in FERRY.split()]


@pytest.mark.parametrize(
    ("value", "voice"),
    [
        (
            {"segments": [{"start": 0.0, "end": 2.5, "text": FERRY, "speaker": "A1"}]},
            "A1",
        ),
        ({"text": FERRY, "chunks": [{"timestamp": [0, None], "text": FERRY}]}, None),
        (
            {"transcription": [{"offsets": {"from": 0, "to": 9}, "text": f" {FERRY}"}]},
            None,
        ),
        ([{"text": FERRY, "start": 0.0, "duration": 2.0}], None),
        (
            {
                "version": "1.0.0",
                "segments": [
                    {"speaker": "Ann Lee", "startTime": 1, "endTime": 2, "body": FERRY}
                ],
            },
            "Ann Lee",
        ),
        (
            {
                "id": "1",
                "utterances": [
                    {"speaker": "A", "start": 250, "end": 950, "text": FERRY}
                ],
                "words": WORDS,
            },
            "Speaker A",
        ),
        ({"id": "1", "text": FERRY, "utterances": None, "words": WORDS}, None),
        (
            {
                "metadata": {},
                "results": {
                    "utterances": [
                        {"start": 0.5, "end": 2, "transcript": FERRY, "speaker": 0}
                    ]
                },
            },
            "Speaker 0",
        ),
        (
            {
                "results": {
                    "channels": [
                        {
                            "alternatives": [
                                {
                                    "words": [
                                        {"word": "x", "punctuated_word": text}
                                        | {"start": 0.1, "end": 0.2, "speaker": 1}
                                        for text in FERRY.split()
                                    ]
                                }
                            ]
                        }
                    ]
                }
            },
            "Speaker 1",
        ),
        ({"jobName": "a", "results": {"items": items(speaker_label="spk_0")}}, "spk_0"),
        (
            {
                "results": {
                    "items": items(),
                    "audio_segments": [
                        {"start_time": "0", "end_time": "2", "transcript": FERRY}
                    ],
                }
            },
            None,
        ),
        (
            {
                "recognizedPhrases": [
                    {
                        "offsetInTicks": 5_000_000.0,
                        "durationInTicks": 9_000_000.0,
                        "speaker": 2,
                        "nBest": [{"display": FERRY}],
                    }
                ]
            },
            "Speaker 2",
        ),
        (
            {
                "results": [
                    {
                        "alternatives": [
                            {
                                "transcript": FERRY,
                                "words": [{"startTime": "1.200s", "word": "The"}],
                            }
                        ],
                        "resultEndTime": "3.100s",
                    },
                    {"alternatives": [{"words": [{"startTime": "1.200s"}]}]},
                ]
            },
            None,
        ),
        (
            {
                "monologues": [
                    {
                        "speaker": 0,
                        "elements": [
                            {"type": "text", "value": "The", "ts": 0.5, "end_ts": 1.0},
                            {"type": "punct", "value": f" {FERRY[4:]}"},
                        ],
                    }
                ]
            },
            "Speaker 0",
        ),
        ({"format": "2.9", "results": items(speaker="S1")}, "S1"),
        (
            {
                "words": [
                    {
                        "text": text,
                        "start": 0,
                        "end": 1,
                        "type": kind,
                        "speaker_id": "s0",
                    }
                    for word in FERRY.split()
                    for text, kind in ((word, "word"), (" ", "spacing"))
                ]
            },
            "s0",
        ),
    ],
    ids=(
        "whisper transformers whisper.cpp youtube-transcript-api podcast assemblyai "
        "assemblyai-words deepgram deepgram-words amazon amazon-segments azure google "
        "rev speechmatics elevenlabs"
    ).split(),
)
def test_reads_the_json_of_speech_recognizers(value, voice):
    assert read(json.dumps(value)) == [(voice, FERRY)]


def test_reads_the_json_of_youtube():
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


def test_live_captions_that_grow_are_read_once():
    words = FERRY.split()
    cues = (
        f"00:00:0{n}.000 --> 00:00:0{n + 1}.000\n{' '.join(words[: n + 1])}\n\n"
        for n in range(len(words))
    )
    content = build_document(f"WEBVTT\n\n{''.join(cues)}".encode(), "a.vtt")
    assert content.full_text.count("The ferry") == 1
    assert Reading(content.full_text).lines.time(30) == "00:00:00.000"


def test_subtitles_timed_by_pictures_are_refused_by_name():
    with pytest.raises(InputError, match=r"MicroDVD subtitles.*ffmpeg"):
        build_document(f"{{10}}{{50}}{FERRY}\n".encode(), "a.sub")


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
