"""Decoding text files: the encodings people have, and errors that name the byte."""

import codecs

import pytest

from claimcheck import errors
from claimcheck.readers import read

TEXT = "Das Gespräch dauerte zwei Stunden. Größere Fortschritte gab es nicht, sagte der Minister für Äußeres.\n"


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
def test_decodes_text_and_names_its_encoding(tmp_path, data, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert (read(path).text, read(path).encoding) == (TEXT, encoding)


def test_recognizes_legacy_encodings(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes((TEXT * 5).encode("cp1252"))
    document = read(path)
    assert document.text == TEXT * 5
    assert document.encoding not in ("utf-8", None)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "only white space"),
        (b"%PDF-1.7 ...", "is a damaged or truncated PDF"),
        (b"PK\x03\x04....", "ZIP archive"),
        (b"<!DOCTYPE html><p></p>", "no article was found"),
        (b"One line.\nA NUL \x00 here.\n", r"a\.txt:2:7: contains a NUL character"),
        (bytes(range(256)) * 20, "binary|no other encoding"),
        (
            ("é" * 50 + "\n").encode() + b"broken \xff byte",
            "byte 108 \\(line 2\\) is not UTF-8, though the rest is",
        ),
    ],
)
def test_names_what_is_wrong_with_a_file_that_is_not_text(tmp_path, data, message):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match=message):
        read(path)
