"""`claimcheck mcp`."""

from __future__ import annotations

from importlib.util import find_spec

from claimcheck.cli import options
from claimcheck.errors import InputError


def mcp(
    engine: options.Engine = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Serve the tools summarize, extract_claims, check_claims and ground_quotes to an assistant (MCP, on stdin and stdout)."""
    if find_spec("mcp") is None:
        raise InputError("mcp: needs pip install 'claimcheck[mcp]'")
    from claimcheck.server.mcp import serve

    configured = options.resolve_settings(
        no_cache=no_cache, engine=engine, model=model, base_url=base_url
    )
    options.announce_engine(configured, quiet=quiet)
    serve(configured.settings)
