"""`claimcheck prompts`."""

from __future__ import annotations

from typing import Annotated

import typer

from claimcheck.cli.output import write_text


def prompts(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The template to print.")
    ] = None,
) -> None:
    """List the prompt templates, or print one."""
    from claimcheck.api.inspect import list_prompts, read_prompt

    if name is not None:
        write_text(read_prompt(name), None)
        return
    rows = []
    for prompt in list_prompts():
        version = f"v{prompt.version}  {prompt.digest[:12]}"
        rows.append(f"{prompt.name:<10}  {version}  {prompt.description}\n")
    write_text("".join(rows), None)
