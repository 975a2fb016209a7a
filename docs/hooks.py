"""Generate pages of the site: the commands with their --help, schemas, HTTP API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from mkdocs.structure.files import File, Files

from claimcheck import Settings, schemas
from claimcheck.cli.main import app
from claimcheck.server.app import create_unprotected_app
from claimcheck.server.config import ServerConfig
from claimcheck.server.jobs import JobPool


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages to the files of the site."""
    pages = {
        "reference-commands.md": render_commands(),
        "reference-schemas.md": render_schemas(),
        "reference-http.md": render_http_api(),
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def render_commands() -> str:
    """Render the --help of every command."""
    intro = "The `--help` of every command. [Explanations and examples](cli.md)."
    return "\n".join(
        [
            "# Commands",
            "",
            intro,
            "",
            *_render_command(typer.main.get_command(app), "claimcheck"),
        ]
    )


def _render_command(command: Any, name: str) -> Iterator[str]:
    with command.make_context(
        name, [], resilient_parsing=True, terminal_width=100
    ) as context:
        text = command.get_help(context)
    yield from (f"## {name}", "", "```text", text, "```", "")
    for subcommand, child in getattr(command, "commands", {}).items():
        yield from _render_command(child, f"{name} {subcommand}")


def render_schemas() -> str:
    """Render every schema in full."""
    intro = (
        "The schemas of what claimcheck publishes, of requests over HTTP and from "
        "assistants (`request.*`), and of a model's answers (`*.answer`). "
        "`claimcheck schema NAME` prints one."
    )
    lines = ["# Schemas", "", intro, ""]
    for name in schemas.list_names():
        title = schemas.load(name).get("title", "")
        lines += [f"## {name}", "", title, "", '??? note "The schema"', "    ```json"]
        lines += [
            f"    {line}"
            for line in json.dumps(schemas.load(name), indent=2).splitlines()
        ]
        lines += ["    ```", ""]
    return "\n".join(lines)


def render_http_api() -> str:
    """Render every operation of the HTTP API from its OpenAPI description."""
    config = ServerConfig(Settings(engine="extractive"), Path("runs.db"), None)
    description = create_unprotected_app(config, JobPool(1)).openapi()
    lines = [
        "# HTTP API",
        "",
        "`claimcheck serve` has the same at `/docs`. [How to use it](howto/page.md).",
        "",
    ]
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            lines += [f"## {method.upper()} {path}", "", operation["description"], ""]
            lines += list(_render_operation(operation))
    return "\n".join(lines)


def _render_operation(operation: dict[str, Any]) -> Iterator[str]:
    if parameters := operation.get("parameters"):
        yield from ("| parameter | in | meaning |", "|---|---|---|")
        for item in parameters:
            yield f"| `{item['name']}` | {item['in']} | {item.get('description', '')} |"
        yield ""
    if body := operation.get("requestBody"):
        yield from (f"Body: {', '.join(_describe_media(body['content']))}.", "")
    yield from ("| status | | content |", "|---|---|---|")
    for status, answer in operation["responses"].items():
        media = ", ".join(_describe_media(answer.get("content", {})))
        yield f"| {status} | {answer['description']} | {media} |"
    yield ""


def _describe_media(content: dict[str, Any]) -> Iterator[str]:
    for media, value in content.items():
        name = value["schema"].get("$ref", "").rpartition("/")[2]
        linked = (
            f"[`{name}`](reference-schemas.md#{name.replace('.', '')})"
            if name in schemas.list_names()
            else f"`{name}`"
        )
        yield f"`{media}`{f' that follows {linked}' if name else ''}"
