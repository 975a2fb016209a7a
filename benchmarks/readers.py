"""Compare what readers extract from documents, and how fast, beside other libraries.

    python benchmarks/readers.py [--documents N] [--seed N] [--pages FOLDER]

The documents are made here, so that the right text is known and nobody's files are
needed. The score is the F1 of runs of four words (as in article-extraction-benchmark):
text that is lost, repeated, out of order, or surrounded by menus costs points.
claimcheck is scored by its reading view, a library by what it returns.

`--pages` is a folder of real pages, which are scored by words. There, the text that
claimcheck reads is scored, because addresses and numbers of pages, which the view
leaves out, are words too. Rules for choosing the article were compared on the first
half of the pages (by a hash of their names) only. The folder may be tests/data of
newspaper4k (html/NAME.html, txt/NAME.txt), test/test-pages of mozilla/readability
(NAME/source.html, NAME/expected.html), or a copy of article-extraction-benchmark
(ground-truth.json, html/ID.html.gz).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import random
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from xml.sax.saxutils import escape

from claimcheck.readers.file import build_document
from claimcheck.text.reading import Reading
from tests.support.pdfs import write_columns, write_pdf

_SUBJECTS = (
    "The ferry|The yard|The city council|The harbour|Anna Brandt|The union".split("|")
)
_VERBS = "sold|built|closed|paid for|examined|implemented|reported on|opened".split("|")
_OBJECTS = (
    "900 houses|three bridges|the old contract|a report of 40 pages|its plan".split("|")
)
_TIMES = "in 2019|in May|last year|after the vote|on Friday|since 1950".split("|")
_PLACES = "in Bergen|near the station|in nine towns|at the northern quay".split("|")
_WORD = re.compile(r"\w+")
# A word, or a character of scripts without spaces.
_ANY_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u2e80-\u9fff]|\w+")
_SHINGLE_WORDS = 4
_MIN_PAGE_WORDS = 30  # shorter texts are of pages that redirect


@dataclass(frozen=True)
class Sample:
    """A file of one kind, and the text that a person reads in it."""

    kind: str
    name: str
    data: bytes
    text: str


def make_sentence(dice: random.Random) -> str:
    """Return a sentence that hardly repeats."""
    subject, verb, thing = map(dice.choice, (_SUBJECTS, _VERBS, _OBJECTS))
    when, where = map(dice.choice, (_TIMES, _PLACES))
    number = dice.randint(2, 9_999)
    return f"{subject} {verb} {thing} {where} {when}, which {number:,} people noticed."


def make_paragraphs(dice: random.Random, count: int) -> list[str]:
    """Return paragraphs of two to five sentences."""
    return [
        " ".join(make_sentence(dice) for _ in range(dice.randint(2, 5)))
        for _ in range(count)
    ]


def make_html(dice: random.Random) -> Iterator[Sample]:
    """Yield articles with menus, comments, and related stories around them."""
    for name in ("plain", "noscript", "svg", "list"):
        paragraphs = make_paragraphs(dice, 6)
        body = "".join(f"<p>{text}</p>" for text in paragraphs)
        if name == "noscript":
            body = f"<div id=app></div><noscript>{body}</noscript>"
        elif name == "svg":
            body = f"<svg/>{body}"
        elif name == "list":
            items = [make_sentence(dice) for _ in range(4)]
            body += f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
            paragraphs += items
        links = "".join(
            f"<li><a href=/{n}>{make_sentence(dice)}</a></li>" for n in range(5)
        )
        data = (
            "<!DOCTYPE html><html lang=en><head><title>News</title><script>var a = 1;"
            "</script><style>p {color: red}</style></head><body><nav><ul><li><a href=/>"
            f"Home</a></li><li><a href=/a>Sport</a></li></ul></nav><article>{body}"
            f"</article><aside><h2>Most read</h2><ul>{links}</ul></aside><footer>Terms"
            " of use. Privacy. Contact.</footer></body></html>"
        )
        yield Sample("html", name, data.encode(), "\n".join(paragraphs))


def make_docx(dice: random.Random) -> Iterator[Sample]:
    """Yield Word documents with what other readers lose."""
    for name in ("plain", "tracked", "controls", "notes"):
        paragraphs = make_paragraphs(dice, 8)
        xml = "".join(f"<w:p>{_run(text)}</w:p>" for text in paragraphs[1:])
        first, notes = paragraphs[0], {}
        if name == "tracked":
            start, end = first[:20], first[20:]
            changed = f"<w:del><w:r><w:delText>{start}</w:delText></w:r></w:del>"
            changed += f"<w:ins>{_run(start)}</w:ins>{_run(end)}"
            xml = f"<w:p>{changed}</w:p>{xml}"
        elif name == "controls":
            control = f"<w:sdtContent><w:p>{_run(first)}</w:p></w:sdtContent>"
            xml = f"<w:sdt>{control}</w:sdt>{xml}"
        elif name == "notes":
            note = make_sentence(dice)
            notes = {"1": note}
            mark = '<w:r><w:footnoteReference w:id="1"/></w:r>'
            xml = f"<w:p>{_run(first)}{mark}</w:p>{xml}"
            paragraphs.append(note)
        else:
            xml = f"<w:p>{_run(first)}</w:p>{xml}"
        yield Sample("docx", name, _pack_docx(xml, notes), "\n".join(paragraphs))


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _pack_docx(body: str, notes: dict[str, str]) -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    note_xml = "".join(
        f'<w:footnote w:id="{key}"><w:p>{_run(text)}</w:p></w:footnote>'
        for key, text in notes.items()
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Override PartName="/word/document.xml" ContentType="'
        f'{kind}.document.main+xml"/><Override PartName="/word/footnotes.xml" '
        f'ContentType="{kind}.footnotes+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship '
        f'Id="r1" Type="{office}/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r2" '
            f'Type="{office}/footnotes" Target="footnotes.xml"/></Relationships>'
        ),
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{body}</w:body>'
        "</w:document>",
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{word}">{note_xml}</w:footnotes>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def make_pdf(dice: random.Random) -> Iterator[Sample]:
    """Yield pages with one column, and with two in both orders of drawing."""
    paragraphs = make_paragraphs(dice, 4)
    lines = [line for text in paragraphs for line in wrap(text, 80)]
    yield _make_page("plain", write_columns(lines), paragraphs)
    halves = [make_paragraphs(dice, 3), make_paragraphs(dice, 3)]
    both = [*halves[0], *halves[1]]
    columns = [[line for text in half for line in wrap(text, 38)] for half in halves]
    rows = write_columns(*columns, width=255)
    drawn_by_column = sorted(rows, key=lambda piece: piece[0])
    yield _make_page("columns", drawn_by_column, both)
    yield _make_page("rows", rows, both)
    broken = [line for text in paragraphs for line in wrap(text, 60, hyphenate=True)]
    yield _make_page("hyphens", write_columns(broken), paragraphs)


def _make_page(name: str, pieces: list[tuple], paragraphs: list[str]) -> Sample:
    return Sample("pdf", name, write_pdf(pieces), "\n".join(paragraphs))


def wrap(text: str, width: int, *, hyphenate: bool = False) -> list[str]:
    """Break a text into lines; with hyphens inside long words, if asked."""
    lines = [""]
    for word in text.split():
        room = width - len(lines[-1]) - 1
        if len(word) <= room:
            lines[-1] = f"{lines[-1]} {word}".strip()
        elif hyphenate and word.isalpha() and len(word) > 6 and room > 5:
            lines[-1] += f" {word[:4]}-"
            lines.append(word[4:])
        else:
            lines.append(word)
    return lines


def read_view(sample: Sample) -> str:
    """Return claimcheck's reading view of a file."""
    return Reading(build_document(sample.data, f"a.{sample.kind}").full_text).text


