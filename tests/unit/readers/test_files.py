"""Reading files: errors that say what, where and what to do; limits; metadata."""

import builtins
import io
import os
import sys
import zipfile
from datetime import date

import pytest

from claimcheck import Document, Settings, errors, summarize
from claimcheck.readers import read
from claimcheck.readers.detect import parse_content
from tests.support.paths import FILES


def test_names_missing_files_and_folders(tmp_path):
    with pytest.raises(errors.InputError, match="does not exist"):
        read(tmp_path / "none.txt")
    with pytest.raises(errors.InputError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(errors.InputError, match="can't be read"):
        read("a\x00b")


def test_reads_a_file_whose_name_is_not_utf8(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:
        file.write(b"The bridge opened.")
    assert read(os.fsdecode(path)).source.endswith("caf\ufffd.txt")


@pytest.mark.parametrize(
    ("name", "title", "author", "published"),
    [
        (
            "ferry.md",
            "Night ferry to Holm Island to stop in October",
            "Marta Lindqvist",
            "2026-09-12",
        ),
        (
            "ferry.html",
            "Night ferry to Holm Island to stop in October",
            "Marta Lindqvist",
            "2026-09-12",
        ),
        (
            "ferry.docx",
            "Night ferry to Holm Island to stop in October",
            "Marta Lindqvist",
            "None",
        ),
        (
            "ferry-libreoffice.pdf",
            "Night ferry to Holm Island to stop in October",
            "Marta Lindqvist",
            "None",
        ),
        (
            "ferry.eml",
            "Night ferry to Holm Island to stop in October",
            "Marta Lindqvist <marta@varberg.example>",
            "2026-09-12",
        ),
        (
            "ferry-libreoffice.docx",
            "Night ferry to stop | The Varberg Example",
            "Marta Lindqvist",
            "None",
        ),
        ("talk.srt", "None", "None", "None"),
    ],
)
def test_reads_the_metadata_of_a_document(name, title, author, published):
    document = Document.from_path(FILES / name)
    assert (str(document.title), str(document.author), str(document.published)) == (
        title,
        author,
        published,
    )
    assert document.published_from == ("metadata" if document.published else None)


def test_stated_options_override_the_metadata():
    document = Document.from_path(
        FILES / "ferry.html", title="Mine", published=date(2026, 1, 2)
    )
    assert (document.title, document.published, document.published_from) == (
        "Mine",
        date(2026, 1, 2),
        "given",
    )


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [
        ("pypdfium2", "ferry-libreoffice.pdf", "pdf"),
        ("lxml.etree", "ferry.docx", "docx"),
        ("trafilatura", "ferry.html", "html"),
    ],
)
def test_names_the_extra_that_a_format_needs(monkeypatch, module, name, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(errors.InputError, match=rf"run pip install .*\[{extra}\]'"):
        parse_content((FILES / name).read_bytes(), name)


def zipped(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped({"word/document.xml": b" " * (70 << 20)}), "would unpack to 70 MB"),
        (zipped({"word/document.xml": b"<a/>"}), "no readable text"),
        (
            zipped({"[Content_Types].xml": b"x", "word/document.xml": b"<a>"})[:-40],
            "a Word document, but damaged or truncated",
        ),
        (
            zipped({"content.xml": b"<a/>"}),
            "is a ZIP archive other than a document",
        ),
        (
            b"<html><body>" + b"<div>" * 100_000 + b"word" + b"</div>" * 100_000,
            "nested too deeply",
        ),
        (
            b"<html><script>" + b"x" * (1 << 20) + b"</script></html>",
            "no article was found",
        ),
        (
            b"From: a@b.c\nTo: d@e.f\nSubject: x\nContent-Type: image/png\n\n\x89PNG",
            "has no text of its own",
        ),
        (b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n\n", "no readable text"),
    ],
    ids=[
        "bomb",
        "no-parts",
        "cut",
        "odt",
        "nested",
        "script",
        "picture-mail",
        "no-cues",
    ],
)
def test_refuses_hostile_files(tmp_path, data, message):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match=message):
        summarize(path, settings=Settings(engine="extractive"))


def test_reads_files_up_to_the_size_limit(tmp_path):
    path = tmp_path / "long.txt"
    path.write_bytes(b"A line of sixteen" * 3_000_000)
    assert len(Document.from_path(path).full_text) == 51_000_000
    path.write_bytes(b"A line of sixteen" * 3_100_000)
    with pytest.raises(errors.InputError, match="has more than 50 MB; split it"):
        Document.from_path(path)


def test_plain_text_needs_no_extra(monkeypatch, tmp_path):
    heavy = ("trafilatura", "pypdfium2", "docx", "lxml", "httpx2")
    real = builtins.__import__

    def refusing(name, *rest, **more):
        assert name.split(".")[0] not in heavy, f"{name} is imported for plain text"
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refusing)
    path = tmp_path / "a.txt"
    path.write_text("The ferry carried 900 people.")
    assert Document.from_path(path).format == "text"


@pytest.mark.parametrize("text", ["The bridge was built in 1957.", "It sank. " * 99])
def test_a_text_in_place_of_a_path_is_told_how_it_goes_in(text):
    with pytest.raises(
        errors.InputError, match="does not exist; to read a text itself"
    ):
        Document.from_path(text)


@pytest.mark.parametrize("name", ["bad.pdf", "bad.docx", "bad.XLSX"])
def test_a_damaged_file_of_a_known_name_is_not_called_text(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x00\x01\x02 nothing" * 50)
    with pytest.raises(
        errors.InputError, match=r"is damaged, or not a .* copy it again"
    ):
        read(tmp_path / name)
