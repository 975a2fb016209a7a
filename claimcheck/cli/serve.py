"""`claimcheck serve`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.doctor import EXTRAS
from claimcheck.cli.option_groups import OptionGroup, with_options
from claimcheck.cli.output import print_note
from claimcheck.cli.prepare import prepare_engine
from claimcheck.errors import InputError
from claimcheck.installation import get_install_command
from claimcheck.resources import resolve_user_path
from claimcheck.server.config import DEFAULT_MAX_JOBS, DEFAULT_MAX_REQUEST_MB

# The name of a variable, not a token.
TOKEN_ENVIRONMENT_VARIABLE = "CLAIMCHECK_TOKEN"  # noqa: S105


@dataclass(frozen=True, slots=True)
class ServerOptions(OptionGroup):
    """Where the server listens and stores runs, and how much it accepts.

    Options:
        --host ADDRESS: The address to listen on. Any but a loopback address requires
            the variable CLAIMCHECK_TOKEN.
        --port N: The port; 0 picks a free one.
        --store FILE: The store of runs; may be one of `claimcheck batch` (default: in
            your user data folder).
        --jobs N: Maximum number of documents processed at once; more wait.
        --max-mb N: Maximum size of a request in megabytes.
        --open: Open the page in your browser.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8765
    store: Path | None = None
    jobs: Annotated[int, typer.Option(min=1, max=64)] = DEFAULT_MAX_JOBS
    max_mb: Annotated[int, typer.Option(min=1, max=200)] = DEFAULT_MAX_REQUEST_MB
    open: bool = False


@with_options
def serve(
    server: ServerOptions,
    max_claims: options.MaxClaims = None,
    allow_private: options.AllowPrivate = False,
    quiet: options.Quiet = False,
    *,
    searching: options.SearchOptions,
    llm: options.LLMOptions,
) -> None:
    """Serve a web page and an HTTP API on this machine.

    Paste a text, watch the progress, read the report, and check claims again. Runs are
    saved in a store of runs. With --search, a check of a claim may search for evidence
    if you ask for it. The HTTP API is documented at /docs. Ctrl-C stops the
    server; nothing that was finished or paid for is lost.
    """
    _require_extra()
    from claimcheck.server import app, config

    token = os.environ.get(TOKEN_ENVIRONMENT_VARIABLE) or None
    # First of all: a server that others reach must never start without a token.
    config.require_token(server.host, token)
    settings = llm.load_settings(max_claims=max_claims)
    search = searching.load_settings(no_cache=llm.no_cache)
    prepare_engine(settings, quiet=quiet)
    # After the settings, so that a wrong flag leaves no empty store.
    store = server.store or _create_default_store()
    # Bind first: the configuration needs the port, and port 0 has none until then.
    with config.bind_socket(server.host, server.port) as listener:
        port = listener.getsockname()[1]
        host = f"[{server.host}]" if ":" in server.host else server.host  # IPv6
        url = f"http://{host}:{port}/"

        def on_ready() -> None:
            note = f"claimcheck is at {url} (runs in {store}); Ctrl-C stops it"
            print_note(note, quiet=quiet)
            if server.open:
                typer.launch(url)

        server_config = config.ServerConfig(
            settings,
            store,
            config.list_host_names(server.host, port),
            token,
            server.max_mb * 2**20,
            server.jobs,
            allow_private,
            search,
        )
        app.serve(server_config, listener, on_ready)


def _require_extra() -> None:
    if not all(find_spec(module) for module in EXTRAS["web"]):
        raise InputError(f"serve needs an extra; run {get_install_command('web')}")


def _create_default_store() -> Path:
    path = resolve_user_path("data", "runs.db")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(mode=0o600)  # runs quote documents, which may be confidential
    return path
