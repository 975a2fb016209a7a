"""Which sentence of a draft cites which source."""

import io
import zipfile

import pytest

from claimcheck import errors
from claimcheck.readers.citations import (
    cut_citations,
    parse_draft,
    read_cited_draft,
)
from claimcheck.readers.docx_links import render_docx
from claimcheck.readers.draft_page import render_markdown

A, B = "https://a.example/1", "https://b.example/2"
REFERENCES = f"\n\n## References\n\n1. Ann: The ferry. {A}\n2. [Bo](<{B}>)\n"


def read(tmp_path, text, name="draft.md"):
    (tmp_path / name).write_text(text)
    draft = read_cited_draft(str(tmp_path / name))
    return [(item.text, list(item.sources)) for item in draft.cited], draft.uncited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        (f"The [ferry sank]({A}) in 2019.", [("The ferry sank in 2019.", [A])]),
        (f"The ferry sank. ([source]({A}))", [("The ferry sank.", [A])]),
        (f"The ferry sank in 2019 <{A}>.", [("The ferry sank in 2019.", [A])]),
        (f"The ferry sank in 2019: {A}", [("The ferry sank in 2019:", [A])]),
        (f"The ferry [sank][x] in 2019.\n\n[x]: {A}", [("The ferry sank in 2019.", [A])]),
        (f"The ferry sank in 2019.[^1]\n\n[^1]: {A}", [("The ferry sank in 2019.", [A])]),
        (f"The ferry sank.[^a] It was old.[^b]\n\n[^a]: See [Ann]({A}).\n[^b]: Bo,\n    {B}", [("The ferry sank.", [A]), ("It was old.", [B])]),
        (f"The ferry sank [1]. It was old [2].{REFERENCES}", [("The ferry sank.", [A]), ("It was old.", [B])]),
        (f"The ferry sank.[1] It was old.[1,2]{REFERENCES}", [("The ferry sank.", [A]), ("It was old.", [A, B])]),
        (f"The ferry sank【1†source】. It was old【2】.{REFERENCES}", [("The ferry sank.", [A]), ("It was old.", [B])]),
        (f"The ferry sank in 2019. See [the report]({A}) for details.", [("The ferry sank in 2019.", [A])]),
        (f"The ferry sank [1–2].{REFERENCES}", [("The ferry sank.", [A, B])]),
        (f"The ferry sank [1][2].{REFERENCES}", [("The ferry sank.", [A, B])]),
        (f"The ferry sank [1].\n\n[1] Ann, {A}\n", [("The ferry sank.", [A])]),
        (f"The ferry sank.[1]\n\n[1]: {A} \"Ann\"\n", [("The ferry sank.", [A])]),
        (f"* The ferry [sank]({A}).\n* It was [old]({B}).", [("The ferry sank.", [A]), ("It was old.", [B])]),
        ("The ferry sank [1].\n\n# Sources\n\n1. Ann Lee: Ferries. Oslo 1999.\n", [("The ferry sank.", ["Ann Lee: Ferries. Oslo 1999."])]),
        (f"The ferry [sank]({A}). The ferry [sank]({B}).", [("The ferry sank.", [A, B])]),
    ],
)  # fmt: skip
def test_a_citation_belongs_to_its_sentence(tmp_path, text, cited):
    assert read(tmp_path, text)[0] == cited


def test_html_has_links_and_notes_and_no_navigation():
    page = f"""<html><head><title>T</title></head><body><nav><a href="{B}">Home</a></nav>
    <h1>Ferries</h1><p>The <b>ferry</b> <a href="{A}">sank</a> in 2019. It was old.<sup><a
    href="#n1" id="r1">1</a></sup></p><script>var x = "<a href='{B}'>";</script>
    <ol><li id="n1">Bo, <a href="{B}">here</a> <a href="#r1">back</a></li></ol>"""
    draft = parse_draft(page)
    assert [(item.text, item.sources) for item in draft.cited] == [
        ("The ferry sank in 2019.", (A,)),
        ("It was old.", (B,)),
    ]
    assert draft.uncited == ()


