"""Pages of the site that are made, not written: the commands from their --help, the schemas, the HTTP API."""

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
    """The pages are among the files of the site."""
    pages = {
        "reference-commands.md": commands(),
        "reference-schemas.md": schema_page(),
        "reference-http.md": http(),
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def commands() -> str:
    """Every command with what its --help says."""
    intro = "What every command says with `--help`. [With words and examples](cli.md)."
    return "\n".join(
        [
            "# Commands",
            "",
            intro,
            "",
            *_command(typer.main.get_command(app), "claimcheck"),
        ]
    )


def _command(command: Any, name: str) -> Iterator[str]:
    with command.make_context(
        name, [], resilient_parsing=True, terminal_width=100
    ) as context:
        text = command.get_help(context)
    yield from (f"## {name}", "", "```text", text, "```", "")
    for inner, found in getattr(command, "commands", {}).items():
        yield from _command(found, f"{name} {inner}")


def schema_page() -> str:
    """Every schema, whole."""
    intro = (
        "What claimcheck publishes, what it takes over HTTP and from assistants (`request.*`), and what a model must answer "
        "(`*.answer`). `claimcheck schema NAME` prints one."
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


def http() -> str:
    """Every operation of the HTTP API, from its own description."""
    site = ServerConfig(Settings(engine="extractive"), Path("runs.db"), None)
    described = create_unprotected_app(site, JobPool(1)).openapi()
    lines = [
        "# HTTP API",
        "",
        "What `claimcheck serve` describes at `/docs`. [How to use it](howto/page.md).",
        "",
    ]
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            lines += [f"## {method.upper()} {path}", "", operation["description"], ""]
            lines += list(_operation(operation))
    return "\n".join(lines)


def _operation(operation: dict[str, Any]) -> Iterator[str]:
    if parameters := operation.get("parameters"):
        yield from ("| parameter | in | meaning |", "|---|---|---|")
        for item in parameters:
            yield f"| `{item['name']}` | {item['in']} | {item.get('description', '')} |"
        yield ""
    if body := operation.get("requestBody"):
        yield from (f"Body: {', '.join(_named(body['content']))}.", "")
    yield from ("| status | | content |", "|---|---|---|")
    for status, answer in operation["responses"].items():
        yield f"| {status} | {answer['description']} | {', '.join(_named(answer.get('content', {})))} |"
    yield ""


def _named(content: dict[str, Any]) -> Iterator[str]:
    for media, found in content.items():
        name = found["schema"].get("$ref", "").rpartition("/")[2]
        linked = (
            f"[`{name}`](reference-schemas.md#{name.replace('.', '')})"
            if name in schemas.list_names()
            else f"`{name}`"
        )
        yield f"`{media}`{f' that follows {linked}' if name else ''}"
