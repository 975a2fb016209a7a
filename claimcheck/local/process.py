"""The server of one model: `python -m claimcheck.local.process`.

It ends when nobody has used it for a while, when its state file is deleted, or on
SIGTERM.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from claimcheck.files import PRIVATE, open_replacement
from claimcheck.local.server import KEY_VARIABLE, LEASE_SUFFIX, ServerState

_IDLE_S = 600.0
_IDLE_VARIABLE = "CLAIMCHECK_LOCAL_IDLE_S"
_POLL_S = 1.0


def main() -> None:
    """Serve the model that the command line names."""
    path, name, context_tokens, state_path = sys.argv[1:]
    state = Path(state_path)
    key = os.environ.pop(KEY_VARIABLE)
    server = load_server(path, name, int(context_tokens), key)
    url = str(server.listening_address)
    write_state(state, ServerState(os.getpid(), url, key, name))
    idle_s = float(os.environ.get(_IDLE_VARIABLE, _IDLE_S))
    last_used = time.monotonic()
    while state.exists() and time.monotonic() - last_used < idle_s:
        if is_leased(state):
            last_used = time.monotonic()
        time.sleep(min(_POLL_S, idle_s / 4))
    state.unlink(missing_ok=True)
    # llama.cpp's threads may still be generating an answer that nobody is waiting for.
    os._exit(0)


def load_server(path: str, name: str, context_tokens: int, key: str) -> Any:
    """Load the model; the server answers in its own threads."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.model_alias = {name}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0  # any free port
    parameters.api_keys = [key]
    parameters.n_ctx = context_tokens
    parameters.n_parallel = 1  # several would share the context window
    parameters.use_jinja = True  # the model's own chat template
    return xllamacpp.Server(parameters)


def write_state(path: Path, server: ServerState) -> None:
    """Write the state file atomically, readable only by its user."""
    with open_replacement(path, PRIVATE) as file:
        file.write_text(json.dumps(asdict(server)), encoding="utf-8")


def is_leased(state: Path) -> bool:
    """Return whether a live process uses the server; remove dead leases."""
    from filelock import FileLock, Timeout

    lock = FileLock(state.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True  # somebody is about to lease it
    try:
        leases = list(state.parent.glob(f"{state.stem}.*{LEASE_SUFFIX}"))
        # Check all of them, so that the leases of dead processes are removed.
        return sum(_is_locked(path) for path in leases) > 0
    finally:
        lock.release()


def _is_locked(path: Path) -> bool:
    """Return whether the lease's process is alive; remove the lease if not."""
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    path.unlink(missing_ok=True)
    lock.release()
    return False


if __name__ == "__main__":
    main()
