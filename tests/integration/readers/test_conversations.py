"""Ten and more conversations of each kind: who says which sentence."""

import json

import pytest

from tests.support.sentences import read_sentences

F = "The ferry carried 900 people in 2020."
Y = "The yard employs 40 people now."
Q = "How many people did it carry in all?"

TRANSCRIPTS = [
    (f"ANNA BRANDT: {F}\n\nBO LIND: {Y}\n", [("ANNA BRANDT", F), ("BO LIND", Y)]),
    (
        f"Moderator: {Q}\n\nDr. Brandt: {F}\n\nModerator: {Y}\n\nDr. Brandt: {F}\n",
        [("Moderator", Q), ("Dr. Brandt", F), ("Moderator", Y), ("Dr. Brandt", F)],
    ),
    (
        f"[00:00:01] Anna Brandt: {F}\n[00:00:09] Bo Lind: {Y}\n[00:00:12] Anna Brandt: {Y}\n",
        [("Anna Brandt", F), ("Bo Lind", Y), ("Anna Brandt", Y)],
    ),
    (f"Q. {Q}\nA. {F}\nQ. {Q}\nA. {Y}\n", [("Q", Q), ("A", F), ("Q", Q), ("A", Y)]),
    (
        f"Q: {Q}\n\nA: {F}\n\nQ: {Q}\n\nA: {Y}\n",
        [("Q", Q), ("A", F), ("Q", Q), ("A", Y)],
    ),
    (
        f"SECRETARY BRANDT: {F} {Y}\n\nQUESTION: {Q}\n\nSECRETARY BRANDT: {Y}\n",
        [
            ("SECRETARY BRANDT", F),
            ("SECRETARY BRANDT", Y),
            ("QUESTION", Q),
            ("SECRETARY BRANDT", Y),
        ],
    ),
    (
        f"Mr. BRANDT. Madam Speaker, I rise today. {F}\n\nMs. LEE of Texas. {Y}\n",
        [
            ("Mr. BRANDT", "Madam Speaker, I rise today."),
            ("Mr. BRANDT", F),
            ("Ms. LEE of Texas", Y),
        ],
    ),
    (
        f"**Anna Brandt:** {F}\n\n**Bo Lind:** {Y}\n\n**Anna Brandt:** {Y}\n",
        [("Anna Brandt", F), ("Bo Lind", Y), ("Anna Brandt", Y)],
    ),
    (
        f"Anna Brandt   0:03\n{F}\n\nBo Lind   0:09\n{Y}\n",
        [("Anna Brandt", F), ("Bo Lind", Y)],
    ),
    (
        f"00:00:03 Speaker 1\n{F}\n\n00:00:09 Speaker 2\n{Y}\n",
        [("Speaker 1", F), ("Speaker 2", Y)],
    ),
    (
        f"THE COURT: {Q}\n\nTHE WITNESS: {F}\n\nTHE COURT: {Y}\n",
        [("THE COURT", Q), ("THE WITNESS", F), ("THE COURT", Y)],
    ),
    (
        f"JUDGE LEE: {Q}\nMR. BRANDT: {F}\n(Applause.)\nJUDGE LEE: {Y}\n",
        [("JUDGE LEE", Q), ("MR. BRANDT", F), ("JUDGE LEE", Y)],
    ),
    # not conversations
    (
        f"Summary: {F}\n\nBackground: {Y}\n",
        [(None, f"Summary: {F}"), (None, f"Background: {Y}")],
    ),
    (f"Note: {F}\n\n{Y}\n", [(None, f"Note: {F}"), (None, Y)]),
    (
        f"Chairwoman Brandt: {F}\n\nChairwoman Brandt: {Y}\n\nMr. Lind: {Q}\n\nChairwoman Brandt: {F}\n",
        [
            ("Chairwoman Brandt", F),
            ("Chairwoman Brandt", Y),
            ("Mr. Lind", Q),
            ("Chairwoman Brandt", F),
        ],
    ),
    (
        f"Interviewer: {Q}\nInterviewee: {F}\nInterviewer: {Q}\nInterviewee: {Y}\n",
        [
            ("Interviewer", Q),
            ("Interviewee", F),
            ("Interviewer", Q),
            ("Interviewee", Y),
        ],
    ),
]


