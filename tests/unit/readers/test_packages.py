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


STYLES = (
    '<t:style t:name="T1"><t:text-properties t:text-position="super 58%"/></t:style>'
    '<t:style t:name="T2"><t:text-properties t:display="none"/></t:style>'
)
HALF = (
    "<math><mfrac><mn>1</mn><mn>2</mn></mfrac><annotation>1 over 2</annotation></math>"
)


def make_odt(body):
    return pack(
        **{
            "styles.xml": f'<o:styles xmlns:o="{OFFICE}" xmlns:t="{TEXT}">{STYLES}'
            "</o:styles>",
            "Object 1/content.xml": HALF,
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
            "<t:table><t:table-row><t:table-cell><t:p>Year</t:p></t:table-cell>"
            "<t:table-cell><t:p>People</t:p></t:table-cell></t:table-row>"
            "<t:table-row><t:table-cell><t:p>2020</t:p></t:table-cell>"
            "<t:table-cell><t:p>900</t:p></t:table-cell></t:table-row></t:table>",
            "Year\tPeople\n2020\t900",
        ),
        # A table with one column is a frame around text.
        (
            f"<t:table><t:table-row><t:table-cell><t:p>{FERRY}</t:p><t:p>{YARD}</t:p>"
            "</t:table-cell></t:table-row></t:table>",
            f"{FERRY}\n\n{YARD}",
        ),
        (
            f"<t:p>{FERRY[:-1]}<t:frame><t:text-box><t:p>{YARD}</t:p></t:text-box>"
            "</t:frame>.</t:p>",
            f"{FERRY}\n\n{YARD}",
        ),
        (
            "<t:p>It has 4 km<t:span t:style-name='T1'>2</t:span> of deck, and "
            "<t:span t:style-name='T2'>no</t:span>more.</t:p>",
            "It has 4 km² of deck, and more.",
        ),
        (
            "<t:p>It is <t:frame><t:object t:href='./Object 1'/></t:frame> of it.</t:p>",
            "It is 1/2 of it.",
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
    slide = (
        "<sld><a:p><a:r><a:t>The {}</a:t></a:r><a:r><a:t> left.</a:t></a:r></a:p></sld>"
    )
    data = make_presentation(slide.format("ferry"), slide.format("yard"))
    document = build_document(data, "a")
    assert document.full_text == "The ferry left.\n\nThe yard left."
    assert document.format == "pptx"


def make_presentation(*slides):
    names = [f"slides/slide{number}.xml" for number in range(len(slides))]
    ids = "".join(f'<sldId id="9" r:id="r{n}"/>' for n in range(len(slides)))
    relations = "".join(
        f'<Relationship Id="r{n}" Target="{name}"/>' for n, name in enumerate(names)
    )
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    files = {
        f"ppt/{name}": slide.replace(">", f' xmlns:a="{drawing}" xmlns:m="{mc}">', 1)
        for name, slide in zip(names, slides, strict=True)
    }
    files["ppt/presentation.xml"] = f'<p xmlns:r="urn:r">{ids}</p>'
    files["ppt/_rels/presentation.xml.rels"] = (
        f"<Relationships>{relations}</Relationships>"
    )
    return pack(**files)


def make_shape(kind, *paragraphs):
    place = f"<nvSpPr><nvPr>{kind}</nvPr></nvSpPr>"
    body = "".join(f"<a:p>{text}</a:p>" for text in paragraphs)
    return f"<sld><sp>{place}<txBody>{body}</txBody></sp></sld>"


RUN = "<a:r><a:t>{}</a:t></a:r>"
YARD_RUN = RUN.format(YARD)
RAISED = '<a:r><a:rPr baseline="30000"/><a:t>1</a:t></a:r>'
NO_BULLET = "<a:pPr><a:buNone/></a:pPr>"
BULLET = '<a:pPr><a:buChar char="x"/></a:pPr>'


@pytest.mark.parametrize(
    ("slide", "text"),
    [
        (make_shape('<ph type="title"/>', RUN.format("Ferries")), "Ferries"),
        # The text of a slide has bullets, unless it says that it has none.
        (make_shape('<ph idx="1"/>', YARD_RUN), f"- {YARD}"),
        (make_shape('<ph idx="1"/>', NO_BULLET + YARD_RUN), YARD),
        (make_shape("", YARD_RUN), YARD),
        (make_shape("", BULLET + YARD_RUN), f"- {YARD}"),
        (make_shape("", RUN.format("In 2020") + RAISED), "In 2020¹"),
        (make_shape('<ph type="sldNum"/>', RUN.format("9")), ""),
        (
            "<sld><m:AlternateContent><m:Choice><a:p><a:t>Once.</a:t></a:p></m:Choice>"
            "<m:Fallback><a:p><a:t>Once.</a:t></a:p></m:Fallback></m:AlternateContent></sld>",
            "Once.",
        ),
        (
            "<sld><a:tbl><a:tblPr><a:tableStyleId>5C22</a:tableStyleId></a:tblPr><a:tr>"
            "<a:tc><a:p><a:t>Year</a:t></a:p></a:tc><a:tc><a:p><a:t>2020</a:t></a:p></a:tc>"
            "</a:tr></a:tbl></sld>",
            "Year\t2020",
        ),
        (f'<sld show="0"><a:p><a:t>{YARD}</a:t></a:p></sld>', ""),
    ],
)
def test_reads_what_a_slide_shows(slide, text):
    first = f"<sld><a:p><a:t>{FERRY}</a:t></a:p></sld>"
    document = build_document(make_presentation(first, slide), "a")
    assert document.full_text == f"{FERRY}\n\n{text}".strip()


def test_names_what_a_presentation_has_besides_its_text():
    shown = f"<sld><a:p><a:t>{FERRY}</a:t></a:p><a:chart/></sld>"
    document = build_document(make_presentation(shown, '<sld show="0"></sld>'), "a")
    assert document.left_out == ("1 chart", "1 hidden slide")


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