@pytest.mark.parametrize(
    ("marks", "sources"),
    [
        (f'[<a href="{A}">1</a>]', [A]),
        (f'[<a href="{A}">1</a>, <a href="{B}">2</a>]', [A, B]),
        (f'[<a href="{A}">1</a>–<a href="{B}">3</a>]', [A, B]),
        (f'(<a href="{A}">Smith</a>, 2019)', [A]),
    ],
)
def test_a_linked_number_in_brackets_is_its_link(marks, sources):
    (item,) = parse_draft(f"<p>The ferry sank in May {marks}. It was old.</p>").cited
    assert (item.text, list(item.sources)) == ("The ferry sank in May.", sources)
    assert item.undefined == ()


def test_sentences_without_a_source_are_listed_but_not_headings(tmp_path):
    text = f"# A heading of five words\n\nThe ferry [sank]({A}). Nobody knows why it sank.\n\nRead more."
    assert read(tmp_path, text)[1] == ("Nobody knows why it sank.",)


R = "https://www.reuters.com/world/ferry"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"The ferry sank in 2019 ([Reuters]({R})).", "The ferry sank in 2019."),
        (f"The ferry sank ([Bo Li, 4 May]({A}), p. 3) in 2019.", "The ferry sank in 2019."),
        (f"The ferry sank. (See [the report]({A}) and [more]({B}).)", "The ferry sank."),
        (f"The ferry sank in May [(see here)]({A}).", "The ferry sank in May."),
        (f"The ferry sank. [Read the full report]({A})", "The ferry sank."),
        (f"The ferry sank in 2019 — [Reuters]({R})", "The ferry sank in 2019"),
        (f"The ferry sank in 2019 [Reuters]({R}).", "The ferry sank in 2019."),
        (f"The ferry sank. Source: [the ministry]({A})", "The ferry sank."),
        ("The ferry sank in 2019 ([log.txt](log.txt)).", "The ferry sank in 2019."),
        (f"The old ferry sank.\n\nSource: [Reuters]({R})", "The old ferry sank."),
        # Words of the sentence stay, whatever they lead to.
        (f"The ferry ([built in 1986]({A})) sank.", "The ferry sank."),
        (f"The ferry (built in [1986]({A})) sank.", "The ferry (built in 1986) sank."),
        (f"The peak ([5,895 m]({A})) is high.", "The peak (5,895 m) is high."),
        (f"She told [Reuters]({R}).", "She told Reuters."),
        (f"He described it in [a report]({A}).", "He described it in a report."),
        (f"The [report]({A}), dated 2019, is long.", "The report, dated 2019, is long."),
    ],
)  # fmt: skip
def test_the_name_of_a_source_is_not_part_of_the_sentence(tmp_path, text, sentence):
    ((found, _),), _ = read(tmp_path, text)
    assert found == sentence


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (f"According to [Reuters]({R}), the old ferry sank.", "The old ferry sank."),
        (f"The old ferry sank, says [Reuters]({R}).", "The old ferry sank."),
        (f"The old ferry, reports [Reuters]({R}), sank.", "The old ferry sank."),
        (f"The ferry, according to [a report]({A}), sank.", "The ferry sank."),
        (f"[Reuters]({R}) reported that the old ferry sank.", "The old ferry sank."),
        (f"As [Reuters]({R}) reported, the old ferry sank.", "The old ferry sank."),
        (f"The old ferry sank, according to [Reuters]({R}).", "The old ferry sank."),
        ("According to [the harbor log](logs/2019-harbor.txt), the ship sank.", "The ship sank."),
        (f"The old ferry sank, [Reuters]({R}) reported.", "The old ferry sank."),
        # Who is quoted belongs to the claim.
        (f"According to [Ann Lee]({A}), it sank.", "According to Ann Lee, it sank."),
    ],
)  # fmt: skip
def test_a_source_need_not_say_its_own_name(tmp_path, text, claim):
    (tmp_path / "draft.md").write_text(text)
    (item,) = read_cited_draft(str(tmp_path / "draft.md")).cited
    assert item.claim == claim


