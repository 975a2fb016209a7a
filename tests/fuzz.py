"""Fuzz readers, the aligner, checking, `verify`, and what reads answers: `make fuzz`.

10,000 inputs of each kind, or `make fuzz COUNT="100 answers"` for fewer of some kinds.
Whatever the input is, a reader (in its limited process) returns a document or raises
`InputError`, the aligner returns spans of the text or a reason, and checking returns a
verdict with evidence from the document. Of an answer, only what follows its schema is
used. Add a test for every failure found.
"""

import io
import json
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st
from jsonschema import Draft202012Validator

from claimcheck import Document, Match, Settings, schemas, summarize
from claimcheck.bundles.bundle import write_bundle
from claimcheck.bundles.verify import verify_bundle
from claimcheck.errors import InputError
from claimcheck.grounding import GroundingIndex
from claimcheck.llm.completion import NoCompletionError, parse_completion
from claimcheck.llm.error_body import read_error_body
from claimcheck.prompts import answer_schemas
from claimcheck.readers.file import build_document, fetch
from claimcheck.readers.sandbox import MAX_SECONDS
from claimcheck.salvage import parse_answer
from claimcheck.text.reading import Reading
from claimcheck.verification.compare import Hypothesis
from claimcheck.verification.decide import decide
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.lexical import LexicalScorer
from tests.support.endpoint import completion, error
from tests.support.responses_api import build_response, write_events

FILES = Path(__file__).parent / "files"
SUFFIXES = {path.suffix[1:] for path in FILES.rglob("*.*")} - {"sh"}
# Made below.
SUFFIXES |= set("odt epub pptx json rtf tex ipynb csv xml warc".split())
SEEDS = {
    suffix: [path.read_bytes() for path in sorted(FILES.rglob(f"*.{suffix}"))]
    for suffix in sorted(SUFFIXES)
}
# Text recognition takes seconds for each.
SEEDS["pdf"].remove((FILES / "image-only.pdf").read_bytes())


def pack(files):
    """Return a ZIP file, as packages are."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def unpack(data):
    """Return the files of a ZIP file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


OASIS = "urn:oasis:names:tc:opendocument:xmlns"
SEEDS["odt"] = [
    pack(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'<o:document-content xmlns:o="{OASIS}:office:1.0" '
            f'xmlns:t="{OASIS}:text:1.0"><o:body><o:text><t:h>Ferries</t:h><t:p>The '
            "<t:span>ferry</t:span><t:s/>left.</t:p></o:text></o:body>"
            "</o:document-content>",
        }
    )
]
SEEDS["epub"] = [
    pack(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b.opf"/>'
            "</rootfiles></container>",
            "b.opf": '<package><manifest><item id="1" href="a.xhtml"/></manifest><spine>'
            '<itemref idref="1"/></spine></package>',
            "a.xhtml": "<html><body><h1>One</h1><p>The ferry left.</p></body></html>",
        }
    )
]
SEEDS["pptx"] = [
    pack(
        {
            "ppt/slides/slide1.xml": '<sld xmlns:a="http://schemas.openxmlformats.org/'
            'drawingml/2006/main"><a:p><a:r><a:t>The ferry left.</a:t></a:r></a:p></sld>'
        }
    )
]
SEEDS["json"] = [
    b'{"segments": [{"start": 0.0, "end": 2.5, "text": "The ferry left."}]}',
    b'{"events": [{"tStartMs": 0, "segs": [{"utf8": "The ferry left."}]}]}',
]
SEEDS["rtf"] = [rb"{\rtf1\ansi{\fonttbl{\f0 A;}}\f0 The ferry \b left\b0.\par}"]
SEEDS["tex"] = [
    rb"\documentclass{article}\begin{document}\section{One}The \emph{ferry} left."
    rb"\end{document}"
]
SEEDS["ipynb"] = [
    b'{"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["The ferry '
    b'left."]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
]
SEEDS["csv"] = [b"ship,people\nferry,900\nyacht,12\n"]
SEEDS["xml"] = [
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item>'
    b"<title>Ferry</title><description>The ferry left.</description></item></channel>"
    b"</rss>",
    b'<article xmlns:xlink="x"><front><article-meta><title-group><article-title>F'
    b"</article-title></title-group></article-meta></front><body><p>The ferry left."
    b"</p></body></article>",
]
PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body><p>The ferry left."
    b"</p></body></html>"
)
SEEDS["warc"] = [
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.b/\r\n"
    b"Content-Type: application/http; msgtype=response\r\n"
    b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(PAGE), PAGE)
]
assert all(SEEDS.values()), SEEDS.keys()
PACKAGES = ("docx", "odt", "epub", "pptx", "zip")
PIECES = st.sampled_from(
    """The ministry said|did not|5,000|3 million|per cent|%|Jane Roe|U.S.|"|“|…|...
    |[12]|¹|http://a.b/c-|\n|\r\n|\f|\n\n|-\n|\u00ad|\u200b|ﬁ|é|e\u0301|汉语。|مرحبا|मंत्री|👩🏽‍🚒
    |--> |00:00:01,000 --> 00:00:02,000|**|```|---|# |WEBVTT|never|rose|fell|,|.|?|'s
    |n't|re-|1|2|hundred and|dozen|a|İ|ß|ŉ|\u2028|\ud7ff|㎏|½|Ⅷ|٣""".split("|")
)
SENTENCES = st.lists(
    st.one_of(
        PIECES,
        st.sampled_from(
            """Ann Lee|Bo Dahl|Lida|NOK|EUR 5 million|$3|42 km|12 percent|9-4|9 to 4
            |third|3rd|the largest|weaker|stronger|up|down|for|against|voted|beat
            |was beaten by|was sent|said|, who led|is the mayor|the mayor,|as director
            |in May|until 1968|since 2002|on 4 June|under 16|children|more than|about
            |lacks|no|without|before|after|a year|a month|ticket|the vote
            |Reuters reported|according to|"|He""".split("|")
        ),
    ),
    min_size=1,
    max_size=12,
).map(" ".join)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map(" ".join)
SLOWEST_S = 10.0  # the first page without a date loads a date parser for seconds


