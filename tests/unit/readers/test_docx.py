"""Reading Word documents."""

import time
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
FORMULA = "http://schemas.openxmlformats.org/officeDocument/2006/math"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def run(text, properties=""):
    return (
        f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
    )


def paragraph(*content, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(content)}</w:p>"


def field(instruction, result):
    """Return a field in the form that Word writes."""
    marks = {
        kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'
        for kind in ("begin", "separate", "end")
    }
    return f"{marks['begin']}{instruction}{marks['separate']}{result}{marks['end']}"


def instruct(text):
    return f"<w:r><w:instrText> {text} </w:instrText></w:r>"


def open_body(tmp_path, body, *, namespace=WORD, parts=None, others=None):
    """Read a document of this XML; `parts` are further parts, by their kind.

    `others` has the content of parts that are not Word's, by kind and name.
    """
    names = (
        f'xmlns:w="{namespace}" xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        f'xmlns:r="{OFFICE}" xmlns:m="{FORMULA}" xmlns:a="{DRAWING}"'
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
        for (kind, name), content in (others or {}).items():
            archive.writestr(f"word/{name}", content)
            relations += (
                f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{name}"/>'
            )
        archive.writestr(
            "word/_rels/document.xml.rels",
            f"<Relationships>{relations}</Relationships>",
        )
    return Document.from_path(path)


def read_body(tmp_path, body, **parts):
    return open_body(tmp_path, body, **parts).text


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
        (run("a") + field(instruct("REF a"), run("b")), "ab"),
        # The instruction of a field may contain another field, with its result.
        (
            field(
                instruct("IF")
                + field(instruct("MERGEFIELD n"), run("900"))
                + instruct('> 5 "many"'),
                run("many"),
            ),
            "many",
        ),
        (
            field(
                instruct("REF price"),
                f"<w:del><w:r><w:delText>2</w:delText></w:r></w:del>{run('3')}",
            ),
            "3",
        ),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("kept"), "kept"),
        ("<w:r><w:t>ab<!-- note -->cd</w:t></w:r>", "abcd"),
        ('<w:r><w:t>a</w:t><w:ptab w:alignment="right"/><w:t>b</w:t></w:r>', "a\tb"),
        ("<w:r><w:t>COVID</w:t><w:noBreakHyphen/><w:t>19</w:t></w:r>", "COVID-19"),
        ("<w:r><w:t>imple</w:t><w:softHyphen/><w:t>mented</w:t></w:r>", "implemented"),
        ('<w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t>5</w:t></w:r>', "≥5"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:t>5</w:t></w:r>', "✓5"),
        ('<w:r><w:sym w:font="Arial" w:char="20AC"/><w:t>5</w:t></w:r>', "€5"),
        (run("\uf0b15", '<w:rFonts w:ascii="Symbol"/>'), "±5"),
        # Raised digits are a note or a unit, and not part of the number before them.
        (run("2020") + run("3", '<w:vertAlign w:val="superscript"/>'), "2020³"),
        (run("4") + run("th", '<w:vertAlign w:val="superscript"/>'), "4th"),
        (run("CO") + run("2", '<w:vertAlign w:val="subscript"/>'), "CO2"),
        (run("seen") + run("not", "<w:vanish/>"), "seen"),
        (run("seen", '<w:vanish w:val="0"/>'), "seen"),
        (run("new", "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>"), "new"),
        (
            "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
            f"{run('Click to enter text.')}</w:sdtContent></w:sdt>{run('Paid.')}",
            "Paid.",
        ),
        (
            "<w:r><w:ruby><w:rt><w:r><w:t>おおさか</w:t></w:r></w:rt><w:rubyBase>"
            "<w:r><w:t>大阪</w:t></w:r></w:rubyBase></w:ruby></w:r>",
            "大阪",
        ),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>", "a\tb\nc"),
    ],
)
@pytest.mark.parametrize("namespace", [WORD, STRICT], ids=["transitional", "strict"])
def test_reads_all_text_of_a_paragraph_as_accepted(tmp_path, content, text, namespace):
    assert read_body(tmp_path, paragraph(content), namespace=namespace) == text


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<m:r><m:t>x=3</m:t></m:r>", "x=3"),
        (
            "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>"
            "<m:den><m:r><m:t>2n</m:t></m:r></m:den></m:f>",
            "1/2n",
        ),
        (
            "<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e>"
            "<m:sup><m:r><m:t>6</m:t></m:r></m:sup></m:sSup>",
            "10⁶",
        ),
        ("<m:d><m:e><m:r><m:t>a+b</m:t></m:r></m:e></m:d>", "(a+b)"),
        ("<m:rad><m:e><m:r><m:t>a+b</m:t></m:r></m:e></m:rad>", "√(a+b)"),
        (
            "<m:rad><m:deg><m:r><m:t>3</m:t></m:r></m:deg>"
            "<m:e><m:r><m:t>x</m:t></m:r></m:e></m:rad>",
            "³√x",
        ),
    ],
)
def test_writes_formulas_on_one_line(tmp_path, formula, text):
    body = paragraph(f"<m:oMath>{formula}</m:oMath>")
    assert read_body(tmp_path, body) == text


