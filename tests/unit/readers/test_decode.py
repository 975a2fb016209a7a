"""Decoding text files: the encodings people have, and errors that name the byte."""

import codecs

import pytest

from claimcheck import errors
from claimcheck.readers import read
from claimcheck.readers.decode import decode

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


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (
            "The bridge won’t open – it costs £3 million, and the café is closed.",
            "cp1252",
        ),
        ("Borgmästaren sade att bron över ån kostar 3 miljoner kronor.", "cp1252"),
        (
            "Le château, fermé depuis l’été, coûtera 3 millions à la région.",
            "mac-roman",
        ),
        (
            "Burmistrz powiedział, że most będzie kosztował 3 miliony złotych.",
            "iso8859-2",
        ),
        ("Starosta řekl, že školy jsou zavřené už od středy.", "cp1250"),
        ("Мэр сказал, что мост будет стоить три миллиона рублей.", "koi8-r"),
        ("Мэр сказал, что мост будет стоить три миллиона рублей.", "cp1251"),
        ("Ο δήμαρχος είπε ότι η γέφυρα θα κοστίσει τρία εκατομμύρια.", "cp1253"),
        ("市長は、橋の費用は三百万円だと述べた。学校は閉まっている。", "shift_jis"),
        ("市長は、橋の費用は三百万円だと述べた。学校は閉まっている。", "iso2022_jp"),
        ("市长说，这座桥将花费三百万元，学校从星期三起关闭。", "gb18030"),
        ("시장은 다리에 삼백만 원이 들 것이라고 말했다.", "euc_kr"),
    ],
)
def test_legacy_encodings_are_told_by_the_language(text, encoding):
    decoded, name = decode(text.encode(encoding), "a.txt")
    assert decoded == text
    assert name != "utf-8"


def test_an_encoding_that_is_named_is_used(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("Das kostet 5 Ł in Łódź.".encode("iso8859-2"))
    document = read(path, encoding="iso8859-2")
    assert document.text == "Das kostet 5 Ł in Łódź."
    assert document.encoding == "iso8859-2"


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (b"abc", "klingon", "--encoding 'klingon' is unknown"),
        (b"abc \x81", "cp1252", "a.txt: byte 4 is not valid cp1252"),
        (
            b"%PDF-1.7",
            "cp1252",
            "is a file in the format pdf, which states its own encoding",
        ),
    ],
)
def test_says_why_a_named_encoding_cannot_be_used(tmp_path, data, encoding, message):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match=message):
        read(path, encoding=encoding)


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
