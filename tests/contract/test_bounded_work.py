"""No input of n characters costs much more than n log n, on any public path.

Each path is fed inputs of one short unit, repeated, at two sizes. Time on the processor
is compared, and the fastest of several rounds counts, so that a busy machine does not
fail these tests. A quadratic path takes 16 times as long for an input 4 times as long.
"""

import contextlib
import importlib
import io
import json
import pkgutil
import re
import time
import zipfile
from datetime import date

import pytest
from lxml import html

import claimcheck
from claimcheck import Document, Settings, check, ground, summarize
from claimcheck.english.clauses import split_clauses
from claimcheck.english.quantities import find_quantities
from claimcheck.english.speech import detect_speech
from claimcheck.english.time_resolution import find_times
from claimcheck.errors import InputError
from claimcheck.readers.file import build_document
from claimcheck.readers.page_blocks import list_blocks, mark_blocks
from claimcheck.readers.page_cleaning import clean_page

UNITS = (
    *" \n\t\r\f.,-_#\"“'(<[/¹…é—汉*`|>&;:=",
    *(
        "a",
        "A",
        "1",
        "ab ",
        "Ab ",
        "1 ",
        "1,",
        "1.",
        "a, ",
        "a-",
        "a-\n",
        " \n",
        "\r\n",
    ),
    *("a. ", "A. ", "Mr. ", "a:\n", "a\n\n", "# a\n\n", "- a\n", "1. a\n", "> a\n"),
    *("https://", "http://a/2020/", "http://a/b-\n", "www.", "--> ", "---\n", "```\n"),
    *("<a ", "[1]", "in May ", "said ", '"a ', "'s ", "more than ", "$1 ", "million "),
)
SIZE, FACTOR = 4_000, 4
MAX_GROWTH = 10  # n log n gives less than 5, n² gives 16
UNSUSPICIOUS_S = 0.03  # in less time, the growth is not worth measuring
ROUNDS = 8  # only for what looks slow: a quadratic path is slow in all of them
SENTENCE = "The ministry said 5,000 people left in 2019. "
EXTRACTIVE = Settings(engine="extractive")


def measure_s(path, text):
    start = time.thread_time()
    with contextlib.suppress(InputError):  # refused in time
        path(text)
    return time.thread_time() - start


def grows_too_fast(path, make_input):
    small, large = make_input(SIZE), make_input(SIZE * FACTOR)
    fastest_large = measure_s(path, large)
    fastest_small = float("inf")
    for _ in range(ROUNDS):
        if fastest_large < UNSUSPICIOUS_S:
            return False
        fastest_small = min(fastest_small, measure_s(path, small))
        if fastest_large < MAX_GROWTH * fastest_small:
            return False
        fastest_large = min(fastest_large, measure_s(path, large))
    return True


def repeat(unit, size):
    return unit * (size // len(unit))


def document(text):
    return Document.from_text(f"{SENTENCE}{text}\n{SENTENCE}")


PATHS = {
    "summarize": lambda text: summarize(document(text), settings=EXTRACTIVE),
    "ground in": lambda text: ground(document(text), [SENTENCE, "Nobody said 9,000."]),
    "ground": lambda text: ground(document(""), [f"{SENTENCE[:-2]}{text}{SENTENCE}"]),
    "check against": lambda text: check(
        [SENTENCE], document(text), settings=EXTRACTIVE
    ),
    "read": lambda text: build_document(text.encode(), "a.txt"),
}


@pytest.mark.parametrize("name", PATHS)
def test_work_grows_with_the_length_of_a_text(name):
    PATHS[name](SENTENCE)  # loads what is loaded once
    slow = [
        unit
        for unit in UNITS
        if grows_too_fast(PATHS[name], lambda size, unit=unit: repeat(unit, size))
    ]
    assert slow == []


def as_docx(text):
    text = re.sub(r"[\x00-\x1f]", " ", text).replace("&", " ").replace("<", " ")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f"<d><body><p><r><t>{text}</t></r></p></body></d>",
        )
    return buffer.getvalue()


