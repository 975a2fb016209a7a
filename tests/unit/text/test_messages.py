"""What mail programs add to messages is set aside; text of the same form is not."""

import pytest

from claimcheck.text.noise import find_noise
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

SENTENCE = "The ferry carried 900 people in 2020, the harbour said.\n"


def reasons(text):
    return {
        text[noise.start : noise.end].strip(): noise.reason
        for noise in find_noise(text)
    }


@pytest.mark.parametrize(
    ("footer", "reason"),
    [
        ("-- \nAnna Brandt\nHarbour News\n", "signature"),
        ("--\nAnna Brandt\nHarbour News | Tel. +47 000 000\n", "signature"),
        ("Sent from my iPhone\n", "signature"),
        ("Get Outlook for iOS\n", "signature"),
        (
            "This e-mail is confidential and meant for the addressee only.\n",
            "disclaimer",
        ),
        (
            "The information contained in this message is intended only for the 2\n"
            "persons that it names.\n",
            "disclaimer",
        ),
        ("CONFIDENTIALITY NOTICE: if you are not Anna, delete it.\n", "disclaimer"),
        ("DISCLAIMER: the views of 40 people are their own.\n", "disclaimer"),
        (
            "If you have received this message in error, delete it within a day.\n",
            "disclaimer",
        ),
        ("Diese E-Mail enthält vertrauliche Informationen.\n", "disclaimer"),
        ("Ce message est confidentiel et destiné à 2 personnes.\n", "disclaimer"),
    ],
)
def test_footers_are_set_aside(footer, reason):
    assert reasons(f"{SENTENCE}\n{footer}") == {footer.strip(): reason}


@pytest.mark.parametrize(
    "text",
    [
        f"{SENTENCE}\n--\nThe yard was sold to a group from Oslo in May.\n",
        f"{SENTENCE}and -- as the mayor said -- it was late.\n",
        "The clerk wrote that this e-mail is confidential.\n",
        "The disclaimer was read by 40 people.\n",
        "More than\n50 people came, and the count was\n> 60 by noon, she said.\n"[:60],
        "If you have received a message from the harbour, call it.\n",
        "This message of the king was heard by 900 people.\n",
    ],
)
def test_sentences_are_not(text):
    assert reasons(text) == {}


FERRY = "The ferry carried 900 people in May."
YARD = "The yard employs 40 people."
SALE = "It was sold in 2019 for 3 million."


def speakers(text):
    sentences = split_sentences(Reading(text), "en")
    return [(sentence.speaker, sentence.text) for sentence in sentences]


@pytest.mark.parametrize(
    "line",
    """
On Thu, Jun 6, 2024 at 3:14 PM Bo Lind <bo@example.org> wrote:
On Thursday, June 6th, 2024 at 3:14 PM, Bo Lind <bo@example.org> wrote:
On Thursday, June 6, 2024 at 03:14:10 PM GMT+2, Bo Lind <bo@example.org> wrote:
On Thursday, 6 June 2024 15:14:10 CEST Bo Lind wrote:
On Thu, 2024-06-06 at 15:14 +0200, Bo Lind wrote:
On 2024-06-06 15:14, Bo Lind wrote:
On 6/6/24 15:14, Bo Lind via Harbour wrote:
Bo Lind <bo@example.org> writes:
Bo Lind wrote on 06/06/2024 15:14:
In article <abc123@example.org>, Bo Lind <bo@example.org> wrote:
Am 06.06.24 um 15:14 schrieb Bo Lind:
Am Do., 6. Juni 2024 um 15:14 Uhr schrieb Bo Lind <bo@example.org>:
Le jeu. 6 juin 2024 à 15:14, Bo Lind <bo@example.org> a écrit :
El jue, 6 jun 2024 a las 15:14, Bo Lind (<bo@example.org>) escribió:
Il giorno gio 6 giu 2024 alle ore 15:14 Bo Lind <bo@example.org> ha scritto:
Op do 6 jun. 2024 om 15:14 schreef Bo Lind <bo@example.org>:
czw., 6 cze 2024 o 15:14 Bo Lind <bo@example.org> napisał(a):
Den tors 6 juni 2024 kl 15:14 skrev Bo Lind <bo@example.org>:
tor. 6. juni 2024 kl. 15:14 skrev Bo Lind <bo@example.org>:
Em qui., 6 de jun. de 2024 às 15:14, Bo Lind <bo@example.org> escreveu:
to 6. kesäk. 2024 klo 15.14 Bo Lind (bo@example.org) kirjoitti:
čt 6. 6. 2024 v 15:14 odesílatel Bo Lind <bo@example.org> napsal:
Bo Lind <bo@example.org>, 6 Haz 2024 Per, 15:14 tarihinde şunu yazdı:
Bo Lind <bo@example.org> ezt írta (időpont: 2024. jún. 6., Cs, 15:14):
чт, 6 июн. 2024 г. в 15:14, Bo Lind <bo@example.org>:
2024年6月6日(木) 15:14 Bo Lind <bo@example.org>:
Bo Lind <bo@example.org> 于2024年6月6日周四 15:14写道：
2024년 6월 6일 (목) 오후 3:14, Bo Lind <bo@example.org>님이 작성:
""".strip().splitlines(),
)
def test_the_line_above_a_reply_names_its_author_in_any_language(line):
    text = f"{FERRY}\n\n{line}\n\n> {YARD}\n> {SALE}\n"
    assert speakers(text) == [(None, FERRY), ("Bo Lind", YARD), ("Bo Lind", SALE)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("On Thu, 6 Jun 2024 at 15:14, Bo Lind the\nYounger <bo@x.org> wrote:", None),
        ("On Thu, 6 Jun 2024 at 15:14, Bo Lind <\nbo.lind@x.org> wrote:", "Bo Lind"),
        ("On Thu, Jun 6, 2024 at 3:14 PM <bo@x.org> wrote:", "bo@x.org"),
        ("On 6 June 2024 the mayor wrote:", ""),
        ("She wrote:", ""),
    ],
)
def test_the_author_is_only_named_if_certain(line, name):
    expected = "Bo Lind the Younger" if name is None else name or None
    found = speakers(f"{FERRY}\n\n{line}\n\n> {YARD}\n")
    assert found == [(None, FERRY), (expected, YARD)]