def read_text(sample: Sample) -> str:
    """Return the text that claimcheck reads from a file."""
    return build_document(sample.data, f"a.{sample.kind}").full_text


def list_peers() -> dict[str, dict[str, Callable[[Sample], str]]]:
    """Return the installed libraries by the kind of file that they read."""
    peers: dict[str, dict[str, Callable[[Sample], str]]] = {
        "html": {},
        "docx": {},
        "pdf": {},
    }

    def add(kind: str, package: str, extract: Callable[[Sample], str]) -> None:
        try:
            peers[kind][f"{package} {version(package)}"] = extract
        except PackageNotFoundError:
            print(f"# {package} is not installed")

    add("html", "trafilatura", read_with_trafilatura)
    add("html", "readability-lxml", read_with_readability)
    add("html", "newspaper4k", read_with_newspaper)
    add("html", "goose3", read_with_goose)
    add("docx", "mammoth", read_with_mammoth)
    add("docx", "python-docx", read_with_python_docx)
    add("pdf", "pdfminer.six", read_with_pdfminer)
    add("pdf", "pypdfium2", read_with_pypdfium2)
    for kind in peers:
        add(kind, "markitdown", read_with_markitdown)
    return peers


def read_with_trafilatura(sample: Sample) -> str:
    """Return the article that trafilatura finds."""
    import trafilatura

    return trafilatura.extract(sample.data.decode(), include_comments=False) or ""


