"""Ten and more files of each kind, and what is right: file to text or sentences."""

import io
import json
import zipfile

import pytest

from claimcheck.errors import InputError
from claimcheck.readers.file import build_document
from tests.support.pdfs import write_columns, write_pdf
from tests.support.sentences import read_texts

F = "The ferry carried 900 people in 2020."
Y = "The yard employs 40 people now."


def pack(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


MARKDOWN = [
    (
        "# Ferry\n\nThe **ferry** carried [900 people](http://a.example/x) in `2020`.\n",
        [F],
    ),
    (f"* {F[:-1]}\n* {Y[:-1]}\n", [F[:-1], Y[:-1]]),
    (f"1. {F}\n2. {Y}\n", [F, Y]),
    (f"> {F}\n> {Y}\n", [F, Y]),
    (f"- [x] {F}\n- [ ] {Y}\n", [F, Y]),
    (f"{F}[^1]\n\n[^1]: {Y}\n", [F, Y]),
    (f"---\ntitle: Ferry\nauthor: Bo\n---\n\n{F}\n", [F]),
    (f"~~{Y}~~ {F}\n", [F]),
    (f"| a | b |\n|---|---|\n| 1 | 2 |\n\n{F}\n", [F]),
    (f"```python\nprint('The ferry carried 800 people.')\n```\n\n{F}\n", [F]),
    (f"![The ferry at dusk in 2019.](a.png)\n\n{F}\n", [F]),
    (f"<!-- {Y} -->\n\n{F}\n", [F]),
    (f"Ferry\n=====\n\n{F}\n\nYard\n----\n\n{Y}\n", [F, Y]),
    ("The ferry carried 900<br>people in 2020.\n", [F]),
    (
        "The *ferry* carried __900__ people in <http://a.example>.\n",
        ["The ferry carried 900 people in."],
    ),
    (
        "The ferry \\*carried\\* 900 people in 2020.\n",
        ["The ferry *carried* 900 people in 2020."],
    ),
    (
        "The ferry carried 900 &amp; more people in 2020.\n",
        ["The ferry carried 900 & more people in 2020."],
    ),
    (
        "* One\n  continued line of text here.\n* " + Y + "\n",
        ["One continued line of text here.", Y],
    ),
    ("The [ferry][1] carried 900 people in 2020.\n\n[1]: http://a.example/x\n", [F]),
]


@pytest.mark.parametrize(("text", "expected"), MARKDOWN)
def test_markup_of_markdown_is_no_text(text, expected):
    assert read_texts(text, "a.md") == expected


A = "The harbour of Bergen was sold to a group from Oslo for three million euros in May, and the city council approved the sale by a vote of nine to four."
B = "It had carried 900 people a day in the summer of 2020, which was the best year since it opened in 1950, Anna Brandt said in a note to the crew."
C = "Nobody else wanted to buy the yard at the time, and the crew of twelve people learned of the plan from the news on a Friday in June."


PARAGRAPHS = f"<p>{A}</p><p>{B}</p><p>{C}</p>"
ABC = [A, B, C]


def page(body, head="", title="Ferry sold"):
    return f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


art = f"<article><h1>Ferry sold</h1>{PARAGRAPHS}</article>"
nav = "<nav><ul><li><a href=/a>Home</a></li><li><a href=/b>News</a></li></ul></nav>"


def ld(obj):
    return f'<script type="application/ld+json">{json.dumps(obj)}</script>'


PAGES = [
    ("plain", page(nav + art)),
    (
        "main div",
        page(
            nav
            + f"<main><div class=content>{PARAGRAPHS}</div></main><footer><p>About us. Contact us at the office.</p></footer>"
        ),
    ),
    (
        "cookie",
        page(
            "<div id=cookie-banner><p>We use cookies to give you the best experience on our website.</p><button>Accept</button></div>"
            + art
        ),
    ),
    (
        "related",
        page(
            art
            + "<aside><h2>Related</h2><ul><li><a href=/x>Council sells the old bridge in Voss</a></li><li><a href=/y>More ferries next year</a></li></ul></aside>"
        ),
    ),
    (
        "noscript",
        page(
            f"<div id=root></div><noscript><article>{PARAGRAPHS}</article></noscript>"
        ),
    ),
    (
        "svg",
        page(
            f'<article><p>{A}</p><svg/><p>{B}</p><svg width=3><path d="M0 0"/></svg><p>{C}</p></article>'
        ),
    ),
    (
        "comments",
        page(
            art
            + "<section id=comments><h3>2 comments</h3><div class=comment><p>I think this sale was a very bad idea, and nobody asked us.</p></div></section>"
        ),
    ),
    (
        "inline marks",
        page(
            f"<article><p>{A.replace('Bergen', '<b>Ber</b>gen').replace('sold', '<a href=x>sold</a>')}</p><p>{B}</p><p>{C}</p></article>"
        ),
    ),
    ("br", page(f"<article>{A}<br><br>{B}<br><br>{C}</article>")),
    (
        "script in article",
        page(
            f"<article><p>{A}</p><script>var a = '<p>The ship sank.</p>';</script><p>{B}</p><p>{C}</p></article>"
        ),
    ),
    (
        "template",
        page(
            "<template><p>The ship sank in June with all hands on board, the port said.</p></template>"
            + art
        ),
    ),
    (
        "hidden",
        page(
            art.replace(
                "</article>",
                '<p style="display:none">The ship sank in June with all hands on board, the port said.</p></article>',
            )
        ),
    ),
    (
        "xhtml",
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>Ferry sold</title></head><body>'
        + art
        + "</body></html>",
    ),
    ("uppercase tags", page(art).replace("<p>", "<P>").replace("</p>", "</P>")),
    ("entities", page(art.replace("a day", "a&nbsp;day"))),
]


@pytest.mark.parametrize(("kind", "html"), PAGES)
def test_a_page_is_its_article(kind, html):
    found = [text.replace("\xa0", " ") for text in read_texts(html, "a.html")]
    assert [text for text in found if text != "Ferry sold"] == ABC


def test_a_caption_is_read_where_it_is():
    caption = "The ferry at dusk. Photo: Bo Lind"
    html = page(
        art.replace(
            f"<p>{B}</p>",
            "<figure><img src=a.jpg alt='A ferry at dusk.'>"
            f"<figcaption>{caption}</figcaption></figure><p>{B}</p>",
        )
    )
    before, after = read_texts(html, "a.html")[-5:-4], read_texts(html, "a.html")[-2:]
    assert [*before, *after] == ABC
    assert read_texts(html, "a.html")[-4:-2] == ["The ferry at dusk.", "Photo: Bo Lind"]


METADATA = [
    (
        "ld",
        ld(
            {
                "@context": "https://schema.org",
                "@type": "NewsArticle",
                "headline": "Ferry sold",
                "author": {"@type": "Person", "name": "Anna Brandt"},
                "datePublished": "2024-05-14T10:00:00Z",
            }
        ),
        ("Ferry sold", "Anna Brandt", "2024-05-14"),
    ),
    (
        "ld graph",
        ld(
            {
                "@context": "https://schema.org",
                "@graph": [
                    {"@type": "WebPage", "name": "x"},
                    {
                        "@type": "Article",
                        "headline": "Ferry sold",
                        "author": [
                            {"@type": "Person", "name": "Anna Brandt"},
                            {"@type": "Person", "name": "Bo Lind"},
                        ],
                        "datePublished": "2024-05-14",
                    },
                ],
            }
        ),
        ("Ferry sold", "Anna Brandt; Bo Lind", "2024-05-14"),
    ),
    (
        "meta",
        '<meta name=author content="Anna Brandt"><meta property="article:published_time" content="2024-05-14T08:00:00+02:00">',
        ("Ferry sold", "Anna Brandt", "2024-05-14"),
    ),
    (
        "og",
        '<meta property="og:title" content="Ferry sold"><meta property="article:published_time" content="2024-05-14">',
        ("Ferry sold", None, "2024-05-14"),
    ),
    (
        "modified only",
        ld(
            {
                "@context": "https://schema.org",
                "@type": "NewsArticle",
                "headline": "Ferry sold",
                "dateModified": "2024-06-01",
                "datePublished": "2024-05-14",
            }
        ),
        ("Ferry sold", None, "2024-05-14"),
    ),
    (
        "dc",
        '<meta name="DC.creator" content="Anna Brandt"><meta name="DC.date.issued" content="2024-05-14">',
        ("Ferry sold", "Anna Brandt", "2024-05-14"),
    ),
    (
        "anonymous",
        '<meta name=author content="(anonymous)">',
        ("Ferry sold", None, "None"),
    ),
    ("array", '<meta name=author content="ARRAY(0x7f)">', ("Ferry sold", None, "None")),
    ("admin", '<meta name=author content="admin">', ("Ferry sold", None, "None")),
    ("none", "", ("Ferry sold", None, "None")),
    (
        "ld in list",
        ld(
            [
                {"@type": "BreadcrumbList"},
                {
                    "@context": "https://schema.org",
                    "@type": "NewsArticle",
                    "headline": "Ferry sold",
                    "author": "Anna Brandt",
                    "datePublished": "2024-05-14",
                },
            ]
        ),
        ("Ferry sold", "Anna Brandt", "2024-05-14"),
    ),
]


@pytest.mark.parametrize(("kind", "head", "expected"), METADATA)
def test_a_page_is_dated_and_signed_by_what_it_states(kind, head, expected):
    document = build_document(page(nav + art, head).encode(), "a.html")
    assert (document.title, document.author, str(document.published)) == expected


UMLAUTS = "Die Fähre trug täglich 900 Menschen über den Fluß, und der Bürgermeister verkaufte sie für drei Millionen an eine Gruppe aus Köln."
PAGE_ENCODINGS = [
    ("utf-8", ""),
    ("cp1252", "<meta charset=windows-1252>"),
    (
        "iso8859-15",
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15">',
    ),
    ("utf-16", ""),
    ("utf-8-sig", "<meta charset=iso-8859-1>"),
    ("cp1252", ""),
]


@pytest.mark.parametrize(("encoding", "head"), PAGE_ENCODINGS)
def test_a_page_is_in_the_encoding_of_its_bytes(encoding, head):
    others = "".join(
        f"<p>{UMLAUTS.replace('900', number)}</p>" for number in ("800", "700")
    )
    html = page(f"<article><p>{UMLAUTS}</p>{others}</article>", head)
    assert UMLAUTS in build_document(html.encode(encoding), "a.html").full_text


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def r(t):
    return f'<w:r><w:t xml:space="preserve">{t}</w:t></w:r>'


def p(*c, props=""):
    return f"<w:p><w:pPr>{props}</w:pPr>{''.join(c)}</w:p>"


def docx(body, notes=""):
    names = f'xmlns:w="{WORD}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    root = f"<w:document {names}><w:body>{body}</w:body></w:document>"
    relation = f'<Relationship Type="{OFFICE}/footnotes" Target="footnotes.xml"/>'
    return pack(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": root,
            "word/footnotes.xml": f"<w:footnotes {names}>{notes}</w:footnotes>",
            "word/_rels/document.xml.rels": f"<Relationships>{relation}</Relationships>",
        }
    )


