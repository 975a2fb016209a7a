"""What a test author does, and what has to work."""

import asyncio
import hashlib
import os
import threading
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
import requests
from conftest import CLIENT, ask, build_request, read_quote, url

pytestmark = pytest.mark.cassette


def test_sync():
    assert ask("The ferry stops.") == "The ferry stops."


def test_async():
    """Equal requests, at the same time."""

    async def run():
        async with httpx2.AsyncClient(verify=False) as client:
            bodies = [build_request(f"async {n % 2}") for n in range(6)]
            answers = [client.post(url(), json=body) for body in bodies]
            return [read_quote(a.json()) for a in await asyncio.gather(*answers)]

    assert asyncio.run(run()) == ["async 0", "async 1"] * 3


@pytest.mark.anyio
async def test_anyio():
    async with httpx2.AsyncClient(verify=False) as client:
        answer = await client.post(url(), json=build_request("anyio"))
    assert read_quote(answer.json()) == "anyio"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.parametrize("name", ["alpha", "beta", "a/b c", "a/b-c", "x" * 100])
def test_parameters(name):
    assert ask("the same question") == "the same question"


LONG = "Which of these? " * 7


@pytest.mark.parametrize("data", [b"\0\\" * 60])
@pytest.mark.parametrize(
    ("text", "again"), [(LONG, LONG), (f"{LONG} [é]\n1", "b"), ("b", f"{LONG}-1")]
)
def test_long_parameters(text, again, data):
    """pytest 9 does not write them into the id of the test, pytest 8 does."""
    assert ask("a short question") == "a short question"


class TestClass:
    def test_one(self):
        assert ask("in a class") == "in a class"

    def test_two(self):
        assert ask("in a class") == "in a class"


@pytest.mark.cassette("shared/name")
@pytest.mark.parametrize("name", ["alpha", "beta"])
def test_shares_a_cassette(name):
    assert [ask("shared"), ask(name)] == ["shared", name]


def test_requests():
    with requests.Session() as session:
        answers = [session.post(url(), json=build_request("again")) for _ in range(2)]
    assert [read_quote(answer.json()) for answer in answers] == ["again", "again"]


def test_urllib():
    with urllib.request.urlopen(
        url("models").replace("chat/completions", "models")
    ) as answer:
        assert b'"id": "m"' in answer.read()


def test_openai():
    from openai import OpenAI

    # It is refused once. In CI there is no key.
    base_url = url("ra_bad")[: -len("/chat/completions")]
    with OpenAI(max_retries=1, base_url=base_url) as client:
        answer = client.chat.completions.create(**build_request("openai"))
    assert read_quote(answer.model_dump()) == "openai"


def test_retries():
    body = build_request("again")
    answers = [CLIENT.post(url("over529"), json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [529, 529, 200]


def test_stream():
    with CLIENT.stream("POST", url("sse_always"), json=build_request("x")) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        lines = list(answer.iter_lines())
    assert lines[0].startswith('data: {"id": "c", ')
    assert lines[-2:] == ["data: [DONE]", ""]


def test_stream_that_is_not_read_to_the_end():
    with CLIENT.stream("POST", url("sse_always"), json=build_request("x")) as answer:
        assert next(answer.iter_lines()).startswith('data: {"id": "c", ')


def test_gzip():
    answer = CLIENT.post(url("gzip"), json=build_request("packed"))
    assert answer.headers["content-encoding"] == "gzip"
    assert read_quote(answer.json()) == "packed"


# Digests of the bytes that the server sends.
ODD_ANSWERS = {
    "ascii_esc": "a20ae70b09b2",
    "bom": "3e1ae0feb0f8",
    "dupkeys": "a41577c3c8e2",
    "lone_surr": "1be0be72a1e5",
    "nulchar": "8fe6609033a0",
    "twice": "ec0c89628937",
    "u_float": "535748f3c3ac",
}


@pytest.mark.parametrize("mode", ODD_ANSWERS)
def test_odd_answers(mode):
    answer = CLIENT.post(url(mode), json=build_request("é. “b”! 😀? d."))
    assert hashlib.sha256(answer.content).hexdigest()[:12] == ODD_ANSWERS[mode]


ERRORS = {
    "html_403": (403, "text/html"),
    "text_503": (503, "text/plain"),
    "err200": (200, "application/json"),
    "cf_filter400": (400, "application/json"),
}


@pytest.mark.parametrize("mode", ERRORS)
def test_errors(mode):
    answer = CLIENT.post(url(mode), json=build_request("x"))
    assert (answer.status_code, answer.headers["content-type"]) == ERRORS[mode]


def test_upload_to_an_address_that_is_missing():
    files = {"file": ("a.jsonl", b'{"a": 1}\n{"b": "\xff"}\n')}
    address = url().replace("chat/completions", "files")
    answer = CLIENT.post(address, files=files, data={"purpose": "batch"})
    assert answer.json() == {"error": {"message": "Not Found", "code": 404}}


@pytest.mark.parametrize("method", ["HEAD", "DELETE"])
def test_methods(method):
    assert CLIENT.request(method, url()).status_code == 501


def test_queries():
    words = ["ferry", "bridge"]
    addresses = [
        url().replace("chat/completions", f"none?page_token={w}") for w in words
    ]
    answers = [CLIENT.get(address).text for address in addresses]
    assert [word in answer for word, answer in zip(words, answers, strict=True)] == [
        True,
        True,
    ]


def test_threads():
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, ["threads"] * 8)) == ["threads"] * 8


