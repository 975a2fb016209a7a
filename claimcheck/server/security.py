"""What stands before the page: who may ask, from where, and what every answer forbids."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claimcheck.server import pages

COOKIE_NAME = "claimcheck"
LOGIN_PATH = "/login"
_MAX_CONTENT_LENGTH_DIGITS = 15  # digits
_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",  # documents may be confidential
}


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Which names the server answers to, None for any; the token that it asks for, None for none; how much it takes."""

    hosts: frozenset[str] | None
    token: str | None
    most_bytes: int

    def cookie(self) -> str:
        """What a browser shows instead of the token, so that the token itself is nowhere in it."""
        return hmac.new(
            (self.token or "").encode(), b"claimcheck page", hashlib.sha256
        ).hexdigest()

    def knows(self, token: str) -> bool:
        """Whether it is the token."""
        return self.token is not None and hmac.compare_digest(
            token.encode(), self.token.encode()
        )


class AccessMiddleware:
    """Refuses what is not asked by a page of this server, by a program on this machine, or by somebody with the token.

    A foreign `Host` is how a page elsewhere reaches a server on loopback by a name of its own (DNS rebinding); a foreign
    `Origin` or `Sec-Fetch-Site` is how it asks directly. Programs send neither.
    """

    def __init__(self, app: ASGIApp, rules: AccessRules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or lets the application answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # there are no others

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY_HEADERS.items():
                    headers[name] = value
            await send(message)

        refused = self._refused(scope, Headers(scope=scope))
        await (refused or self._app)(scope, receive, secured)

    def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if self._rules.hosts is not None and host not in self._rules.hosts:
            names = ", ".join(sorted(self._rules.hosts))
            return _build_error_response(
                421, f"this server answers to {names}, not to {host!r}"
            )
        if not _is_same_origin(scope, headers, host):
            return _build_error_response(
                403, "a page of another origin may not ask this server"
            )
        length = headers.get("content-length", "")
        if length.isdecimal() and (
            len(length) > _MAX_CONTENT_LENGTH_DIGITS
            or int(length) > self._rules.most_bytes
        ):
            return _build_error_response(
                413, f"the request has more than {self._rules.most_bytes:,} bytes"
            )
        if (
            self._rules.token is None
            or scope["path"] == LOGIN_PATH
            or self._is_known(scope, headers)
        ):
            return None
        if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            return HTMLResponse(
                pages.render_login(), 401, {"www-authenticate": "Bearer"}
            )
        return _build_error_response(
            401,
            "give the token: Authorization: Bearer TOKEN",
            {"www-authenticate": "Bearer"},
        )

    def _is_known(self, scope: Scope, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._rules.knows(token.strip()):
            return True
        cookie = HTTPConnection(scope).cookies.get(COOKIE_NAME, "")
        return hmac.compare_digest(cookie.encode(), self._rules.cookie().encode())


def _is_same_origin(scope: Scope, headers: Headers, host: str) -> bool:
    origin = headers.get("origin")
    if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
        return False
    site = headers.get("sec-fetch-site", "none")
    followed = (
        scope["method"] == "GET" and headers.get("sec-fetch-mode") == "navigate"
    )  # a link to a page
    return site in ("none", "same-origin") or (
        followed and headers.get("sec-fetch-dest") == "document"
    )


def _build_error_response(
    status: int, message: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    return JSONResponse({"error": message}, status, headers)
