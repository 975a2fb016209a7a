"""Fetch documents from a real server on loopback: redirects, character sets, refusals, limits."""

import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from claimcheck import Document, errors
from claimcheck.readers import url
from tests.support.paths import ROOT

FERRY = (ROOT / "tests" / "files" / "ferry.html").read_bytes()
HTML = {"content-type": "text/html; charset=utf-8"}


@contextmanager
def serving(*answers):
    """Serves (status, headers, body) one after another; gives the base address and the requests received."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            received.append(
                (
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                )
            )
            status, headers, body = answers[min(len(received), len(answers)) - 1]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(
                BrokenPipeError, ConnectionResetError
            ):  # the reader had enough, as it should
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()


def test_fetches_an_article_after_a_redirect():
    with serving((302, {"location": "/b?x=1"}, b""), (200, HTML, FERRY)) as (
        base,
        received,
    ):
        document = Document.from_url(f"{base}/a", allow_private=True)
    assert (document.format, document.source) == ("html", f"{base}/b?x=1")
    assert document.url == "https://varberg.example/ferry"
    assert [path for path, _ in received] == ["/a", "/b?x=1"]
    assert received[0][1]["user-agent"].startswith("claimcheck/")


def test_decodes_with_the_charset_the_server_declares():
    headers = {"content-type": "text/plain; charset=windows-1251"}
    text = "Министр сказал, что экспорт упал на 5 процентов."
    with serving((200, headers, text.encode("cp1251"))) as (base, _):
        assert Document.from_url(base, allow_private=True).text == text


def test_refuses_a_redirect_to_a_private_address(monkeypatch):
    monkeypatch.setattr(url, "is_public", lambda address: str(address) == "127.0.0.1")
    answer = (302, {"location": "http://169.254.169.254/latest/"}, b"")
    with (
        serving(answer) as (base, _),
        pytest.raises(errors.InputError, match=r"resolves to 169\.254\.169\.254"),
    ):
        Document.from_url(base)


def test_refuses_a_redirect_to_a_file():
    with (
        serving((302, {"location": "file:///etc/passwd"}, b"")) as (base, _),
        pytest.raises(errors.InputError, match="only http and https"),
    ):
        Document.from_url(base, allow_private=True)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, HTML, b""), r"returns no document \(HTTP 404\)"),
        ((402, HTML, b""), r"asks for payment \(HTTP 402\)"),
        ((403, HTML, b""), r"refuses access \(HTTP 403\)"),
        ((302, {"location": "/again"}, b""), "redirects more than 5 times"),
        (
            (200, {"content-type": "video/mp4"}, b"\x89PNG"),
            "is video/mp4, which claimcheck",
        ),
        (
            (200, {"content-type": "text/plain"}, b"x" * (21 << 20)),
            "has more than 20 MB",
        ),
        ((200, HTML, b""), "is empty"),
    ],
)
def test_refuses_responses_that_are_not_documents(answer, message):
    with serving(answer) as (base, _), pytest.raises(errors.InputError, match=message):
        Document.from_url(base, allow_private=True)


def test_gives_up_on_a_server_that_never_answers(monkeypatch):
    monkeypatch.setattr(url, "_TIMEOUT_S", 0.5)

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self):
            threading.Event().wait(3)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(errors.InputError, match="took longer than"):
            Document.from_url(
                f"http://127.0.0.1:{server.server_port}/", allow_private=True
            )
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("part", ["headers", "body"])
def test_gives_up_on_a_server_that_drips(monkeypatch, part):
    monkeypatch.setattr(url, "_TIMEOUT_S", 1.0)
    stop = threading.Event()

    class Dripping(BaseHTTPRequestHandler):
        def do_GET(self):
            with suppress(OSError):
                if part == "body":
                    self.send_response(200)
                    self.send_header("content-type", "text/html")
                    self.end_headers()
                while not stop.wait(0.1):
                    self.wfile.write(b"X")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    started = time.monotonic()
    with pytest.raises(errors.InputError, match="took longer than 1 s"):
        url.fetch_bytes(f"http://127.0.0.1:{server.server_port}/", allow_private=True)
    assert time.monotonic() - started < 20
    stop.set()
    server.shutdown()
    server.server_close()


def test_names_a_closed_port_and_an_unknown_host():
    with pytest.raises(errors.InputError, match="can't be fetched"):
        Document.from_url("http://127.0.0.1:9/", allow_private=True)
    with pytest.raises(errors.InputError, match="was not found"):
        Document.from_url("http://no-such-host.invalid/")


def test_never_shows_a_password_from_a_url():
    with pytest.raises(errors.InputError) as caught:
        Document.from_url("http://jane:secret@127.0.0.1:9/", allow_private=True)
    assert "secret" not in str(caught.value)


MALFORMED = [
    "http://[",
    "http://[::1",
    "http://]/",
    "//[x]/",
    "http://a:99999/",
    "http://a:x/",
    "http://\u2105.example/",
    "http://" + "a" * 70 + ".example/",
    "http://a..b/",
    "http://.",
    "http://\x00/",
    "http:///",
    "http://%/",
    "\udcff://",
    "http://\udcff/",
    "http://127.0.0.1:1/%zz\udcff",
    "http://a b/",
    "http://xn--/",
    "javascript:1",
    "http://user:pw@[::1%25x]:1/",
    "",
]


def test_a_malformed_redirect_is_an_error_of_that_address():
    answers = [
        (302, {"location": location.encode("utf-8", "surrogateescape").decode("latin-1")}, b"")
        for location in MALFORMED
    ]  # fmt: skip
    with serving(*answers) as (base, received):
        for location in MALFORMED:
            with pytest.raises(errors.InputError) as caught:
                Document.from_url(f"{base}/a", allow_private=True)
            assert "pw@" not in str(caught.value), location
    assert len(received) >= len(MALFORMED)
