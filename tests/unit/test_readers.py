"""Files as people have them, made with real tools (tests/files/build.sh), and files that nobody should send."""

import builtins
import io
import zipfile

import pytest

from claimcheck import Document, Match, Settings, errors, ground, summarize
from claimcheck.readers.detect import detect_format
from claimcheck.text.reading import Reading
from tests.conftest import ROOT

FILES = ROOT / "tests" / "files"
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
def test_the_format_comes_from_the_content_and_the_article_is_read(name, kind, tmp_path):
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
    ("name", "title", "author", "published"),
    [
        ("ferry.md", "Night ferry to Holm Island to stop in October", "Marta Lindqvist", "2026-09-12"),
        ("ferry.html", "Night ferry to Holm Island to stop in October", "Marta Lindqvist", "2026-09-12"),
        ("ferry.docx", "Night ferry to Holm Island to stop in October", "Marta Lindqvist", "None"),
        ("ferry-libreoffice.pdf", "Night ferry to Holm Island to stop in October", "Marta Lindqvist", "None"),
        (
            "ferry.eml",
            "Night ferry to Holm Island to stop in October",
            "Marta Lindqvist <marta@varberg.example>",
            "2026-09-12",
        ),
        ("ferry-libreoffice.docx", "None", "None", "None"),
        ("talk.srt", "None", "None", "None"),
    ],
)
def test_what_a_document_states_about_itself(name, title, author, published):
    document = Document.from_path(FILES / name)
    assert (str(document.title), str(document.author), str(document.published)) == (title, author, published)
    assert document.published_from == ("metadata" if document.published else None)


def test_what_is_given_goes_over_what_is_stated():
    from datetime import date

    document = Document.from_path(FILES / "ferry.html", title="Mine", published=date(2026, 1, 2))
    assert (document.title, document.published, document.published_from) == (
        "Mine",
        date(2026, 1, 2),
        "given",
    )


def test_a_page_is_read_without_what_stands_around_its_article():
    document = Document.from_path(FILES / "ferry.html")
    assert (document.url, document.language) == ("https://varberg.example/ferry", "en")
    for noise in ("Home", "Most read", "Terms of use", "must never be read", "color"):
        assert noise not in document.full_text


def test_spans_of_a_pdf_carry_their_page_and_running_heads_are_set_aside():
    document = Document.from_path(FILES / "report-chromium.pdf")
    run = summarize(document, settings=Settings(engine="extractive"))
    assert document.full_text.count("\f") == 6
    reasons = {entry.reason for entry in run.ledger}
    assert {"running head", "page number"} <= reasons
    published = " ".join(claim.text for claim in run.claims)
    assert "Crossings of the Kattegat" not in published
    assert "of 6" not in published
    pages = [[span.page for span in claim.spans] for claim in run.claims]
    assert all(found == sorted(found) and set(found) <= set(range(1, 7)) for found in pages)
    assert [found[0] for found in pages] == sorted(found[0] for found in pages)


def test_the_one_page_of_a_pdf_is_page_one():
    (found,) = ground(Document.from_path(FILES / "ferry-libreoffice.pdf"), [SENTENCE])
    assert found.spans[0].page == 1


def test_a_sentence_cut_by_a_page_break_is_one_with_two_spans():
    text = "Head\n\nThe yard was sold to the\n\n1\n\f\nHead\n\nState of Ohio in May.\n\n2\n"
    (found,) = ground(text, ["The yard was sold to the State of Ohio in May."])
    assert found.match is Match.NORMALIZED
    assert [(part.text, part.page) for part in found.spans] == [
        ("The yard was sold to the", 1),
        ("State of Ohio in May.", 2),
    ]


def test_words_broken_at_the_ends_of_lines_are_joined_in_two_columns_too():
    document = Document.from_path(FILES / "columns-chromium.pdf")
    assert "cros\u2010\nsings" in document.full_text
    reading = Reading(document.full_text).text
    assert "which makes six crossings between" in reading
    assert reading.index("The night ferry") < reading.index("put the route out to tender")


def test_spans_of_subtitles_carry_the_time_and_sentences_go_on_over_cues():
    document = Document.from_path(FILES / "talk.vtt")
    (found,) = ground(document, ["ending a service that began in 1961."])
    assert [(part.text, part.time) for part in found.spans] == [
        ("ending a service that began in", "00:00:09.000"),
        ("1961.", "00:00:12.000"),
    ]
    assert "Marta" not in Reading(document.full_text).text


def test_a_message_is_read_without_its_attachment_and_html():
    text = Document.from_path(FILES / "ferry.eml").full_text
    assert "%PDF" not in text
    assert "<p>" not in text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("password.pdf", "is protected by a password; remove it"),
        ("image-only.pdf", r"has no text layer \(1 page of pictures\); recognise its text"),
        ("truncated.pdf", "is a damaged or truncated PDF"),
    ],
)
def test_a_pdf_that_can_not_be_read_says_why(name, message):
    with pytest.raises(errors.InputError, match=message):
        Document.from_path(FILES / name)


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [
        ("pypdfium2", "ferry-libreoffice.pdf", "pdf"),
        ("docx", "ferry.docx", "docx"),
        ("trafilatura", "ferry.html", "html"),
    ],
)
def test_without_its_extra_a_format_says_what_to_install(monkeypatch, module, name, extra):
    import sys

    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(errors.InputError, match=rf"pip install 'claimcheck\[{extra}\]'"):
        Document.from_path(FILES / name)


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
        (zipped({"word/document.xml": b"<a/>"}), "is a damaged Word document"),
        (
            zipped({"[Content_Types].xml": b"x", "word/document.xml": b"<a>"})[:-40],
            "damaged or truncated Word",
        ),
        (zipped({"content.xml": b"<a/>"}), "is a ZIP archive, and no Word document"),
        (b"<html><body>" + b"<div>" * 100_000 + b"word" + b"</div>" * 100_000, "nested too deeply"),
        (b"<html><script>" + b"x" * (1 << 20) + b"</script></html>", "no article was found"),
        (b"From: a@b.c\nTo: d@e.f\nSubject: x\nContent-Type: image/png\n\n\x89PNG", "has no text of its own"),
        (b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n\n", "holds no words"),
    ],
    ids=["bomb", "no-parts", "cut", "odt", "nested", "script", "picture-mail", "no-cues"],
)
def test_a_file_that_nobody_should_send_is_refused(tmp_path, data, message):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match=message):
        summarize(path, settings=Settings(engine="extractive"))