def read_with_readability(sample: Sample) -> str:
    from readability import Document

    return read_markup(Document(sample.data.decode()).summary())


def read_with_newspaper(sample: Sample) -> str:
    import newspaper

    article = newspaper.Article("https://www.example.com/article")
    article.download(input_html=sample.data.decode())
    article.parse()
    return article.text


def read_with_goose(sample: Sample) -> str:
    import goose3

    return goose3.Goose().extract(raw_html=sample.data.decode()).cleaned_text


def read_with_mammoth(sample: Sample) -> str:
    import mammoth

    return mammoth.extract_raw_text(io.BytesIO(sample.data)).value


def read_with_python_docx(sample: Sample) -> str:
    import docx

    return "\n".join(
        part.text for part in docx.Document(io.BytesIO(sample.data)).paragraphs
    )


def read_with_pdfminer(sample: Sample) -> str:
    from pdfminer.high_level import extract_text

    return extract_text(io.BytesIO(sample.data))


def read_with_pypdfium2(sample: Sample) -> str:
    import pypdfium2

    return pypdfium2.PdfDocument(sample.data)[0].get_textpage().get_text_range()


def read_with_markitdown(sample: Sample) -> str:
    from markitdown import MarkItDown, StreamInfo

    info = StreamInfo(extension=f".{sample.kind}")
    return (
        MarkItDown().convert_stream(io.BytesIO(sample.data), stream_info=info).markdown
    )


def compute_f1(found: str, right: str) -> float:
    """Return the F1 of the runs of four words of a text."""
    found_runs, right_runs = list_shingles(found), list_shingles(right)
    shared = (found_runs & right_runs).total()
    return 2 * shared / max(1, found_runs.total() + right_runs.total())


def list_shingles(text: str) -> Counter[tuple[str, ...]]:
    """Count the runs of four words in a text."""
    words = _WORD.findall(text.lower())
    return Counter(
        zip(*(words[start:] for start in range(_SHINGLE_WORDS)), strict=False)
    )


def list_pages(folder: Path) -> Iterator[Sample]:
    """Yield the pages of a folder that have a text."""
    for name, page, text in find_pages(folder):
        if len(_ANY_WORD.findall(text)) >= _MIN_PAGE_WORDS:
            # Peers take text, and some pages have bytes that are not UTF-8.
            yield Sample("html", name, page.decode("utf-8", "ignore").encode(), text)


