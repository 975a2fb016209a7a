"""Reading messages."""

import base64

import pytest

from claimcheck import Document, errors
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


def test_refuses_a_mailbox_of_several_messages_instead_of_reading_the_first(tmp_path):
    one = b"From ida@example.net Fri Jun  7 09:00:00 2024\n" + HEADER + b"\n"
    path = tmp_path / "a"
    path.write_bytes(2 * (one + BODY.encode() + b"\n"))
    with pytest.raises(errors.InputError, match="a mailbox with several messages"):
        Document.from_path(path)