def as_odt(text):
    text = re.sub(r"[\x00-\x1f]", " ", text).replace("&", " ").replace("<", " ")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", f"<d><p>{SENTENCE}{text}</p></d>")
    return buffer.getvalue()


ELEMENTS = (
    *("<b>a</b> ", "a<br>", "<tr><td>a<td>b", "<td>", "<li>a", "<p hidden>a</p>"),
    *("x<a href=#>^</a>", "<sup><a href=#n id=n>1</a></sup>", "<article>a</article>"),
    *("<blockquote><footer>a</footer></blockquote>", "<noscript>a</noscript>"),
    *("<math>a</math>", "<p id=n>a<sup><a href=#n>1</a></sup>", "<figure>a</figure>"),
)


def read_blocks(page):
    parser = html.HTMLParser(huge_tree=True)
    tree = html.document_fromstring(f"<table><tr>{page}", parser=parser)
    clean_page(tree)
    mark_blocks(tree, list_blocks(tree))


@pytest.mark.parametrize("element", ELEMENTS)
def test_work_grows_with_the_number_of_elements_of_a_page(element):
    assert not grows_too_fast(read_blocks, lambda size: repeat(element, 20 * size))


MAIL = "From: a@b.c\nTo: d@e.f\nSubject: x\n"
FORMATS = {
    "header": lambda text: f"{text}\n\n{SENTENCE}".encode(),
    "mail": lambda text: f"{MAIL}\n{SENTENCE}\n{text}".encode(),
    "subject": lambda text: f"{MAIL}Subject: {text}\n\n{SENTENCE}".encode(),
    "sender": lambda text: f"Subject: x\nTo: a\nFrom: {text}\n\n{SENTENCE}".encode(),
    "field": lambda text: f"{MAIL}Content-Type: {text}\n\n{SENTENCE}".encode(),
    "boundary": lambda text: (
        f"{MAIL}Content-Type: multipart/mixed; boundary=a\n\n--a\n\n{text}".encode()
    ),
    "front matter": lambda text: f"---\ntitle: {text}\n---\n{SENTENCE}".encode(),
    "heading": lambda text: f"# a{text}".encode(),
    "html": lambda text: f"<html><body><p>{SENTENCE}</p>{text}".encode(),
    "html start": lambda text: f"<?xml {text}".encode(),
    "html head": lambda text: f"<!-- {text} --><html {text}".encode(),
    "subtitles": lambda text: f"1\n00:00:01,000 --> 00:00:02,000\n{text}".encode(),
    "voice": lambda text: f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v {text}".encode(),
    "transcript": lambda text: json.dumps(
        {"segments": [{"start": 0, "end": 1, "text": f"{SENTENCE}{text}"}]}
    ).encode(),
    "odt": as_odt,
    "legacy": lambda text: text.encode("cp1252", "ignore") + b"\xe9 \xe8\xe4",
    "docx": as_docx,
}


@pytest.mark.parametrize("name", FORMATS)
def test_work_grows_with_the_length_of_a_file(name):
    def read(data):
        build_document(data, "a.md" if name in ("front matter", "heading") else "a")

    def build_input(unit):
        return lambda size: FORMATS[name](repeat(unit, size))

    measure_s(read, FORMATS[name]("a"))  # loads what is loaded once
    slow = [unit for unit in UNITS if grows_too_fast(read, build_input(unit))]
    assert slow == []


SENTENCE_UNITS = (
    *("Anna and ", "said, ", '"a" said ', "on Friday ", "Friday, ", "May 3 ", "told "),
    *("X said that ", "whereas ", "and that ", ", a claim ", "to vote ", "Anna's "),
)


