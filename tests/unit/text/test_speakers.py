"""Labels of speakers: forms that are certain, and forms that are not labels."""

import pytest

from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

FERRY = "The ferry carried 900 people."
YARD = "The yard employs 40 people."
SALE = "It was sold in May."


def speakers(text):
    sentences = split_sentences(Reading(text), "en")
    return [(sentence.speaker, sentence.text) for sentence in sentences]


def dialogue(first, second, *, gap=" ", between="\n\n"):
    """A, B, and A again."""
    lines = (f"{first}{gap}{FERRY}", f"{second}{gap}{YARD}", f"{first}{gap}{SALE}")
    return between.join(lines) + "\n"


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("PRESIDENT LIND:", "MS. BRANDT:", ("PRESIDENT LIND", "MS. BRANDT")),
        ("Anna Brandt:", "Bo Lind:", ("Anna Brandt", "Bo Lind")),
        ("**Anna Brandt:**", "**Bo Lind:**", ("Anna Brandt", "Bo Lind")),
        ("INTERVIEWER:", "ANNA BRANDT:", ("INTERVIEWER", "ANNA BRANDT")),
        ("Q.", "A.", ("Q", "A")),
        ("Q:", "A:", ("Q", "A")),
        ("Mr. SANTOS.", "The CHAIR.", ("Mr. SANTOS", "The CHAIR")),
        ("Ms. LEE of New York.", "The PRESIDING OFFICER.", None),
        ("Senator Brandt.", "Mr. Lind.", ("Senator Brandt", "Mr. Lind")),
        ("THE COURT:", "THE WITNESS:", ("THE COURT", "THE WITNESS")),
        (f"1{' ' * 20}THE COURT:", f"2{' ' * 20}MR. LEE:", ("THE COURT", "MR. LEE")),
        ("Speaker 1:", "Speaker 2:", ("Speaker 1", "Speaker 2")),
        ("[00:01:02] Anna Brandt:", "[00:01:09] Bo Lind:", ("Anna Brandt", "Bo Lind")),
        ("00:01:02 Anna Brandt:", "00:01:09 Bo Lind:", ("Anna Brandt", "Bo Lind")),
        ("ANNA BRANDT, HOST:", "BO LIND (via Zoom):", ("ANNA BRANDT", "BO LIND")),
        ("Ann Lee (Bergen) (Lab):", "Mr Lind (Voss) (Con):", ("Ann Lee", "Mr Lind")),
        ("Olsen:", "Brandt:", ("Olsen", "Brandt")),
        ("[07/06/2024, 10:03:01] Bo Lind:", "[07/06/2024, 10:03:09] Ann Lee:", None),
        ("7/6/2024, 10:03 AM - Bo Lind:", "7/6/2024, 10:03 AM - Ann Lee:", None),
        ("[00:01 - 00:04] Bo Lind:", "[00:04 - 00:09] Ann Lee:", None),
        ("[00:01 --> 00:04] Bo Lind:", "[00:04 --> 00:09] Ann Lee:", None),
        ("MAYOR BO LIND (D), VOSS:", "ANN LEE, ANCHOR:", ("MAYOR BO LIND", "ANN LEE")),
        ("M. Bo Lind.", "Mme la ministre.", ("M. Bo Lind", "Mme la ministre")),
        ("Ann Lee (PPE). –", "Bo Lind, Member. –", ("Ann Lee", "Bo Lind")),
        ("The Minister (Mr Bo Lind):", "Ann Lee:", ("The Minister", "Ann Lee")),
        ("User:", "Assistant:", ("User", "Assistant")),
        ("anna:", "bo:", ("anna", "bo")),
        ("LIND.", "BRANDT.", ("LIND", "BRANDT")),
    ],
)
def test_a_label_names_the_speaker(first, second, names):
    text = dialogue(first, second)
    if names is None and first[-1] == ".":
        names = (first.rstrip("."), second.rstrip("."))
    names = names or ("Bo Lind", "Ann Lee")
    if first in ("Olsen:", "User:"):
        text += f"\n{second} {SALE}\n"
        expected = [names[0], names[1], names[0], names[1]]
    else:
        expected = [names[0], names[1], names[0]]
    found = speakers(text)
    assert [speaker for speaker, _ in found] == expected
    assert [sentence for _, sentence in found[:3]] == [FERRY, YARD, SALE]


