"""Reading files: the encodings people have, and errors that say what, where and what to do."""

import codecs

import pytest

from claimcheck import Document, errors
from claimcheck.models.span import LineIndex
from claimcheck.readers import read

TEXT = (
    "Das Gespräch dauerte zwei Stunden. Größere Fortschritte gab es nicht, sagte der Minister für Äußeres.\n"
)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32"),
    ],
)
def test_the_text_is_read_and_its_encoding_named(tmp_path, data, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert (read(path).text, read(path).encoding) == (TEXT, encoding)


def test_text_from_before_utf8_is_recognised(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes((TEXT * 5).encode("cp1252"))
    document = read(path)
    assert document.text == TEXT * 5
    assert document.encoding not in ("utf-8", None)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "nothing but white space"),
        (b"%PDF-1.7 ...", "is a damaged or truncated PDF"),
        (b"PK\x03\x04....", "ZIP archive"),
        (b"<!DOCTYPE html><p></p>", "no article was found"),
        (b"One line.\nA NUL \x00 here.\n", r"a\.txt:2:7: holds a NUL character"),
        (bytes(range(256)) * 20, "binary|no other encoding"),
        (
            ("é" * 50 + "\n").encode() + b"broken \xff byte",
            "byte 108 \\(line 2\\) is not UTF-8, though the rest is",
        ),
    ],
)
def test_what_is_no_text_is_refused_by_name(tmp_path, data, message):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match=message):
        read(path)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(errors.InputError, match="no such file"):
        read(tmp_path / "none.txt")
    with pytest.raises(errors.InputError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(errors.InputError, match="can't be read"):
        read("a\x00b")


def test_a_lone_surrogate_is_refused_with_its_place():
    with pytest.raises(errors.InputError, match="text:2:3: holds a lone surrogate"):
        Document.from_text("One.\nTw\ud800o.")


def test_a_file_name_that_is_no_utf8_can_be_summarized(tmp_path):
    import os

    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:
        file.write(b"The bridge opened.")
    assert read(os.fsdecode(path)).source.endswith("caf\ufffd.txt")


def test_line_breaks_of_the_source_are_kept():
    assert Document.from_text("a\r\nb\rc\n").text == "a\r\nb\rc\n"


def test_positions_count_lines_and_columns_from_one():
    lines = LineIndex("ab\r\nc\rd\ne")
    assert [lines.position(offset) for offset in (0, 1, 4, 6, 8)] == [(1, 1), (1, 2), (2, 1), (3, 1), (4, 1)]


def test_the_id_comes_from_the_text_alone():
    assert Document.from_text("a b", source="x").id == Document.from_text("a b", source="y").id
    assert Document.from_text("a b").id != Document.from_text("a c").id
