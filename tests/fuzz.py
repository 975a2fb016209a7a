"""Fuzz the aligner, checking, `verify`, and readers: `make fuzz` runs 10,000 inputs each.

Whatever the input is, a reader returns a document or raises `InputError`, the aligner
returns spans of the text or a reason, and checking returns a verdict with evidence from
the document. Add a test for every failure found.
"""

import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimcheck import Document, Match, Settings, summarize
from claimcheck.errors import InputError
from claimcheck.grounding import GroundingIndex
from claimcheck.readers.file import build_document, fetch
from claimcheck.reports.bundle import write_bundle
from claimcheck.reports.bundle_verification import verify_bundle
from claimcheck.text.reading import Reading
from claimcheck.verification.compare import Hypothesis
from claimcheck.verification.decide import decide
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.lexical import LexicalScorer

FILES = Path(__file__).parent / "files"
SUFFIXES = ("md", "html", "pdf", "docx", "eml", "srt", "vtt")
SEEDS = {
    suffix: [path.read_bytes() for path in sorted(FILES.glob(f"*.{suffix}"))]
    for suffix in SUFFIXES
}
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


@st.composite
def damaged_files(draw, suffix):
    """Draw a real file with bytes replaced or cut, or parts of formats inserted."""
    data = bytearray(draw(st.sampled_from(SEEDS[suffix])))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 300))
        new = draw(
            st.one_of(
                st.binary(max_size=40),
                st.sampled_from(
                    [
                        b"<div>" * 50,
                        b"\x00",
                        b"\xff\xfe",
                        b"%PDF-",
                        b"PK\x03\x04",
                        b"--> ",
                        b"\n\n",
                    ]
                ),
            )
        )
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


def check_reader(data):
    """Expect a document, or an error that names the problem, in time."""
    started = time.monotonic()
    try:
        document, problem = build_document(data, "fuzzed"), None
    except InputError as error:
        document, problem = None, str(error)
    assert problem is None or problem.startswith("fuzzed")
    assert document is None or Reading(document.full_text).source == document.text
    assert time.monotonic() - started < SLOWEST_S


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
    """Expect a confidence from 0.5 to 1, and evidence from the document, in time."""
    document = Document.from_text("The end. " + ". ".join(sentences))
    started = time.monotonic()
    finding = decide(
        Hypothesis.from_text(claim), EvidenceDocument(document), LexicalScorer()
    )
    assert 0.5 <= finding.confidence <= 1
    for item in finding.evidence:
        assert [document.text[span.start : span.end] for span in item.spans] == [
            span.text for span in item.spans
        ]
    assert all(difference.claim for difference in finding.differences)
    assert time.monotonic() - started < SLOWEST_S


def main(count):
    """Run `count` inputs of each kind."""
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
                given(damaged_files(suffix))(check_reader)
            )
            for suffix in SUFFIXES
        },
        "verify, damaged bundles": with_examples(count)(
            given(damaged_files("zip"))(check_verify)
        ),
        "addresses": with_examples(count)(given(ADDRESSES)(check_address)),
        "readers, any bytes": with_examples(count)(
            given(st.binary(max_size=400))(check_reader)
        ),
        "readers, any text": with_examples(count)(
            given(TEXTS.map(str.encode))(check_reader)
        ),
    }.items():
        started = time.monotonic()
        run()
        print(
            f"{name}: {count:,} inputs in {time.monotonic() - started:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
