"""Builds small files that take all time or memory of a naive reader."""

from __future__ import annotations

import os
import sys
import time
import zipfile
from collections import Counter
from io import BytesIO

from claimcheck import RunStore
from tests.support.batches import measure_peak_mb


def write_pdf(objects: list[bytes]) -> bytes:
    pdf = BytesIO(b"%PDF-1.4\n")
    pdf.seek(0, os.SEEK_END)
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(pdf.tell())
        pdf.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = pdf.tell()
    pdf.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        pdf.write(b"%010d 00000 n \n" % offset)
    pdf.write(b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1))
    pdf.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return pdf.getvalue()


def nest_forms(depth: int, repeats: int) -> bytes:
    """Return a page whose form draws another form several times, and so on."""
    stream = b"/F Do " * repeats
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page,
        b"<</Length 5>>stream\n/F Do\nendstream",
    ]
    for number in range(5, 5 + depth):
        form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length %d" % len(stream)
        form += b"/Resources<</XObject<</F %d 0 R>>>>>>" % (number + 1)
        objects.append(form + b"stream\n" + stream + b"\nendstream")
    objects.append(
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 40>>stream\n"
        b"BT /F1 9 Tf 1 0 0 1 0 0 Tm (x) Tj ET     \nendstream"
    )
    return write_pdf(objects)


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WORD_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
}


def pack(files):
    """Return a compressed package of these files."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def write_docx(body, head=""):
    """Return a Word document with this body."""
    document = f'{head}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return pack(_WORD_PARTS | {"word/document.xml": document})


def nest_entities(root):
    """Return a document type whose last entity is a billion letters."""
    entities = "".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10)
    )
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY e0 "x">{entities}]>'


_P = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
_CELL = '<w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr>{}</w:tc>'


def build_bombs():
    """Return all bombs by name; packing some of them takes seconds."""
    return {
        "forms.pdf": nest_forms(12, 10),
        "span.docx": write_docx(f"<w:tbl><w:tr>{_CELL.format(_P.format('x'))}</w:tr></w:tbl>"),
        "entities.docx": write_docx(_P.format("&e9;"), nest_entities("w")),
        "zeros.docx": write_docx(_P.format("x" * 300_000_000)),
        "entities.html": f"{nest_entities('html')}<html><body><p>&e9;</p></body></html>",
        "deep.html": "<html><body>" + "<div>" * 200_000 + "x",
        "paragraphs.html": "<html><body>" + "<p>a</p>" * 25_000,
        "spaces.html": "<html><body><p>a" + " \n" * 200_000 + "b</p></body></html>",
        "xml.html": "<?xml version='1.0'?>" + "<!--" * 100 + "<a " * 20_000,
        "entities.odt": pack(
            {
                "mimetype": "application/vnd.oasis.opendocument.text",
                "content.xml": f"{nest_entities('o')}<o><p>&e9;</p></o>",
            }
        ),
        "zeros.epub": pack({"mimetype": "application/epub+zip", "a": "x" * 300_000_000}),
        "zeros.pptx": pack({"ppt/slides/slide1.xml": "<a>" + "x" * 300_000_000 + "</a>"}),
        "quotes.eml": 'From: "' + '\\"' * 50_000 + "\nTo: a@b.c\nSubject: x\n\nThe ferry left.\n",
        "parts.eml": "From: a@b.c\nTo: a@b.c\nMIME-Version: 1.0\n"
        + "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2_000)),
        "spaces.md": "# a" + " " * 500_000 + "b\n\nThe ferry left.\n",
        "urls.txt": "The ferry left. http://" + "a.b/" * 100_000,
        "quotes.txt": '"' * 300_000,
    }  # fmt: skip


# A child process may use 2 GB, and each of two workers may have one.
MAX_MEMORY_MB = 2 * 2_300 + 600
# A bomb takes at most twice the time limit: once in a child that has read others.
MAX_SECONDS_PER_BOMB = 130


def run_bombs(folder):
    """Read all bombs with documents between them; return a line with the results."""
    sources = folder / "sources"
    sources.mkdir()
    bombs = build_bombs()
    for number, (name, data) in enumerate(bombs.items()):
        path = sources / f"{number:02}-{name}"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        text = f"The ferry carried {number + 800} people in May."
        page = f"<html><body><p>{text}</p></body></html>"
        (sources / f"{number:02}-ordinary.html").write_text(page)
    store = folder / "runs.db"
    command = [sys.executable, "-m", "claimcheck", "batch", str(sources)]
    command += ["--store", str(store), "--engine", "extractive"]
    started = time.monotonic()
    with (folder / "messages").open("wb") as messages:
        code, peak_mb = measure_peak_mb(command, stderr=messages)
    elapsed_s = time.monotonic() - started
    said = (folder / "messages").read_text()
    assert "Traceback" not in said, said
    assert code == 2, said
    with RunStore(store, create=False) as opened:
        items = list(opened.list_documents(opened.batches()[0].number))
    states = Counter(str(item.state) for item in items)
    ordinary = [item for item in items if item.key.endswith("ordinary.html")]
    assert len(items) == 2 * len(bombs) == 2 * len(ordinary)
    assert all(item.state == "done" for item in ordinary)
    assert not states["pending"]
    assert elapsed_s < MAX_SECONDS_PER_BOMB * len(bombs)
    assert peak_mb < MAX_MEMORY_MB
    return (
        f"{len(bombs)} bombs among {len(ordinary)} documents: {dict(states)} in "
        f"{elapsed_s:.0f} s, at most {peak_mb:.0f} MB"
    )