ADDRESSES = st.lists(
    st.sampled_from(
        "http:// https:// HTTP: // / ? # @ : :0 :99999 : [ ] [::1] 127.0.0.1 10.0.0.1 "
        "[64:ff9b::7f00:1] [::10.0.0.1] [fec0::1] [2002:7f00:1::] "
        "0 2130706433 0x7f.1 %00 %2f .. \\ user:pw@ é \u2025 "
        "file:///etc/passwd 169.254.169.254 ::ffff:127.0.0.1 \x00 \n".split(" ")
    ),
    max_size=8,
).map("".join)


FILE_PIECES = st.sampled_from(
    [b"<div>" * 50, b"\x00", b"\xff\xfe", b"%PDF-", b"PK\x03\x04", b"--> ", b"\n\n"]
)


@st.composite
def damaged_files(draw, suffix, pieces=FILE_PIECES):
    """Draw a real file with bytes replaced or cut, or parts of formats inserted."""
    data = draw(st.sampled_from(SEEDS[suffix]))
    if suffix in PACKAGES and draw(st.booleans()):
        files = unpack(data)
        name = draw(st.sampled_from(sorted(files)))
        return pack(files | {name: draw_damaged(draw, files[name], pieces)})
    return draw_damaged(draw, data, pieces)


def draw_damaged(draw, original, pieces):
    """Draw bytes replaced, cut, or inserted."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 300))
        new = draw(st.one_of(st.binary(max_size=40), pieces))
        data[start : start + length] = new
    return bytes(data)


def with_examples(count):
    """Return settings for this number of inputs, without deadlines and a database."""
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


def check_reader(name, data):
    """Expect a document, or an error that names the problem, in time."""
    started = time.monotonic()
    try:
        document, problem = build_document(data, "fuzzed", name=name), None
    except InputError as error:
        document, problem = None, str(error)
    assert problem is None or problem.startswith("fuzzed")
    assert document is None or Reading(document.full_text).source == document.text
    assert time.monotonic() - started < MAX_SECONDS + SLOWEST_S


def build_bundle():
    """Return the bytes of a bundle."""
    document = Document.from_text("Venus is hot. The ferry carried 900 people.")
    run = summarize(document, settings=Settings(engine="extractive"), check=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.zip"
        write_bundle(run, path)
        return path.read_bytes()


SEEDS["zip"] = [build_bundle()]


def check_verify(data):
    """Expect all steps, or an error that names the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.zip"
        path.write_bytes(data)
        try:
            steps, problem = verify_bundle(path), None
        except InputError as error:
            steps, problem = [], str(error)
    assert problem is None or str(path) in problem
    assert problem or steps[-1].name == "claims and verdicts"