@pytest.mark.parametrize(
    "references",
    [
        "[1] log.txt\n[2] Ann: A log. my log.md",
        "[1]: log.txt\n\n[2]: my log.md",
        "References\n\n1. log.txt\n2. my log.md",
        "**Sources:**\n\n1. `log.txt`\n2. my log.md",
        "## 4. Notes\n\n- [1] log.txt\n- [2] my log.md",
        "Footnotes\n[1] log.txt\n[2] my log.md",
        "## Quellen\n\n(1) log.txt\n\n(2) my log.md",
        "¹ log.txt\n² my log.md",
    ],
)
def test_a_list_of_references_may_name_files(tmp_path, references):
    cited, _ = read(tmp_path, f"The ferry sank [1]. It was old.[2]\n\n{references}\n")
    (first, own), (second, others) = cited
    assert (first, own) == ("The ferry sank.", ["log.txt"])
    assert second == "It was old."
    assert others[0] in ("my log.md", "log.md")


def test_a_reference_may_be_a_doi_or_take_two_lines(tmp_path):
    cited, _ = read(
        tmp_path,
        "It sank [1]. It was old [2].\n\n# References\n\n1. Bo: Ferries.\n   "
        "doi:10.1000/182\n2. arXiv:2305.14627\n",
    )
    assert cited == [
        ("It sank.", ["https://doi.org/10.1000/182"]),
        ("It was old.", ["https://arxiv.org/abs/2305.14627"]),
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"Rule [7] is old. It is [new]({A}).", "[7]"),
        ("The ferry sank in 2019.[^99]", "[^99]"),
        (f"The ferry sank [3].{REFERENCES}", "[3]"),
    ],
)
def test_a_reference_that_the_draft_does_not_define_is_named(tmp_path, text, key):
    (tmp_path / "draft.md").write_text(text)
    item = read_cited_draft(str(tmp_path / "draft.md")).cited[0]
    assert (item.sources, item.undefined) == ((), (key,))


def test_a_note_of_html_may_be_missing():
    page = '<p>The ferry sank.<sup><a href="#fn4">4</a></sup></p>'
    assert parse_draft(page).cited[0].undefined == ("[4]",)


def test_a_unit_is_not_a_note():
    page = f"<p>It has 30 km<sup>2</sup>. It sank in 1986<sup>2</sup>.</p><h2>Notes</h2><p>2. {A}</p>"
    (item,) = parse_draft(page).cited
    assert (item.text, item.sources) == ("It sank in 1986.", (A,))


def test_references_that_nobody_cites_are_named(tmp_path):
    (tmp_path / "draft.md").write_text(f"It sank [1].{REFERENCES}")
    assert read_cited_draft(str(tmp_path / "draft.md")).unused == (f"[2] {B}",)


def test_a_source_in_a_table_is_about_its_row():
    page = render_markdown(
        f"| Fact | Source |\n|---|---|\n| The ferry sank in 2019 | [Reuters]({R}) |\n"
    )
    (item,) = parse_draft(page).cited
    assert (item.text, item.sources) == ("The ferry sank in 2019", (R,))


