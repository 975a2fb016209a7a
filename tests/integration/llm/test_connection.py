"""Each cause that keeps a request from an endpoint has its own sentence."""

import asyncio
import json
import ssl
import subprocess

import pytest

from claimcheck import RunStore, Settings, asummarize, errors, summarize
from claimcheck.llm.batch_api import BatchApi
from claimcheck.llm.connection import build_sdk_options
from claimcheck.models.outcome import DocumentState
from tests.support.command import claimcheck
from tests.support.endpoint import completion, serve_picky
from tests.support.loopback import Handler, serve_handler
from tests.support.scripted import answer, claim


def summarize_async(text, **options):
    return asyncio.run(asummarize(text, **options))


GOOD = completion(json.dumps(answer(claim("Venus is hot."))))
NOBODY = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("url", "environment", "message"),
    [
        (NOBODY, {}, "the connection was refused; check that the server is running"),
        ("https://{server}/v1", {}, "check whether the URL has to begin with http://"),
        ("http://127.0.0.1:port/v1", {}, "URL is not valid: Invalid port: 'port'"),
        (NOBODY, {"ALL_PROXY": "socks://127.0.0.1:9"}, "the proxy of this machine cannot be used (Unknown scheme"),
        ("http://llm.example/v1", {"HTTP_PROXY": "http://me:secret@127.0.0.1:9"}, "the proxy 127.0.0.1:9 cannot be reached; check ALL_PROXY"),
        (NOBODY, {"SSL_CERT_FILE": "/nope"}, "check the file that SSL_CERT_FILE names"),
        (NOBODY, {"OPENAI_API_KEY": "sk-\u2019abc"}, "OPENAI_API_KEY contains \u2019 (U+2019) at position 4"),
        (NOBODY, {"OPENAI_API_KEY": "sk-abc\nsk-def"}, "OPENAI_API_KEY contains U+000A at position 7"),
    ],
)  # fmt: skip
def test_names_the_cause_and_exits_with_3(tmp_path, url, environment, message):
    (tmp_path / "a.txt").write_text("Venus is hot.")
    with serve_picky(lambda _: None, GOOD) as (server, received):
        url = url.replace("{server}", server.split("/")[2])
        flags = ("--base-url", url, "--model", "m", "--attempts", "1", "--no-cache")
        done = claimcheck("summarize", "a.txt", *flags, environment=environment)
        stored = claimcheck(
            "batch", "a.txt", "--store", "runs.db", *flags, environment=environment
        )
    with RunStore("runs.db") as store:
        counts = store.batch(1).counts
    assert received == []
    assert (done.returncode, stored.returncode) == (3, 3)
    for command in (done, stored):
        assert message in " ".join(command.err.split())
        assert "Traceback" not in command.err
        assert "sk-" not in command.err
        assert "secret" not in command.err
    assert counts[DocumentState.PENDING] == 1  # it is not the document's fault


def test_names_a_host_that_cannot_be_resolved(monkeypatch):
    import socket

    def fail(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    settings = Settings(model="m", base_url="http://llm.invalid/v1", attempts=1)
    with pytest.raises(
        errors.UnreachableError, match=r"'llm\.invalid' cannot be resolved"
    ):
        summarize("Venus is hot.", settings=settings)


def test_names_a_certificate_that_is_not_trusted(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
         "/CN=localhost", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serve_handler(Handler, context) as url:
        settings = Settings(model="m", base_url=url.replace("http:", "https:"))
        with pytest.raises(
            errors.SetupError, match=r"certificate is not trusted \(self.signed"
        ):
            summarize("Venus is hot.", settings=settings)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("run", [summarize, summarize_async])
def test_follows_no_redirect_to_another_server(status, run):
    with serve_picky(lambda _: None, GOOD) as (other, received):

        class Redirecting(Handler):
            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                self.answer("", status, location=f"{other}/chat/completions")

        with serve_handler(Redirecting) as url:
            settings = Settings(model="m", base_url=url, api_key="sk-secret-1234")
            with pytest.raises(
                errors.EndpointError, match=f"redirects to {other}/chat"
            ):
                run("Venus is hot.", settings=settings)
    assert received == []


@pytest.mark.parametrize("run", [summarize, summarize_async])
def test_follows_a_redirect_on_the_same_server(run):
    seen = []

    class Redirecting(Handler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            seen.append((self.path, self.headers["authorization"]))
            if self.path.endswith("/"):
                self.answer(GOOD)
            else:
                self.answer("", 307, location=f"{self.path}/")

    with serve_handler(Redirecting) as url:
        settings = Settings(model="m", base_url=url, api_key="abc")
        assert run("Venus is hot.", settings=settings).claims
    assert [path for path, _ in seen] == [
        "/v1/chat/completions",
        "/v1/chat/completions/",
    ]
    assert {key for _, key in seen} == {"Bearer abc"}


def test_ends_redirects_in_a_circle():
    class Redirecting(Handler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.answer("", 307, location=self.path)

    with serve_handler(Redirecting) as url:
        settings = Settings(model="m", base_url=url)
        with pytest.raises(errors.EndpointError, match="redirects to /v1/chat"):
            summarize("Venus is hot.", settings=settings)


def test_the_batch_api_follows_no_redirect_to_another_server():
    seen = []

    class Other(Handler):
        def do_POST(self):
            seen.append(self.path)
            self.answer({"id": "file"})

    class Redirecting(Handler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.answer("", 307, location=f"{other}/files")

    with serve_handler(Other) as other, serve_handler(Redirecting) as url:
        api = BatchApi(Settings(model="m", base_url=url, api_key="abc"))
        with pytest.raises(errors.EndpointError, match=f"redirects to {other}/files"):
            api.upload("a", [("1", "{}")])
        api.close()
    assert seen == []


def test_a_key_from_a_file_may_end_with_a_line_break():
    options = build_sdk_options(Settings(api_key="sk-abc\r\n"))
    assert options["api_key"] == "sk-abc"


def test_speaks_to_a_deployment_of_azure(monkeypatch):
    """The server is the proxy, so that the address can be Azure's."""
    seen = []

    class Azure(Handler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            seen.append((self.path, dict(self.headers)))
            self.answer(GOOD)

    with serve_handler(Azure) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.removesuffix("/v1"))
        base = "http://one.openai.azure.com/openai/deployments/gpt"
        settings = Settings(
            model="gpt", base_url=f"{base}?api-version=2024-10-21", api_key="abc"
        )
        assert summarize("Venus is hot.", settings=settings).claims
    ((path, headers),) = seen
    headers = {name.lower(): value for name, value in headers.items()}
    assert path == f"{base}/chat/completions?api-version=2024-10-21"
    assert headers["api-key"] == "abc"
    assert settings.endpoint() == base
