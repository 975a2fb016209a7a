"""The format comes from the content, not from the name."""

import io
import time
import tracemalloc
import zipfile

import pytest

from claimcheck import Document, Match, Settings, ground, summarize
from claimcheck.errors import InputError
from claimcheck.readers.detect import detect_format
from claimcheck.readers.file import build_document
from tests.support.paths import FILES

SENTENCE = "Kattegat Line said the route lost 14.2 million kronor last year, twice as much as in 2023"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ferry.md", "markdown"),
        ("ferry.html", "html"),
        ("ferry.docx", "docx"),
        ("ferry-libreoffice.docx", "docx"),
        ("ferry-libreoffice.pdf", "pdf"),
        ("report-chromium.pdf", "pdf"),
        ("columns-chromium.pdf", "pdf"),
        ("ferry.eml", "email"),
        ("talk.srt", "subtitles"),
        ("talk.vtt", "subtitles"),
    ],
)
def test_detects_the_format_from_the_content_and_reads_the_article(
    name, kind, tmp_path
):
    nameless = tmp_path / "document"
    nameless.write_bytes((FILES / name).read_bytes())
    document = Document.from_path(nameless)
    assert document.format == kind
    (found,) = ground(document, [SENTENCE])
    assert found.match in (Match.EXACT, Match.NORMALIZED)
    assert "".join(part.text for part in found.spans).startswith("Kattegat")
    run = summarize(document, settings=Settings(engine="extractive"))
    assert any("14.2 million kronor" in claim.text for claim in run.claims)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"Dear all,\n\nSubject: the yard.\n", "letter.txt", "text"),
        (b"1\nA list of one.\n", "list.txt", "text"),
        (b"# A heading\n\nText.\n", "notes.md", "markdown"),
        (b"# A heading\n\nText.\n", "notes.txt", "text"),
        (b"I wrote <html> in a letter.\n", "letter.txt", "text"),
        (b"%PDF is a format.\n", "letter.txt", "text"),
        (b"At 00:00:01,000 --> it began.\n", "a.txt", "text"),
        (b"Title: a\nRights: b\nThis: c\n\nText\n", "a.txt", "text"),
        (b"Date: May\nTo: all\nRe: x\nThe yard was sold.\n", "a.txt", "text"),
        (b"<header>a</header><header>b", "a.txt", "text"),
    ],
)
def test_plain_text_about_formats_stays_plain_text(data, name, kind):
    assert detect_format(data, name) == kind


MAIL = b"From: Ida Holm <ida@example.net>\nTo: desk@example.net\nDate: Fri, 7 Jun 2024 09:00:00 +0200\n"
BODY = b"\nThe bridge opened on Friday, the county said.\n"


@pytest.mark.parametrize(
    "data",
    [
        MAIL + b"Subject:\n" + BODY,
        MAIL + b"Subject:The bridge\n" + BODY,
        b"From ida@example.net Fri Jun  7 09:00:00 2024\n" + MAIL + BODY,
        b"".join(b"X-Scan-%d: %s\n" % (n, b"a" * 70) for n in range(900)) + MAIL + BODY,
        MAIL + b"DKIM-Signature: v=1;\n" + b"        b=AAAA\n" * 900 + BODY,
        (MAIL + BODY).replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf\n" + MAIL + BODY,
        (MAIL + BODY).decode().encode("utf-16"),
        (MAIL + BODY).decode().encode("utf-16-le"),
    ],
    ids=["empty", "no-space", "mbox", "long", "folded", "crlf", "bom", "wide", "le"],
)
def test_recognizes_messages_by_their_header(data):
    assert detect_format(data) == "email"


@pytest.mark.parametrize(
    "data",
    [
        b"<?xml version='1.0'?>\n<!-- a --> <!-- b -->\n<!DOCTYPE html>\n<p>",
        b"<!-- saved from " + b"x" * 9_000 + b" -->\n<HTML lang=no>",
        b"\n <head\n><title>",
        b"<center>\n<body bgcolor=white>",
        "<!doctype html>\n<p>Ferjen".encode("utf-16"),
    ],
)
def test_recognizes_html_by_its_first_tag(data):
    assert detect_format(data) == "html"


def test_detection_takes_linear_time_on_what_looks_like_a_format():
    """Found by pumping: some patterns took exponential time on a few lines."""
    for data in (
        MAIL[:-1] + b"\n   b=AAAA" * 20_000,
        b"a: b\n" + b" \t" * 100_000 + b"!",
        b"<?xml " + b"?" * 200_000,
        b"<?xml?>" + b"<!-- -->" * 30_000,
        b"---\n" + b"a: b\n---- \n" * 20_000,
        b"<" + b"<html" * 40_000,
        b"<!-- -->" * 30_000,
        b"<?xml" * 40_000,
        b"% comment\n" * 20_000,
    ):
        start = time.perf_counter()
        detect_format(data, "a.txt")
        assert time.perf_counter() - start < 2


def pack_type(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", content)
    return buffer.getvalue()


def test_detecting_an_archive_does_not_unpack_its_type():
    data = pack_type(b"\0" * (100 << 20))
    tracemalloc.start()
    try:
        assert detect_format(data) == "text"
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 10 << 20


def test_an_archive_with_a_damaged_type_is_no_document():
    data = bytearray(pack_type(b"application/epub+zip" * 9))
    start = data.index(b"mimetype") + len("mimetype")
    data[start : start + 8] = b"\xff" * 8
    assert detect_format(bytes(data)) == "text"


def test_a_text_that_mentions_a_tag_is_a_text():
    assert detect_format(b"The file starts with <feed> or <article>.") == "text"
    assert detect_format(b"Write \\documentclass in the first line.") == "text"


@pytest.mark.parametrize("start", ["BMW", "MZ", "RIFF", "PDF", "II", "GIF", "WARC"])
def test_a_text_that_starts_like_a_signature_is_a_text(start):
    text = f"{start} sold 900 ferries in 2020."
    assert build_document(text.encode(), "a").text == text


def test_refuses_a_saved_result(tmp_path):
    run = summarize(SENTENCE, settings=Settings(engine="extractive"))
    path = tmp_path / "run.json"
    path.write_text(run.to_json())
    with pytest.raises(InputError, match="claimcheck show"):
        Document.from_path(path)