@pytest.mark.parametrize(
    "search",
    [
        detect_speech.__wrapped__,
        lambda text: split_clauses(text, None),
        lambda text: find_times(text, date(2024, 5, 14)),
        find_quantities,
    ],
    ids=["speech", "clauses", "times", "quantities"],
)
def test_work_grows_with_the_length_of_a_sentence(search):
    """Longer sentences than 3,000 characters are set aside."""
    slow = [
        unit
        for unit in (*UNITS, *SENTENCE_UNITS)
        if grows_too_fast(search, lambda size, unit=unit: repeat(unit, size // 5))
    ]
    assert slow == []


def test_work_grows_with_the_length_of_a_claim():
    """A claim has at most 10,000 characters, and each is compared with the evidence."""
    headings = Document.from_text("# A heading of the town\n\n" * 40)

    def check_claim(text):
        check([text], headings, settings=EXTRACTIVE)

    slow = [
        unit
        for unit in UNITS
        if grows_too_fast(
            check_claim, lambda size, unit=unit: SENTENCE + repeat(unit, size // 5)
        )
    ]
    assert slow == []


def test_work_grows_with_the_headings_of_a_claim_and_of_its_evidence():
    def check_headings(text):
        claim = "\n\n".join(f"# Heading {n}" for n in range(len(text) // 16))
        check([claim[:10_000]], Document.from_text(text), settings=EXTRACTIVE)

    def make_headings(size):
        return "".join(f"# Heading {n}\n\n" for n in range(size // 14))

    assert not grows_too_fast(check_headings, make_headings)


# These packages match patterns against whole documents, the others against sentences.
DOCUMENT_PACKAGES = ("text", "readers", "grounding", "models")
# These are matched at one position only, so that no search repeats their work.
ANCHORED = (
    *("_CUE_NUMBER", "_PLACEHOLDER_TITLE", "_URL_SCHEME", "_PAGE_NUMBER_LINE"),
    *("_REST_OF_URL", "_URL_LABEL", "_BULLET", "_PLACEHOLDER"),
    *("_CONTRACTION", "REFERENCES_TITLE", "_REFERENCE", "_LISTED_REFERENCE"),
    *("_CITED", "_RAISED_NUMBER"),
    *("_CLOSE", "_NEXT_SENTENCE", "_QUOTED_SENTENCE"),
    *(
        "_CLOSING",
        "_QUOTE_MARKS",
        "_SEPARATOR",
        "_FIELD",
        "_DISCLAIMER",
        "_DEVICE_LINE",
    ),
)


def collect_patterns():
    """Return the compiled patterns that repeat something, each with its first name."""
    patterns = {}
    for module_info in pkgutil.walk_packages(claimcheck.__path__, "claimcheck."):
        if module_info.name.split(".")[1] not in DOCUMENT_PACKAGES:
            continue
        try:
            module = importlib.import_module(module_info.name)
        except ImportError:
            continue  # an extra that is not installed
        for name, value in vars(module).items():
            for pattern in flatten(value):
                if isinstance(pattern, re.Pattern) and repeats(pattern):
                    # Other modules may import it.
                    patterns.setdefault(pattern, (module_info.name, name))
    return patterns


def repeats(pattern):
    """Whether a pattern may match texts of any length; all others are linear."""
    return any(sign in str(pattern.pattern) for sign in ("*", "+", ",}"))


def flatten(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [inner for item in value for inner in flatten(item)]
    return [value]


def list_units(pattern):
    """Return the units to repeat: the general ones, and words of the pattern itself."""
    source = pattern.pattern
    text = source if isinstance(source, str) else source.decode("latin-1")
    words = re.findall(r"[A-Za-z]{2,}", text)[:6]
    return [*UNITS, *words, *(f"{word} " for word in words)]


def encode_for(pattern, text):
    return text if isinstance(pattern.pattern, str) else text.encode("utf-8")


def test_every_pattern_for_documents_is_linear():
    patterns = collect_patterns()
    assert len(patterns) > 20
    slow = []
    for pattern, (module, name) in patterns.items():
        for unit in list_units(pattern):

            def search(text, pattern=pattern, name=name):
                if name in ANCHORED:
                    pattern.match(text)
                else:
                    sum(1 for _ in pattern.finditer(text))

            def build(size, unit=unit, pattern=pattern):
                return encode_for(pattern, repeat(unit, size // 4) + "!")

            if grows_too_fast(search, build):
                slow.append((module, name, unit))
    assert slow == []
