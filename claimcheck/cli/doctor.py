"""`claimcheck doctor`."""

from __future__ import annotations

from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING

from claimcheck.cli import options
from claimcheck.cli.option_groups import with_options
from claimcheck.cli.output import write_rows
from claimcheck.cli.progress import show_spinner
from claimcheck.errors import ProviderError
from claimcheck.installation import find_foreign_distribution, get_install_command

if TYPE_CHECKING:
    from claimcheck.api.probe import Acceptance
    from claimcheck.settings import Settings

# The modules that each extra of pyproject.toml installs.
EXTRAS = {
    "html": ("trafilatura", "lxml_html_clean"),
    "pdf": ("pypdfium2",),
    "docx": ("lxml",),
    "formats": (
        "python_calamine",
        "feedparser",
        "pylatexenc",
        "bibtexparser",
        "warcio",
        "oxmsg",
    ),
    "ocr": ("rapidocr", "onnxruntime", "PIL"),
    "local": ("xllamacpp", "huggingface_hub"),
    "nli": ("onnxruntime", "tokenizers", "huggingface_hub"),
    "eval": ("rouge_score",),
    "parquet": ("pyarrow",),
    "pandas": ("pandas",),
    "postgres": ("psycopg",),
    "mcp": ("mcp",),
    "web": ("fastapi", "uvicorn", "sse_starlette", "fastapi_offline"),
    "distributed": ("ray",),
    "otel": ("opentelemetry",),
    "testing": ("pytest", "vcr", "pytest_socket"),
}
_LISTED_SETTINGS = (
    "engine",
    "model",
    "base_url",
    "api",
    "api_key",
    "max_claims",
    "attempts",
    "temperature",
    "seed",
    "reasoning_effort",
    "timeout_s",
    "context_tokens",
    "max_output_tokens",
    "verifier",
)
_MAX_LISTED_MODELS = 12  # some endpoints have hundreds
_PROBE_TIMEOUT_S = 60.0  # a person is waiting; the settings may allow many minutes


@with_options
def doctor(engine: options.EngineOptions) -> None:
    """Show the settings and their origins, and test the endpoint.

    If an endpoint or a model is configured, this sends a few small requests. Keys are
    never shown. Exits with 3 if the llm engine is selected and its endpoint does not
    respond.
    """
    from claimcheck.api.probe import describe_tokenizer
    from claimcheck.settings.file import resolve_user_file
    from claimcheck.settings.load import load_settings
    from claimcheck.version import __version__

    loaded = load_settings(asdict(engine))
    settings = loaded.settings
    lines = [f"claimcheck {__version__}", "", "Settings"]
    for name in _LISTED_SETTINGS:
        value = _format_setting(settings, name)
        lines.append(f"  {name:<18}{value:<33} {loaded.origins[name]}")
    lines.append(f"Your settings for all folders: {resolve_user_file()}")
    # `auto` above does not say which engine runs.
    lines += ["", f"Engine that runs: {settings.chosen_engine()}"]
    lines.append(f"Verifier without a model: {_name_verifier(settings)}")
    lines.append(f"Tokenizer: {describe_tokenizer(settings.model)}")
    for extra, modules in EXTRAS.items():
        if all(find_spec(module) for module in modules):
            lines.append(f"Extra {extra}: installed")
        else:
            command = get_install_command(extra)
            lines.append(f"Extra {extra}: not installed ({command})")
    # It breaks imports in ways that look like bugs of this package.
    if other := find_foreign_distribution():
        lines.append(
            f"WARNING: {other} is also installed. It belongs to another project, and "
            "its files are in the same folder; run pip uninstall claimcheck, then "
            "install this package again"
        )
    # Printed before the endpoint is asked, which may take a minute.
    write_rows(lines)

    if settings.chosen_engine() == "llm":
        write_rows(_probe_endpoint(settings))
    else:
        write_rows(
            ["Endpoint: none configured; --model NAME or --base-url URL names one"]
        )


def _name_verifier(settings: Settings) -> str:
    if settings.verifier is not None:
        return settings.verifier  # its revision may need a download
    from claimcheck.api.verifiers import resolve_scorer_name

    return resolve_scorer_name()


def _format_setting(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if name == "api_key":
        return "set (not shown)" if value else "-"
    if name == "base_url" and value:
        return settings.endpoint()  # without user name and password
    return "-" if value is None else str(value)


def _probe_endpoint(settings: Settings) -> list[str]:
    """Probe the endpoint and describe it.

    Raises:
        ProviderError: the endpoint does not respond.
    """
    from dataclasses import replace

    from claimcheck.api.probe import probe, probe_schemas

    # One attempt: retries would hide how the endpoint behaves, and take minutes.
    timeout_s = min(settings.timeout_s, _PROBE_TIMEOUT_S)
    settings = replace(settings, attempts=1, timeout_s=timeout_s)
    try:
        with show_spinner("testing the endpoint", quiet=False):
            result = probe(settings)
            accepted = probe_schemas(settings) if settings.model else None
    except ProviderError:
        write_rows([f"Endpoint: {settings.endpoint()}: FAILED"])
        raise
    models = ", ".join(list(result.models)[:_MAX_LISTED_MODELS]) or "none listed"
    # The number shows that the list is cut.
    unlisted = len(result.models) - _MAX_LISTED_MODELS
    if unlisted > 0:
        models += f" and {unlisted} more"
    lines = [
        f"Endpoint: {settings.endpoint()}: reachable",
        f"  models: {models}",
    ]
    if accepted:
        # An endpoint that ignores schemas works, but needs more repairs.
        schema = "not enforced (answers are validated here all the same)"
        if result.enforces_schema and accepted.response_format == "json_schema":
            schema = "enforced"
        lines.append(f"  response format: {accepted.response_format}; schema: {schema}")
        lines += _describe_acceptance(accepted)
        window = result.models.get(settings.model or "")
        lines.append(_describe_window(settings, window))
    else:
        lines.append("  no model named: give --model NAME to try one")
    return lines


def _describe_acceptance(accepted: Acceptance) -> list[str]:
    """Describe which parts of a request the endpoint accepts and refuses."""
    # A renamed setting is sent, so it must not look refused.
    renamed = accepted.limit_name == "max_tokens"
    left_out = []
    for name in accepted.left_out:
        is_limit = name == "max_completion_tokens" and renamed
        left_out.append(f"{name} (sent as max_tokens)" if is_limit else name)
    notes = []
    if any(name.startswith("schema.") for name in left_out):
        notes.append("schema.*: answers are checked here all the same")
    if "system_role" in left_out:
        notes.append("system_role: its text begins the user's message")
    sent = [*accepted.sent, *([accepted.limit_name] if accepted.limit_name else [])]
    stream = "required, so every answer is requested as a stream"
    return [
        f"  settings that it accepts: {', '.join(sent) or 'none'}",
        f"  refused, and therefore left out: {', '.join(left_out) or 'nothing'}",
        *(f"    {note}" for note in notes),
        f"  streaming: {stream if accepted.needs_stream else 'not required'}",
    ]


def _describe_window(settings: Settings, window: int | None) -> str:
    chosen = f"context_tokens is {settings.context_tokens:,}"
    if window is None:
        return f"  context window: not stated by the endpoint; {chosen}"
    line = f"  context window: {window:,} tokens; {chosen}"
    if window < settings.context_tokens:
        line += f"; set it to {window} in claimcheck.toml"
    return line