def test_a_role_that_speaks_once_in_a_dialogue_is_a_label():
    lines = f"WOOD: {FERRY}\nFIELD: Is it?\nWOOD: {SALE}\nFIELD: {YARD}\n"
    assert speakers(f"HOST: Hello to you.\n{lines}")[0] == ("HOST", "Hello to you.")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ORTIZ", "STRAND"),
        ("REPORTER", "HART"),
        ("Q", "STRAND"),
        ("Q", "DR STRAND"),
        ("Courier", "Dane"),
        ("**Courier", "**Dane"),
        ("KING", "STONE"),
        ("BBC", "Minister Price"),
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_speakers_who_talk_to_each_other_may_have_any_words_as_names(
    first, second, between
):
    mark = ":**" if first.startswith("*") else ":"
    lines = (
        f"{first}{mark} When was it built?",
        f"{second}{mark} {FERRY} {SALE}",
        f"{first}{mark} Who works there?",
    )
    first, second = first.strip("*"), second.strip("*")
    assert [name for name, _ in speakers(between.join(lines) + "\n")] == [
        first,
        second,
        second,
        first,
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Anna Brandt  0:03", "Bo Lind  0:10"),
        ("Anna Brandt 10:03:01", "Bo Lind 10:03:10"),
        ("Anna Brandt (00:03):", "Bo Lind (00:10):"),
        ("00:00:03 Anna Brandt", "00:00:10 Bo Lind"),
        ("[Anna Brandt] 10:03:01", "[Bo Lind] 10:03:10"),
        ("Anna Brandt: [00:00:03]", "Bo Lind: [00:00:10]"),
        ("Anna Brandt -- Chief Executive Officer", "Bo Lind -- Voss Bank -- Analyst"),
    ],
)
def test_a_name_and_a_time_above_the_text_name_the_speaker(first, second):
    found = speakers(dialogue(first, second, gap="\n"))
    assert found == [("Anna Brandt", FERRY), ("Bo Lind", YARD), ("Anna Brandt", SALE)]


@pytest.mark.parametrize(
    "text",
    [
        dialogue("Note:", "Background:"),
        dialogue("Key Finding:", "Next Steps:"),
        dialogue("Pros:", "Cons:"),
        dialogue("Harbor:", "Yard:"),
        "Employer: Acme.\nRole: I led 40 people.\n" * 2,
        dialogue("Date:", "Venue:"),
        dialogue("- Harbor:", "- Yard:"),
        f"BERGEN: {FERRY}\n\nOSLO: {YARD}\n",
        f"A. {FERRY}\n\nB. {YARD}\n\nQ. {SALE}\n",
        f"Anna Brandt: the woman who sold 3 ferries\n\n{FERRY}\n",
        "Cost: 5 million\nLength: 40 m\nCost: 6 million\nLength: 50 m\n\n" + FERRY,
        f"UPDATE: {FERRY}\n\nCORRECTION: {YARD}\n\nUPDATE: {SALE}\n",
        f"MAYOR BRANDT: FERRY SOLD\n\n{FERRY}\n\nMAYOR BRANDT: YARD SOLD\n\n{YARD}\n",
        f"The mayor said: {FERRY}\n\nThe clerk said: {YARD}\n\nThe mayor said: {SALE}\n",
        f"Mr. Lind left. {FERRY}\n\nMs. Brandt stayed. {YARD}\n",
        f"9:00 {FERRY}\n10:30 {YARD}\n12:00 {SALE}\n",
        dialogue("METHODS.", "RESULTS."),
        dialogue("MONEY:", "PEOPLE:"),
        dialogue("CLAIM:", "FACT:"),
        dialogue("Version 2.1:", "Version 2.0:"),
        dialogue("Ferry:", "Yard:"),
        f"Bo Lind -- the mayor -- left. {FERRY}\n\nAnn Lee -- he said -- did.\n",
        f"TO: Ann Lee\nFROM: Bo Lind\nDATE: June 7\nRE: Ferry\n\n{FERRY} {YARD}\n",
        f"Time: 10:30. {FERRY}\n\nPlace: Oslo. {YARD}\n\nTime: 11:30. {SALE}\n",
    ],
)
def test_what_may_be_no_label_names_nobody(text):
    assert {speaker for speaker, _ in speakers(text)} == {None}


