"""Clients and kinds of asynchronous tests that need packages of their own."""

import os

import aiohttp
import anyio
import httpx
import httpx2
import pytest
import pytest_asyncio
import trio
from conftest import build_request, read_quote, url

pytestmark = pytest.mark.cassette


async def ask(text):
    async with httpx2.AsyncClient(verify=False) as client:
        answer = await client.post(url(), json=build_request(text))
    return read_quote(answer.json())


def build_upload():
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", b"\xff\x00", filename="a.bin")
    return form


BODIES = {
    "json": {"json": {"b": 1, "a": ["é", None]}},
    "text": {"data": "é"},
    "bytes": {"data": b"\xff\x00"},
    "form": {"data": {"a": "1"}},
    "upload": {"data": build_upload},
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", BODIES)
async def test_aiohttp_sends_every_kind_of_body(name):
    options = dict(BODIES[name])
    if callable(options.get("data")):
        options["data"] = options["data"]()
    session = aiohttp.ClientSession()
    async with (
        session,
        session.post(url().replace("chat", "files"), **options) as answer,
    ):
        assert answer.status in {200, 404}


@pytest.mark.asyncio
async def test_aiohttp_with_a_relative_url():
    base_url = os.environ["OPENAI_BASE_URL"]
    async with (
        aiohttp.ClientSession(base_url) as session,
        session.get("none", params={"q": "a b"}) as answer,
    ):
        assert "/none?q=a+b" in await answer.text()


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["ok", "gzip"])
async def test_aiohttp_reads_an_answer(mode):
    session = aiohttp.ClientSession()
    body = build_request("aiohttp")
    async with session, session.post(url(mode), json=body) as answer:
        assert read_quote(await answer.json()) == "aiohttp"


@pytest.mark.asyncio
async def test_aiohttp_streams():
    session = aiohttp.ClientSession()
    body = build_request("x")
    async with session, session.post(url("sse_always"), json=body) as answer:
        lines = [line async for line in answer.content]
    assert lines[-2:] == [b"data: [DONE]\n", b"\n"]


@pytest.mark.asyncio
async def test_openai_with_aiohttp():
    from openai import AsyncOpenAI, DefaultAioHttpClient

    client = AsyncOpenAI(
        max_retries=0,
        base_url=url()[: -len("/chat/completions")],
        http_client=DefaultAioHttpClient(),
    )
    async with client:
        answer = await client.chat.completions.create(**build_request("openai"))
    assert read_quote(answer.model_dump()) == "openai"


def test_httpx():
    with httpx.Client() as client:
        answer = client.post(url("gzip"), json=build_request("httpx"))
    assert read_quote(answer.json()) == "httpx"


@pytest.mark.cassette("shared/compressed")
def test_one_client_records_what_another_one_plays():
    answer = httpx.post(url("gzip"), json=build_request("shared"))
    assert read_quote(answer.json()) == "shared"


@pytest.mark.cassette("shared/compressed")
@pytest.mark.asyncio
async def test_another_client_plays_what_one_recorded():
    session = aiohttp.ClientSession()
    async with (
        session,
        session.post(url("gzip"), json=build_request("shared")) as answer,
    ):
        assert read_quote(await answer.json()) == "shared"


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


@pytest.fixture
async def anyio_answer(anyio_backend):
    yield await ask("anyio fixture")
    await ask("anyio fixture tear-down")


@pytest.mark.anyio
async def test_anyio(anyio_answer):
    answers = []

    async def collect(number):
        answers.append(await ask(f"anyio {number}"))

    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(collect, number)
    assert anyio_answer == "anyio fixture"
    assert sorted(answers) == ["anyio 0", "anyio 1", "anyio 2"]


def test_trio():
    assert trio.run(ask, "trio") == "trio"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def asyncio_answer():
    yield await ask("asyncio fixture")
    await ask("asyncio fixture tear-down")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", ["alpha", "beta"])
async def test_pytest_asyncio(asyncio_answer, name):
    assert [asyncio_answer, await ask("asyncio")] == ["asyncio fixture", "asyncio"]
