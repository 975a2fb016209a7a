"""Reading messages."""

import base64

import pytest

from claimcheck import Document
from claimcheck.readers.file import build_document
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences
from tests.support.paths import FILES


def test_reads_a_message_without_its_attachment_and_html():
    text = Document.from_path(FILES / "ferry.eml").full_text
    assert "%PDF" not in text
    assert "<p>" not in text


HEADER = (
    b"From: Ida Holm <ida@example.net>\nTo: desk@example.net\n"
    b"Date: Fri, 7 Jun 2024 09:00:00 +0200\n"
)
BODY = "The bridge at Å opened on Friday, the county said.\n"


@pytest.mark.parametrize(
    "data",
    [
        HEADER
        + b"Content-Type: text/plain; format=flowed; delsp=yes\n\n"
        + BODY.replace("opened", "ope \nned").encode(),
        HEADER + b"Subject:\n\n" + BODY.encode(),
        HEADER.replace(b": ", b":") + b"\n" + BODY.encode(),
        b"From ida@example.net Fri Jun  7 09:00:00 2024\n"
        + HEADER
        + b"\n"
        + BODY.encode(),
        b"\n" + HEADER + b"\n" + BODY.encode(),
        (HEADER.decode() + "\n" + BODY).encode("utf-16"),
        HEADER
        + b"Content-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(BODY.encode()),
    ],
    ids=[
        "flowed",
        "empty-subject",
        "no-space",
        "mbox",
        "blank-line",
        "utf-16",
        "base64",
    ],
)
def test_reads_the_text_of_unusual_messages(tmp_path, data):
    path = tmp_path / "a"
    path.write_bytes(data)
    document = Document.from_path(path)
    assert (document.format, document.full_text) == ("email", BODY)
    assert (document.author, str(document.published)) == (
        "Ida Holm <ida@example.net>",
        "2024-06-07",
    )


def alternative(plain, html):
    return (
        HEADER
        + b"MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=x\n\n"
        + f"--x\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n".encode()
        + f"--x\nContent-Type: text/html; charset=utf-8\n\n{html}\n--x--\n".encode()
    )


LONG = "The bridge at Å opened on Friday, the county said, after two years of work."