def test_an_examination_in_court_is_read_without_its_line_numbers():
    text = (
        " 1             THE COURT:  Call the witness.\n"
        " 2             MR. LIND:  I call Ann Lee, who worked\n"
        " 3   at the yard.\n"
        " 4   BY MR. LIND:\n"
        f" 5        Q.   Who came?\n 6        A.   {FERRY}\n"
    )
    assert speakers(text) == [
        ("THE COURT", "Call the witness."),
        ("MR. LIND", "I call Ann Lee, who worked at the yard."),
        ("Q", "Who came?"),
        ("A", FERRY),
    ]


def test_the_questions_of_reporters_have_no_stop_after_their_label():
    text = (
        f"MS. LEE:  {FERRY}\n\nQ    Who sold it?\n\nMS. LEE:  {SALE}\n\n"
        f"Q    (Inaudible.)\n\nMS. LEE:  {YARD}\n"
    )
    assert speakers(text) == [
        ("MS. LEE", FERRY),
        ("Q", "Who sold it?"),
        ("MS. LEE", SALE),
        ("MS. LEE", YARD),
    ]


def test_labels_in_capitals_are_names_in_a_debate_with_a_moderator():
    text = f"LIND: {FERRY}\n\nBRANDT: {YARD}\n\nMODERATOR: Thank you.\n\nLIND: {SALE}\n"
    found = [speaker for speaker, _ in speakers(text)]
    assert found == ["LIND", "BRANDT", "MODERATOR", "LIND"]


def test_a_label_may_be_a_paragraph_of_its_own():
    text = (
        f"Dr. Ann Lee (SPD):\n\n{FERRY}\n\nPresident Eva Dahl:\n\nThank you.\n\n"
        f"Bo Lind (CDU):\n\n{YARD}\n"
    )
    found = [speaker for speaker, _ in speakers(text)]
    assert found == ["Dr. Ann Lee", "President Eva Dahl", "Bo Lind"]


@pytest.mark.parametrize(
    "text",
    [
        "0:03\nThe ferry carried\n0:06\n900 people.\n0:09\nThe yard employs 40 people.\n",
        "0:03 The ferry carried\n0:06 900 people. The yard\n0:09 employs 40 people.\n",
        "[00:00.000 --> 00:04.000]  The ferry carried\n[00:04.000 --> 00:06.000]  900 people.\n"
        f"[00:06.000 --> 00:09.000]  {YARD}\n",
    ],
)
def test_the_times_in_a_transcript_are_not_part_of_sentences(text):
    assert speakers(text) == [(None, FERRY), (None, YARD)]


def test_a_turn_has_several_paragraphs_and_ends_at_the_last():
    text = (
        f"MR. LIND: {FERRY}\n\n{YARD}\n\n(The committee rose at noon.)\n\nMS. BRANDT: {SALE}\n\n"
        "The interview was shortened.\n"
    )
    assert speakers(text) == [
        ("MR. LIND", FERRY),
        ("MR. LIND", YARD),
        (None, "(The committee rose at noon.)"),
        ("MS. BRANDT", SALE),
        (None, "The interview was shortened."),
    ]


def test_an_uncertain_label_ends_the_turn_before_it():
    text = f"MR. LIND: {FERRY}\n\nOslo: {YARD}\n\nMS. BRANDT: {SALE}\n"
    assert speakers(text)[1] == (None, f"Oslo: {YARD}")


