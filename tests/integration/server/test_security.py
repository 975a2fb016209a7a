"""Who may use the server, from where, and how large a request may be."""

import socket
from contextlib import ExitStack

import pytest

from tests.support.web import FERRY

TOKEN = "a-long-and-random-token"


def get_address(api):
    return str(api.base_url).removeprefix("http://").rstrip("/")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example",
        "",
    ],
)
def test_refuses_a_foreign_host_header(serve, host):
    response = serve().get("/api/about", headers={"host": host})
    assert response.status_code == 421
    assert "error" in response.json()


def test_accepts_the_three_loopback_host_names(serve):
    api = serve()
    port = get_address(api).rpartition(":")[2]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert api.get("/api/about", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://127.0.0.1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {
            "sec-fetch-site": "cross-site",
            "sec-fetch-mode": "navigate",
            "sec-fetch-dest": "iframe",
        },
    ],
)
def test_refuses_requests_from_another_origin(serve, headers):
    api = serve()
    for response in (
        api.post("/api/runs", json={"text": FERRY}, headers=headers),
        api.get("/api/runs", headers=headers),
    ):
        assert response.status_code == 403
        assert "another origin" in response.json()["error"]
        assert "access-control-allow-origin" not in response.headers
    assert api.get("/api/runs").json()["runs"] == []


def test_accepts_its_own_page_and_links_to_it(serve):
    api = serve()
    own = {"origin": f"http://{get_address(api)}", "sec-fetch-site": "same-origin"}
    assert api.post("/api/runs", json={"text": FERRY}, headers=own).status_code == 201
    link = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    }
    assert api.get("/", headers=link).status_code == 200
    assert api.post("/api/runs", json={"text": FERRY}, headers=link).status_code == 403
    preflight = api.options("/api/runs", headers={"origin": "https://evil.example"})
    assert preflight.status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/about",
        "/api/runs",
        "/openapi.json",
        "/docs",
        "/docs/assets/swagger-ui.css",
        "/nothing",
    ],
)
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", f"Basic {TOKEN}"])
def test_every_path_requires_the_token(serve, path, authorization):
    headers = {"authorization": authorization} if authorization else {}
    assert serve(token=TOKEN).get(path, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("authorization", "status"),
    [(f"Bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 401), ("Bearer é".encode(), 401)],
)
def test_only_the_token_itself_is_accepted(serve, authorization, status):
    headers = {"authorization": authorization}
    assert serve(token=TOKEN).get("/api/about", headers=headers).status_code == status


def test_a_browser_logs_in_with_the_token_and_keeps_only_a_session(serve):
    api = serve(token=TOKEN)
    page = api.get("/", headers={"accept": "text/html"})
    assert page.status_code == 401
    assert "<form" in page.text
    wrong = api.post("/login", data={"token": "wrong"})
    assert wrong.status_code == 401
    assert "token is wrong" in wrong.text
    assert wrong.cookies.get("claimcheck") is None
    right = api.post("/login", data={"token": TOKEN})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    cookie = right.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in cookie
    assert api.get("/", headers={"accept": "text/html"}).status_code == 200
    api.cookies.set("claimcheck", "0" * 64, domain="127.0.0.1")
    forged = {"cookie": "claimcheck=" + "0" * 64}
    assert api.get("/api/about", headers=forged).status_code == 401


@pytest.mark.parametrize("chunked", [False, True])
def test_refuses_a_body_that_is_too_large_and_stores_nothing(serve, chunked):
    api = serve(max_request_bytes=10_000)
    body = b'{"text": "' + b"word " * 4_000 + b'"}'
    parts = (body[start : start + 1_000] for start in range(0, len(body), 1_000))
    headers = {"content-type": "application/json"}
    response = api.post(
        "/api/runs", content=parts if chunked else body, headers=headers
    )
    assert response.status_code == 413
    assert list(response.json()) == ["error"]
    assert api.get("/api/runs").json() == {"runs": [], "waiting": 0, "next": None}
    assert api.post("/login", content=b"token=" + b"x" * 20_000).status_code == 413


@pytest.mark.parametrize("length", ["9" * 15, "9" * 5_000])
def test_refuses_an_absurd_content_length(serve, length):
    header = f"content-length: {length}\r\n"
    response = send_raw(serve(), "/login", "POST", header)
    assert response.split(b" ")[1] in (b"413", b"400")


@pytest.mark.parametrize(
    "begun",
    [
        "GET / HTTP/1.1\r\nhost: x",
        "POST /api/runs HTTP/1.1\r\ncontent-length: 9\r\n\r\n{",
    ],
)
def test_connections_that_send_nothing_more_shut_nobody_out(serve, begun):
    api = serve()
    host, _, port = get_address(api).rpartition(":")
    with ExitStack() as opened:
        for _ in range(260):
            connection = socket.create_connection((host, int(port)), timeout=90)
            opened.enter_context(connection).sendall(begun.encode())
        assert api.get("/api/about").status_code == 200


def send_raw(api, target, method="GET", headers=""):
    """Request exactly this target: HTTP clients would normalize it."""
    host, _, port = get_address(api).rpartition(":")
    with socket.create_connection((host, int(port)), timeout=90) as connection:
        connection.sendall(
            f"{method} {target} HTTP/1.1\r\n"
            f"host: {host}:{port}\r\n"
            f"{headers}connection: close\r\n\r\n".encode()
        )
        data = b""
        while part := connection.recv(65_536):
            data += part
    return data


@pytest.mark.parametrize(
    "target",
    [
        "/../../../../etc/passwd",
        "/docs/assets/../../../../../../etc/passwd",
        "/docs/assets/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/docs/assets/%2e%2e/%2e%2e/core.py",
        "/docs/assets//etc/passwd",
        "/runs/..%2f..%2fetc%2fpasswd",
        "/runs/1-1%00",
        "/api/runs/1-1/../../../etc/passwd",
        "/api/runs/%2e%2e",
        "/api/runs/file:%2f%2f%2fetc%2fpasswd",
        "http://evil.example/etc/passwd",
        "/\\..\\..\\etc\\passwd",
    ],
)
def test_no_path_reaches_a_file(serve, target):
    response = send_raw(serve(), target)
    assert response.split(b" ")[1] in (b"400", b"404", b"421", b"422")
    assert b"root:" not in response
    assert b"import" not in response


def test_every_response_has_its_security_headers(serve):
    api = serve()
    api.post("/api/runs", json={"text": FERRY})
    for path in (
        "/",
        "/runs/1-1",
        "/api/runs",
        "/docs",
        "/docs/assets/swagger-ui.css",
        "/nothing",
        "/api/runs/9-9",
    ):
        headers = api.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers
    for path in ("/", "/runs/1-1"):
        page = api.get(path).text
        assert "default-src &#39;none&#39;" in page
        assert "unsafe" not in page.partition("<title>")[0]