def test_reads_the_part_with_the_content(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(alternative("View online.", f"<html><body><p>{LONG}</p></body>"))
    assert Document.from_path(path).full_text == LONG
    path.write_bytes(alternative(LONG, "<html><body><p>Open in an app.</p></body>"))
    assert Document.from_path(path).full_text == f"{LONG}"
    path.write_bytes(alternative(LONG, f"<html><body><p>{LONG} A</p></body></html>"))
    assert Document.from_path(path).full_text == f"{LONG}"


FERRY = "The ferry carried 900 people in May."
YARD = "The yard employs 40 people."


def read(data):
    document = build_document(data.encode() if isinstance(data, str) else data, "a")
    assert document.format == "email"
    sentences = split_sentences(Reading(document.full_text), "en")
    return [(sentence.speaker, sentence.text) for sentence in sentences]


def write_message(text, sender="Ida Holm <ida@example.net>"):
    return (
        f"From: {sender}\nTo: desk@example.net\nSubject: A\nMIME-Version: 1.0\n"
        f"Date: Fri, 7 Jun 2024 09:00:00 +0200\n{text}\n"
    )


def write_parts(kind, *parts, boundary="b1"):
    joined = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{joined}--{boundary}--'


def write_file(name, kind, text, disposition="attachment"):
    return (
        f"Content-Type: {kind}; name={name}\n"
        f"Content-Disposition: {disposition}; filename={name}\n\n{text}"
    )


PLAIN = f"Content-Type: text/plain; charset=utf-8\n\n{FERRY}"
OTHER = write_message(f"\n{YARD}", "Bo Lind <bo@example.org>")
ATTACHED = f"Content-Type: message/rfc822\n\n{OTHER}"
DIGEST = write_parts("digest", f"\n{OTHER}", boundary="b2")
SIGNED = write_parts("mixed", PLAIN, boundary="b2")
PAGE = f"Content-Type: text/html\n\n<p>{FERRY}</p><p>{YARD}</p>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (write_parts("mixed", PLAIN, write_file("a.txt", "text/plain", YARD)), None),
        (write_parts("mixed", PLAIN, write_file("a.png", "image/png", "iVBO")), None),
        (write_parts("mixed", PLAIN, write_file("winmail.dat", "x/y", "eJ8")), None),
        (write_parts("signed", PLAIN, write_file("a.p7s", "x/pkcs7", "MII")), None),
        (write_parts("signed", SIGNED, "Content-Type: x/pgp\n\n-----BEGIN"), None),
        (write_parts("alternative", PLAIN, "Content-Type: text/calendar\n\nX:1"), None),
        (write_parts("mixed", PLAIN, PLAIN.replace(FERRY, YARD)), [None, None]),
        (write_parts("related", PAGE, "Content-Type: image/png\n\nx"), [None, None]),
        (write_parts("mixed", PLAIN, ATTACHED), [None, "Bo Lind"]),
        (write_parts("mixed", ATTACHED), "only the other"),
        (write_parts("mixed", PLAIN, DIGEST), [None, "Bo Lind"]),
        (write_parts("report", PLAIN, "Content-Type: x/y\n\nA: b", ATTACHED), "bounce"),
    ],
)
def test_reads_every_part_that_is_shown(body, expected):
    found = read(write_message(body))
    if expected == "only the other":
        assert found == [("Bo Lind", YARD)]
    elif expected is None:
        assert found == [(None, FERRY)]
    else:
        last = "Bo Lind" if expected == "bounce" else expected[1]
        assert found == [(None, FERRY), (last, YARD)]


def test_reads_the_messages_of_a_mailbox_with_their_senders():
    line = "From ida@example.net Fri Jun  7 09:00:00 2024\n"
    mailbox = f"{line}{write_message(PLAIN)}\n\n{line}{OTHER}\n\n"
    assert read(mailbox) == [("Ida Holm", FERRY), ("Bo Lind", YARD)]
    document = build_document(mailbox.encode(), "a")
    assert (document.title, document.author) == (None, None)


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("us-ascii", "utf-8"),
        ("x-unknown", "cp1252"),
        ("utf-7", "utf-7"),
        ("iso-2022-jp", "iso2022_jp"),
        ("gb2312", "gb2312"),
    ],
)
def test_reads_any_charset(charset, encoding):
    text = "The café at Åse carried 900 people, the naïve clerk said."
    if charset in ("iso-2022-jp", "gb2312"):
        text = "渡船在五月送了900人。"
    header = write_message(f"Content-Type: text/plain; charset={charset}\n")
    assert read(header.encode() + text.encode(encoding)) == [(None, text)]


def test_joins_the_soft_breaks_of_quoted_printable_text():
    header = write_message("Content-Transfer-Encoding: quoted-printable\n")
    body = "The ferry carried 900 p=\neople in May. The =C3=A5s was=20\nsold=2E\n"
    assert read(header + body) == [(None, FERRY), (None, "The ås was sold.")]


def test_reads_the_files_of_apple_mail():
    message = write_message(PLAIN)
    text = f"{len(message)}\n{message}<?xml version='1.0'?><plist>It sank.</plist>\n"
    assert read(text) == [(None, FERRY)]


def test_reads_the_article_of_a_page_that_a_browser_saved():
    page = (
        "<nav><a>Home</a></nav><article>" + f"<p>{FERRY} {YARD}</p>" * 5 + "</article>"
    )
    part = f"Content-Type: text/html\nContent-Location: https://x.example/\n\n{page}"
    message = write_message(write_parts("related", part), "<Saved by Blink>")
    document = build_document(message.encode(), "a.mht")
    assert (document.full_text.count(FERRY), document.author) == (5, None)
    assert "Home" not in document.full_text
