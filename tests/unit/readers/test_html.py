"""Reading web pages: the article without what surrounds it, in its real encoding."""

import time

import pytest

from claimcheck import Document
from claimcheck.errors import InputError
from claimcheck.readers.file import build_document
from claimcheck.readers.html import parse_html
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


ARTICLE = "".join(
    f"<p>The ferry carried {number}00 people in the summer of 20{number}, which was one"
    " of its best years, the harbour said in a report.</p>"
    for number in range(11, 16)
)
LD = '<script type="application/ld+json">{}</script>'
NEWS = (
    '{"@context":"https://schema.org","@type":"NewsArticle","headline":"Ferry sold",%s}'
)


def page(head="", body=ARTICLE):
    return (
        "<!DOCTYPE html><html lang=en><head><title>Ferry sold to Oslo</title>"
        f"{head}</head><body><article><h1>Ferry sold to Oslo</h1>{body}</article>"
        "</body></html>"
    ).encode()


@pytest.mark.parametrize(
    ("head", "body", "author", "published"),
    [
        (
            LD.format(
                NEWS % '"datePublished":"2024-05-14T08:00:00Z",'
                '"author":{"@type":"Person","name":"Anna Brandt"}'
            ),
            ARTICLE,
            "Anna Brandt",
            "2024-05-14",
        ),
        (
            LD.format(
                '{"@context":"https://schema.org","@graph":[{"@type":"WebSite","name":"News"},'
                + NEWS
                % '"datePublished":"2024-05-14",'
                '"author":[{"@type":"Person","name":"Anna Brandt"}]' + "]}"
            ),
            ARTICLE,
            "Anna Brandt",
            "2024-05-14",
        ),
        (
            '<meta name="author" content="Anna Brandt">'
            '<meta property="article:published_time" content="2024-05-14T08:00:00">',
            ARTICLE,
            "Anna Brandt",
            "2024-05-14",
        ),
        (
            "",
            '<time datetime="2024-05-14" pubdate>14 May 2024</time>' + ARTICLE,
            None,
            "2024-05-14",
        ),
        ('<meta name="author" content="admin">', ARTICLE, None, "None"),
        ('<meta name="author" content="ARRAY(0x55d0)">', ARTICLE, None, "None"),
        ("", ARTICLE, None, "None"),
        ("", ARTICLE + "<p>It was built on 3 May 1950 by 12 men.</p>", None, "None"),
    ],
)
def test_takes_author_and_date_from_what_the_page_states(head, body, author, published):
    document = build_document(page(head, body), "a.html")
    assert (document.author, str(document.published)) == (author, published)


@pytest.mark.parametrize(
    "body",
    [
        f"<noscript>{ARTICLE}</noscript>",
        f"<svg/>{ARTICLE}",
        f'<svg viewBox="0 0 1 1"/><p>{SENTENCE}.</p>{ARTICLE}',
        f"<svg><title>Logo</title></svg>{ARTICLE}",
        f"<noscript><p>Please switch on JavaScript.</p></noscript>{ARTICLE}",
        f"<template><p>Never shown at all.</p></template>{ARTICLE}",
        ARTICLE[:400] + "</p><embed src=a.swf><p>" + ARTICLE[400:],
        ARTICLE.replace(" ", "\n   "),
    ],
)
def test_reads_all_of_an_article_and_nothing_else(body):
    text = build_document(page(body=body), "a.html").full_text
    assert text.count("one of its best years") == 5
    for hidden in ("JavaScript", "Logo", "Never shown"):
        assert hidden not in text


PARAGRAPH = (
    "The ferry carried {} people in 20{}, the council said, and it was sold for {} "
    "million euros to a group from Oslo, which wants to keep all of its crew."
)


def test_keeps_paragraphs_that_are_repeated():
    refrain = f"<p>{SENTENCE}.</p>"
    text = build_document(page(body=refrain * 2 + ARTICLE + refrain), "a.html").text
    assert text.count(SENTENCE) == 3


def test_comments_after_the_article_are_not_part_of_it():
    body = "".join(f"<p>{PARAGRAPH.format(n, n, n)}</p>" for n in range(11, 17))
    comments = "".join(f"<p>Nunca he dicho que no, amigo {n}.</p>" for n in range(9))
    # trafilatura does not know this name for them.
    page = f"<article><div>{body}</div><div class=shoutbox>{comments}</div></article>"
    text = build_document(f"<html><body>{page}".encode(), "a.html").full_text
    assert text.endswith("which wants to keep all of its crew.")
    assert text.count("The ferry carried") == 6


def test_a_list_at_the_end_of_an_article_is_part_of_it():
    body = "".join(f"<p>{PARAGRAPH.format(n, n, n)}</p>" for n in range(11, 17))
    items = "<ul><li>It sails at noon.</li><li>It has 40 cabins.</li></ul>"
    page = f"<html><body><article>{body}{items}</article></body></html>"
    text = build_document(page.encode(), "a.html").full_text
    assert text.endswith("- It sails at noon.\n\n- It has 40 cabins.")


