"""Reading Word documents."""

import zipfile

import pytest

from claimcheck import Document, errors
from tests.support.paths import FILES


def test_names_a_damaged_document(tmp_path):
    """Found by fuzzing: the error of zlib for damaged data was not caught."""
    data = bytearray((FILES / "ferry.docx").read_bytes())
    start = data.index(b"word/styles.xml") + 40
    data[start : start + 200] = bytes(200)
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match="is a Word document, but damaged"):
        Document.from_path(path)


def test_reads_every_cell_of_a_row_with_equal_cells(tmp_path):
    import docx

    document = docx.Document()
    table = document.add_table(1, 3)
    for cell, text in zip(table.rows[0].cells, ("Yards", "5", "5"), strict=True):
        cell.text = text
    document.save(str(tmp_path / "a.docx"))
    assert Document.from_path(tmp_path / "a.docx").text == "Yards\t5\t5"


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(content)}</w:p>"


def read_body(tmp_path, body, *, namespace=WORD, parts=None):
    """Read a document of this XML; `parts` are further parts, by their kind."""
    names = (
        f'xmlns:w="{namespace}" xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    path = tmp_path / "a.docx"
    relations = ""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml",
            f"<w:document {names}><w:body>{body}</w:body></w:document>",
        )
        for kind, content in (parts or {}).items():
            archive.writestr(
                f"word/{kind}.xml", f"<w:{kind} {names}>{content}</w:{kind}>"
            )
            relations += f'<Relationship Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
        archive.writestr(
            "word/_rels/document.xml.rels",
            f"<Relationships>{relations}</Relationships>",
        )
    return Document.from_path(path).text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f"<w:ins>{run('not ')}</w:ins>{run('sold')}", "not sold"),
        (f"<w:del><w:r><w:delText>not </w:delText></w:r></w:del>{run('sold')}", "sold"),
        # Word nests them where one person deletes what another inserted.
        (f"<w:ins><w:del>{run('not ')}</w:del></w:ins>{run('sold')}", "sold"),
        (f"<w:moveFrom>{run('x')}</w:moveFrom><w:moveTo>{run('x')}</w:moveTo>", "x"),
        (
            f"<w:sdt><w:sdtPr/><w:sdtContent>{run('in May')}</w:sdtContent></w:sdt>",
            "in May",
        ),
        (f"<w:smartTag><w:smartTagPr/>{run('Oslo')}</w:smartTag>", "Oslo"),
        (f"<w:customXml>{run('Oslo')}</w:customXml>", "Oslo"),
        (f"<w:hyperlink>{run('the report')}</w:hyperlink>", "the report"),
        (f"<w:fldSimple w:instr='PAGE'>{run('7')}</w:fldSimple>", "7"),
        ("<w:r><w:instrText>PAGE</w:instrText><w:t>8</w:t></w:r>", "8"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>", "a\tb\nc"),
    ],
)
@pytest.mark.parametrize("namespace", [WORD, STRICT], ids=["transitional", "strict"])
def test_reads_all_text_of_a_paragraph_as_accepted(tmp_path, content, text, namespace):
    assert read_body(tmp_path, paragraph(content), namespace=namespace) == text


def test_joins_paragraphs_whose_break_is_deleted(tmp_path):
    deleted = "<w:rPr><w:del/></w:rPr>"
    body = (
        paragraph(run("The yard "), properties=deleted)
        + paragraph(run("was sold."))
        + paragraph(run("It closed."))
    )
    assert read_body(tmp_path, body) == "The yard was sold.\n\nIt closed."


def test_reads_text_boxes_once_in_their_new_or_old_form(tmp_path):
    box = f"<w:txbxContent>{paragraph(run('In a box.'))}</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    old = f"<w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r>"
    body = paragraph(run("Before"), both, run(" it.")) + paragraph(old)
    assert read_body(tmp_path, body) == "Before it.\n\nIn a box.\n\nIn a box."