MORE_TRANSCRIPTS = [
    (
        f"ANN LEE, HOST: {F}\n\nBO ROE, REPORTER: {Y}\n\nLEE: {Q}\n",
        [("ANN LEE", F), ("BO ROE", Y), ("LEE", Q)],
    ),
    (
        f"Mr Hugh Lane (Ayr) (Con): {F} Will the Minister say why?\n\n"
        f"The Minister for Health (Anna Brandt): {Y}\n\nHugh Lane: {Q}\n",
        [
            ("Mr Hugh Lane", F),
            ("Mr Hugh Lane", "Will the Minister say why?"),
            ("The Minister for Health", Y),
            ("Hugh Lane", Q),
        ],
    ),
    (
        f"[Speaker 1 00:00:05]\n{F}\n\n[Speaker 2 00:00:12]\n{Y}\n",
        [("Speaker 1", F), ("Speaker 2", Y)],
    ),
    (
        f"Speaker 1 (00:05): {F}\nSpeaker 2 (00:12): {Y}\nSpeaker 1 (00:15): {Q}\n",
        [("Speaker 1", F), ("Speaker 2", Y), ("Speaker 1", Q)],
    ),
    (
        f"Anna: {F}\nBo: {Y}\nAnna: {Q}\nBo: {Y}\n",
        [("Anna", F), ("Bo", Y), ("Anna", Q), ("Bo", Y)],
    ),
    (
        f"10:04:12 From Anna Brandt to Everyone: {F}\n"
        f"10:05:01 From Bo Lind to Everyone: {Y}\n",
        [("Anna Brandt", F), ("Bo Lind", Y)],
    ),
    (
        f"MS BRANDT - {F}\n\nMR LIND - {Y}\n\nMS BRANDT - {F}\n",
        [("MS BRANDT", F), ("MR LIND", Y), ("MS BRANDT", F)],
    ),
    (
        f"Senator Warren. {Q}\nMr. Stumpf. {F}\nSenator Warren. {Q}\n",
        [("Senator Warren", Q), ("Mr. Stumpf", F), ("Senator Warren", Q)],
    ),
    (
        f"BY MR. LIND:\nQ. {Q}\nA. {F}\nMS. BRANDT: Objection.\nTHE COURT: Overruled.\n",
        [("Q", Q), ("A", F), ("MS. BRANDT", "Objection."), ("THE COURT", "Overruled.")],
    ),
    (
        "1 CHAIRMAN ROE: The ferry carried 900 people in\n2 the summer of 2020, which was\n"
        "3 more than in any other year.\n4 MS. LEE: The yard employs 40 people\n"
        "5 now. It is late.\n6 CHAIRMAN ROE: Thank you.\n",
        [
            (
                "CHAIRMAN ROE",
                "The ferry carried 900 people in the summer of 2020, which"
                " was more than in any other year.",
            ),
            ("MS. LEE", "The yard employs 40 people now."),
            ("MS. LEE", "It is late."),
            ("CHAIRMAN ROE", "Thank you."),
        ],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [*TRANSCRIPTS, *MORE_TRANSCRIPTS])
def test_labels_of_transcripts_name_who_speaks(text, expected):
    assert read_sentences(text) == expected


def vtt(*cues):
    return "WEBVTT\n\n" + "".join(
        f"00:00:{2 * i:02d}.000 --> 00:00:{2 * i + 2:02d}.000\n{c}\n\n"
        for i, c in enumerate(cues)
    )


def srt(*cues):
    return "".join(
        f"{i + 1}\n00:00:{2 * i:02d},000 --> 00:00:{2 * i + 2:02d},000\n{c}\n\n"
        for i, c in enumerate(cues)
    )


CAPTIONS = [
    (
        vtt("<v Anna Brandt>The ferry carried", "<v Anna Brandt>900 people in 2020."),
        [("Anna Brandt", F)],
    ),
    (
        srt(
            "- The ferry carried 900 people in 2020.",
            "- The yard employs 40 people now.",
        ),
        [(None, F), (None, Y)],
    ),
    (
        srt(
            '<font color="#fff">The ferry carried</font>', "<b>900 people</b> in 2020."
        ),
        [(None, F)],
    ),
    (
        srt(
            "ANNA: The ferry carried",
            "900 people in 2020.",
            "BO: The yard employs",
            "40 people now.",
            "ANNA: The ferry carried 900 people in 2020.",
        ),
        [("ANNA", F), ("BO", Y), ("ANNA", F)],
    ),
    (
        vtt(
            "The ferry carried\n900 people in 2020.",
            "[applause]",
            "The yard employs 40 people now.",
        ),
        [(None, F), (None, Y)],
    ),
    (
        vtt(
            "the ferry carried 900 people",
            "the ferry carried 900 people\nin the summer of 2020 and",
            "in the summer of 2020 and\nit was sold in May",
        ),
        [
            (
                None,
                "the ferry carried 900 people in the summer of 2020 and it was sold in May",
            )
        ],
    ),
    (
        "WEBVTT Kind: captions; Language: en\n\nabc-1\n00:00:01.000 --> 00:00:02.000 align:start position:0%\nThe ferry<00:00:01.300><c> carried</c>\n\nabc-2\n00:00:02.000 --> 00:00:04.000\n900 people in 2020.\n",
        [(None, F)],
    ),
    (
        srt(
            "{\\an8}The ferry carried 900 people in 2020.",
            "♪ music ♪",
            "The yard employs 40 people now.",
        ),
        [(None, F), (None, Y)],
    ),
    (
        vtt(
            ">> The ferry carried 900 people in 2020.",
            ">> The yard employs 40 people now.",
        ),
        [(None, F), (None, Y)],
    ),
    (
        vtt(
            "[Anna Brandt] The ferry carried",
            "900 people in 2020.",
            "[Bo Lind] The yard employs",
            "40 people now.",
        ),
        [("Anna Brandt", F), ("Bo Lind", Y)],
    ),
    (
        srt(
            "(ANNA) The ferry carried 900 people in 2020.",
            "(BO) The yard employs 40 people now.",
        ),
        [("ANNA", F), ("BO", Y)],
    ),
    (
        vtt(
            "Anna Brandt: The ferry carried",
            "900 people in 2020.",
            "Bo Lind: The yard employs",
            "40 people now.",
            "Anna Brandt: The ferry carried 900 people in 2020.",
        ),
        [("Anna Brandt", F), ("Bo Lind", Y), ("Anna Brandt", F)],
    ),
    (
        "1\n00:00:01,000 --> 00:00:02,000\nThe ferry carried\n900 people in 2020.\n\n2\n00:00:02,000 --> 00:00:04,000\nThe yard employs\n40 people now.",
        [(None, F), (None, Y)],
    ),
]


@pytest.mark.parametrize(("text", "expected"), CAPTIONS)
def test_captions_are_sentences_with_their_speaker(text, expected):
    assert read_sentences(text) == expected


RECOGNIZED = [
    (
        {
            "segments": [
                {"start": 0, "end": 1, "text": " The ferry carried"},
                {"start": 1, "end": 2, "text": " 900 people in 2020."},
            ]
        },
        [(None, F)],
    ),
    (
        {
            "transcription": [
                {
                    "timestamps": {"from": "00:00:00,000", "to": "00:00:02,000"},
                    "offsets": {"from": 0, "to": 2000},
                    "text": " The ferry carried 900 people in 2020.",
                }
            ]
        },
        [(None, F)],
    ),  # whisper.cpp
    (
        [
            {"text": "The ferry carried", "start": 0.0, "duration": 1.5},
            {"text": "900 people in 2020.", "start": 1.5, "duration": 2.0},
        ],
        [(None, F)],
    ),  # youtube-transcript-api
    (
        {
            "task": "transcribe",
            "language": "english",
            "duration": 2.0,
            "text": "The ferry carried 900 people in 2020.",
            "segments": [
                {
                    "id": 0,
                    "start": 0,
                    "end": 2,
                    "text": "The ferry carried 900 people in 2020.",
                    "avg_logprob": -0.2,
                }
            ],
        },
        [(None, F)],
    ),
    (
        {
            "segments": [
                {"start": 0, "end": 1, "text": F, "speaker": "SPEAKER_00", "words": []},
                {"start": 1, "end": 2, "text": Y, "speaker": "SPEAKER_01"},
            ]
        },
        [("SPEAKER_00", F), ("SPEAKER_01", Y)],
    ),  # whisperx
    (
        {
            "events": [
                {
                    "tStartMs": 0,
                    "segs": [
                        {"utf8": "the ferry"},
                        {"utf8": " carried", "tOffsetMs": 200},
                    ],
                },
                {"tStartMs": 400, "aAppend": 1, "segs": [{"utf8": "\n"}]},
                {"tStartMs": 1400, "segs": [{"utf8": "900 people"}]},
            ]
        },
        [(None, "the ferry carried 900 people")],
    ),
    (
        {
            "chunks": [
                {
                    "timestamp": [0.0, 2.0],
                    "text": " The ferry carried 900 people in 2020.",
                }
            ],
            "text": " The ferry carried 900 people in 2020.",
        },
        [(None, F)],
    ),  # transformers pipeline
    ({"text": "The ferry carried 900 people in 2020."}, [(None, F)]),  # OpenAI json
    (
        {
            "segments": [
                {
                    "type": "transcript.text.segment",
                    "id": "1",
                    "speaker": "A",
                    "text": F,
                    "start": 0,
                    "end": 2,
                },
                {"id": "2", "speaker": "B", "text": Y, "start": 2, "end": 4},
            ],
            "text": "x",
        },
        [("A", F), ("B", Y)],
    ),
]


@pytest.mark.parametrize(("value", "expected"), RECOGNIZED)
def test_the_json_of_speech_recognizers_is_a_transcript(value, expected):
    assert read_sentences(json.dumps(value)) == expected


H = "From: Ida Holm <ida@example.net>\nTo: desk@example.net\nDate: Fri, 7 Jun 2024 09:00:00 +0200\nSubject: Ferry\n"
MESSAGES = [
    (H + f"\nHi Tom,\n\n{F}\n\nBest,\nIda\n", [(None, "Hi Tom,"), (None, F)]),
    (
        H
        + f"\n{Y}\n\nOn Wed, 15 May 2024 at 18:03, Tom Reed <tom@example.net> wrote:\n\n> {F}\n> It was sold in May.\n",
        [(None, Y), ("Tom Reed", F), ("Tom Reed", "It was sold in May.")],
    ),
    (
        H + f"\n{Y}\n\nTom Reed <tom@example.net> wrote on 15 May 2024:\n> {F}\n",
        [(None, Y), ("Tom Reed", F)],
    ),
    (
        H + f"\n{Y}\n\nAm 15.05.2024 um 18:03 schrieb Tom Reed:\n> {F}\n",
        [(None, Y), ("Tom Reed", F)],
    ),
    (
        H + f"\n{Y}\n\nLe 15/05/2024 à 18:03, Tom Reed a écrit :\n> {F}\n",
        [(None, Y), ("Tom Reed", F)],
    ),
    (
        H
        + f"\n{Y}\n\n-----Original Message-----\nFrom: Tom Reed <tom@example.net>\nSent: Wednesday, May 15, 2024 6:03 PM\nTo: Ida Holm\nSubject: Ferry\n\n{F}\n",
        [(None, Y), ("Tom Reed", F)],
    ),
    (
        H
        + f"\n{Y}\n\n---------- Forwarded message ---------\nFrom: Tom Reed <tom@example.net>\nDate: Wed, May 15, 2024 at 6:03 PM\nSubject: Ferry\nTo: <ida@example.net>\n\n{F}\n",
        [(None, Y), ("Tom Reed", F)],
    ),
    (H + f"\n{Y}\n\n-- \nIda Holm\nHarbour Office\n+47 55 00 00 00\n", [(None, Y)]),
    (
        H
        + f"\n{Y}\n\nThis email and any attachments are confidential and intended solely for the addressee. If you are not the intended recipient, delete it.\n",
        [(None, Y)],
    ),
    (
        H
        + f"\n{Y}\n\nSent from my iPhone\n\n> On 15 May 2024, at 18:03, Tom Reed <tom@example.net> wrote:\n>\n> {F}\n",
        [(None, Y), ("Tom Reed", F)],
    ),
    (
        H + f"\n> > {F}\n>\n> {Y}\n\nIt is late.\n",
        [(None, F), (None, Y), (None, "It is late.")],
    ),
    (
        H
        + "Content-Type: text/plain; charset=utf-8; format=flowed\n\nThe ferry carried \n900 people in 2020.\n",
        [(None, F)],
    ),
    (
        H
        + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nThe ferry carried 900=\n people in 2020.\n",
        [(None, F)],
    ),
    (
        H
        + f"\n{Y}\n\n________________________________\nFrom: Tom Reed <tom@example.net>\nSent: Wednesday, 15 May 2024 18:03\nTo: Ida Holm <ida@example.net>\nSubject: RE: Ferry\n\n{F}\n",
        [(None, Y), ("Tom Reed", F)],
    ),
    (
        H
        + f"\n{Y}\n\nBegin forwarded message:\n\n> From: Tom Reed <tom@example.net>\n> Subject: Ferry\n> Date: 15 May 2024 at 18:03:00 CEST\n> To: Ida Holm <ida@example.net>\n>\n> {F}\n",
        [(None, Y), ("Tom Reed", F)],
    ),
]


@pytest.mark.parametrize(("text", "expected"), MESSAGES)
def test_quoted_mail_is_its_writers(text, expected):
    assert read_sentences(text) == expected


SUBTITLE_FORMATS = {
    "SubViewer": (
        "0:00:01.000,0:00:03.000\nThe ferry carried\n\n"
        "0:00:03.000,0:00:05.000\n900 people in 2020.\n",
        [(None, F)],
    ),
    "SubStation Alpha": (
        "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name,"
        " MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:03.00,Default,Anna,0,0,0,,{\\i1}The ferry"
        "\\Ncarried 900 people in 2020.\n"
        "Dialogue: 0,0:00:03.00,0:00:05.00,Default,Bo,0,0,0,,The yard, now, is shut.\n",
        [("Anna", F), ("Bo", "The yard, now, is shut.")],
    ),
    "TTML": (
        '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
        '<p begin="00:00:01.000" end="00:00:03.000">The ferry<br/>carried</p>'
        '<p begin="3s" end="5s">900 <span>people</span> in 2020.</p></div></body></tt>',
        [(None, F)],
    ),
    "LRC": (
        "[00:01.00]The ferry carried\n[00:03.00]900 people in 2020.\n",
        [(None, F)],
    ),
    "times on lines": (
        "0:00\nthe ferry carried\n0:03\n900 people in 2020\n0:07\nand was sold\n",
        [(None, "the ferry carried 900 people in 2020 and was sold")],
    ),
    "SubRip with full stops and a mark": (
        "\ufeff1\n00:00:01.000 --> 00:00:03.000\nWOMAN: The ferry carried 900 people in"
        " 2020.\n\n2\n00:00:03.000 --> 00:00:05.000\nMAN 2: The yard employs 40 people"
        " now.\n",
        [("WOMAN", F), ("MAN 2", Y)],
    ),
    "rolling SubRip": (
        "1\n00:00:00,160 --> 00:00:04,869\nthe ferry carried\n\n"
        "2\n00:00:02,389 --> 00:00:06,000\nthe ferry carried\nnine hundred people\n\n"
        "3\n00:00:04,869 --> 00:00:08,000\nnine hundred people\nin that year\n",
        [(None, "the ferry carried nine hundred people in that year")],
    ),
    "rolling words": (
        "WEBVTT\nKind: captions\n\n00:00:00.160 --> 00:00:02.389 align:start\n \n"
        "the<00:00:00.400><c> ferry</c>\n\n00:00:02.389 --> 00:00:02.399\nthe ferry\n \n"
        "\n00:00:02.399 --> 00:00:04.869\nthe ferry\ncarried<00:00:02.700><c> nine</c>\n",
        [(None, "the ferry carried nine")],
    ),
    "voices without end tags": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nHello there.\n\n00:02.000 --> 00:04.000\n"
        "<v Bo Roe>We are in Oslo\n\n00:04.000 --> 00:06.000\n<v Bo Roe>and it is cold.\n"
        "<v Ann Lee>It is late.\n",
        [
            (None, "Hello there."),
            ("Bo Roe", "We are in Oslo and it is cold."),
            ("Ann Lee", "It is late."),
        ],
    ),
    "sounds": (
        srt("(SPEAKING FRENCH)", "- How many?\n- 900 people.", "♪ music ♪", Y),
        [(None, "How many?"), (None, "900 people."), (None, Y)],
    ),
}