def test_keeps_who_said_a_quotation(tmp_path):
    path = tmp_path / "page.html"
    text = "The tunnel opened in 2016 after nine years of work that cost 90 million."
    path.write_text(
        f"""<html><body><article><p>{text}</p>
        <blockquote><p>Nobody believed in it, and now 12,000 cars use it a day.</p>
        <footer>Ola Berg, <cite>its engineer</cite></footer></blockquote>
        <p>{text.replace("2016", "2017")}</p><footer>All rights reserved</footer>
        </article><footer><p>Imprint</p></footer></body></html>"""
    )
    text = Document.from_path(path).full_text
    assert "12,000 cars use it a day.\n\nOla Berg, its engineer\n\nThe tunnel" in text
    assert "rights" not in text
    assert "Imprint" not in text


def read_expectation(path):
    """Return the metadata and the paragraphs of a page; "? " may be left out."""
    head, _, body = path.with_suffix(".txt").read_text("utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return fields, body.splitlines()


@pytest.mark.parametrize(
    "path", sorted((FILES / "pages").glob("*.html")), ids=lambda path: path.stem
)
def test_reads_pages_of_many_kinds(path):
    fields, lines = read_expectation(path)
    document = Document.from_path(path)
    lines_found = filter(None, document.text.split("\n"))
    found = [line.removeprefix("- ") for line in lines_found]
    wanted = [line for line in lines if not line.startswith("? ")]
    optional = {line[2:] for line in lines if line.startswith("? ")}
    if found[0] == document.title != wanted[0]:
        del found[0]
    assert [line for line in found if line not in optional] == wanted
    assert {name: str(getattr(document, name)) for name in fields} == fields


def test_keeps_captions_notes_and_the_last_list_of_a_long_article():
    caption = (
        "<figure><img src=a.jpg><figcaption>The ferry in 2011.</figcaption></figure>"
    )
    note = "<sup><a href='#n1'>1</a></sup>"
    body = (
        f"{ARTICLE}{caption}<p>It was sold.{note}</p>{ARTICLE}<ul><li>One.<li>Two.</ul>"
        "<div class=footnotes><p id=n1>Archive, box 9. <a href='#r1'>↩</a></p></div>"
    )
    text = build_document(page(body=body), "a.html").text
    assert "The ferry in 2011.\n\nIt was sold.¹\n\n" in text
    assert text.endswith("- One.\n\n- Two.\n\nArchive, box 9.")


def test_reads_the_windows_characters_of_a_page_that_states_latin_1():
    text = "<meta charset=iso-8859-1><p>“It sank” – said Åsa, who had 50 € in 2019.</p>"
    document = build_document(f"<html>{text}</html>".encode("cp1252"), "a.html")
    assert document.text == "“It sank” – said Åsa, who had 50 € in 2019."
    assert document.encoding == "cp1252"


def test_reads_a_page_of_two_megabytes_with_pictures_in_it(tmp_path):
    picture = f"<img src='data:image/png;base64,{'QUJD' * 100_000}'>"
    count = 12_000
    body = "".join(f"<p>{PARAGRAPH.format(n, n, n)}</p>" for n in range(count))
    path = tmp_path / "a.html"
    path.write_bytes(page(body=picture + body))
    text = Document.from_path(path).full_text
    assert text.count("The ferry carried") == count
    assert "QUJD" not in text


def test_a_page_of_frames_has_no_text():
    frames = b"<html><frameset><frame src=a.html><frame src=b.html></frameset></html>"
    with pytest.raises(InputError, match="no article was found in the page"):
        build_document(frames, "a.html")


@pytest.mark.parametrize(
    "sign",
    ["\x1b", "\x00", "\uffff", "&#27;", "&#x1B;", "&#0;", "&#xFFFE;", "&#65535;"],
)
def test_characters_that_xml_lacks_are_left_out(sign):
    text = f"The pier{sign} of Brackwater was built in 1962, says the archive."
    page = f"<html><title>Pi{sign}er</title><body><article><p>{text}</p></article>"
    content = parse_html(page.encode(), "page.html")
    assert content.text == "The pier of Brackwater was built in 1962, says the archive."
    assert content.title == "Pier"


def test_says_how_much_of_a_page_is_not_in_its_article():
    comments = "".join(f"<p>{PARAGRAPH.format(n, n, n)}</p>" for n in range(40))
    body = f"{ARTICLE}</article><div class=comments>{comments}</div><article>"
    assert build_document(page(body=ARTICLE), "a.html").left_out == ()
    document = build_document(page(body=body), "a.html")
    assert document.left_out == ("1,240 words outside the article",)


def test_a_page_may_start_with_its_title():
    data = (FILES / "pages/no-body.html").read_bytes()
    assert build_document(data, "standard input").format == "html"


def test_reads_a_page_that_is_hidden_until_scripts_are_ready():
    hidden = f"<html><body><div id=app style='visibility:hidden'>{ARTICLE}</div></html>"
    text = build_document(hidden.encode(), "a.html").full_text
    assert text.count("one of its best years") == 5
