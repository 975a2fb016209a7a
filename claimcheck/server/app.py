"""Creates the web application, and serves it until interrupted."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastapi_offline
import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from claimcheck.api.stores import open_history
from claimcheck.errors import ClaimcheckError
from claimcheck.reports.html.assets import build_content_security_policy
from claimcheck.server import pages, routes, security
from claimcheck.server.config import ServerConfig
from claimcheck.server.jobs import JobPool
from claimcheck.server.openapi import add_components
from claimcheck.server.responses import get_status_code
from claimcheck.version import __version__

_API_DESCRIPTION = (
    "Find the checkable claims of a document, locate them in its text, and check them "
    "against evidence. Results follow the schemas that claimcheck publishes "
    "(`claimcheck schema run`, `claimcheck schema check`); every error is "
    '`{"error": message}`.'
)
_SWAGGER_FOLDER = Path(fastapi_offline.__file__).parent / "static"
_SWAGGER_URL = "/docs/assets"
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# All chosen by hand.
_MAX_PENDING_CONNECTIONS = 128  # not yet accepted (the backlog of `listen`)
_SHUTDOWN_TIMEOUT_S = 2  # for responses in progress when the server stops
_RETRY_AFTER_S = 10  # a typical document takes less
MAX_CONNECTIONS = 200  # chosen by hand


def create_app(config: ServerConfig, jobs: JobPool) -> ASGIApp:
    """Create the application with access control; `jobs` runs its work.

    Raises:
        StoreError: the store can't be used.
    """
    with open_history(config.store_path):
        pass  # a broken store must fail now, not at the first request
    return security.AccessMiddleware(create_unprotected_app(config, jobs), config)


def create_unprotected_app(config: ServerConfig, jobs: JobPool) -> FastAPI:
    """Create the app without access control; `openapi()` describes its API."""
    app = FastAPI(
        title="claimcheck",
        version=__version__,
        description=_API_DESCRIPTION,
        # FastAPI's own pages load their scripts from another server.
        docs_url=None,
        redoc_url=None,
        max_body_size=config.max_request_bytes,
        # The default ids contain paths and methods, which make bad names in clients.
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.config = config
    app.state.jobs = jobs
    app.include_router(routes.router)
    app.include_router(pages.router)
    app.include_router(security.router)
    _add_docs(app)
    for error_class in (ClaimcheckError, HTTPException, RequestValidationError):
        app.add_exception_handler(error_class, _respond_to_error)
    app.add_exception_handler(Exception, _respond_to_internal_error)
    return app


def _add_docs(app: FastAPI) -> None:
    """Serve Swagger UI from installed files; no other server is contacted."""
    build_description = app.openapi
    description: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not description:
            description.update(build_description())
            add_components(description)
        return description

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
        page.headers["content-security-policy"] = _build_docs_policy(scripts)
        return page


def _build_docs_policy(scripts: list[str]) -> str:
    """Allow Swagger UI its own files, inline styles, and `data:` images."""
    policy = build_content_security_policy([], scripts, allow_requests=True)
    policy = policy.replace("script-src", "script-src 'self'")
    policy = policy.replace("style-src 'none'", "style-src 'self' 'unsafe-inline'")
    return f"{policy}; img-src 'self' data:"


async def _respond_to_error(request: Request, error: Exception) -> Response:
    """Respond with the error: a page for browsers, otherwise JSON."""
    if isinstance(error, RequestValidationError):
        status = 422
        message = "; ".join(map(_format_validation_error, error.errors()))
    elif isinstance(error, HTTPException):
        status, message = error.status_code, str(error.detail)
    else:
        assert isinstance(error, ClaimcheckError)
        status, message = get_status_code(error), str(error)

    headers = {}
    if status == 405:
        headers["allow"] = _list_allowed_methods(request)
    elif status == 503:
        headers["retry-after"] = str(_RETRY_AFTER_S)

    # The API responds with JSON, even to a person who opens its address.
    accepts_html = "text/html" in request.headers.get("accept", "")
    if accepts_html and not request.url.path.startswith("/api/"):
        return HTMLResponse(pages.render_problem(status, message), status, headers)
    return JSONResponse({"error": message}, status, headers)


async def _respond_to_internal_error(request: Request, error: Exception) -> Response:
    """Respond to an internal error; uvicorn logs its traceback."""
    # The error's message may quote the document or contain a key.
    message = f"internal error ({type(error).__name__}); see the server's log"
    return JSONResponse({"error": message}, 500)


def _list_allowed_methods(request: Request) -> str:
    """List the methods that an API path allows.

    Each method is a separate route, and Starlette names only one of them.
    """
    for path, operations in request.app.openapi()["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", path)
        if re.fullmatch(pattern, request.url.path):
            return ", ".join(sorted(method.upper() for method in operations))
    return "GET"


def _format_validation_error(problem: dict[str, Any]) -> str:
    location = " ".join(str(part) for part in problem["loc"])
    message = problem["msg"]
    return f"{location}: {message[:1].lower()}{message[1:]}"


class Server(uvicorn.Server):
    """A uvicorn server that cancels and answers its jobs when it stops.

    Otherwise it would wait for a model, perhaps for minutes.
    """

    def __init__(self, config: ServerConfig) -> None:
        self._jobs = JobPool(config.max_jobs)
        super().__init__(
            uvicorn.Config(
                create_app(config, self._jobs),
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_S,
                http=MakeRoomProtocol,
                limit_concurrency=MAX_CONNECTIONS,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cancel the jobs, then close the connections."""
        self._jobs.shut_down()
        await super().shutdown(sockets)


def serve(
    config: ServerConfig, listener: socket.socket, on_ready: Callable[[], None]
) -> None:
    """Serve until interrupted, then cancel the jobs that are running.

    `on_ready` is called once the server accepts connections.

    Raises:
        StoreError: the store can't be used.
    """
    server = Server(config)
    listener.listen(_MAX_PENDING_CONNECTIONS)
    on_ready()
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return  # uvicorn raises it again after it has shut down


class MakeRoomProtocol(H11Protocol):
    """A connection that closes the oldest idle one if there are too many.

    uvicorn refuses every request while it has its maximum of connections, and waits
    forever for the rest of a request. So a client that opens many connections could
    shut out all others.
    """

    made_s = 0.0

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        """Accept the connection, closing an idle one if there are too many."""
        self.made_s = time.monotonic()
        if len(self.connections) >= MAX_CONNECTIONS - 2:
            ours = [
                other
                for other in self.connections
                if isinstance(other, MakeRoomProtocol)
            ]
            idle = [other for other in ours if other.is_idle]
            oldest = min(idle, key=lambda other: other.made_s, default=None)
            if oldest:
                self.connections.discard(oldest)
                oldest.transport.abort()
        super().connection_made(transport)

    @property
    def is_idle(self) -> bool:
        """Return whether the client has not sent an entire request."""
        cycle = self.cycle
        return cycle is None or cycle.response_complete or cycle.more_body