def find_pages(folder: Path) -> Iterator[tuple[str, bytes, str]]:
    """Yield name, page, and right text, in the layout of any of the three sets."""
    truth = folder / "ground-truth.json"
    if truth.exists():
        for name, row in json.loads(truth.read_text("utf-8")).items():
            packed = (folder / "html" / f"{name}.html.gz").read_bytes()
            yield name, gzip.decompress(packed), row["articleBody"]
    for path in sorted(folder.glob("*/source.html")):
        # As in an address, "source" says nothing; the folder has the page's name.
        expected = path.with_name("expected.html").read_text("utf-8")
        yield path.parent.name, path.read_bytes(), read_markup(expected)
    for path in sorted((folder / "html").glob("*.html")):
        text_path = folder / "txt" / f"{path.stem}.txt"
        if text_path.exists():
            yield path.stem, path.read_bytes(), text_path.read_text("utf-8")


def read_markup(page: str) -> str:
    """Return all the text in a piece of HTML; tags end words."""
    from lxml import html

    return " ".join(html.fromstring(page).itertext())


def compute_word_f1(found: str, right: str) -> float:
    found_words, right_words = (
        Counter(_ANY_WORD.findall(text.replace("\xad", "").lower()))
        for text in (found, right)
    )
    shared = (found_words & right_words).total()
    return 2 * shared / max(1, found_words.total() + right_words.total())


def compare_pages(folder: Path, readers: dict[str, Callable[[Sample], str]]) -> None:
    """Print the mean F1 of words; a page that a reader refuses counts as 0."""
    pages = list(list_pages(folder))
    halves = [is_first_half(page.name) for page in pages]
    print(f"\n{len(pages)} pages, {sum(halves)} in the first half; words:")
    print(f"{'':26}{'all':>10}{'first':>10}{'second':>10}")
    for label, extract in readers.items():
        scores = []
        for page in pages:
            try:
                scores.append(compute_word_f1(extract(page), page.text))
            except Exception:  # noqa: BLE001 - readers of others raise anything
                scores.append(0.0)
        first = [score for score, half in zip(scores, halves, strict=True) if half]
        second = [score for score, half in zip(scores, halves, strict=True) if not half]
        cells = (
            f"{sum(part) / max(1, len(part)):10.3f}" for part in (scores, first, second)
        )
        print(f"{label:26}{''.join(cells)}")


def is_first_half(name: str) -> bool:
    """Whether rules may be chosen on the page with this name."""
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def measure(
    extract: Callable[[Sample], str], samples: list[Sample]
) -> tuple[dict[str, float], float]:
    """Return the mean F1 by name of sample, and the milliseconds per file."""
    extract(samples[0])  # loads what is loaded once
    scores: dict[str, list[float]] = {}
    started = time.perf_counter()
    for sample in samples:
        scores.setdefault(sample.name, []).append(
            compute_f1(extract(sample), sample.text)
        )
    elapsed_ms = 1_000 * (time.perf_counter() - started) / len(samples)
    return {name: sum(found) / len(found) for name, found in scores.items()}, elapsed_ms


def main() -> None:
    """Print a table for each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=10, help="of each form")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=Path)
    options = parser.parse_args()
    peers = list_peers()
    if options.pages:
        own = {f"claimcheck {version('claimcheck-toolkit')}": read_text}
        compare_pages(options.pages, {**own, **peers["html"]})
        return
    for kind, make in (("html", make_html), ("docx", make_docx), ("pdf", make_pdf)):
        dice = random.Random(options.seed)
        samples = [sample for _ in range(options.documents) for sample in make(dice)]
        names = list(dict.fromkeys(sample.name for sample in samples))
        print(
            f"\n{kind + ':':26}"
            + "".join(f"{name:>10}" for name in names)
            + "   ms/file"
        )
        readers = {
            f"claimcheck {version('claimcheck-toolkit')}": read_view,
            **peers[kind],
        }
        for label, extract in readers.items():
            scores, elapsed_ms = measure(extract, samples)
            cells = "".join(f"{scores[name]:10.3f}" for name in names)
            print(f"{label:26}{cells}{elapsed_ms:10.1f}")


if __name__ == "__main__":
    main()
