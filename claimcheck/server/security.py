"""Controls who may send requests, and what browsers may do with responses."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claimcheck.server import pages
from claimcheck.server.config import ServerConfig
from claimcheck.server.responses import Config

_COOKIE_NAME = "claimcheck"
_LOGIN_PATH = "/login"
# Python refuses to parse integers of thousands of digits; 15 digits are a petabyte.
_MAX_CONTENT_LENGTH_DIGITS = 15
_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",  # documents may be confidential
}
_ASK_FOR_TOKEN = {"www-authenticate": "Bearer"}

router = APIRouter(include_in_schema=False)


@router.post(_LOGIN_PATH)
async def log_in(request: Request, config: Config) -> Response:
    """Exchange the token for a cookie and show the first page."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    candidate = form.get("token", [""])[0]
    if not _is_token(config, candidate):
        return HTMLResponse(pages.render_login(is_retry=True), 401)
    response = RedirectResponse("/", 303)
    response.set_cookie(
        _COOKIE_NAME,
        _compute_cookie(config),
        httponly=True,  # no script can read it
        samesite="strict",  # requests that other sites cause do not carry it
        secure=request.url.scheme == "https",
    )
    return response


class AccessMiddleware:
    """Admits its own pages, local programs, and holders of the token.

    A page from elsewhere can reach a server on loopback in two ways. It can send a
    request directly, which shows in `Origin` and `Sec-Fetch-Site`, or use its own host
    name that resolves to 127.0.0.1 (DNS rebinding), which shows in `Host`. Programs do
    not send the first two headers.
    """

    def __init__(self, app: ASGIApp, config: ServerConfig) -> None:
        self._app = app
        self._config = config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request or pass it on, and secure the response.

        This is the ASGI interface: https://asgi.readthedocs.io
        """
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # the server has no WebSockets

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_SECURITY_HEADERS)
            await send(message)

        refusal = self._find_refusal(scope, Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send_secured)

    def _find_refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the response that refuses a request; None admits it."""
        config = self._config
        host = headers.get("host", "")
        if config.allowed_hosts is not None and host not in config.allowed_hosts:
            names = ", ".join(sorted(config.allowed_hosts))
            return _build_error_response(
                421, f"this server answers to {names}, not to {host!r}"
            )
        if not _is_same_origin(scope, headers, host):
            return _build_error_response(
                403, "pages of another origin may not use this server"
            )
        # FastAPI limits a body without this header while it reads it.
        if _is_longer(headers.get("content-length", ""), config.max_request_bytes):
            return _build_error_response(
                413, f"the request has more than {config.max_request_bytes:,} bytes"
            )
        if config.token is None or scope["path"] == _LOGIN_PATH:  # no token needed
            return None
        if self._has_access(scope, headers):
            return None
        if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            return HTMLResponse(pages.render_login(), 401, _ASK_FOR_TOKEN)
        return _build_error_response(
            401, "the token is missing or wrong; send Authorization: Bearer TOKEN"
        )

    def _has_access(self, scope: Scope, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and _is_token(self._config, token.strip()):
            return True
        cookie = HTTPConnection(scope).cookies.get(_COOKIE_NAME, "")
        return _are_equal(cookie, _compute_cookie(self._config))


def _compute_cookie(config: ServerConfig) -> str:
    """Return the value that a browser stores instead of the token itself."""
    key = (config.token or "").encode()
    return hmac.new(key, b"claimcheck page", hashlib.sha256).hexdigest()


def _is_token(config: ServerConfig, candidate: str) -> bool:
    return config.token is not None and _are_equal(candidate, config.token)


def _are_equal(candidate: str, secret: str) -> bool:
    # The time that `==` takes would reveal how many characters are right.
    return hmac.compare_digest(candidate.encode(), secret.encode())


def _is_longer(content_length: str, max_bytes: int) -> bool:
    if not content_length.isdecimal():
        return False  # the HTTP parser refuses values that are not numbers
    if len(content_length) > _MAX_CONTENT_LENGTH_DIGITS:
        return True
    return int(content_length) > max_bytes


def _is_same_origin(scope: Scope, headers: Headers, host: str) -> bool:
    origin = headers.get("origin")
    # Behind a proxy with TLS the server does not know its own scheme.
    if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
        return False
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return True
    # Other sites may link to the pages, but not frame or fetch them.
    return (
        scope["method"] == "GET"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _build_error_response(status: int, message: str) -> JSONResponse:
    headers = _ASK_FOR_TOKEN if status == 401 else None
    return JSONResponse({"error": message}, status, headers)
