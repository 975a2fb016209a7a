"""ODT, EPUB, and PPTX: all text in order, and nothing else; other files by name."""

import io
import zipfile

import pytest

from claimcheck.errors import InputError
from claimcheck.readers.file import build_document

FERRY = "The ferry carried 900 people."
YARD = "The yard employs 40 people."


def pack(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def make_odt(body):
    return pack(
        **{
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'<o:document-content xmlns:o="{OFFICE}" xmlns:t="{TEXT}">'
            f"<o:body><o:text>{body}</o:text></o:body></o:document-content>",
            "meta.xml": f'<o:document-meta xmlns:o="{OFFICE}"><o:meta>'
            '<title xmlns="http://purl.org/dc/elements/1.1/">Ferries</title>'
            '<creator xmlns="http://purl.org/dc/elements/1.1/">Ann Lee</creator>'
            "</o:meta></o:document-meta>",
        }
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<t:h>Ferries</t:h><t:p>{FERRY}</t:p>", f"Ferries\n\n{FERRY}"),
        ("<t:p>The <t:span>ferry</t:span> carried<t:s/>900 people.</t:p>", FERRY),
        (
            f"<t:list><t:list-item><t:p>{FERRY}</t:p></t:list-item></t:list>",
            f"- {FERRY}",
        ),
        (
            f"<t:list><t:list-item><t:h>Ferries</t:h></t:list-item></t:list><t:p>{FERRY}"
            "</t:p>",
            f"Ferries\n\n{FERRY}",
        ),
        (
            f"<t:p>{FERRY[:-1]}<t:note><t:note-citation>1</t:note-citation><t:note-body>"
            f"<t:p>{YARD}</t:p></t:note-body></t:note>.</t:p>",
            f"{FERRY}\n\n{YARD}",
        ),
        (
            f"<t:section><t:p>{FERRY}</t:p></t:section><t:p>{YARD}</t:p>",
            f"{FERRY}\n\n{YARD}",
        ),
        (
            "<t:tracked-changes><t:p>Nobody was here.</t:p></t:tracked-changes>"
            f"<t:p>{FERRY}</t:p>",
            FERRY,
        ),
    ],
)
def test_reads_opendocument(body, text):
    document = build_document(make_odt(body), "a")
    assert (document.format, document.full_text) == ("odt", text)
    assert (document.title, document.author) == ("Ferries", "Ann Lee")


def test_reads_the_chapters_of_a_book_in_order():
    chapter = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head><body>{}</body></html>"
    data = pack(
        **{
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b/a.opf"/></rootfiles></container>',
            "b/a.opf": '<package><metadata><title>Ferries</title><creator>Ann Lee</creator></metadata><manifest><item id="2" href="two.xhtml"/><item id="1" href="one.xhtml"/></manifest><spine><itemref idref="1"/><itemref idref="2"/></spine></package>',
            "b/one.xhtml": chapter.format(f"<h1>One</h1><div><p>{FERRY}</p></div>"),
            "b/two.xhtml": chapter.format(
                f"<ul><li>{YARD}</li></ul><script>x</script>"
            ),
        }
    )
    document = build_document(data, "a")
    assert document.full_text == f"One\n\n{FERRY}\n\n- {YARD}"
    assert (document.format, document.title) == ("epub", "Ferries")


def test_reads_the_slides_of_a_presentation_in_order():
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    slide = '<sld xmlns:a="{}"><a:p><a:r><a:t>The {}</a:t></a:r><a:r><a:t> left.</a:t></a:r></a:p></sld>'
    data = pack(
        **{
            f"ppt/slides/slide{number}.xml": slide.format(drawing, name)
            for number, name in ((10, "yard"), (2, "ferry"))
        }
    )
    document = build_document(data, "a")
    assert document.full_text == "The ferry left.\n\nThe yard left."
    assert document.format == "pptx"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pack(**{"xl/workbook.xml": "<a/>"}), "a damaged or protected spreadsheet"),
        (make_odt("")[:-30], "a ZIP archive other than a document"),
        (make_odt("<t:p> </t:p>"), "an OpenDocument text has no readable text"),
    ],
)
def test_names_what_it_does_not_read(data, message):
    with pytest.raises(InputError, match=message):
        build_document(data, "a")
