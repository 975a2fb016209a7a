"""`claimcheck schema` and `claimcheck prompts`: what there is, or one of them."""

from __future__ import annotations

from typing import Annotated

import typer

from claimcheck.cli.output import write_text


def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The schema to print.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """List the JSON Schemas, or print one."""
    from claimcheck import schemas

    if name is not None:
        write_text(schemas.read_source(name), None)
        return
    rows = [
        f"{known:<16}  {schemas.compute_digest(known)[:12]}  {schemas.load(known)['title']}"
        for known in schemas.list_names()
    ]
    write_text("\n".join(rows) + "\n", None)


def prompts(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The template to show.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """List the prompt templates with version and hash, or show one."""
    from claimcheck import prompts

    if name is not None:
        write_text(prompts.read_source(name), None)
        return
    templates = [prompts.load(known) for known in prompts.list_names()]
    rows = [
        f"{item.name:<10}  v{item.version}  {item.digest[:12]}  {item.description}"
        for item in templates
    ]
    write_text("\n".join(rows) + "\n", None)