@pytest.mark.parametrize("name", SUBTITLE_FORMATS)
def test_subtitles_of_every_format_are_sentences(name):
    text, expected = SUBTITLE_FORMATS[name]
    assert read_sentences(text) == expected


REPLIES = [
    "On 15.05.24 18:03, Tom Reed wrote:",
    "El mié, 15 may 2024 a las 18:03, Tom Reed (<tom@example.net>) escribió:",
    "Tom Reed <tom@example.net> schrieb am 15. Mai 2024 um 18:03:",
    "Op wo 15 mei 2024 om 18:03 schreef Tom Reed <tom@example.net>:",
    "Il giorno mer 15 mag 2024 alle ore 18:03 Tom Reed <tom@e.net> ha scritto:",
    "On Wed, May 15, 2024 at 6:03 PM, Tom Reed via\nHarbour <list@e.net> wrote:",
    "2024-05-15 18:03 GMT+02:00 Tom Reed <tom@example.net>:",
    "Tom Reed writes:",
    "Am Mittwoch, dem 15.05.2024 um 18:03 +0200 schrieb Tom Reed:",
    "Le mer. 15 mai 2024 à 18:03, Tom Reed <tom@example.net> a écrit :",
]


@pytest.mark.parametrize("line", REPLIES)
def test_the_line_before_a_reply_names_its_writer(line):
    expected = [(None, Y), ("Tom Reed", F)]
    assert read_sentences(f"{H}\n{Y}\n\n{line}\n\n> {F}\n") == expected


FOOTERS = [
    "Kind regards,\n\nIda Holm\nHead of Press\nT: +47 55 00 00 00",
    "Mit freundlichen Grüßen\nIda Holm",
    "Best,\nIda",
    "Cheers!",
    "-- \nIda Holm",
    "Sent from my iPhone",
    "Virus-free. www.avast.com",
    "Please consider the environment before printing this e-mail.",
    "CAUTION: This email originated outside of the company. Do not click links.",
    "To unsubscribe from this list, click here: http://a.example",
    "This message contains information that may be privileged and confidential.",
    "IMPORTANT NOTICE: The contents of this email are confidential.",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_a_footer_is_no_sentence(footer):
    assert read_sentences(f"{H}\n{Y}\n\n{footer}\n") == [(None, Y)]


def test_thanks_in_captions_and_talk_are_no_signature():
    captions = vtt("the ferry carried 900 people", "thanks", "and the yard employs 40")
    (found,) = read_sentences(captions)
    assert found[1].endswith("people thanks and the yard employs 40")
    assert read_sentences(f"{F}\n\nThanks.\n\n{Y}\n")[-1] == (None, Y)
