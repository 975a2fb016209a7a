"""`claimcheck doctor`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli.output import show_spinner, write_text
from claimcheck.errors import ProviderError

if TYPE_CHECKING:
    from claimcheck.config import LoadedSettings

EXTRAS = {
    "html": ("trafilatura", "lxml_html_clean"),
    "pdf": ("pypdfium2",),
    "docx": ("docx",),
    "eval": ("rouge_score",),
    "parquet": ("pyarrow",),
    "mcp": ("mcp",),
    "web": ("fastapi", "uvicorn", "sse_starlette", "fastapi_offline"),
    "fast": ("aiohttp",),
    "distributed": ("ray",),
    "testing": ("pytest", "vcr", "pytest_socket"),
}
_LISTED_SETTINGS = (
    "engine",
    "model",
    "base_url",
    "api_key",
    "max_claims",
    "attempts",
    "temperature",
    "seed",
    "timeout_s",
    "context_tokens",
    "max_output_tokens",
)


def doctor(
    engine: Annotated[
        str | None, typer.Option(metavar="ENGINE", help="As for summarize.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="As for summarize.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="As for summarize.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Show what is configured and where from, and try the endpoint.

    With an endpoint or model configured this sends two small requests. Keys are never shown. Exit 3 when the llm
    engine is chosen and its endpoint does not answer.
    """
    from claimcheck import tokens
    from claimcheck.config import load_settings
    from claimcheck.version import __version__

    configured = load_settings({"engine": engine, "model": model, "base_url": base_url})
    chosen = configured.settings.chosen_engine()
    lines = [f"claimcheck {__version__}", "", "Settings"]
    lines += [
        f"  {name:<18}{_format_setting(configured, name):<34}{configured.origins[name]}"
        for name in _LISTED_SETTINGS
    ]
    lines += ["", f"Engine that runs: {chosen}"]
    count = tokens.count("claimcheck")  # raises when the packed encoding is damaged
    exact = "exact" if tokens.is_exact(configured.settings.model) else "an estimate"
    lines.append(
        f"Tokenizer: {tokens.ENCODING}, packed, hash checked ({count} tokens in 'claimcheck'); {exact} for this model"
    )
    for name, modules in EXTRAS.items():
        missing = [module for module in modules if find_spec(module) is None]
        lines.append(
            f"Extra {name}: {'installed' if not missing else f'not installed (pip install claimcheck[{name}])'}"
        )
    write_text("\n".join(lines) + "\n", None)
    if chosen == "llm":
        write_text(_probe_endpoint(configured), None)
    else:
        write_text(
            "Endpoint: none configured; --model NAME or --base-url URL names one\n",
            None,
        )


def _format_setting(configured: LoadedSettings, name: str) -> str:
    value = getattr(configured.settings, name)
    if name == "api_key":
        return "set (not shown)" if value else "not set"
    if name == "base_url" and value:
        return configured.settings.endpoint()
    return "-" if value is None else str(value)


def _probe_endpoint(configured: LoadedSettings) -> str:
    """Probe the endpoint and describe it; raises `ProviderError` on failure."""
    from dataclasses import replace

    from claimcheck.api.probe import probe

    settings = replace(
        configured.settings,
        attempts=1,
        timeout_s=min(configured.settings.timeout_s, 60.0),
    )
    try:
        with show_spinner("trying the endpoint", quiet=False):
            found = probe(settings)
    except ProviderError:
        write_text(f"Endpoint: {settings.endpoint()}: FAILED\n", None)
        raise
    models = ", ".join(found.models[:12]) + (
        f" and {len(found.models) - 12} more" if len(found.models) > 12 else ""
    )
    lines = [
        f"Endpoint: {settings.endpoint()}: reachable",
        f"  models: {models or 'none listed'}",
    ]
    if found.response_format:
        enforced = (
            "enforced"
            if found.enforces_schema
            else "not enforced (answers are validated here all the same)"
        )
        lines.append(f"  response format: {found.response_format}; schema: {enforced}")
    else:
        lines.append("  no model named: give --model NAME to try one")
    return "\n".join(lines) + "\n"
