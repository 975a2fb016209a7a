"""An endpoint that never ends its answer, or sends too much, is given up."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from contextlib import suppress

import pytest

from claimcheck import Settings, asummarize, errors, summarize
from claimcheck.llm import limited_client
from tests.support.endpoint import completion
from tests.support.loopback import Handler, serve_handler
from tests.support.scripted import answer, claim

TEXT = "The ferry carried 900 people in May."
ANSWER = json.dumps(completion(json.dumps(answer(claim(TEXT))))).encode()


def summarize_async(source, **options):
    return asyncio.run(asummarize(source, **options))


BOTH = pytest.mark.parametrize("run", [summarize, summarize_async])


class Endpoint(Handler):
    """Answers in the way that the model's name asks for."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        getattr(self, json.loads(body)["model"])()

    def begin(self, **headers):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def drip_headers(self):
        self.wfile.write(b"HTTP/1.0 200 OK\r\nx-drip: ")
        self.drip()

    def drip_body(self):
        self.begin()
        self.drip()

    def drip(self):
        with suppress(OSError):
            while True:
                time.sleep(0.1)
                self.wfile.write(b" ")

    def endless(self):
        self.begin()
        with suppress(OSError):
            while True:
                self.wfile.write(b" " * 65_536)

    def bomb(self):
        self.begin(content_encoding="gzip")
        with suppress(OSError):
            self.wfile.write(gzip.compress(b" " * 20_000_000))

    def packed_wrongly(self):
        self.begin(content_encoding="gzip")
        self.wfile.write(ANSWER)

    def latin_1(self):
        self.begin(x_city="Malm\u00f6")
        self.wfile.write(ANSWER)

    def packed(self):
        self.begin(content_encoding="gzip")
        self.wfile.write(gzip.compress(ANSWER))


@pytest.fixture(scope="module")
def url():
    with serve_handler(Endpoint) as address:
        yield address


def build_settings(url, model, timeout_s=20.0):
    return Settings(
        engine="llm", model=model, base_url=url, attempts=1, timeout_s=timeout_s
    )


@BOTH
@pytest.mark.parametrize("model", ["drip_headers", "drip_body"])
def test_the_timeout_is_for_the_whole_request(url, run, model):
    started = time.monotonic()
    with pytest.raises(errors.ProviderError, match=r"no answer within 0\.5 s"):
        run(TEXT, settings=build_settings(url, model, timeout_s=0.5))
    assert time.monotonic() - started < 15


@BOTH
@pytest.mark.parametrize("model", ["endless", "bomb"])
def test_an_answer_has_a_maximum_size_also_unpacked(monkeypatch, url, run, model):
    monkeypatch.setattr(limited_client, "MAX_ANSWER_BYTES", 2 * 2**20)
    with pytest.raises(errors.ProviderError, match="more than 2 MB"):
        run(TEXT, settings=build_settings(url, model))


@BOTH
@pytest.mark.parametrize("model", ["packed", "latin_1"])
def test_an_answer_is_read_packed_and_with_any_headers(url, run, model):
    result = run(TEXT, settings=build_settings(url, model))
    assert [item.text for item in result.claims] == [TEXT]


@BOTH
def test_says_that_an_answer_cannot_be_unpacked(url, run):
    with pytest.raises(errors.NoAnswerError, match="its answer cannot be unpacked"):
        run(TEXT, settings=build_settings(url, "packed_wrongly"))
