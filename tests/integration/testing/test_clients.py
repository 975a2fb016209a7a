"""What one client records, another one plays."""

import asyncio
import gzip
import urllib.request
import zlib

import httpx2
import pytest
import requests
import urllib3

from claimcheck.testing import use_cassette
from tests.support.loopback import Handler, serve_handler

try:
    import brotli
except ImportError:
    brotli = None
try:
    import aiohttp
except ImportError:
    aiohttp = None

TEXT = b'{"answer": "packed"}'
PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress}
if brotli:
    PACKERS["br"] = brotli.compress


class Server(Handler):
    def do_GET(self):
        encoding = self.path.rpartition("/")[2]
        packed = PACKERS[encoding](TEXT)
        self.answer(packed, **{"content-encoding": encoding})

    def do_HEAD(self):
        self.answer(b"", **{"content-encoding": "gzip"})


def get_with_httpx2(url):
    # Without certificates, which are slow to load.
    with httpx2.Client(verify=False) as client:
        return client.get(url).content


def get_with_requests(url):
    with requests.Session() as session:
        return session.get(url).content


def get_with_urllib3(url):
    with urllib3.PoolManager() as pool:
        return pool.request("GET", url).data


def get_with_urllib(url):
    with urllib.request.urlopen(url) as answer:
        packed = answer.read()
        if answer.headers["content-encoding"] == "br":
            return brotli.decompress(packed)
        return zlib.decompress(packed, wbits=zlib.MAX_WBITS | 32)


def get_with_aiohttp(url):
    async def get():
        session = aiohttp.ClientSession()
        async with session, session.get(url) as answer:
            return await answer.read()

    return asyncio.run(get())


CLIENTS = {
    "httpx2": get_with_httpx2,
    "requests": get_with_requests,
    "urllib3": get_with_urllib3,
    "urllib": get_with_urllib,
}
if aiohttp:
    CLIENTS["aiohttp"] = get_with_aiohttp


@pytest.mark.parametrize("encoding", PACKERS)
@pytest.mark.parametrize("recorder", CLIENTS)
def test_every_client_plays_compressed_answers_of_any_other(
    tmp_path, recorder, encoding
):
    path = tmp_path / "cassette.json"
    with serve_handler(Server) as server, use_cassette(path, record="once"):
        url = f"{server}/{encoding}"
        assert CLIENTS[recorder](url) == TEXT
    for get in CLIENTS.values():
        with use_cassette(path):
            assert get(url) == TEXT


@pytest.mark.parametrize("client", [httpx2, requests])
def test_an_answer_without_a_body_stays_without_one(tmp_path, client):
    path = tmp_path / "cassette.json"
    with serve_handler(Server) as server, use_cassette(path, record="once"):
        client.head(server)
    with use_cassette(path) as cassette:
        assert client.head(server).content == b""
        assert cassette.responses[0]["body"] == {"string": b""}
