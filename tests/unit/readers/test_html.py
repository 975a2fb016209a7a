"""Reading web pages: the article without what surrounds it, in its real encoding."""

import time

from claimcheck import Document
from tests.support.paths import FILES

SENTENCE = "Kattegat Line said the route lost 14.2 million kronor last year, twice as much as in 2023"


def test_reads_an_article_without_what_surrounds_it():
    document = Document.from_path(FILES / "ferry.html")
    assert (document.url, document.language) == ("https://varberg.example/ferry", "en")
    for noise in ("Home", "Most read", "Terms of use", "must never be read", "color"):
        assert noise not in document.full_text


def test_reads_an_article_with_a_megabyte_of_script(tmp_path):
    path = tmp_path / "page.html"
    page = (FILES / "ferry.html").read_bytes()
    path.write_bytes(
        page.replace(
            b"<style>",
            b"<script>var a = '<p>" + b"y" * (1 << 20) + b"';</script><style>",
        )
    )
    document = Document.from_path(path)
    assert SENTENCE in document.full_text.replace("\n", " ")
    assert "yyyy" not in document.full_text


def test_reads_a_page_that_declares_the_wrong_charset(tmp_path):
    path = tmp_path / "page.html"
    page = (
        (FILES / "ferry.html").read_text(encoding="utf-8").replace("Sandahl", "Sändåhl")
    )
    path.write_bytes(page.replace('charset="utf-8"', 'charset="iso-8859-1"').encode())
    assert "Erik Sändåhl" in Document.from_path(path).full_text
    path.write_bytes(
        page.replace('charset="utf-8"', 'charset="windows-1252"').encode("cp1252")
    )
    document = Document.from_path(path)
    assert (document.encoding, "Erik Sändåhl" in document.full_text) == ("cp1252", True)


def test_reads_a_utf16_page(tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes(
        (FILES / "ferry.html").read_text(encoding="utf-8").encode("utf-16")
    )
    assert Document.from_path(path).format == "html"


def test_reads_a_page_with_half_a_megabyte_of_spaces_before_its_end(tmp_path):
    """A pattern for the XML declaration took quadratic time on white space."""
    path = tmp_path / "a.html"
    text = b"The ferry was sold on Tuesday for three million euros, the harbor said."
    page = b"<?xml version='1.0'?><html><body><p>%s</p>%s</body></html>"
    path.write_bytes(page % (text, b" \n" * 250_000))
    start = time.perf_counter()
    assert Document.from_path(path).text == text.decode()
    assert time.perf_counter() - start < 5
