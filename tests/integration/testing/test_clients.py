"""What one client records, another one plays."""

import asyncio
import gzip
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor

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


ODD_BODIES = [
    b'{"quote": "\\"/home/anna/list.txt\\" and set-cookie: a", "b": "\\ud83d"}',
    b'{"a": 1, "a": 2}',
    b"[1e400, 1.10, -0, 123456789012345678901234567890]",
    b'{"z": 1,\n   "a": [ ]}\r\n',
    b'{"id": 1}\n{"id": 2}\n',
    b"\xff\x00\xfe\x80",
    b"\x00",
    b"",
    "\ufeff\u2028 é".encode(),
    b"{not json",
]


class Server(Handler):
    """Numbers the answers to POST, so that no two of them are equal."""

    count = 0

    def do_GET(self):
        name = self.path.rpartition("/")[2]
        if name in PACKERS:
            self.answer(PACKERS[name](TEXT), **{"content-encoding": name})
        elif name.isdigit():
            self.answer(ODD_BODIES[int(name)], **{"content-type": "text/plain"})
        elif name == "latin-1":
            kind = {"content-type": "text/plain; charset=iso-8859-1"}
            self.answer("é".encode("latin-1"), **kind)
        elif name in ("no-content", "not-modified"):
            self.send_response({"no-content": 204, "not-modified": 304}[name])
            self.send_header("etag", '"1"')
            self.end_headers()
        else:
            self.redirect()

    def redirect(self):
        self.answer(b"", 307, location="/v1/echo" if self.command == "POST" else "gzip")

    def do_POST(self):
        body = self.read_body()
        if self.path.endswith("/redirect"):
            self.redirect()
            return
        Server.count += 1
        text = body.decode("latin-1")
        self.answer({"number": Server.count, "received": text})

    def read_body(self):
        if "content-length" in self.headers:
            return self.rfile.read(int(self.headers["content-length"]))
        body = b""
        while size := int(self.rfile.readline(), 16):  # transfer-encoding: chunked
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def do_HEAD(self):
        self.answer(b"", **{"content-encoding": "gzip", "content-length": "1234"})


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


def test_an_error_inside_a_block_that_reads_an_answer_is_raised(tmp_path):
    path = tmp_path / "cassette.json"
    with serve_handler(Server) as server:
        for mode in ("once", "none"):
            with (
                pytest.raises(ZeroDivisionError),
                use_cassette(path, record=mode),
                urllib.request.urlopen(f"{server}/1") as answer,
            ):
                answer.read(1 // 0)


@pytest.mark.parametrize("client", [httpx2, requests])
def test_an_answer_without_a_body_stays_without_one(tmp_path, client):
    path = tmp_path / "cassette.json"
    with serve_handler(Server) as server, use_cassette(path, record="once"):
        client.head(server)
    with use_cassette(path):
        answer = client.head(server)
    assert (answer.content, answer.headers["content-length"]) == (b"", "1234")


def read_odd_bodies(url):
    with httpx2.Client(verify=False) as client:
        return [client.get(f"{url}/{n}").content for n in range(len(ODD_BODIES))]


def read_raw(url):
    with (
        httpx2.Client(verify=False) as client,
        client.stream("GET", f"{url}/gzip") as answer,
    ):
        return gzip.decompress(b"".join(answer.iter_raw()))


def follow_a_redirect(url):
    with httpx2.Client(verify=False, follow_redirects=True) as client:
        return client.get(f"{url}/redirect").text


def read_empty_answers(url):
    with httpx2.Client(verify=False) as client:
        answers = [
            client.get(f"{url}/{name}") for name in ("no-content", "not-modified")
        ]
    return [(a.status_code, a.headers["etag"], a.content) for a in answers]


def send_chunks(url):
    with httpx2.Client(verify=False) as client:
        return client.post(f"{url}/echo", content=iter([b"one ", b"two"])).text


def repeat_a_request(url):
    return [requests.post(f"{url}/echo", json={"a": 1}).content for _ in range(2)]


def run_aiohttp(send, **options):
    async def run(url):
        async with aiohttp.ClientSession(**options) as session:
            return await send(session, url)

    return lambda url: asyncio.run(run(url))


async def send_aiohttp_chunks(session, url):
    async def chunks():
        yield b"one "
        yield b"two"

    async with session.post(f"{url}/echo", data=chunks()) as answer:
        return await answer.text()


async def send_aiohttp_upload(session, url):
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", b"\xff\x00", filename="a.bin")
    async with session.post(f"{url}/echo", data=form) as answer:
        return (await answer.json())["number"]


async def follow_aiohttp_redirects(session, url):
    seen = []
    for method in ("GET", "POST"):
        async with session.request(method, f"{url}/redirect") as answer:
            seen.append([answer.method, await answer.read(), len(answer.history)])
    return seen


async def read_aiohttp_text(session, url):
    async with session.get(f"{url}/latin-1") as answer:
        with pytest.raises(aiohttp.ContentTypeError):
            await answer.json()
        return await answer.text()


async def read_aiohttp_raw(session, url):
    async with session.get(f"{url}/gzip") as answer:
        return gzip.decompress(await answer.read())


def ask_in_threads(url):
    """Clients made of http.client, at the same time as one that is not."""
    clients = [get_with_urllib, get_with_requests, get_with_urllib3, get_with_httpx2]
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(clients[n % 4], f"{url}/{n}/gzip") for n in range(24)]
    return [job.result() for job in jobs]


EXCHANGES = [
    ask_in_threads,
    read_odd_bodies,
    read_raw,
    follow_a_redirect,
    read_empty_answers,
    send_chunks,
    repeat_a_request,
]
if aiohttp:
    EXCHANGES += [
        run_aiohttp(send_aiohttp_chunks),
        run_aiohttp(send_aiohttp_upload),
        run_aiohttp(follow_aiohttp_redirects),
        run_aiohttp(read_aiohttp_text),
        run_aiohttp(read_aiohttp_raw, auto_decompress=False),
    ]


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_client_gets_what_it_got_while_recording(tmp_path, exchange):
    path = tmp_path / "cassette.json"
    with serve_handler(Server) as server, use_cassette(path, record="once"):
        received = exchange(server)
    assert received
    with use_cassette(path) as cassette:
        assert exchange(server) == received
        assert cassette.all_played
