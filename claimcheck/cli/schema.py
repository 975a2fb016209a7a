"""`claimcheck schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from claimcheck.cli.output import write_text


def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The schema to print.")
    ] = None,
) -> None:
    """List the JSON Schemas, or print one."""
    from claimcheck.api.prompts_and_schemas import (
        list_schemas,
        load_schema,
        read_schema,
    )

    # The file itself, byte for byte, so that its hash is the one in signatures.
    if name is not None:
        write_text(read_schema(name), None)
        return
    rows = []
    for schema_name, digest in list_schemas().items():
        title = load_schema(schema_name)["title"]
        rows.append(f"{schema_name:<16}  {digest[:12]}  {title}\n")
    write_text("".join(rows), None)