@pytest.mark.parametrize(
    ("table", "cited"),
    [
        (f"| Fact | Value | Source |\n|---|---|---|\n| Built | 1962 | [1] |\n| Length | [97 m]({R}) | |\n| Width | 12 m | |", [("Built: 1962", [A]), ("Length: 97 m", [R])]),
        (f"| City | People | Area |\n|---|---|---|\n| Oslo | 709,037 [1] | 454 km² |\n| [Bergen]({R}) | 291,940 [2] | 465 km² |", [("Oslo, People: 709,037", [A]), ("Bergen, People: 291,940", [B, R]), ("Bergen, Area: 465 km²", [R])]),
        ("| City | People | Source |\n|---|---|---|\n| Oslo | 709,037 | Statistics Norway [1] |", [("Oslo: 709,037", [A])]),
        ("| Source | Fact |\n|---|---|\n| [1] | The ferry sank in 2019. It was old then. |", [("It was old then.", [A])]),
        (f"| Ship | Built |\n|---|---|\n| Estonia | 1980 [1] |\n| Vasa[2](<{B}>) | 1626 |\n\n[1]: {A}", [("Estonia: 1980", [A]), ("Vasa: 1626", [B])]),
        ("| Ferries |\n|---|\n| It sank in 2019 [1]. It was old [2]. |", [("It sank in 2019.", [A]), ("It was old.", [B])]),
        ("| Built | [1] |\n|---|---|\n| Sold | [2] |\n\nThe ferry was new [2].", [("The ferry was new.", [B])]),
    ],
)  # fmt: skip
def test_a_row_of_a_table_is_a_statement(tmp_path, table, cited):
    found, _ = read(tmp_path, f"It sank long ago.\n\n{table}{REFERENCES}")
    assert found == cited


def test_a_table_may_be_the_layout_of_a_page():
    page = f"<table><tr><td><p>It was old.</p><p>The ferry [1] sank.</p><h2>Sources</h2><p>[1] {A}</p></td><td>Menu</td></tr></table>"
    (item,) = parse_draft(page).cited
    assert (item.text, item.sources) == ("The ferry sank.", (A,))


def test_word_has_tables(tmp_path):
    import docx

    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(
        table._cells, ["Ship", "Built", "Source", "Estonia", "1980", A], strict=True
    ):
        cell.text = text
    document.add_paragraph(f"The ferry sank. {B}")
    document.save(tmp_path / "draft.docx")
    draft = read_cited_draft(str(tmp_path / "draft.docx"))
    assert [(item.text, item.sources) for item in draft.cited] == [
        ("Estonia: 1980", (A,)),
        ("The ferry sank.", (B,)),
    ]


def test_html_in_markdown_is_text(tmp_path):
    (item,), _ = read(tmp_path, f"The <a href='{B}'>ferry</a> [sank]({A}).")
    assert item[1] == [B, A] or item[1] == [A]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("d.md", "The ferry sank in 2019.", "cites no source"),
        (
            "d.pdf",
            "%PDF-1.4 nothing",
            "is pdf; give a draft in Markdown, HTML, or DOCX",
        ),
    ],
)
def test_a_text_that_cites_nothing_is_an_error(tmp_path, name, text, problem):
    with pytest.raises(errors.InputError, match=problem):
        read(tmp_path, text, name)


