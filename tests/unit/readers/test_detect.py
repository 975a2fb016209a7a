"""The format comes from the content, not from the name."""

import pytest

from claimcheck import Document, Match, Settings, ground, summarize
from claimcheck.readers.detect import detect_format
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
    ],
)
def test_plain_text_about_formats_stays_plain_text(data, name, kind):
    assert detect_format(data, name) == kind
