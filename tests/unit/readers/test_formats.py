"""Formats of the extra `formats`: what is read of each, and what is refused."""

import gzip
import io
import itertools
import json
import sys
import zipfile

import pytest
from PIL import Image, ImageDraw, ImageFont

from claimcheck import Document, Settings, errors, summarize
from claimcheck.readers.ocr import parse_picture, parse_scan
from tests.support.compound import write_compound, write_outlook_message
from tests.support.paths import FILES

FERRY = "The ferry carried 900 people in 2020."
YARD = "The yard employs 400 people in Bergen."


def read(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return Document.from_path(path)


def test_reads_rtf_with_its_title_and_author(tmp_path):
    document = read(
        tmp_path,
        "a",
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Ferries}{\author"
        r" Anna Brandt}}\f0 The ferry carried {\b 900} people in 2020.\par\par "
        r"The caf\'e9 is closed.\par}",
    )
    assert (document.format, document.title, document.author) == (
        "rtf",
        "Ferries",
        "Anna Brandt",
    )
    assert document.full_text == f"{FERRY}\n\nThe café is closed."


RTF = r"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman\fcharset0 Times;}
{\f3\froman\fcharset2 Symbol{\*\falt x};}{\f5\fcharset204 Arial;}{\f6\fcharset128 M;}}
{\stylesheet{\s0 Normal;}}{\header\pard Head\par}"""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"It did {\deleted never }{\revised not }sink.", "It did not sink."),
        (r"It {\v hidden }sank. \v x\v0 It rose.", "It sank. It rose."),
        (r"In 2020{\super 1}{\footnote\chftn  A {\i note}.\par} it sank.", "In 2020¹ it sank.\n\nA note."),
        (r'A {\field{\*\fldinst{HYPERLINK "https://a"}}{\fldrslt link}} sank.', "A link sank."),
        (r"S\u252\'fcd, caf\'e9, D\emdash E\~F\_G.", "Süd, café, D—E\xa0F-G."),
        (r"\f5\'cf\'f0\'e8\'e2\'e5\'f2", "Привет"),
        (r"\f6\'93\'8c\'8b\'9e\f0  5", "東京 5"),
        (r"x {\f3 \'b3} 5", "x ≥ 5"),
        (r"{\listtext\f3\'b7\tab}The yard\par {\pntext 2.\tab}The dock\par", "- The yard\n\n- The dock"),
        (r"\trowd Year\cell People\cell\row\trowd 2019\par\cell {700}\cell\row After.", "Year\tPeople\n2019\t700\n\nAfter."),
        (r"It {\*\annotation\pard A comment.}sank.{\pict\pngblip 8950}", "It sank."),
        (r"It {\shp{\*\shpinst{\sp{\sn a}{\sv 2}}{\shptxt In a box.\par}}{\shprslt Old.}}sank.", "It sank.\n\nIn a box."),
        (r"{\pict\bin5 {{{{{}It sank.", "It sank."),
        ("A long\r\n line.\\line Next.", "A long line. Next."),
    ],
)  # fmt: skip
def test_reads_rtf_as_it_is_shown(tmp_path, source, text):
    document = read(tmp_path, "a", RTF + "\\pard " + source + "}")
    assert document.full_text.replace("\xa0", " ") == text.replace("\xa0", " ")


def test_names_what_rtf_has_besides_its_text(tmp_path):
    source = r"It {\deleted not }{\*\annotation x}sank{\v x}.}"
    document = read(tmp_path, "a", RTF + source)
    assert document.left_out == (
        "1 tracked change (accepted)",
        "1 comment",
        "hidden text",
    )


@pytest.mark.parametrize("part", ["{", "}", "{\\b ", "\\'e9", "\\u1?", "\\footnote ", "\\", "{\\f1 a}"])  # fmt: skip
def test_reads_rtf_in_linear_time(tmp_path, part):
    document = read(tmp_path, "a", "{\\rtf1 It sank.\\par " + part * 100_000)
    assert document.full_text.startswith("It sank.")


LATEX = r"""% a comment
\documentclass{article}
\title{On Ferries}
\author{Anna Brandt}
\begin{document}
\maketitle
\section{Results}
The ferry carried 900 people in 2020~\cite{lind2020}, \emph{12\%} more than in
2019 (see Table~\ref{tab:a}).\footnote{It was sold in 2021.}
\begin{equation} E = mc^2 \end{equation}
It cost $3$ million euros. % not this
\begin{itemize}
\item The yard employs 400 people.
\item It closed in 2022.
\end{itemize}
\begin{table}\begin{tabular}{ll}a & 1\\ b & 2\end{tabular}\end{table}
\end{document}
"""


# Programs that write LaTeX load packages before the class.
PACKAGES = "\\PassOptionsToPackage{unicode}{hyperref}\n"


@pytest.mark.parametrize("start", ["", PACKAGES])
def test_reads_the_prose_of_latex(tmp_path, start):
    document = read(tmp_path, "a.tex", start + LATEX)
    assert (document.format, document.title, document.author) == (
        "latex",
        "On Ferries",
        "Anna Brandt",
    )
    assert document.full_text.split("\n\n") == [
        "Results",
        "The ferry carried 900 people in 2020, 12% more than in 2019 (see Table).",
        "It cost 3 million euros.",
        "- The yard employs 400 people.",
        "- It closed in 2022.",
        "It was sold in 2021.",
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"We saw \ferry{} sink.", "We saw the Kattegat ferry sink."),
        (r"See \href{https://a.example}{the report}.", "See the report."),
        (r"As \textcite{lind} wrote, it sank.", "As [lind] wrote, it sank."),
        (r"It was late\footnote{A \emph{nested {note}}.} then.", "It was late then.\n\nA nested note."),
        (r"It cost \$3 million---not 12\,\%.", "It cost $3 million—not 12 %."),
        (r"The 4\textsuperscript{th} of 10$^{6}$ sank.", "The 4th of 10⁶ sank."),
        (r"Run \verb|x_1| and \texttt{y\_1}.", "Run x_1 and y_1."),
        (r"One.\iffalse Not read. \fi Two.", "One. Two."),
        (r"One. $$x = 1$$ Two. \[y\] Three.", "One. Two. Three."),
        (r"\begin{theorem}Ferries sink.\end{theorem}It was so.", "Ferries sink.\n\nIt was so."),
        (r"\begin{enumerate}\item[(a)] One.\item Two.\end{enumerate}", "- (a) One.\n\n- Two."),
        (r"\begin{longtable}[]{@{}ll@{}} a & b \\ \end{longtable} Done.", "Done."),
        (r"\section{Costs}\label{c} It rose.", "Costs\n\nIt rose."),
        (r"\setlength{\tabcolsep}{0pt}\vspace{2em} It rose.", "It rose."),
        (r"Stra\ss e, na\"ive, \'Elan, \o re.", "Straße, naïve, Élan, øre."),
    ],
)  # fmt: skip
def test_reads_macros_of_latex_as_they_are_printed(tmp_path, source, text):
    document = read(
        tmp_path,
        "a.tex",
        r"\documentclass{article}\newcommand{\ferry}{the \emph{Kattegat} ferry}"
        rf"\begin{{document}}{source}\end{{document}}",
    )
    assert document.full_text == text


def test_names_the_files_that_latex_includes_and_reads_several_authors(tmp_path):
    document = read(
        tmp_path,
        "a.tex",
        r"\documentclass{article}\title{Ferries\thanks{Funded by us.}}"
        r"\author{Anna Brandt\\Oslo \and Per Lind}\begin{document}\maketitle"
        rf"\input{{other}} {FERRY}\end{{document}}",
    )
    assert (document.title, document.author) == ("Ferries", "Anna Brandt, Per Lind")
    assert document.left_out == ("1 included file",)
    assert document.full_text == f"{FERRY}\n\nFunded by us."


def test_macros_that_grow_cost_little(tmp_path):
    """Each macro contains the next one ten times."""
    names = [f"{chr(97 + number)}x" for number in range(20)]
    macros = "".join(
        rf"\newcommand{{\{name}}}{{{chr(92)}{inner} {chr(92)}{inner} x}}"
        for inner, name in itertools.pairwise(names)
    )
    source = rf"\documentclass{{article}}{macros}\begin{{document}}\{names[-1]}\end{{document}}"
    assert len(read(tmp_path, "a.tex", source).full_text) < 1_000


def test_reads_a_notebook_of_an_old_version(tmp_path):
    cells = [{"cell_type": "markdown", "source": [FERRY]}]
    notebook = {"nbformat": 3, "worksheets": [{"cells": cells}]}
    assert read(tmp_path, "a", json.dumps(notebook)).full_text == FERRY


def test_reads_a_notebook_and_sets_its_code_aside(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# Ferries\n", "\n", FERRY]},
        {"cell_type": "code", "source": "total = 900 + 400", "outputs": []},
        {"cell_type": "markdown", "source": YARD},
    ]
    document = read(tmp_path, "a", json.dumps({"nbformat": 4, "cells": cells}))
    assert (document.format, document.title) == ("notebook", "Ferries")
    run = summarize(document, settings=Settings(engine="extractive"))
    assert [claim.quote for claim in run.claims] == [FERRY, YARD]
    assert "code" in [entry.reason for entry in run.ledger]


RSS = f"""<?xml version="1.0"?>
<rss version="2.0"><channel><title>Harbor News</title>
<item><title>Ferry sold</title><link>https://h.example/1</link>
<pubDate>Tue, 14 May 2024 10:00:00 GMT</pubDate>
<description>&lt;p&gt;{FERRY}&lt;/p&gt;&lt;p&gt;{YARD}&lt;/p&gt;</description></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbor News</title>
<entry><title type="html">&lt;b&gt;Ferry&lt;/b&gt; sold</title><content type="html">&lt;p&gt;{FERRY}&lt;/p&gt;
&lt;ul&gt;&lt;li&gt;{YARD}&lt;/li&gt;&lt;/ul&gt;</content></entry></feed>"""


@pytest.mark.parametrize("text", [RSS, ATOM])
def test_reads_the_entries_of_a_feed(tmp_path, text):
    document = read(tmp_path, "a.xml", text)
    assert (document.format, document.title) == ("feed", "Harbor News")
    blocks = document.full_text.split("\n\n")
    assert blocks[0] == "Ferry sold"
    assert FERRY in blocks
    assert YARD in [block.removeprefix("- ") for block in blocks]
    assert "<" not in document.full_text


JATS = f"""<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS Journal Publishing DTD v1.2//EN" "a.dtd">
<article><front><article-meta><title-group><article-title>Ferries and
<italic>people</italic></article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Brandt</surname>
<given-names>Anna</given-names></name></contrib></contrib-group>
<pub-date><day>14</day><month>5</month><year>2024</year></pub-date>
<abstract><p>{YARD}</p></abstract></article-meta></front>
<body><sec><title>Results</title><p>The ferry carried 900 people in 2020
(<xref ref-type="bibr">1</xref>) [<xref
ref-type="bibr">2</xref>, <xref ref-type="bibr">3</xref>]<xref ref-type="fn" rid="f1">*</xref>, on 4
km<sup>2</sup>, see <xref ref-type="fig">Figure 1</xref>.</p>
<table-wrap><table><tr><td>1</td></tr></table></table-wrap></sec></body>
<back><fn-group><fn id="f1"><label>1</label><p>It was sold in 2021.</p></fn>
<fn id="f2"><p>Nobody has an interest.</p></fn></fn-group><ref-list><ref>Lind 2020</ref></ref-list></back></article>"""


def test_reads_an_article_in_jats_without_tables_and_references(tmp_path):
    document = read(tmp_path, "a.xml", JATS)
    assert (document.format, document.title, document.author) == (
        "jats",
        "Ferries and people",
        "Anna Brandt",
    )
    assert str(document.published) == "2024-05-14"
    assert document.full_text.split("\n\n") == [
        "Ferries and people",
        YARD,
        "Results",
        "The ferry carried 900 people in 2020, on 4 km², see Figure 1.",
        "It was sold in 2021.",
    ]


def test_entities_of_an_article_are_not_expanded(tmp_path):
    text = JATS.replace(
        '"a.dtd">', '"a.dtd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    )
    document = read(tmp_path, "a.xml", text.replace("Results", "&x;"))
    assert "root:" not in document.full_text


SHEET = (
    "<row r='2'><c r='B2' t='inlineStr'><is><t>Town</t></is></c>"
    "<c r='C2' t='inlineStr'><is><t>People</t></is></c></row>"
    "<row r='3'><c r='B3' t='inlineStr'><is><t>Oslo</t></is></c>"
    "<c r='C3'><v>900</v></c></row>"
    f"<row r='4'><c r='B4' t='inlineStr'><is><t>{FERRY}</t></is></c></row>"
)


def write_workbook():
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = f"<Relationships xmlns='{package}/relationships'><Relationship Id='r1' "
    files = {
        "[Content_Types].xml": f"<Types xmlns='{package}/content-types'/>",
        "_rels/.rels": f"{relation}Type='{relations}/officeDocument'"
        " Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{main}' xmlns:r='{relations}'><sheets>"
        "<sheet name='Ferries' sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{relation}Type='{relations}/worksheet'"
        " Target='worksheets/sheet1.xml'/></Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{main}'><sheetData>{SHEET}"
        "</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, f"<?xml version='1.0'?>{text}")
    return buffer.getvalue()


def test_reads_a_workbook_with_the_references_of_its_cells(tmp_path):
    document = read(tmp_path, "a", write_workbook())
    assert document.format == "spreadsheet"
    assert document.full_text == (
        f"Sheet Ferries\n\n[B2] Town\t[C2] People\n[B3] Oslo\t[C3] 900\n\n[B4] {FERRY}"
    )
    run = summarize(document, settings=Settings(engine="extractive"))
    assert [claim.quote for claim in run.claims] == [FERRY]


def test_reads_a_table_of_separated_values(tmp_path):
    table = f'Town;People;Note\nOslo;900;"{FERRY}"\nVoss;300;\n'
    document = read(tmp_path, "a.csv", table)
    assert document.format == "csv"
    assert document.full_text == (
        "[A1] Town\t[B1] People\t[C1] Note\n[A2] Oslo\t[B2] 900\n\n"
        f"[C2] {FERRY}\n\n[A3] Voss\t[B3] 300"
    )


def write_archive(count):
    records = []
    for number in range(count):
        paragraph = f"<p>{FERRY} It was sold for {number + 3} million euros. {YARD}</p>"
        page = (
            "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n"
            f"<html><body><article>{paragraph * 3}</article></body></html>"
        )
        records.append(
            "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; "
            f"msgtype=response\r\nWARC-Target-URI: https://h.example/{number}\r\n"
            f"Content-Length: {len(page)}\r\n\r\n{page}\r\n\r\n".encode()
        )
    return records


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_reads_the_pages_of_a_web_archive(tmp_path, pack):
    document = read(tmp_path, "a", b"".join(map(pack, write_archive(2))))
    assert document.format == "warc"
    assert document.full_text.startswith("https://h.example/0\n\nThe ferry")
    assert "https://h.example/1" in document.full_text
    assert "sold for 4 million euros" in document.full_text


def test_reads_a_message_of_outlook(tmp_path):
    data = write_outlook_message("Ferry sold", "Anna Brandt", f"{FERRY}\r\n\r\n{YARD}")
    document = read(tmp_path, "a", data)
    assert (document.format, document.title) == ("outlook", "Ferry sold")
    assert document.author == "Anna Brandt"
    assert document.full_text == f"{FERRY}\r\n\r\n{YARD}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (write_compound({"WordDocument": b"x"}), r"old Word document \(\.doc\).*docx"),
        (
            write_compound({"PowerPoint Document": b"x"}),
            r"\(\.ppt\).*--convert-to pptx",
        ),
        (write_compound({"EncryptedPackage": b"x"}), "with a password"),
        (write_compound({"Other": b"x"}), "an old Office document"),
        (write_compound({"Workbook": b"x"}), "damaged or protected spreadsheet"),
        (write_compound({"__properties_version1.0": b"x"}), "no readable text"),
        (b"<?xml version='1.0'?><note>x</note>", "an XML document of unknown kind"),
        (b"<?xml version='1.0'?><FictionBook><body>x</body></FictionBook>", "FictionBook.*ebook-convert"),
        (b"<?xml version='1.0'?><opml><head>x</head></opml>", "OPML.*pandoc"),
        (b"<?xml version='1.0'?><article xmlns='http://docbook.org/ns/docbook'>x</article>", "DocBook.*pandoc"),
        (b"<?xml version='1.0'?><o:d xmlns:o='urn:oasis:names:tc:opendocument:x'/>", "OpenDocument.*soffice"),
        (b"<?xml version='1.0'?><svg/>", "picture"),
        (b"\x00\x00\x00\x18ftypheic", "a picture.*magick"),
        (b"\x00\x00\x00\x18ftypavif", "a picture.*magick"),
        (b"8BPS\x00\x01", "a picture"),
        (b"\xffWPC\x10", "WordPerfect.*soffice"),
        (b"HWP Document File V3.00 \x1a", "Hangul.*soffice"),
        (b"ITOLITLS\x01", "Microsoft Reader.*ebook-convert"),
        (b"a.txt".ljust(257, b"\x00") + b"ustar", "a tar archive.*tar xf"),
        (b"7z\xbc\xaf\x27\x1c12", "7-Zip archive"),
        (b"\x00\x00\x00\x20ftypmp42", "a video or recording.*Whisper"),
        (b"%!PS-Adobe-3.0", "PostScript document.*ps2pdf"),
        (b"\x1f\x8b\x08\x00abc", "a gzip archive.*gunzip"),
        (rb"{\rtf1 }", "no readable text"),
        (rb"\documentclass{article}\begin{document}\end{document}", "no readable"),
        (b"<rss version='2.0'><channel></channel></rss>", "no readable text"),
        (b"WARC/1.0\r\n\r\n", "web archive"),
    ],
)  # fmt: skip
def test_refuses_by_name_what_it_cannot_read(tmp_path, data, message):
    with pytest.raises(errors.InputError, match=message):
        read(tmp_path, "a", data)


def test_names_the_extra_that_reads_pictures(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(errors.InputError, match=r"a picture of text.*\[ocr\]"):
        parse_picture(b"\x89PNG", "a.png")
    data = (FILES / "image-only.pdf").read_bytes()
    with pytest.raises(errors.InputError, match=r"PDF without a text layer.*\[ocr\]"):
        parse_scan(data, "a.pdf")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_recognizes_the_text_in_pictures(tmp_path, kind):
    picture = Image.new("RGB", (1_200, 500), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(36)
    for top, line in ((60, FERRY), (110, "It was sold in May."), (260, YARD)):
        draw.text((60, top), line, fill="black", font=font)
    path = tmp_path / f"a.{kind}"
    picture.save(path)
    document = Document.from_path(path)
    assert document.format == "scan"
    text = f"{FERRY}\nIt was sold in May.\n\n{YARD}"
    # Now and then, a space is not recognized.
    assert document.full_text.replace(" ", "").rstrip("\f") == text.replace(" ", "")
