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
from claimcheck.reports.html.assets import policy
from claimcheck.server import check_routes, pages, run_routes
from claimcheck.server.check_routes import CheckNumber
from claimcheck.server.config import Site
from claimcheck.server.exports import CheckFormat, RunFormat
from claimcheck.server.jobs import Jobs
from claimcheck.server.openapi import completed, responses
from claimcheck.server.responses import status_of
from claimcheck.server.run_routes import NAME, RunName
from claimcheck.server.security import COOKIE, LOGIN, Guard, Rules
from claimcheck.store.history import History, Place
from claimcheck.store.store import RunStore
from claimcheck.version import __version__

_ABOUT = (
    "What a text claims, where it says so, and whether it holds. Results follow the schemas that claimcheck publishes "
    '(`claimcheck schema run`, `claimcheck schema check`); every error is `{"error": message}`.'
)
_SWAGGER = Path(fastapi_offline.__file__).parent / "static"
_SWAGGER_URL = "/docs/assets"
_INLINE = re.compile(r"<script>(.*?)</script>", re.S)


def create_app(site: Site, jobs: Jobs) -> ASGIApp:
    """The application of a site, guarded; `jobs` do its work.

    Raises:
        StoreError: its store can't be used.
    """
    RunStore(site.store).close()  # that it can't be opened is to be said now
    rules = Rules(site.hosts, site.token, site.most_bytes)
    return Guard(application(site, jobs, rules), rules)


def application(site: Site, jobs: Jobs, rules: Rules) -> FastAPI:
    """The application behind the guard; its `openapi()` describes the API."""
    app = FastAPI(
        title="claimcheck",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        max_body_size=site.most_bytes,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(run_routes.router(site, jobs))
    app.include_router(check_routes.router(site, jobs))
    _add_pages(app, site, rules)
    _add_docs(app)
    app.add_exception_handler(ClaimcheckError, _failed)
    app.add_exception_handler(HTTPException, _failed)
    app.add_exception_handler(RequestValidationError, _failed)
    app.add_exception_handler(Exception, _broken)

    @app.get("/api/about", tags=["this server"], responses=responses(200, "about"))
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


def _add_pages(app: FastAPI, site: Site, rules: Rules) -> None:
    @app.get("/", include_in_schema=False)
    def home(before: Annotated[str | None, Query(pattern=NAME)] = None) -> HTMLResponse:
        with RunStore(site.store) as store:
            return HTMLResponse(pages.home(site, History(store), Place.named(before) if before else None))

    @app.get("/runs/{name}", include_in_schema=False)
    def run(name: RunName) -> HTMLResponse:
        with RunStore(site.store) as store:
            return HTMLResponse(pages.run(History(store), Place.named(name)))

    @app.get("/checks/{number}", include_in_schema=False)
    def check(number: CheckNumber) -> HTMLResponse:
        with RunStore(site.store) as store:
            return HTMLResponse(pages.check(site, History(store).check(number)))

    @app.post(LOGIN, include_in_schema=False)
    async def login(request: Request) -> Response:
        given = parse_qs((await request.body()).decode("utf-8", "replace")).get("token", [""])[0]
        if not rules.knows(given):
            return HTMLResponse(pages.login(wrong=True), 401)
        answer = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, rules.cookie(), httponly=True, samesite="strict", secure=secure)
        return answer


def _add_docs(app: FastAPI) -> None:
    """Swagger UI from files that are installed: no other server is asked for anything."""
    described: dict[str, Any] = {}
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if not described:
            described.update(completed(make()))
        return described

    app.openapi = openapi  # type: ignore[method-assign]
    app.mount(_SWAGGER_URL, StaticFiles(directory=_SWAGGER))

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url=str(app.openapi_url),
            title="claimcheck: HTTP API",
            swagger_js_url=f"{_SWAGGER_URL}/swagger-ui-bundle.js",
            swagger_css_url=f"{_SWAGGER_URL}/swagger-ui.css",
            swagger_favicon_url=f"{_SWAGGER_URL}/favicon.png",
        )
        scripts = _INLINE.findall(bytes(page.body).decode())
        allowed = policy([], scripts, asks=True).replace("script-src", "script-src 'self'")
        allowed = allowed.replace("style-src 'none'", "style-src 'self' 'unsafe-inline'")  # Swagger UI's own
        page.headers["content-security-policy"] = f"{allowed}; img-src 'self' data:"
        return page


async def _failed(request: Request, error: Exception) -> Response:
    """What went wrong, as JSON for programs and as a page for people."""
    if isinstance(error, RequestValidationError):
        status, message = 422, "; ".join(map(_told, error.errors()))
    elif isinstance(error, HTTPException):
        status, message = error.status_code, str(error.detail)
    else:
        assert isinstance(error, ClaimcheckError)
        status, message = status_of(error), str(error)
    headers = {405: {"allow": _methods(request)}, 503: {"retry-after": "10"}}.get(status)
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/"):
        return HTMLResponse(pages.problem(status, message), status, headers)
    return JSONResponse({"error": message}, status, headers)


async def _broken(request: Request, error: Exception) -> Response:
    """Our own mistake; its traceback is on the server's standard error."""
    return JSONResponse(
        {"error": f"an internal mistake ({type(error).__name__}); the server's output has more"}, 500
    )


def _methods(request: Request) -> str:
    """The methods that an address of the API takes: each stands in a route of its own, which knows no other."""
    for path, operations in request.app.openapi()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path):
            return ", ".join(sorted(method.upper() for method in operations))
    return "GET"


def _told(problem: dict[str, Any]) -> str:
    where = " ".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


_SHORTEST_TOKEN = 16
_CONNECTIONS = 200
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
    if token is not None and len(token) < _SHORTEST_TOKEN:
        raise SettingsError(f"CLAIMCHECK_TOKEN: has {len(token)} characters; give at least {_SHORTEST_TOKEN}")
    if token is None and not is_loopback(host):
        raise SettingsError(
            f"--host {host}: other machines could reach it; set the variable CLAIMCHECK_TOKEN to a long random text, "
            "which the page and programs then have to give"
        )


def bound(host: str, port: int) -> socket.socket:
    """A socket at this address; port 0 takes a free one.

    Raises:
        InputError: there is no such address, or the port is taken or not allowed.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        advice = "; --port 0 takes a free one" if getattr(error, "errno", None) == errno.EADDRINUSE else ""
        raise InputError(f"{host}:{port}: can't be served at: {reason}{advice}") from None
    return opened


def names_of(host: str, port: int) -> frozenset[str] | None:
    """What browsers call a server on loopback; None, any name, for others, which ask for a token."""
    if not is_loopback(host):
        return None
    plain = {"localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host}
    return frozenset({f"{name}:{port}" for name in plain} | (plain if port == 80 else set()))


class Server(uvicorn.Server):
    """uvicorn, which cancels the jobs when it ends: their requests are answered, and nobody waits for a model."""

    def __init__(self, site: Site) -> None:
        self._jobs = Jobs(site.jobs)
        super().__init__(
            uvicorn.Config(
                create_app(site, self._jobs),
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
                limit_concurrency=_CONNECTIONS,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """What is under way is ended, and its connections closed."""
        self._jobs.end()
        await super().shutdown(sockets)


def serve(site: Site, opened: socket.socket, ready: Callable[[], None]) -> None:
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
