"""Clients and kinds of asynchronous tests that need packages of their own."""

import gzip
import os
import unittest

import aiohttp
import anyio
import httpx2
import pytest
import pytest_asyncio
import requests
import trio
import urllib3
from conftest import CLIENT

pytestmark = pytest.mark.cassette


def url(path):
    return os.environ["OPENAI_BASE_URL"] + path


async def ask(text):
    async with httpx2.AsyncClient(verify=False) as client:
        answer = await client.post(url("/echo"), json={"text": text})
    return answer.text


async def chunks():
    yield b"one "
    yield b"two"


def build_upload():
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", b"\xff\x00", filename="a.bin")
    return form


BODIES = {
    "json": {"json": {"b": 1, "a": ["é", None]}},
    "text": {"data": "é"},
    "bytes": {"data": b"\xff\x00"},
    "form": {"data": {"a": "1"}},
    "chunks": {"data": chunks},
    "upload": {"data": build_upload},
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", BODIES)
async def test_aiohttp_sends_every_kind_of_body(same, name):
    options = dict(BODIES[name])
    if callable(options.get("data")):
        options["data"] = options["data"]()
    session = aiohttp.ClientSession()
    async with session, session.post(url("/length"), **options) as answer:
        same(await answer.text())


@pytest.mark.asyncio
async def test_aiohttp_with_a_relative_url(same):
    async with (
        aiohttp.ClientSession(url("/")) as session,
        session.get("echo", params={"q": "a b"}) as answer,
    ):
        same(await answer.json())


@pytest.mark.asyncio
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_aiohttp_follows_a_redirect(same, method):
    session = aiohttp.ClientSession()
    async with session, session.request(method, url("/redirect")) as answer:
        same([answer.method, await answer.read(), len(answer.history)])


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/gzip", "/brotli"])
async def test_aiohttp_decompresses(same, path):
    session = aiohttp.ClientSession()
    async with session, session.get(url(path)) as answer:
        same([answer.headers["content-encoding"], await answer.json()])


@pytest.mark.asyncio
async def test_aiohttp_without_decompression(same):
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.get(url("/gzip")) as answer,
    ):
        same(gzip.decompress(await answer.read()))


@pytest.mark.asyncio
async def test_aiohttp_streams(same):
    session = aiohttp.ClientSession()
    async with session, session.get(url("/stream")) as answer:
        same([line async for line in answer.content])


@pytest.mark.asyncio
async def test_openai_with_aiohttp(same):
    from openai import AsyncOpenAI, DefaultAioHttpClient

    client = AsyncOpenAI(max_retries=0, http_client=DefaultAioHttpClient())
    async with client:
        messages = [{"role": "user", "content": "hello"}]
        answer = await client.chat.completions.create(model="m", messages=messages)
    same(answer.choices[0].message.content)


@pytest.mark.cassette("shared/compressed")
def test_one_client_records_what_another_one_plays(same):
    same(CLIENT.get(url("/gzip")).json())


@pytest.mark.cassette("shared/compressed")
@pytest.mark.asyncio
async def test_another_client_plays_what_one_recorded(same):
    session = aiohttp.ClientSession()
    async with session, session.get(url("/gzip")) as answer:
        same(await answer.json())


def test_brotli(same):
    answers = [
        CLIENT.get(url("/brotli")).content,
        requests.get(url("/brotli"), timeout=9).content,
        urllib3.request("GET", url("/brotli")).data,
    ]
    same(answers)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


@pytest.fixture
async def anyio_answer(anyio_backend):
    yield await ask("anyio fixture")
    await ask("anyio fixture teardown")


@pytest.mark.anyio
async def test_anyio(same, anyio_answer):
    answers = []

    async def collect(number):
        answers.append(await ask(f"anyio {number}"))

    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(collect, number)
    same([anyio_answer, sorted(answers)])


def test_trio(same):
    same(trio.run(ask, "trio"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def asyncio_answer():
    yield await ask("asyncio fixture")
    await ask("asyncio fixture teardown")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", ["alpha", "beta"])
async def test_pytest_asyncio(same, asyncio_answer, name):
    same([asyncio_answer, await ask("asyncio")])


class AsyncUnitTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.own = await ask("asyncSetUp")

    async def asyncTearDown(self):
        await ask("asyncTearDown")

    async def test_unit(self):
        assert "asyncSetUp" in self.own
        assert "unit" in await ask("unit")

    def test_subtests(self):
        for number in range(2):
            with self.subTest(number=number):
                assert CLIENT.get(url(f"/echo?n={number}")).is_success