def table(*rows):
    cells = ["".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def deleted(text):
    return f'<w:del w:id="1"><w:r><w:delText>{text}</w:delText></w:r></w:del>'


def inserted(*parts):
    return f'<w:ins w:id="2">{"".join(parts)}</w:ins>'


WORD_DOCUMENTS = [
    (
        "del word",
        p(r("The city will "), deleted("not "), r("pay.")),
        "The city will pay.",
    ),
    (
        "replace",
        p(r("It costs "), deleted("3"), inserted(r("5")), r(" million.")),
        "It costs 5 million.",
    ),
    (
        "ins paragraph",
        p(r("One."))
        + p(inserted(r("Two.")), props='<w:rPr><w:ins w:id="3"/></w:rPr>')
        + p(r("Three.")),
        "One.\n\nTwo.\n\nThree.",
    ),
    (
        "del paragraph",
        p(r("One."))
        + p(deleted("Two."), props='<w:rPr><w:del w:id="3"/></w:rPr>')
        + p(r("Three.")),
        "One.\n\nThree.",
    ),
    (
        "moved paragraph",
        p(
            '<w:moveFromRangeStart w:id="1"/>',
            "<w:moveFrom>",
            r("Two."),
            "</w:moveFrom>",
            '<w:moveFromRangeEnd w:id="1"/>',
            props='<w:rPr><w:moveFrom w:id="9"/></w:rPr>',
        )
        + p(r("One."))
        + p("<w:moveTo>", r("Two."), "</w:moveTo>"),
        "One.\n\nTwo.",
    ),
    (
        "format change",
        p(
            '<w:r><w:rPr><w:b/><w:rPrChange w:id="4"><w:rPr/></w:rPrChange></w:rPr><w:t>Bold.</w:t></w:r>'
        ),
        "Bold.",
    ),
    (
        "del in link",
        p("<w:hyperlink>", r("The "), deleted("old "), r("report."), "</w:hyperlink>"),
        "The report.",
    ),
    (
        "del field code",
        p(
            "<w:del><w:r><w:delInstrText>PAGE</w:delInstrText></w:r></w:del>",
            r("Seven."),
        ),
        "Seven.",
    ),
    (
        "ins row",
        table((p(r("a")), p(r("b")))).replace(
            "<w:tr>", "<w:tr><w:trPr><w:ins w:id='1'/></w:trPr>"
        ),
        "a\tb",
    ),
    (
        "del cell",
        table((p(r("a")), "<w:tcPr><w:cellDel w:id='1'/></w:tcPr>" + p(r("b")))),
        "a",
    ),
    (
        "ins around field",
        p(
            inserted("<w:fldSimple w:instr='REF x'>", r("Table 3"), "</w:fldSimple>"),
            r(" shows it."),
        ),
        "Table 3 shows it.",
    ),
    (
        "math",
        p(r("We find "), "<m:oMath><m:r><m:t>E=5</m:t></m:r></m:oMath>", r(" there.")),
        "We find E=5 there.",
    ),
    (
        "no-break hyphen",
        p("<w:r><w:t>Covid</w:t><w:noBreakHyphen/><w:t>19 fell.</w:t></w:r>"),
        "Covid-19 fell.",
    ),
    (
        "soft hyphen",
        p("<w:r><w:t>imple</w:t><w:softHyphen/><w:t>mented.</w:t></w:r>"),
        "implemented.",
    ),
    (
        "hidden",
        p(r("Seen."), "<w:r><w:rPr><w:vanish/></w:rPr><w:t> Hidden.</w:t></w:r>"),
        "Seen.",
    ),
    (
        "hidden off",
        p(
            r("Seen."),
            '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> Also.</w:t></w:r>',
        ),
        "Seen. Also.",
    ),
    (
        "ruby",
        p(
            "<w:r><w:ruby><w:rt>",
            r("kanji"),
            "</w:rt><w:rubyBase>",
            r("漢字"),
            "</w:rubyBase></w:ruby></w:r>",
        ),
        "漢字",
    ),
    (
        "complex field",
        p(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "x"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            r("the report"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            r(" is out."),
        ),
        "the report is out.",
    ),
    (
        "sdt block",
        "<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>"
        + p(r("In a control."))
        + "</w:sdtContent></w:sdt>",
        "In a control.",
    ),
    (
        "sdt cell",
        "<w:tbl><w:tr><w:sdt><w:sdtContent><w:tc>"
        + p(r("a"))
        + "</w:tc></w:sdtContent></w:sdt><w:tc>"
        + p(r("b"))
        + "</w:tc></w:tr></w:tbl>",
        "a\tb",
    ),
    (
        "custom xml block",
        "<w:customXml>" + p(r("In XML.")) + "</w:customXml>",
        "In XML.",
    ),
    (
        "proof errors",
        p(
            '<w:proofErr w:type="spellStart"/>',
            r("Brandt"),
            '<w:proofErr w:type="spellEnd"/>',
            r(" left."),
        ),
        "Brandt left.",
    ),
    (
        "bookmark",
        p(
            '<w:bookmarkStart w:id="0" w:name="x"/>',
            r("Left."),
            '<w:bookmarkEnd w:id="0"/>',
        ),
        "Left.",
    ),
    (
        "comment ref",
        p(
            '<w:commentRangeStart w:id="0"/>',
            r("Left."),
            '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
        ),
        "Left.",
    ),
    (
        "page break",
        p(r("One."), '<w:r><w:br w:type="page"/></w:r>', r("Two.")),
        "One.\nTwo.",
    ),
    ("empty del", p(deleted("x"), inserted(r("Left."))), "Left."),
    (
        "nested ins del",
        p(inserted(inserted(r("Left. "))), inserted(deleted("x")), r("Right.")),
        "Left. Right.",
    ),
    (
        "bidi",
        p(
            "<w:bdo w:val='rtl'>",
            r("abc"),
            "</w:bdo>",
            "<w:dir w:val='ltr'>",
            r(" def"),
            "</w:dir>",
        ),
        "abc def",
    ),
    (
        "table split by moved row",
        table((p(r("x")),), (p(r("y")),)).replace(
            "<w:tr>", "<w:tr><w:trPr><w:del w:id='1'/></w:trPr>", 1
        ),
        "y",
    ),
    (
        "inline del mark only",
        p(r("The yard "), props='<w:rPr><w:del w:id="1"/></w:rPr>') + p(r("closed.")),
        "The yard closed.",
    ),
]


@pytest.mark.parametrize(("kind", "body", "expected"), WORD_DOCUMENTS)
def test_a_word_document_is_read_as_word_shows_it(kind, body, expected):
    assert build_document(docx(body), "a.docx").full_text == expected


def test_a_note_in_an_insertion_is_read():
    body = p(r("Sold."), inserted('<w:r><w:footnoteReference w:id="2"/></w:r>'))
    notes = f'<w:footnote w:id="2">{p(r("See page 4."))}</w:footnote>'
    text = build_document(docx(body, notes), "a.docx").full_text
    assert text == "Sold.\n\nSee page 4."


L1 = (
    "The harbour of the town was sold",
    "in May to a group of four from",
    "Oslo, which paid three million",
    "euros for it, the mayor said.",
)
R1 = (
    "Nobody else had wanted to have",
    "the yard at the time, because it",
    "would cost two million a year to",
    "keep the docks in good repair.",
)
R2 = (
    "The ships of the line carried in",
    "all 900 people a day, which is a",
    "number that no other line of the",
    "country has reached since 1990.",
)


def whole(*columns):
    return [" ".join(lines) for lines in columns]


COLUMNS = [
    ("two columns rowwise", write_columns(L1, R1, width=220), whole(L1, R1)),
    ("two narrow gutter", write_columns(L1, R1, width=165), whole(L1, R1)),
    ("three", write_columns(L1, R1, R2, width=175, left=30), whole(L1, R1, R2)),
    ("size 9", write_columns(L1, R1, width=200, size=9, leading=12), whole(L1, R1)),
    ("size 12", write_columns(L1, R1, width=260, size=12, leading=16), whole(L1, R1)),
    (
        "page number",
        [*write_columns(L1, R1, width=220), (297, 40, 10, "12")],
        whole(L1, R1),
    ),
    (
        "abstract above",
        [
            (
                50,
                800,
                10,
                "The sale of a harbour was studied by four people from Oslo in 2019.",
            ),
            *write_columns(L1, R1, width=220),
        ],
        [
            "The sale of a harbour was studied by four people from Oslo in 2019.",
            *whole(L1, R1),
        ],
    ),
    (
        "uneven",
        write_columns(
            (*L1, "It was late in the year, and the", "rain did not stop for a week."),
            R1,
            width=220,
        ),
        [
            " ".join(L1),
            "It was late in the year, and the rain did not stop for a week.",
            " ".join(R1),
        ],
    ),
    (
        "full width below",
        [
            *write_columns(L1, R1, width=220),
            (
                50,
                680,
                10,
                "All of the figures are from the yearly report of the port, which came out in June.",
            ),
        ],
        [
            *whole(L1, R1),
            "All of the figures are from the yearly report of the port, which came out in June.",
        ],
    ),
    (
        "swapped order",
        [
            x
            for pair in zip(
                write_columns(R1, left=270), write_columns(L1, left=50), strict=False
            )
            for x in pair
        ],
        whole(L1, R1),
    ),
]


@pytest.mark.parametrize(("kind", "pieces", "expected"), COLUMNS)
def test_columns_are_read_one_after_the_other(kind, pieces, expected):
    assert read_texts(write_pdf(pieces), "a.pdf") == expected


BROKEN = [
    ("compre-", "hensive", "comprehensive"),
    ("govern-", "ment", "government"),
    ("inter-", "national", "international"),
    ("low-", "income", "low-income"),
    ("mid-", "term", "midterm"),
    ("re-", "elected", "reelected"),
    ("recon-", "struction", "reconstruction"),
    ("decision-", "makers", "decision-makers"),
    ("par-", "liament", "parliament"),
    ("80-", "year", "80-year"),
    ("unemploy-", "ment", "unemployment"),
    ("co-", "operation", "cooperation"),
    ("cli-", "mate", "climate"),
    ("so-", "called", "so-called"),
    ("well-", "being", "well-being"),
]


@pytest.mark.parametrize(("first", "second", "word"), BROKEN)
def test_a_word_broken_by_layout_is_whole(first, second, word):
    before = f"Most of the people there spoke of a {first}"
    after = f"{second} plan, as the mayor of the town said in May."
    pieces = [(50, 700, 10, before), (50, 686, 10, after)]
    (text,) = read_texts(write_pdf(pieces), "a.pdf")
    assert f"spoke of a {word} plan, as" in text


INTRO = "The report of 2020 has the figures of four countries."
TABLES = [
    (
        ("Country", "Norway", "Sweden", "Finland"),
        ("2019", "5.3", "10.2", "5.5"),
        ("2020", "5.4", "10.3", "5.5"),
    ),
    (
        ("Name", "Anna Brandt", "Bo Lind"),
        ("Office", "Mayor", "Clerk"),
        ("Votes", "1,200", "900"),
    ),
    (("Port", "Bergen", "Oslo", "Voss", "Troy"), ("Ships", "12", "9", "3", "1")),
    (
        ("Item", "Dock repair", "New crane", "Paint"),
        ("Cost in euros", "2,000,000", "340,000", "12,000"),
    ),
    (
        ("Month", "January", "February", "March"),
        ("Rain (mm)", "120", "98", "77"),
        ("Sun (h)", "40", "66", "101"),
        ("Wind", "5", "6", "4"),
    ),
    (
        ("Party", "Labour", "Left", "Right"),
        ("Seats", "40", "30", "10"),
        ("Change", "+2", "-3", "+1"),
    ),
    (("Station", "A", "B", "C"), ("Open", "yes", "no", "yes")),
    (
        ("Rank", "1", "2", "3"),
        ("Team", "Bergen", "Oslo", "Voss"),
        ("Points", "40", "38", "31"),
    ),
    (
        ("Line", "Revenue", "Costs", "Profit"),
        ("2020 (m)", "12.5", "10.1", "2.4"),
        ("2021 (m)", "13.0", "10.9", "2.1"),
    ),
    (
        ("Age", "0-17", "18-64", "65+"),
        ("Men", "1,200", "4,000", "800"),
        ("Women", "1,150", "4,100", "1,000"),
    ),
]


@pytest.mark.parametrize("columns", TABLES)
def test_rows_of_a_table_are_no_sentences(columns):
    table = write_columns(*columns, width=120)
    assert read_texts(write_pdf([(50, 800, 10, INTRO), *table]), "a.pdf") == [INTRO]


def odt(body):
    names = 'xmlns:office="urn:o" xmlns:text="urn:t"'
    return pack(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<d {names}>{body}</d>",
        }
    )


NUMBERED = page(
    f"<article><p>{A}<sup>1</sup></p><p>{B}<sup><a href='#2'>[2]</a></sup></p>"
    f"<p>{C.replace('crew', 'crew<sup id=c>12</sup>')}</p></article>"
)


def test_the_number_of_a_note_is_not_part_of_the_text():
    found = read_texts(NUMBERED, "a.html")
    assert [text for text in found if text != "Ferry sold"] == ABC


def test_a_cell_of_several_lines_stays_in_its_row():
    cells = [
        (50, 760, 10, "Name"),
        (200, 760, 10, "Role and task in the year 2020"),
        (50, 746, 10, "Anna Brandt"),
        (200, 746, 10, "She is the mayor of Bergen and the"),
        (200, 732, 10, "head of the port authority"),
        (50, 718, 10, "Bo Lind"),
        (200, 718, 10, "He runs the yard and the dock of"),
        (200, 704, 10, "the town"),
    ]
    assert read_texts(write_pdf([(50, 800, 10, INTRO), *cells]), "a.pdf") == [INTRO]


FORMATS = [
    (
        "odt",
        odt(
            f"<text:h>Ferry</text:h><text:p>{F[:10]}<text:s/>{F[10:].strip()}</text:p><text:list><text:list-item><text:p>{Y}</text:p></text:list-item></text:list>"
        ),
        "a.odt",
        [F, Y],
    ),
    (
        "odt tracked",
        odt(
            f"<text:tracked-changes><text:changed-region><text:deletion><text:p>Old text here.</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>{F}</text:p>"
        ),
        "a.odt",
        [F],
    ),
    (
        "odt note",
        odt(
            f"<text:p>{F[:-1]}<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>{Y}</text:p></text:note-body></text:note>.</text:p>"
        ),
        "a.odt",
        [F, Y],
    ),
    (
        "rtf",
        r"{\rtf1\ansi{\fonttbl\f0 Arial;}{\info{\title Ferry}}\f0 The ferry carried {\b 900} people in 2020.\par The yard employs 40 people now.\par}",
        "a.rtf",
        [F, Y],
    ),
    (
        "rtf unicode",
        r"{\rtf1\ansi\ansicpg1252 The caf\'e9 of \u346?ukasz carried 900 people.\par}",
        "a.rtf",
        ["The café of Śukasz carried 900 people."],
    ),
    (
        "latex",
        r"\documentclass{article}\begin{document}\section{Ferry} The ferry\footnote{The yard employs 40 people now.} carried 900~people in 2020 \cite{x}.\begin{equation}E=mc\end{equation}\end{document}",
        "a.tex",
        ["The ferry carried 900 people in 2020.", "The yard employs 40 people now."],
    ),
    (
        "latex items",
        "\\documentclass{article}\n\\begin{document}\n\\begin{itemize}\n\\item "
        + F
        + "\n\\item "
        + Y
        + "\n\\end{itemize}\n\\end{document}",
        "a.tex",
        [F, Y],
    ),
    (
        "ipynb",
        json.dumps(
            {
                "nbformat": 4,
                "cells": [
                    {"cell_type": "markdown", "source": ["# Ferry\n", "\n", F]},
                    {"cell_type": "code", "source": "print('no')"},
                ],
            }
        ),
        "a.ipynb",
        [F],
    ),
    ("csv", f'name,text\nAnna,"{F}"\nBo,"{Y}"\n', "a.csv", [F, Y]),
    ("tsv", f"name\ttext\nAnna\t{F}\nBo\t{Y}\n", "a.tsv", [F, Y]),
    ("csv semicolon", f'name;text\nAnna;"{F}"\nBo;"{Y}"\n', "a.csv", [F, Y]),
    (
        "rss",
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Port</title><item><title>Ferry</title><description>&lt;p&gt;{F}&lt;/p&gt;</description></item><item><title>Yard</title><description>{Y}</description></item></channel></rss>',
        "a.xml",
        [F, Y],
    ),
    (
        "atom",
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Port</title><entry><title>Ferry</title><content type="html">&lt;p&gt;{F}&lt;/p&gt;</content></entry></feed>',
        "a.xml",
        [F],
    ),
    (
        "jats",
        f'<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) 1.0//EN" "x.dtd"><article><front><article-meta><title-group><article-title>Ferry</article-title></title-group><abstract><p>{F}</p></abstract></article-meta></front><body><sec><title>Yard</title><p>{Y[:-1]} <xref ref-type="bibr">[3]</xref>.</p></sec></body></article>',
        "a.xml",
        [F, Y],
    ),
    (
        "epub",
        pack(
            {
                "mimetype": "application/epub+zip",
                "META-INF/container.xml": '<c><rootfiles><rootfile full-path="o/b.opf"/></rootfiles></c>',
                "o/b.opf": '<package><metadata><title>Port</title></metadata><manifest><item id="a" href="a.xhtml"/><item id="b" href="b.xhtml"/></manifest><spine><itemref idref="b"/><itemref idref="a"/></spine></package>',
                "o/a.xhtml": f"<html><body><p>{Y}</p></body></html>",
                "o/b.xhtml": f"<html><body><h1>Ferry</h1><p>{F}</p></body></html>",
            }
        ),
        "a.epub",
        [F, Y],
    ),
    (
        "pptx",
        pack(
            {
                "ppt/presentation.xml": "<p/>",
                "ppt/slides/slide2.xml": f'<p xmlns:a="urn:a"><a:p><a:r><a:t>{Y}</a:t></a:r></a:p></p>',
                "ppt/slides/slide1.xml": '<p xmlns:a="urn:a"><a:p><a:r><a:t>The ferry carried </a:t></a:r><a:r><a:t>900 people in 2020.</a:t></a:r></a:p></p>',
            }
        ),
        "a.pptx",
        [F, Y],
    ),
]


@pytest.mark.parametrize(("kind", "data", "name", "expected"), FORMATS)
def test_other_formats_are_read_as_sentences(kind, data, name, expected):
    assert read_texts(data, name) == expected


REFUSED = [
    (
        b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "WordDocument".encode("utf-16-le"),
        "a.doc",
        "docx",
    ),
    (b"\x1f\x8b\x08" + b"x" * 50, "a.gz", "gunzip"),
    (b"7z\xbc\xaf\x27\x1c" + b"x" * 50, "a.7z", "7-Zip"),
    (b"Rar!\x1a\x07\x00", "a.rar", "RAR"),
    (b"ID3\x03" + b"\0" * 50, "a.mp3", "Whisper"),
    (b"RIFF\0\0\0\0WAVE", "a.wav", "Whisper"),
    (b"\0\0\0\x20ftypmp42", "a.mp4", "Whisper"),
    (b"%!PS-Adobe-3.0", "a.ps", "ps2pdf"),
    (b"AT&TFORM", "a.djvu", "ddjvu"),
    (b"\x7fELF\2", "a", "program"),
    (b"SQLite format 3\0", "a.db", "SQLite"),
    (
        pack(
            {
                "mimetype": "application/vnd.oasis.opendocument.presentation",
                "content.xml": "<a/>",
            }
        ),
        "a.odp",
        "presentation",
    ),
    (pack({"x.txt": "a"}), "a.zip", "ZIP"),
    (b"\0" * 60 + b"BOOKMOBI" + b"\0" * 60, "a.mobi", "Mobipocket"),
    (
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><text>a b</text></svg>",
        "a.svg",
        "XML",
    ),
    (b"\x1aE\xdf\xa3" + b"\0" * 60, "a.mkv", "Whisper"),
    (b"\xff\xfb\x90\x00" + b"\0" * 60, "a.mp3", "Whisper"),
    (b"wOFF\0", "a.woff", "font"),
    (
        b"<?xml version='1.0'?><tei:TEI xmlns:tei='x'><p>abc def.</p></tei:TEI>",
        "a.xml",
        "XML",
    ),
    (pack({"Index/Document.iwa": "x", "preview.jpg": "y"}), "a.pages", "Pages"),
    (b"PAR1" + b"\0" * 50, "a.parquet", "Parquet"),
    (b"\x89HDF\r\n\x1a\n" + b"\0" * 50, "a.h5", "HDF5"),
    (b"From nobody\0\0\0", "a.bin", "binary"),
]


@pytest.mark.parametrize(("data", "name", "expected"), REFUSED)
def test_what_is_not_read_is_refused_by_its_name(data, name, expected):
    with pytest.raises(InputError, match=expected):
        build_document(data, name, name=name)


LEFT_OUT = [
    (
        docx(p(deleted("x"), inserted(r("Sold.")))),
        "a.docx",
        ("2 tracked changes (accepted)",),
    ),
    (
        docx(p(r("Sold."), '<w:r><w:commentReference w:id="0"/></w:r>')),
        "a.docx",
        ("1 comment",),
    ),
    (
        docx(p(r("Sold."), "<w:r><w:rPr><w:vanish/></w:rPr><w:t>No.</w:t></w:r>")),
        "a.docx",
        ("hidden text",),
    ),
    (
        docx(p(r("Sold.")) + "<w:sectPr><w:headerReference/></w:sectPr>"),
        "a.docx",
        ("page headers and footers",),
    ),
    (docx(p(r("Sold."))), "a.docx", ()),
    (
        odt(
            "<text:tracked-changes>"
            "<text:changed-region/></text:tracked-changes><text:p>Sold."
            "<office:annotation><text:p>No.</text:p></office:annotation></text:p>"
            ""
        ),
        "a.odt",
        ("1 tracked change (accepted)", "1 comment"),
    ),
    (
        pack(
            {
                "ppt/slides/slide1.xml": f'<p xmlns:a="urn:a"><a:p><a:r><a:t>{F}</a:t></a:r></a:p></p>',
                "ppt/notesSlides/notesSlide1.xml": "<p/>",
            }
        ),
        "a.pptx",
        ("notes of the speaker",),
    ),
    (
        b"From: a@b.c\nTo: d@e.f\nSubject: x\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSold.\n--b\n"
        b'Content-Disposition: attachment; filename="a.pdf"\n\nx\n--b--\n',
        "a.eml",
        ("attachments: a.pdf",),
    ),
]


@pytest.mark.parametrize(("data", "name", "expected"), LEFT_OUT)
def test_a_document_says_what_its_text_leaves_out(data, name, expected):
    assert build_document(data, name).left_out == expected