@pytest.mark.parametrize(
    "header",
    [
        "From: {}\nSent: Thursday, June 6, 2024 3:14 PM\nTo: Ida\nSubject: Yard",
        "From: {}\n\nSent: Thursday, June 6, 2024\n\nTo: Ida\n\nSubject: Yard\n\n",
        "*From:* {}\n*Sent:* Thursday, June 6, 2024\n*To:* Ida\n*Subject:* Yard",
        "Message: 1\nDate: Thu, 6 Jun 2024\nFrom: {}\nTo: Ida\nSubject: Yard",
        "---------- Forwarded message ---------\nFrom: {}\nDate: Thu, Jun 6, 2024",
        "-----Original Message-----\nFrom: {}\nTo: Ida",
        "Von: {}\nGesendet: Donnerstag, 6. Juni 2024 15:14\nAn: Ida\nBetreff: Werft",
        "Od: {}\nWysłano: czwartek, 6 czerwca 2024\nDo: Ida\nTemat: Stocznia",
        "От: {}\nОтправлено: 6 июня 2024 г. 15:14\nКому: Ida\nТема: Верфь",
        "差出人: {}\n送信日時: 2024年6月6日 15:14\n宛先: Ida\n件名: 造船所",
    ],
)
def test_the_fields_above_a_forwarded_message_name_its_author(header):
    field = header.format("Bo Lind <bo@example.org>")
    text = f"{FERRY}\n\n{field}\n\n{YARD}\n\n{'-' * 30}\n\n{SALE}\n"
    assert speakers(text) == [(None, FERRY), ("Bo Lind", YARD), (None, SALE)]


def test_replies_between_the_lines_keep_their_authors():
    text = (
        "On Thu, Jun 6, 2024 at 3:14 PM Bo Lind <bo@example.org> wrote:\n"
        f">> {SALE}\n> {YARD}\n\n{FERRY}\n> {SALE}\nThat is right.\n"
    )
    assert speakers(text) == [
        (None, SALE),
        ("Bo Lind", YARD),
        (None, FERRY),
        ("Bo Lind", SALE),
        (None, "That is right."),
    ]


@pytest.mark.parametrize(
    "footer",
    [
        "Kind regards,\n\nIda Holm\nThe Harbour News\nT: +47 000 000 | M: +47 000 001\n"
        "\nThis e-mail is confidential. If you are not the addressee, delete it.",
        "-- \nReply to this email.\nYou are receiving this because you were mentioned.",
        "Este mensaje va dirigido exclusivamente a su destinatario, y es confidencial.",
        "This email has been scanned for viruses. It is clean.",
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiE people.\n"
        "-----END PGP SIGNATURE-----",
        "You are receiving this email because you signed up. Unsubscribe here.",
        "This email was sent to ida@example.net because she signed up for it.",
        f"{'_' * 40}\nMicrosoft Teams meeting\nMeeting ID: 123 456\n{'_' * 40}",
    ],
)
def test_nothing_of_a_footer_is_a_sentence(footer):
    assert speakers(f"{FERRY}\n\n{footer}\n") == [(None, FERRY)]


def test_the_marks_of_a_signed_text_are_set_aside():
    text = (
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{FERRY}\n- -- \nIda\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n"
    )
    assert speakers(text) == [(None, FERRY)]