def test_one_thread():
    thread = threading.Thread(target=ask, args=("in a thread",))
    thread.start()
    thread.join()


def test_every_scope(parameter_answer, module_answer, function_answer):
    assert module_answer == ["session", "package", "module"]
    assert parameter_answer in {"parameter one/1", "parameter two"}
    assert function_answer == "function"


def test_the_module_again(module_answer, session_answer):
    assert module_answer[0] == session_answer


@pytest.fixture(scope="module")
def overridden_answer(overridden_answer):
    yield [overridden_answer, ask("overriding")]
    ask("overriding tear-down")


def test_a_fixture_that_overrides_another(overridden_answer):
    assert overridden_answer == ["overridden", "overriding"]


@pytest.fixture(scope="module")
def language_answer(request):
    yield ask(f"in {request.param}")
    ask("language tear-down")


@pytest.mark.parametrize("language_answer", ["German", "French"], indirect=True)
def test_a_fixture_with_a_parameter_of_the_test(language_answer):
    assert language_answer in {"in German", "in French"}


def test_a_service_that_may_be_reached(database):
    assert CLIENT.get(database).text == "alive"
    with urllib.request.urlopen(database) as answer:
        assert answer.read() == b"alive"


class TestSetUp:
    @classmethod
    def setup_class(cls):
        cls.answer = ask("setup_class")

    @classmethod
    def teardown_class(cls):
        assert ask("teardown_class") == "teardown_class"

    def setup_method(self):
        self.own = ask("setup_method")

    def test_set_up(self):
        assert [self.answer, self.own] == ["setup_class", "setup_method"]

    def test_set_up_again(self):
        assert [self.answer, self.own] == ["setup_class", "setup_method"]


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
        answers = [self.answer, self.own, ask("unit")]
        assert answers == ["setUpClass", "setUp", "unit"]

    def test_subtests(self):
        for number in range(2):
            with self.subTest(number=number):
                assert ask(f"subtest {number}") == f"subtest {number}"


class AsyncUnitTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.own = await self.ask("asyncSetUp")

    async def asyncTearDown(self):
        await self.ask("asyncTearDown")

    async def ask(self, text):
        async with httpx2.AsyncClient(verify=False) as client:
            answer = await client.post(url(), json=build_request(text))
        return read_quote(answer.json())

    async def test_unit(self):
        assert [self.own, await self.ask("unit")] == ["asyncSetUp", "unit"]


@pytest.mark.xfail(strict=True)
def test_expected_failure():
    assert ask("what is") == "what should be"


def test_without_requests(cassette):
    assert cassette.play_count == 0
    assert cassette.all_played


def test_the_environment_is_not_part_of_a_recording():
    # Both are variables while this is recorded, and neither is in a replay.
    assert ask("The word is question.") == "The word is question."
    key = os.environ["OPENAI_API_KEY"]
    assert ask(f"The key is {key}, or none.").startswith("The key is ")