HIDDEN = '<w:style w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'


def test_leaves_out_text_that_a_style_hides(tmp_path):
    body = paragraph(run("Seen."), run("Not seen.", '<w:rStyle w:val="H"/>'))
    body += paragraph(run("Not seen."), properties='<w:pStyle w:val="H"/>')
    document = open_body(tmp_path, body, parts={"styles": HIDDEN})
    assert document.text == "Seen."
    assert document.left_out == ("hidden text",)


def test_names_what_a_document_has_besides_its_text(tmp_path):
    chart = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    change = "<w:rPrChange/>"
    body = paragraph(
        run("Sold.", change),
        '<w:r><w:footnoteReference w:id="2"/><w:commentReference/></w:r>',
        f'<w:r><w:drawing><c:chart xmlns:c="{chart}"/></w:drawing></w:r>',
        '<w:r><w:object><o:OLEObject xmlns:o="urn:o"/></w:object></w:r>',
    )
    inserted = f"<w:ins>{run('In May.')}</w:ins>"
    notes = f'<w:footnote w:id="2">{paragraph(inserted)}</w:footnote>'
    document = open_body(tmp_path, body, parts={"footnotes": notes})
    assert document.text == "Sold.\n\nIn May."
    assert document.left_out == (
        "2 tracked changes (accepted)",
        "1 comment",
        "1 chart",
        "1 embedded object",
    )


def test_reads_pages_that_are_embedded_and_diagrams(tmp_path):
    page = "<html><body><p>The ferry was <b>sold</b>.</p></body></html>"
    body = paragraph(run("Before."), '<w:r><a:relIds r:dm="diagramData"/></w:r>')
    diagram = f'<d xmlns:a="{DRAWING}"><a:p><a:t>The council votes.</a:t></a:p></d>'
    document = open_body(
        tmp_path,
        body + '<w:altChunk r:id="aFChunk"/>' * 2,
        others={("aFChunk", "a.htm"): page, ("diagramData", "data1.xml"): diagram},
    )
    assert document.text == "Before.\n\nThe council votes.\n\nThe ferry was sold."


@pytest.mark.parametrize(
    ("data", "text", "left_out"),
    [
        (rb"{\rtf1 In May.\par}", "Sold.\n\nIn May.", ()),
        (b"MIME-Version: 1.0\n\nx", "Sold.", ("embedded documents",)),
        (b"PK damaged", "Sold.", ("embedded documents",)),
    ],
)
def test_reads_or_names_documents_that_are_embedded(tmp_path, data, text, left_out):
    document = open_body(
        tmp_path,
        paragraph(run("Sold.")) + '<w:altChunk r:id="aFChunk"/>',
        others={("aFChunk", "a.bin"): data},
    )
    assert (document.text, document.left_out) == (text, left_out)


def test_an_embedded_archive_is_read_once(tmp_path):
    for body in (run("One."), '<w:altChunk r:id="aFChunk"/>'):
        data = (tmp_path / "a.docx").read_bytes() if body.startswith("<w:a") else b""
        open_body(
            tmp_path,
            paragraph(run("Text.")) + body * 3,
            others={("aFChunk", "a.docx"): data},
        )
    assert Document.from_path(tmp_path / "a.docx").text.count("Text.") == 2


@pytest.mark.parametrize(
    "properties",
    [
        "<w:rPr><w:del/></w:rPr>",
        "<w:rPr><w:moveFrom/></w:rPr>",
        "<w:rPr><w:vanish/></w:rPr>",
        '<w:framePr w:dropCap="drop"/>',
    ],
)
def test_joins_paragraphs_without_a_break_between_them(tmp_path, properties):
    body = (
        paragraph(run("The yard "), properties=properties)
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
        + cell(paragraph(run("removed")), "<w:cellDel/>")
        + cell(paragraph(run("d")))
        + "</w:tr><w:tr><w:trPr><w:del/></w:trPr>"
        + cell(paragraph(run("removed")))
        + "</w:tr></w:tbl>"
    )
    assert read_body(tmp_path, body) == "a\tinner\nmerged\tb\n\tc\td"


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
        + paragraph(run("one"), properties=f'{numbering}<w:outlineLvl w:val="9"/>')
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


def test_many_links_and_paragraphs_in_styles_take_linear_time(tmp_path):
    """Each was looked up among all relationships, or through all styles."""
    links = "".join(
        f'<w:hyperlink r:id="q{n}">{run("x")}</w:hyperlink>' for n in range(20_000)
    )
    styles = "".join(
        f'<w:style w:styleId="s{n}"><w:basedOn w:val="s{(n + 1) % 9}"/></w:style>'
        for n in range(9)
    )
    others = {(f"q{n}", f"{n}.xml"): "" for n in range(9_000)}
    body = paragraph(links, properties='<w:pStyle w:val="s1"/>')
    start = time.perf_counter()
    text = read_body(tmp_path, body, parts={"styles": styles}, others=others)
    assert text == "x" * 20_000
    assert time.perf_counter() - start < 30