def test_labels_stay_in_the_view_for_models():
    assert Reading(dialogue("MR. LIND:", "MS. LEE:")).text.startswith(
        f"MR. LIND: {FERRY}"
    )


REPLY = f"> {FERRY}\n> {YARD}\n"
PLAIN = f"{FERRY} {YARD}\n"


@pytest.mark.parametrize(
    ("header", "body", "name"),
    [
        ("On Mon, 13 May 2024 at 10:00, Bo Lind <b@a.example> wrote:\n", REPLY, None),
        ("On 5/13/24, 10:00 AM, Bo Lind <b@a.example> wrote:\n\n", REPLY, None),
        ("On May 13, 2024, at 10:00 AM, Bo Lind\n<b@a.example> wrote:\n", REPLY, None),
        ("Am 13.05.2024 um 10:00 schrieb Bo Lind <b@a.example>:\n", REPLY, None),
        ("Am 13. Mai 2024 schrieb Bo Lind:\n", REPLY, None),
        ("Le lun. 13 mai 2024 à 10:00, Bo Lind <b@a.example> a écrit :\n", REPLY, None),
        ("El 13/5/2024 10:00, Bo Lind <b@a.example> escribió:\n", REPLY, None),
        ("On Mon, 13 May 2024, <b@a.example> wrote:\n", REPLY, "b@a.example"),
        (
            "-----Original Message-----\nFrom: Bo Lind\nSent: Monday, May 13, 2024\n"
            "To: Ann\nSubject: Ferry\n\n",
            PLAIN,
            None,
        ),
        (
            "---------- Forwarded message ---------\nFrom: Bo Lind <b@a.example>\n"
            "Date: Mon, 13 May 2024\nSubject: Ferry\nTo: Ann\n\n",
            PLAIN,
            None,
        ),
        (
            "Begin forwarded message:\n\nFrom: Bo Lind <b@a.example>\nSubject: Ferry\n"
            "Date: 13 May 2024\nTo: Ann\n\n",
            PLAIN,
            None,
        ),
        (
            "Von: Bo Lind <b@a.example>\nGesendet: Montag, 13. Mai 2024\nAn: Ann\n"
            "Betreff: Fähre\n\n",
            PLAIN,
            None,
        ),
    ],
)
def test_quoted_and_forwarded_text_is_attributed(header, body, name):
    found = speakers(f"I agree with you.\n\n{header}{body}")
    name = name or "Bo Lind"
    assert found == [(None, "I agree with you."), (name, FERRY), (name, YARD)]


def test_each_level_of_a_reply_has_its_writer():
    text = (
        "Yes.\n\nOn Mon, 13 May 2024, Bo Lind <b@a.example> wrote:\n"
        f"> {FERRY}\n> On Sun, 12 May 2024, Ida Holm <i@a.example> wrote:\n"
        f">> {YARD}\n>\n> {SALE}\n"
    )
    assert speakers(text) == [
        (None, "Yes."),
        ("Bo Lind", FERRY),
        ("Ida Holm", YARD),
        ("Bo Lind", SALE),
    ]


def test_a_sentence_about_writing_is_no_header():
    text = f"On 13 May 2024 the mayor wrote:\n\n{FERRY}\n\n{YARD}\n"
    assert {speaker for speaker, _ in speakers(text)} == {None}


@pytest.mark.parametrize(
    ("label", "speaker"),
    [("ANN LEE:", "ANN LEE"), ("**Ann Lee:**", "Ann Lee"), ("Its price:", None)],
)
def test_an_interview_may_have_labels_only_before_answers(label, speaker):
    text = f"How is it?\n\n{label} {FERRY}\n\nOn time. Why?\n\n{label} {SALE}\n"
    found = dict(reversed(pair) for pair in speakers(text))
    assert found["On time."] is None
    by_words = {text.removeprefix(f"{label} "): name for text, name in found.items()}
    assert (by_words[FERRY], by_words[SALE]) == (speaker, speaker)
