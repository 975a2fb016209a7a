"""`claimcheck serve`."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.doctor import EXTRAS
from claimcheck.cli.output import print_note
from claimcheck.cli.sources import ALLOW_PRIVATE_HELP
from claimcheck.errors import InputError
from claimcheck.server.config import DEFAULT_MAX_JOBS, DEFAULT_MAX_REQUEST_MB

TOKEN_ENVIRONMENT_VARIABLE = "CLAIMCHECK_TOKEN"  # noqa: S105 - the name of a variable, not a token


def serve(
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help=f"Where to listen; other addresses than loopback need {TOKEN_ENVIRONMENT_VARIABLE} to be set.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, max=65535, help="The port; 0 takes a free one."
        ),
    ] = 8765,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            metavar="FILE",
            help="Where runs are kept (default: in your data folder); a batch's too.",
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=64, help="So many documents at a time; more wait."
        ),
    ] = DEFAULT_MAX_JOBS,
    max_mb: Annotated[
        int,
        typer.Option(
            "--max-mb",
            metavar="N",
            min=1,
            max=200,
            help="Megabytes that a request may have.",
        ),
    ] = DEFAULT_MAX_REQUEST_MB,
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the page in your browser.")
    ] = False,
    engine: options.Engine = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    max_claims: options.MaxClaims = None,
    attempts: options.Attempts = None,
    temperature: options.Temperature = None,
    seed: options.Seed = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)
    ] = False,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Serve a page and an HTTP API on this machine: give a text, watch, read the report, check claims again.

    Runs are kept in a store of runs. The HTTP API is described at /docs. Ctrl-C ends it; nothing that was finished or
    paid for is lost.
    """
    if not all(map(find_spec, EXTRAS["web"])):
        raise InputError("serve: needs pip install 'claimcheck[web]'")
    from claimcheck.server import app
    from claimcheck.server.config import ServerConfig

    token = os.environ.get(TOKEN_ENVIRONMENT_VARIABLE) or None
    app.require_token(host, token)
    configured = options.resolve_settings(
        no_cache=no_cache,
        engine=engine,
        model=model,
        base_url=base_url,
        max_claims=max_claims,
        attempts=attempts,
        temperature=temperature,
        seed=seed,
    )
    options.announce_engine(configured, quiet=quiet)
    with app.bind_socket(host, port) as opened:
        actual = opened.getsockname()[1]
        site = ServerConfig(
            configured.settings,
            store or _create_default_store(),
            app.list_host_names(host, actual),
            token,
            max_mb * 2**20,
            jobs,
            allow_private,
        )
        url = f"http://{f'[{host}]' if ':' in host else host}:{actual}/"

        def ready() -> None:
            print_note(
                f"claimcheck is at {url} (runs in {site.store}); Ctrl-C ends it",
                quiet=quiet,
            )
            if open_page:
                typer.launch(url)

        app.serve(site, opened, ready)


def _create_default_store() -> Path:
    import platformdirs

    folder = Path(platformdirs.user_data_dir("claimcheck"))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "runs.db"
    if not path.exists():
        path.touch(mode=0o600)  # runs quote documents, which may be confidential
    return path