def test_a_word_document_with_bytes_changed_is_damaged(tmp_path):
    """Found by fuzzing: what zlib says of damaged data came through as it was."""
    data = bytearray((FILES / "ferry.docx").read_bytes())
    start = data.index(b"word/styles.xml") + 40
    data[start : start + 200] = bytes(200)
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match="is a damaged Word document"):
        Document.from_path(path)


def test_a_pdf_of_more_pages_than_a_book_is_refused(tmp_path):
    pypdfium2 = pytest.importorskip("pypdfium2")
    document = pypdfium2.PdfDocument.new()
    for _ in range(5_001):
        document.new_page(10, 10).close()
    document.save(tmp_path / "long.pdf")
    document.close()
    with pytest.raises(errors.InputError, match="has 5,001 pages, more than 5,000; split it"):
        Document.from_path(tmp_path / "long.pdf")


def test_fifty_megabytes_are_read_and_one_more_is_not(tmp_path):
    path = tmp_path / "long.txt"
    path.write_bytes(b"A line of sixteen" * 3_000_000)
    assert len(Document.from_path(path).full_text) == 51_000_000
    path.write_bytes(b"A line of sixteen" * 3_100_000)
    with pytest.raises(errors.InputError, match="has more than 50 MB; split it"):
        Document.from_path(path)


def test_a_pdf_with_a_page_lost_says_which(tmp_path):
    """Found by fuzzing: a page that PDFium can't load."""
    data = (FILES / "report-chromium.pdf").read_bytes()
    place = data.index(b"/Type /Page\n")
    path = tmp_path / "a.pdf"
    path.write_bytes(data[:place] + b"/Type /Pagx\n" + data[place + 12 :])
    with pytest.raises(errors.InputError, match=r"a\.pdf, page 1: can't be read"):
        Document.from_path(path)


def test_a_damaged_title_does_not_keep_a_pdf_from_being_read(tmp_path):
    """Found by fuzzing: half of a surrogate pair in the title."""
    data = (FILES / "report-chromium.pdf").read_bytes()
    title = b"/Title (Crossings of the Kattegat)"
    path = tmp_path / "a.pdf"
    path.write_bytes(data.replace(title, b"/Title <FEFFD800>".ljust(len(title))))
    document = Document.from_path(path)
    assert (document.title, document.full_text.count("\f")) == (None, 6)


def test_slides_keep_their_lines_and_lose_their_heads():
    text = "\f".join(f"Acme plc\n\nWe sold {number}00 yards.\n" for number in range(1, 9))
    reading = Reading(text).text
    assert "We sold 800 yards." in reading
    assert "Acme plc" not in reading


def test_an_article_with_a_megabyte_of_script_is_read(tmp_path):
    path = tmp_path / "page.html"
    page = (FILES / "ferry.html").read_bytes()
    path.write_bytes(
        page.replace(b"<style>", b"<script>var a = '<p>" + b"y" * (1 << 20) + b"';</script><style>")
    )
    document = Document.from_path(path)
    assert SENTENCE in document.full_text.replace("\n", " ")
    assert "yyyy" not in document.full_text


def test_a_page_that_lies_about_its_characters(tmp_path):
    path = tmp_path / "page.html"
    page = (FILES / "ferry.html").read_text(encoding="utf-8").replace("Sandahl", "Sändåhl")
    path.write_bytes(page.replace('charset="utf-8"', 'charset="iso-8859-1"').encode())
    assert "Erik Sändåhl" in Document.from_path(path).full_text
    path.write_bytes(page.replace('charset="utf-8"', 'charset="windows-1252"').encode("cp1252"))
    document = Document.from_path(path)
    assert (document.encoding, "Erik Sändåhl" in document.full_text) == ("cp1252", True)


def test_a_utf16_page_is_read(tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes((FILES / "ferry.html").read_text(encoding="utf-8").encode("utf-16"))
    assert Document.from_path(path).format == "html"


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
    ],
)
def test_plain_text_that_speaks_of_formats_stays_text(data, name, kind):
    assert detect_format(data, name) == kind


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


def test_cells_of_a_row_that_say_the_same_are_all_read(tmp_path):
    import docx

    document = docx.Document()
    table = document.add_table(1, 3)
    for cell, text in zip(table.rows[0].cells, ("Yards", "5", "5"), strict=True):
        cell.text = text
    document.save(str(tmp_path / "a.docx"))
    assert Document.from_path(tmp_path / "a.docx").text == "Yards\t5\t5"