def test_reads_tables_within_tables_and_controls_and_ignores_wide_spans(tmp_path):
    def cell(content, properties=""):
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"

    inner = f"<w:tbl><w:tr>{cell(paragraph(run('inner')))}</w:tr></w:tbl>"
    body = (
        "<w:tbl><w:tr>"
        + cell(paragraph(run("a")), '<w:gridSpan w:val="999999999"/>')
        + cell(inner + paragraph())
        + "</w:tr><w:sdt><w:sdtContent><w:tr>"
        + cell(paragraph(run("merged")), '<w:vMerge w:val="restart"/>')
        + cell(paragraph(run("b")))
        + "</w:tr></w:sdtContent></w:sdt><w:tr>"
        + cell(paragraph(), "<w:vMerge/>")
        + cell(paragraph(run("c")))
        + "</w:tr><w:tr><w:trPr><w:del/></w:trPr>"
        + cell(paragraph(run("removed")))
        + "</w:tr></w:tbl>"
    )
    assert read_body(tmp_path, body) == "a\tinner\nmerged\tb\n\tc"


def test_appends_the_notes_that_the_text_refers_to(tmp_path):
    notes = (
        '<w:footnote w:id="-1" w:type="separator"><w:p/></w:footnote>'
        f'<w:footnote w:id="1">{paragraph(run("Never shown."))}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph(run("See page 4."))}</w:footnote>'
    )
    endnotes = f'<w:endnote w:id="2">{paragraph(run("At the end."))}</w:endnote>'
    body = paragraph(
        run("Sold."),
        '<w:r><w:endnoteReference w:id="2"/><w:footnoteReference w:id="2"/></w:r>',
    )
    text = read_body(tmp_path, body, parts={"footnotes": notes, "endnotes": endnotes})
    assert text == "Sold.\n\nSee page 4.\n\nAt the end."


def test_marks_list_items_by_their_own_or_their_styles_numbering(tmp_path):
    numbering = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    styles = (
        f'<w:style w:styleId="L"><w:pPr>{numbering}</w:pPr></w:style>'
        '<w:style w:styleId="M"><w:basedOn w:val="L"/></w:style>'
        f'<w:style w:styleId="H"><w:pPr>{numbering}<w:outlineLvl w:val="0"/></w:pPr>'
        '</w:style><w:style w:styleId="X"><w:basedOn w:val="X"/></w:style>'
    )
    body = (
        paragraph(run("A heading"), properties='<w:pStyle w:val="H"/>')
        + paragraph(run("one"), properties=numbering)
        + paragraph(run("two"), properties='<w:pStyle w:val="M"/>')
        + paragraph(run("no item"), properties='<w:pStyle w:val="X"/>')
        + paragraph(
            run("not numbered"),
            properties='<w:pStyle w:val="M"/><w:numPr><w:numId w:val="0"/></w:numPr>',
        )
    )
    assert read_body(tmp_path, body, parts={"styles": styles}) == (
        "A heading\n\n- one\n\n- two\n\nno item\n\nnot numbered"
    )


def test_list_items_are_sentences_and_headings_are_not(tmp_path):
    import docx

    from claimcheck import Settings, summarize

    document = docx.Document()
    document.add_heading("Ferries sold")
    document.add_paragraph("The council met on Tuesday in the old hall.")
    document.add_paragraph("The ferry carried 700 people in 2021", "List Bullet")
    document.add_paragraph("The dock was sold for 4 million euros", "List Number")
    document.save(str(tmp_path / "a.docx"))
    read = Document.from_path(tmp_path / "a.docx")
    claims = summarize(read, settings=Settings(engine="extractive")).claims
    texts = [claim.text for claim in claims]
    assert "The ferry carried 700 people in 2021." in texts
    assert "The dock was sold for 4 million euros." in texts
    assert "Ferries sold" not in texts
