"""The server itself: a socket, and uvicorn on it until it is interrupted."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable

import uvicorn

from claimcheck.errors import InputError, SettingsError
from claimcheck.serving.web.app import create_app
from claimcheck.serving.web.jobs import Jobs
from claimcheck.serving.web.site import Site

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
