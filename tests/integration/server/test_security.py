"""Who may use the server, from where, and with how much data."""

import socket

import pytest

from claimcheck import errors
from claimcheck.server.config import is_loopback, list_host_names, require_token
from tests.support.web import FERRY

TOKEN = "a-long-and-random-token"


def own(api):
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


def test_accepts_three_names_of_loopback(serve):
    api = serve()
    port = own(api).rpartition(":")[2]
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
        assert (response.status_code, "another origin" in response.json()["error"]) == (
            403,
            True,
        )
        assert "access-control-allow-origin" not in response.headers
    assert api.get("/api/runs").json()["runs"] == []


def test_accepts_its_own_page_and_links_to_it(serve):
    api = serve()
    mine = {"origin": f"http://{own(api)}", "sec-fetch-site": "same-origin"}
    assert api.post("/api/runs", json={"text": FERRY}, headers=mine).status_code == 201
    link = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    }
    assert api.get("/", headers=link).status_code == 200
    assert api.post("/api/runs", json={"text": FERRY}, headers=link).status_code == 403
    assert (
        api.options("/api/runs", headers={"origin": "https://evil.example"}).status_code
        == 403
    )


def test_a_token_is_required_everywhere(serve):
    api = serve(token=TOKEN)
    for path in (
        "/",
        "/api/about",
        "/api/runs",
        "/openapi.json",
        "/docs",
        "/docs/assets/swagger-ui.css",
        "/nothing",
    ):
        assert api.get(path).status_code == 401
        assert (
            api.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401
        )
        assert (
            api.get(path, headers={"authorization": f"Basic {TOKEN}"}).status_code
            == 401
        )
    assert (
        api.get("/api/about", headers={"authorization": f"Bearer {TOKEN}"}).status_code
        == 200
    )
    assert (
        api.get("/api/about", headers={"authorization": f"Bearer {TOKEN}x"}).status_code
        == 401
    )
    assert (
        api.get(
            "/api/about", headers={"authorization": "Bearer é".encode()}
        ).status_code
        == 401
    )


def test_a_browser_logs_in_with_the_token_and_keeps_only_a_session(serve):
    api = serve(token=TOKEN)
    page = api.get("/", headers={"accept": "text/html"})
    assert (page.status_code, "<form" in page.text) == (401, True)
    wrong = api.post("/login", data={"token": "wrong"})
    assert (
        wrong.status_code,
        "token is wrong" in wrong.text,
        wrong.cookies.get("claimcheck"),
    ) == (
        401,
        True,
        None,
    )
    right = api.post("/login", data={"token": TOKEN})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    cookie = right.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in cookie
    assert api.get("/", headers={"accept": "text/html"}).status_code == 200
    api.cookies.set("claimcheck", "0" * 64, domain="127.0.0.1")
    assert (
        api.get("/api/about", headers={"cookie": "claimcheck=" + "0" * 64}).status_code
        == 401
    )


@pytest.mark.parametrize("chunked", [False, True])
def test_refuses_a_body_that_is_too_large_and_stores_nothing(serve, chunked):
    api = serve(max_request_bytes=10_000)
    body = b'{"text": "' + b"word " * 4_000 + b'"}'
    parts = (body[place : place + 1_000] for place in range(0, len(body), 1_000))
    headers = {"content-type": "application/json"}
    response = api.post(
        "/api/runs", content=parts if chunked else body, headers=headers
    )
    assert response.status_code == 413
    assert list(response.json()) == ["error"]
    assert api.get("/api/runs").json() == {"runs": [], "waiting": 0, "next": None}
    assert api.post("/login", content=b"token=" + b"x" * 20_000).status_code == 413
    for length in ("9" * 15, "9" * 5_000):
        told = raw(api, "/login", "POST", f"content-length: {length}\r\n").split(b" ")[
            1
        ]
        assert told in (b"413", b"400")


def raw(api, target, method="GET", headers=""):
    """What the server answers to a request for this very target, which no client has tidied."""
    host, _, port = own(api).rpartition(":")
    with socket.create_connection((host, int(port)), timeout=90) as connection:
        connection.sendall(
            f"{method} {target} HTTP/1.1\r\nhost: {host}:{port}\r\n{headers}connection: close\r\n\r\n".encode()
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
    answer = raw(serve(), target)
    assert answer.split(b" ")[1][:2] == b"40" or answer.split(b" ")[1] in (
        b"422",
        b"421",
    )
    assert b"root:" not in answer
    assert b"import" not in answer


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


def test_only_loopback_needs_no_token():
    assert [
        is_loopback(host) for host in ("127.0.0.1", "127.8.0.1", "::1", "localhost")
    ] == [True] * 4
    assert [
        is_loopback(host)
        for host in ("0.0.0.0", "::", "10.0.0.1", "example.org", "", "localhost.evil")
    ] == [False] * 6
    require_token("127.0.0.1", None)
    require_token("0.0.0.0", TOKEN)
    with pytest.raises(errors.SettingsError, match="CLAIMCHECK_TOKEN"):
        require_token("0.0.0.0", None)
    with pytest.raises(errors.SettingsError, match="at least 16"):
        require_token("127.0.0.1", "short")
    assert list_host_names("0.0.0.0", 80) is None
    assert "localhost" in list_host_names("127.0.0.1", 80)