def add_link(paragraph, address, words):
    """Add a hyperlink as Word does: a relationship, and a run within an element."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    identity = paragraph.part.relate_to(
        address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
    )
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), identity)
    link.append(paragraph.add_run(words)._r)
    paragraph._p.append(link)


def test_a_word_document_has_links_and_numbered_references(tmp_path):
    import docx

    document = docx.Document()
    document.add_heading("Ferries of the world")
    paragraph = document.add_paragraph("The ferry ")
    add_link(paragraph, A, "sank in 2019")
    paragraph.add_run(". It was old [1]. Nobody knows why it sank.")
    document.add_heading("References")
    document.add_paragraph(f"[1] Bo & Co, {B}")
    document.save(tmp_path / "draft.docx")
    draft = read_cited_draft(str(tmp_path / "draft.docx"))
    assert [(item.text, item.sources) for item in draft.cited] == [
        ("The ferry sank in 2019.", (A,)),
        ("It was old.", (B,)),
    ]
    assert draft.uncited == ("Nobody knows why it sank.",)


def test_word_has_raised_numbers_and_numbered_lists(tmp_path):
    import docx

    document = docx.Document()
    paragraph = document.add_paragraph("The ferry sank.")
    paragraph.add_run("1").font.superscript = True
    paragraph.add_run(" It has 4 km")
    paragraph.add_run("2").font.superscript = True
    paragraph.add_run(" of deck.")
    document.add_paragraph().add_run("Sources").bold = True
    document.add_paragraph("log.txt", style="List Number")
    document.save(tmp_path / "draft.docx")
    draft = read_cited_draft(str(tmp_path / "draft.docx"))
    (item,) = draft.cited
    assert (item.text, item.sources) == ("The ferry sank.", ("log.txt",))
    assert draft.uncited == ("It has 4 km² of deck.",)


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def test_word_footnotes_and_older_links_are_citations():
    body = f"""<w:document {W}><w:body><w:p><w:r><w:t>The ferry </w:t></w:r>
    <w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "{A}" </w:instrText></w:r>
    <w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>sank in 2019</w:t></w:r>
    <w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>. It was old.</w:t></w:r>
    <w:r><w:footnoteReference w:id="2"/></w:r><w:del><w:r><w:t>Gone.</w:t></w:r></w:del></w:p></w:body></w:document>"""
    notes = f"""<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>Bo: </w:t></w:r>
    <w:hyperlink r:id="x"><w:r><w:t>here</w:t></w:r></w:hyperlink></w:p></w:footnote></w:footnotes>"""
    relations = f'<Relationships><Relationship Id="x" Target="{B}"/></Relationships>'
    parts = '<Relationships><Relationship Type="a/footnotes" Target="footnotes.xml"/></Relationships>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", body)
        archive.writestr("word/footnotes.xml", notes)
        archive.writestr("word/_rels/document.xml.rels", parts)
        archive.writestr("word/_rels/footnotes.xml.rels", relations)
    draft = parse_draft(render_docx(file.getvalue(), "draft.docx"))
    assert [(item.text, item.sources) for item in draft.cited] == [
        ("The ferry sank in 2019.", (A,)),
        ("It was old.", (B,)),
    ]


def test_a_damaged_word_document_is_an_error(tmp_path):
    import docx

    document = docx.Document()
    document.add_paragraph("The ferry sank.")
    document.save(tmp_path / "draft.docx")
    data = (tmp_path / "draft.docx").read_bytes()
    (tmp_path / "draft.docx").write_bytes(data[: len(data) // 2])
    with pytest.raises(errors.InputError):
        read_cited_draft(str(tmp_path / "draft.docx"))


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("It was built in 1962.1 It sank.1,2", [("It was built in 1962.", [A]), ("It sank.", [A, B])]),
        ("He said “it is old.”2", [("He said “it is old.”", [B])]),
        ("It sank.[^1] It was old.[^2]\n\n[^1]: a.txt\n[^2]: Ibid., p. 5.", [("It sank.", ["a.txt"]), ("It was old.", ["a.txt"])]),
        ("It grew by 3.1 Germany paid. It [sank](a.txt).", [("It sank.", ["a.txt"])]),
        ("It sank.7 See Fig.1 Below. It [sank](a.txt).", [("It sank.", ["a.txt"])]),
    ],
)  # fmt: skip
def test_notes_without_marks_and_repeated_sources(tmp_path, text, cited):
    assert read(tmp_path, text + REFERENCES)[0] == cited


@pytest.mark.parametrize(
    ("markup", "sentence", "text"),
    [
        ("Now it\nfell ([audit](a.pdf)).", "Now it fell (audit).", "Now it fell."),
        ("It fell twice [2], they said.", None, "It fell twice, they said."),
        ("It fell (twice) in [May](a.html).", "It fell (twice) in May.", None),
        ("It fell in 2019.", "A model wrote this [2].", None),
    ],
)
def test_a_sentence_loses_what_names_its_sources(markup, sentence, text):
    sentence = sentence or markup
    assert cut_citations(render_markdown(markup), [sentence]) == [text or sentence]
