"""Start a server for a model, or use one that is already running.

A server belongs to the user, listens only on loopback, and requires a key from a file
that nobody else can read. It keeps running for a while after the last command, because
loading a model takes time, and then stops by itself.

    servers/IDENTITY.json       where the server is; written when it answers
    servers/IDENTITY.loading    the process that still loads its model
    servers/IDENTITY.log        what it printed
    servers/IDENTITY.N.lease    locked by each process that uses it
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

from claimcheck.errors import InputError, UnreachableError
from claimcheck.installation import get_install_command
from claimcheck.local.models import LocalModel, find_model
from claimcheck.resources import resolve_user_path

if TYPE_CHECKING:
    from filelock import BaseFileLock

KEY_VARIABLE = "CLAIMCHECK_LOCAL_KEY"
LEASE_SUFFIX = ".lease"
_LOADING_SUFFIX = ".loading"
_START_S = 300.0  # a large model on a slow disk
_POLL_S = 0.05
_HEALTH_S = 5.0
_LOG_LINES = 3  # of a server that failed


@dataclass(frozen=True, slots=True)
class ServerState:
    """A running server: its process, address, key, and model."""

    pid: int
    url: str
    key: str
    model: str

    @classmethod
    def read(cls, path: Path) -> ServerState | None:
        """Return the state in a file, or None."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def is_alive(self) -> bool:
        """Return whether the server answers."""
        # Without the environment's proxy, because the server is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}/health", timeout=_HEALTH_S) as response:
                return bool(response.status == 200)
        except (OSError, URLError):
            return False


@dataclass(frozen=True, slots=True)
class Lease:
    """Keeps a server running, at least until `release`."""

    server: ServerState
    lock: BaseFileLock

    def release(self) -> None:
        """Release the server."""
        self.lock.release()
        Path(self.lock.lock_file).unlink(missing_ok=True)


def lease_server(name: str, context_tokens: int) -> Lease:
    """Return a lease of a server for a model; start one if none is running.

    Raises:
        InputError: the model is not on this machine, or the extra is not installed.
        UnreachableError: the server did not start; the message says why.
    """
    from filelock import FileLock

    model = find_model(name)
    folder = resolve_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    identity = model.compute_identity(context_tokens)
    state_path = folder / f"{identity}.json"
    with FileLock(folder / f"{identity}.lock"):
        lease = FileLock(folder / f"{identity}.{secrets.token_hex(4)}{LEASE_SUFFIX}")
        # Acquired before looking for the server, so that one about to stop notices it.
        lease.acquire()
        server = ServerState.read(state_path)
        if server is None or not server.is_alive():
            server = _start_server(model, context_tokens, state_path)
    return Lease(server, lease)


def list_servers() -> Iterator[tuple[Path, ServerState]]:
    """Yield the servers that answer, with their state files."""
    for path in sorted(resolve_folder().glob("*.json")):
        server = ServerState.read(path)
        if server and server.is_alive():
            yield path, server


def list_loading() -> dict[str, int]:
    """Return the process ids of servers that still load, by model."""
    from filelock import FileLock, Timeout

    loading = {}
    for path in sorted(resolve_folder().glob(f"*{_LOADING_SUFFIX}")):
        # Whoever starts a server holds the lock until it answers. Without it, the file
        # is left over from a command that was killed, and the id may be reused.
        try:
            with FileLock(path.with_suffix(".lock"), timeout=0):
                continue
        except Timeout:
            pass
        with suppress(OSError, ValueError):  # it has answered just now
            starting = json.loads(path.read_text(encoding="utf-8"))
            loading[starting["model"]] = starting["pid"]
    return loading


def stop_servers() -> list[str]:
    """Stop all servers, also those that still load; return their models.

    A running server ends when its state file is deleted.
    """
    stopped = []
    for model, pid in list_loading().items():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # nothing reads its files while it loads
        stopped.append(model)
    for path, server in list_servers():
        path.unlink(missing_ok=True)
        stopped.append(server.model)
    return stopped


def resolve_folder() -> Path:
    """Return the folder of running servers; it need not exist."""
    return resolve_user_path("cache", "servers")


def _start_server(
    model: LocalModel, context_tokens: int, state_path: Path
) -> ServerState:
    if find_spec("xllamacpp") is None:
        raise InputError(
            f"engine local: needs an extra; run {get_install_command('local')}"
        )
    loading_path = state_path.with_suffix(_LOADING_SUFFIX)
    for old in (state_path, loading_path):
        old.unlink(missing_ok=True)
    log_path = state_path.with_suffix(".log")
    # -P: a module in the working folder must not take the place of ours.
    command = [
        *(sys.executable, "-P", "-m", "claimcheck.local.process"),
        *(str(model.path), model.name, str(context_tokens), str(state_path)),
    ]
    environment = {**os.environ, KEY_VARIABLE: secrets.token_urlsafe(32)}
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # it outlives this command and its Ctrl-C
        )
    loading = {"model": model.name, "pid": process.pid}
    loading_path.write_text(json.dumps(loading), encoding="utf-8")
    try:
        return _wait_for_server(process, model, state_path)
    finally:
        loading_path.unlink(missing_ok=True)


def _wait_for_server(
    process: subprocess.Popen[bytes], model: LocalModel, state_path: Path
) -> ServerState:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if server := ServerState.read(state_path):
            # The server continues alone; this avoids Python's warning that it still
            # runs.
            process.returncode = 0
            return server
        if (code := process.poll()) is not None:
            reason = _read_log_end(state_path.with_suffix(".log"))
            if code == -signal.SIGKILL:
                reason = "it was killed while it loaded the model"
            break
        time.sleep(_POLL_S)
    else:
        process.kill()
        reason = f"it took more than {_START_S:.0f} seconds to load the model"
    raise UnreachableError(f"model {model.name}: the server did not start: {reason}")


def _read_log_end(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    last = [line.strip() for line in lines if line.strip()][-_LOG_LINES:]
    return " / ".join(last) or f"it printed nothing to {path}"