def build_example(schema, definitions):
    """Return a value that follows a schema, with two items in each list."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        schema = schema["anyOf"][0]
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "object":
            properties = schema["properties"].items()
            return {key: build_example(part, definitions) for key, part in properties}
        case "array":
            return [build_example(schema["items"], definitions)] * 2
        case "string":
            return "Venus is hot."
    return 1


ANSWERS = {}
for answer_name in schemas.list_names():
    if answer_name.endswith(".answer"):
        answer_schema = answer_schemas.load(answer_name)
        ANSWERS[answer_name] = build_example(
            answer_schema, answer_schema.get("$defs", {})
        )
SEEDS["answer"] = [json.dumps(value).encode() for value in ANSWERS.values()]
SEEDS["completion"] = [
    json.dumps(value).encode()
    for value in (
        completion(json.dumps(ANSWERS["claims.answer"])),
        completion([{"type": "text", "text": "{}"}], finish_reason="MAX_TOKENS"),
        error("`seed` is not supported", param="seed"),
        {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs"}]},
        build_response(json.dumps(ANSWERS["claims.answer"])),
    )
]
SEEDS["completion"] += [
    write_events(build_response("{}")).encode(),
    b'data: {"choices": [{"delta": {"content": "{}"}}]}\n\ndata: [DONE]\n\n',
]
ANSWER_PIECES = st.sampled_from(
    """{|}|[|]|"|,|:|\\|\n|<think>|</think>|```json|```|null|true|NaN|-1e999|1e400|0.5
    |"claims":|"kind":|"quote":|"headline"|\\ud83d|\\u0000|\u2028|\u201c|\u201d|'|//|/*
    |{"a":{"a":|[[[[[[[[|"choices"|"delta"|"content"|"output"|"status"|data: |event:
    |"response":|"error":|"usage":|9223372036854775808|"10"|50%""".split("|")
).map(str.encode)


def check_answer(name, data):
    """Expect a part of the answer that follows its schema, and reasons for the rest."""
    text = data.decode("utf-8", "replace")
    started = time.monotonic()
    parsed = parse_answer(name, text)
    schema = answer_schemas.load(name)
    for key, value in parsed.fields.items():
        for item in value if key == "claims" else ():
            item |= {key: "none" for key in item if item[key] == ""}  # a reason
        part = schema["properties"][key] | {"$defs": schema.get("$defs", {})}
        assert Draft202012Validator(part).is_valid(value), value
    if parsed.fields.keys() < schema["properties"].keys():
        assert parsed.missing
    for item in parsed.fields.get("claims", ()):
        if "\\" not in text:
            assert fold(item["quote"]) in fold(text)
    assert time.monotonic() - started < SLOWEST_S


def fold(text):
    """Return the letters and digits of a text."""
    return "".join(character for character in text if character.isalnum())


def check_completion(data):
    """Expect a completion, or one of the errors that the client knows."""
    try:
        parse_completion(data)
    except (NoCompletionError, json.JSONDecodeError) as problem:
        str(problem)
    details = read_error_body(data)
    assert "\n" not in details.message


def check_address(url):
    """Expect an error: no address made of these pieces is public."""
    try:
        fetch(url)
    except InputError:
        return
    raise AssertionError(f"{url!r} was fetched")


def check_aligner(text, quote):
    """Expect ordered spans within the text, or a reason."""
    found = GroundingIndex(Reading(text)).ground(quote)
    assert (
        (found.match is Match.NONE) == (found.spans == ()) == (found.reason is not None)
    )
    assert list(found.spans) == sorted(found.spans)
    assert all(
        0 <= span.start < span.end <= len(text)
        for span in (*found.spans, *found.suggestion)
    )


def check_checking(claim, sentences):
    """Expect a confidence from 0.5 to 1, if any, and evidence, in time."""
    document = Document.from_text("The end. " + ". ".join(sentences))
    started = time.monotonic()
    finding = decide(
        Hypothesis.from_text(claim), EvidenceDocument(document), LexicalScorer()
    )
    assert finding.confidence is None or 0.5 <= finding.confidence <= 1
    for item in finding.evidence:
        assert [document.text[span.start : span.end] for span in item.spans] == [
            span.text for span in item.spans
        ]
    assert all(difference.claim for difference in finding.differences)
    assert time.monotonic() - started < SLOWEST_S


def main(count, wanted):
    """Run `count` inputs of each kind with one of the wanted words in its name."""
    for name, run in {
        "aligner": with_examples(count)(given(TEXTS, TEXTS)(check_aligner)),
        "aligner, parts of the text": with_examples(count)(
            given(TEXTS, st.integers(0, 200), st.integers(0, 200), TEXTS)(
                lambda text, start, end, more: check_aligner(
                    text, text[start:end] + more
                )
            )
        ),
        "checking": with_examples(count)(
            given(SENTENCES, st.lists(SENTENCES, min_size=1, max_size=6))(
                check_checking
            )
        ),
        **{
            f"readers, damaged {suffix}": with_examples(count)(
                given(st.just(f"a.{suffix}"), damaged_files(suffix))(check_reader)
            )
            for suffix in sorted(SUFFIXES)
        },
        **{
            f"answers, damaged {name}": with_examples(count)(
                given(st.just(name), damaged_files("answer", ANSWER_PIECES))(
                    check_answer
                )
            )
            for name in ANSWERS
        },
        "completions and errors, damaged": with_examples(count)(
            given(damaged_files("completion", ANSWER_PIECES))(check_completion)
        ),
        "verify, damaged bundles": with_examples(count)(
            given(damaged_files("zip"))(check_verify)
        ),
        "addresses": with_examples(count)(given(ADDRESSES)(check_address)),
        "readers, any bytes": with_examples(count)(
            given(st.just(""), st.binary(max_size=400))(check_reader)
        ),
        "readers, any text": with_examples(count)(
            given(st.just(""), TEXTS.map(str.encode))(check_reader)
        ),
    }.items():
        if not any(word in name for word in wanted):
            continue
        started = time.monotonic()
        run()
        print(
            f"{name}: {count:,} inputs in {time.monotonic() - started:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, sys.argv[2:] or [""])
