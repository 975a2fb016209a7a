"""`claimcheck mcp`."""

from __future__ import annotations

from importlib.util import find_spec

from claimcheck.cli import options
from claimcheck.cli.option_groups import with_options
from claimcheck.cli.prepare import prepare_engine
from claimcheck.errors import InputError
from claimcheck.installation import get_install_command


@with_options
def mcp(
    engine: options.EngineOptions,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    *,
    searching: options.SearchOptions,
) -> None:
    """Serve claimcheck to an AI assistant over MCP.

    MCP messages use standard input and output. The tools are summarize,
    extract_claims, check_claims, and ground_quotes. With --search, check_claims may
    search for evidence if the assistant asks for it.
    """
    if find_spec("mcp") is None:
        raise InputError(f"mcp needs an extra; run {get_install_command('mcp')}")
    from claimcheck.server.mcp import serve

    # Loaded once: an assistant must not change what its user configured.
    settings = engine.load_settings(no_cache=no_cache)
    prepare_engine(settings, quiet=quiet)
    serve(settings, searching.load_settings(no_cache=no_cache))
