"""What a test author does, and what has to work."""

import asyncio
import gzip
import os
import threading
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
import requests
from conftest import CLIENT, ask

pytestmark = pytest.mark.cassette


def url(path):
    return os.environ["OPENAI_BASE_URL"] + path


def test_sync(same):
    same(ask("sync"))


def test_async(same):
    async def run():
        async with httpx2.AsyncClient(verify=False) as client:
            answers = [client.post(url("/echo"), json={"n": n % 2}) for n in range(6)]
            return sorted([answer.text for answer in await asyncio.gather(*answers)])

    same(asyncio.run(run()))


@pytest.mark.parametrize("name", ["alpha", "beta", "a/b c", "a/b-c", "x" * 300])
def test_parameters(same, name):
    same(ask("the same question"))


class TestClass:
    def test_one(self, same):
        same(ask("in a class"))

    def test_two(self, same):
        same(ask("in a class"))


@pytest.mark.cassette("shared/name")
@pytest.mark.parametrize("name", ["alpha", "beta"])
def test_shares_a_cassette(same, name):
    same([ask("shared"), ask(name)])


def test_requests(same):
    with requests.Session() as session:
        answers = [session.post(url("/echo"), json={"n": 1}) for _ in range(2)]
    same([answer.content for answer in answers])


def test_urllib(same):
    with urllib.request.urlopen(url("/odd/0")) as answer:
        same(answer.read())


def test_openai(same):
    from openai import OpenAI

    # In CI there is no key.
    with OpenAI(max_retries=0) as client:
        messages = [{"role": "user", "content": "hello"}]
        answer = client.chat.completions.create(model="m", messages=messages)
    same(answer.choices[0].message.content)


def test_claimcheck_without_a_key(same):
    from claimcheck import Settings, summarize

    settings = Settings(engine="llm", model="m", attempts=1)
    run = summarize("The ferry to Holm stops in October.", settings=settings)
    same([str(failure) for failure in run.failures])


def test_stream(same):
    with CLIENT.stream("GET", url("/stream")) as answer:
        same([answer.headers["content-type"], list(answer.iter_lines())])


def test_gzip(same):
    answer = CLIENT.get(url("/gzip"))
    same([answer.headers["content-encoding"], answer.content])


def test_gzip_for_a_client_that_does_not_decompress(same):
    with urllib.request.urlopen(url("/gzip")) as answer:
        received = gzip.decompress(answer.read())
    with CLIENT.stream("GET", url("/gzip")) as answer:
        raw = b"".join(answer.iter_raw())
    same([received, gzip.decompress(raw)])


def test_upload(same):
    files = {"file": ("a.jsonl", b'{"a": 1}\n{"b": "\xff"}\n')}
    same(CLIENT.post(url("/length"), files=files, data={"purpose": "batch"}).text)


def test_retry_after_a_refusal(same):
    answers = [CLIENT.get(url("/busy")) for _ in range(2)]
    seen = [(answer.status_code, answer.text) for answer in answers]
    assert [status for status, _ in seen] == [429, 200]
    assert answers[0].headers["retry-after"] == "0"
    same(seen)


def test_a_redirect(same):
    same(CLIENT.get(url("/redirect"), follow_redirects=True).text)


def test_threads(same):
    with ThreadPoolExecutor(4) as pool:
        same(sorted(pool.map(ask, ["threads"] * 8)))


@pytest.mark.parametrize("number", range(10))
def test_odd_bodies(same, number):
    same(CLIENT.get(url(f"/odd/{number}")).content)


def test_queries(same):
    words = ["ferry", "bridge"]
    same([CLIENT.get(url(f"/query?page_token={word}")).text for word in words])


def test_every_scope(session_answer, parameter_answer, module_answer, function_answer):
    assert session_answer
    assert "session" in session_answer
    assert "parameter" in parameter_answer
    assert "module" in module_answer
    assert "function" in function_answer


def test_the_module_again(module_answer, session_answer):
    assert "module" in module_answer


def test_a_client_of_another_service():
    """A service on loopback that claimcheck_allow_hosts names."""
    answer = CLIENT.get(os.environ["DATABASE"] + "/echo")
    assert "alive" in answer.text


class TestSetUp:
    @classmethod
    def setup_class(cls):
        cls.answer = ask("setup_class")

    @classmethod
    def teardown_class(cls):
        assert "teardown_class" in ask("teardown_class")

    def setup_method(self):
        self.own = ask("setup_method")

    def test_set_up(self, same):
        same([self.answer, self.own])

    def test_set_up_again(self, same):
        same([self.answer, self.own])


class UnitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.answer = ask("setUpClass")

    @classmethod
    def tearDownClass(cls):
        ask("tearDownClass")

    def setUp(self):
        self.own = ask("setUp")

    def tearDown(self):
        ask("tearDown")

    def test_unit(self):
        assert "setUpClass" in self.answer
        assert "setUp" in self.own
        assert "unit" in ask("unit")


def test_a_request_of_a_thread_that_is_joined():
    thread = threading.Thread(target=ask, args=("in a thread",))
    thread.start()
    thread.join()


@pytest.mark.cassette
def test_without_requests(cassette):
    assert cassette.play_count == 0
    assert cassette.all_played
