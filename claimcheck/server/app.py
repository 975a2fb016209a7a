"""The server itself: a socket, and uvicorn on it until it is interrupted."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs

import fastapi_offline
import uvicorn
from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from claimcheck.errors import ClaimcheckError, InputError, SettingsError
from claimcheck.models.outcome import RunLocation
from claimcheck.reports.html.assets import build_content_security_policy
from claimcheck.server import check_routes, pages, run_routes
from claimcheck.server.check_routes import CheckNumber
from claimcheck.server.config import ServerConfig
from claimcheck.server.exports import CheckFormat, RunFormat
from claimcheck.server.jobs import JobPool
from claimcheck.server.openapi import add_components, describe_responses
from claimcheck.server.responses import get_status_code
from claimcheck.server.run_routes import RUN_NAME_PATTERN, RunName
from claimcheck.server.security import (
    COOKIE_NAME,
    LOGIN_PATH,
    AccessMiddleware,
    AccessRules,
)
from claimcheck.store.history import History
from claimcheck.store.store import RunStore
from claimcheck.version import __version__

_API_DESCRIPTION = (
    "What a text claims, where it says so, and whether it holds. Results follow the schemas that claimcheck publishes "
    '(`claimcheck schema run`, `claimcheck schema check`); every error is `{"error": message}`.'
)
_SWAGGER_FOLDER = Path(fastapi_offline.__file__).parent / "static"
_SWAGGER_URL = "/docs/assets"
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.S)


def create_app(site: ServerConfig, jobs: JobPool) -> ASGIApp:
    """The application of a site, guarded; `jobs` do its work.

    Raises:
        StoreError: its store can't be used.
    """
    RunStore(site.store).close()  # that it can't be opened is to be said now
    rules = AccessRules(site.hosts, site.token, site.most_bytes)
    return AccessMiddleware(create_unprotected_app(site, jobs, rules), rules)


def create_unprotected_app(
    site: ServerConfig, jobs: JobPool, rules: AccessRules
) -> FastAPI:
    """Create the app without access control; its `openapi()` describes the API."""
    app = FastAPI(
        title="claimcheck",
        version=__version__,
        description=_API_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        max_body_size=site.most_bytes,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(run_routes.create_runs_router(site, jobs))
    app.include_router(check_routes.create_checks_router(site, jobs))
    _add_pages(app, site, rules)
    _add_docs(app)
    app.add_exception_handler(ClaimcheckError, _respond_to_error)
    app.add_exception_handler(HTTPException, _respond_to_error)
    app.add_exception_handler(RequestValidationError, _respond_to_error)
    app.add_exception_handler(Exception, _respond_to_internal_error)

    @app.get(
        "/api/about", tags=["this server"], responses=describe_responses(200, "about")
    )
    def about() -> dict[str, Any]:
        """What this server is, and what it can write."""
        return {
            "version": __version__,
            "engine": site.settings.chosen_engine(),
            "model": site.settings.model,
            "most_bytes": site.most_bytes,
            "jobs": site.jobs,
            "open_jobs": jobs.open,
            "run_formats": list(RunFormat),
            "check_formats": list(CheckFormat),
        }

    return app


def _add_pages(app: FastAPI, site: ServerConfig, rules: AccessRules) -> None:
    @app.get("/", include_in_schema=False)
    def home(
        before: Annotated[str | None, Query(pattern=RUN_NAME_PATTERN)] = None,
    ) -> HTMLResponse:
        with RunStore(site.store) as store:
            return HTMLResponse(
                pages.render_home(
                    site, History(store), RunLocation.parse(before) if before else None
                )
            )

    @app.get("/runs/{name}", include_in_schema=False)
    def run(name: RunName) -> HTMLResponse:
        with RunStore(site.store) as store:
            return HTMLResponse(
                pages.render_run(History(store), RunLocation.parse(name))
            )

    @app.get("/checks/{number}", include_in_schema=False)
    def check(number: CheckNumber) -> HTMLResponse:
        with RunStore(site.store) as store:
            return HTMLResponse(
                pages.render_check(site, History(store).load_check(number))
            )

    @app.post(LOGIN_PATH, include_in_schema=False)
    async def login(request: Request) -> Response:
        given = parse_qs((await request.body()).decode("utf-8", "replace")).get(
            "token", [""]
        )[0]
        if not rules.knows(given):
            return HTMLResponse(pages.render_login(wrong=True), 401)
        answer = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(
            COOKIE_NAME, rules.cookie(), httponly=True, samesite="strict", secure=secure
        )
        return answer


def _add_docs(app: FastAPI) -> None:
    """Swagger UI from files that are installed: no other server is asked for anything."""
    described: dict[str, Any] = {}
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if not described:
            described.update(add_components(make()))
        return described

    app.openapi = openapi  # type: ignore[method-assign]
    app.mount(_SWAGGER_URL, StaticFiles(directory=_SWAGGER_FOLDER))

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url=str(app.openapi_url),
            title="claimcheck: HTTP API",
            swagger_js_url=f"{_SWAGGER_URL}/swagger-ui-bundle.js",
            swagger_css_url=f"{_SWAGGER_URL}/swagger-ui.css",
            swagger_favicon_url=f"{_SWAGGER_URL}/favicon.png",
        )
        scripts = _INLINE_SCRIPT.findall(bytes(page.body).decode())
        allowed = build_content_security_policy([], scripts, asks=True).replace(
            "script-src", "script-src 'self'"
        )
        allowed = allowed.replace(
            "style-src 'none'", "style-src 'self' 'unsafe-inline'"
        )  # Swagger UI's own
        page.headers["content-security-policy"] = f"{allowed}; img-src 'self' data:"
        return page


async def _respond_to_error(request: Request, error: Exception) -> Response:
    """Respond with the error, as JSON to programs and as a page to people."""
    if isinstance(error, RequestValidationError):
        status, message = 422, "; ".join(map(_format_validation_error, error.errors()))
    elif isinstance(error, HTTPException):
        status, message = error.status_code, str(error.detail)
    else:
        assert isinstance(error, ClaimcheckError)
        status, message = get_status_code(error), str(error)
    headers = {
        405: {"allow": _list_allowed_methods(request)},
        503: {"retry-after": "10"},
    }.get(status)
    if "text/html" in request.headers.get(
        "accept", ""
    ) and not request.url.path.startswith("/api/"):
        return HTMLResponse(pages.render_problem(status, message), status, headers)
    return JSONResponse({"error": message}, status, headers)


async def _respond_to_internal_error(request: Request, error: Exception) -> Response:
    """Respond to an internal error; the traceback goes to standard error."""
    return JSONResponse(
        {
            "error": f"an internal mistake ({type(error).__name__}); the server's output has more"
        },
        500,
    )


def _list_allowed_methods(request: Request) -> str:
    """List the methods that an API path allows; each is a route of its own."""
    for path, operations in request.app.openapi()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path):
            return ", ".join(sorted(method.upper() for method in operations))
    return "GET"


def _format_validation_error(problem: dict[str, Any]) -> str:
    where = " ".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


_MIN_TOKEN_LENGTH = 16
_MAX_CONNECTIONS = 200
_GRACE_S = 2  # for answers that are under way when the server is ended


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server at this address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_token(host: str, token: str | None) -> None:
    """Whoever can reach the server has to be somebody who may.

    Raises:
        SettingsError: other machines can, and there is no token; or it is easily guessed.
    """
    if token is not None and len(token) < _MIN_TOKEN_LENGTH:
        raise SettingsError(
            f"CLAIMCHECK_TOKEN: has {len(token)} characters; give at least {_MIN_TOKEN_LENGTH}"
        )
    if token is None and not is_loopback(host):
        raise SettingsError(
            f"--host {host}: other machines could reach it; set the variable CLAIMCHECK_TOKEN to a long random text, "
            "which the page and programs then have to give"
        )


def bind_socket(host: str, port: int) -> socket.socket:
    """Bind a socket to this address; port 0 picks a free port.

    Raises:
        InputError: there is no such address, or the port is taken or not allowed.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        advice = (
            "; --port 0 takes a free one"
            if getattr(error, "errno", None) == errno.EADDRINUSE
            else ""
        )
        raise InputError(
            f"{host}:{port}: can't be served at: {reason}{advice}"
        ) from None
    return opened


def list_host_names(host: str, port: int) -> frozenset[str] | None:
    """List the `Host` names of a loopback server; None (any) for other addresses."""
    if not is_loopback(host):
        return None
    plain = {"localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host}
    return frozenset(
        {f"{name}:{port}" for name in plain} | (plain if port == 80 else set())
    )


class Server(uvicorn.Server):
    """uvicorn, which cancels the jobs when it ends: their requests are answered, and nobody waits for a model."""

    def __init__(self, site: ServerConfig) -> None:
        self._jobs = JobPool(site.jobs)
        super().__init__(
            uvicorn.Config(
                create_app(site, self._jobs),
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
                limit_concurrency=_MAX_CONNECTIONS,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """What is under way is ended, and its connections closed."""
        self._jobs.end()
        await super().shutdown(sockets)


def serve(site: ServerConfig, opened: socket.socket, ready: Callable[[], None]) -> None:
    """Serves until it is interrupted; jobs that run then are cancelled.

    Raises:
        StoreError: the store can't be used.
    """
    server = Server(site)
    opened.listen(128)
    ready()
    try:
        server.run(sockets=[opened])
    except KeyboardInterrupt:
        return  # uvicorn has ended what was under way
