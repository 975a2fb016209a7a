"""The settings of a server, and the address that it listens on.

A server that other machines can reach must have a token. Nothing here imports
FastAPI: the command line reads the defaults for its help text even if the extra `web`
is not installed.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from pathlib import Path

from claimcheck.errors import InputError, SettingsError
from claimcheck.settings import SearchSettings, Settings
from claimcheck.settings.run import is_loopback_host

# An upload and the text read from it are in memory, once for each job. 20 MB are a long
# scanned report. Both were chosen by hand.
DEFAULT_MAX_REQUEST_MB = 20
DEFAULT_MAX_JOBS = 4
# Short tokens can be guessed over the network. Chosen by hand; `token_urlsafe(12)`
# gives 16 characters.
_MIN_TOKEN_LENGTH = 16
_HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """The configuration of a server: settings, store, limits, and access.

    `allowed_hosts` are the `Host` header values that it answers to, with the port;
    None allows any. If `token` is None, no token is required. With `allow_private`, the
    server also fetches documents from private addresses. `search` says how a check that
    asks for it may search for evidence; None forbids it.
    """

    settings: Settings
    store_path: Path
    allowed_hosts: frozenset[str] | None
    token: str | None = None
    max_request_bytes: int = DEFAULT_MAX_REQUEST_MB * 2**20
    max_jobs: int = DEFAULT_MAX_JOBS
    allow_private: bool = False
    search: SearchSettings | None = None


def require_token(host: str, token: str | None) -> None:
    """Refuse to serve other machines without a token that is hard to guess.

    Raises:
        SettingsError: the token is missing or too short.
    """
    if token is not None and len(token) < _MIN_TOKEN_LENGTH:
        raise SettingsError(
            f"CLAIMCHECK_TOKEN has {len(token)} characters; use at least "
            f"{_MIN_TOKEN_LENGTH}"
        )
    if token is None and not is_loopback_host(host):
        raise SettingsError(
            f"--host {host}: other machines could reach this server; set the "
            "environment variable CLAIMCHECK_TOKEN to a long random text, which "
            "browsers and programs must then send"
        )


def bind_socket(host: str, port: int) -> socket.socket:
    """Return a socket bound to this address; port 0 picks a free port.

    Raises:
        InputError: the address does not exist, or the port is in use or not allowed.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = addresses[0]
        bound = socket.socket(family, kind, protocol)
        # Otherwise a server that was just stopped would block its port for a minute.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except (OSError, OverflowError) as error:
        message = _describe_bind_error(error)
        raise InputError(f"cannot listen on {host}:{port}: {message}") from None
    return bound


def _describe_bind_error(error: OSError | OverflowError) -> str:
    if not isinstance(error, OSError):
        return str(error)
    reason = error.strerror or str(error)
    if error.errno == errno.EADDRINUSE:
        return f"{reason}; use --port 0 to pick a free port"
    return reason


def list_host_names(host: str, port: int) -> frozenset[str] | None:
    """Return the `Host` values of a server on loopback, or None for any."""
    if not is_loopback_host(host):
        return None
    literal = f"[{host}]" if ":" in host else host
    names = {"localhost", "127.0.0.1", "[::1]", literal}
    allowed = {f"{name}:{port}" for name in names}
    if port == _HTTP_PORT:  # clients leave out the default port
        allowed |= names
    return frozenset(allowed)
