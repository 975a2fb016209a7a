"""What mail programs add to messages is set aside; text of the same form is not."""

import pytest

from claimcheck.text.noise import find_noise

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
