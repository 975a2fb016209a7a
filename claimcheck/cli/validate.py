"""`claimcheck validate`."""

from __future__ import annotations

from typing import Annotated

import typer

from claimcheck.cli.output import write_rows


def validate(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Result files, or - for standard input."),
    ],
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema",
            metavar="NAME",
            help="The schema that the files must follow (default: chosen by their "
            "fields).",
        ),
    ] = None,
) -> None:
    """Check result files against a schema.

    Lists every problem with its JSON path. Spans are also compared with the document's
    text, if the file contains it. Exits with 2 if a file has a problem.
    """
    from claimcheck.api.documents import read_bytes
    from claimcheck.api.prompts_and_schemas import (
        choose_schema,
        find_result_problems,
        load_schema,
    )

    if schema:
        load_schema(schema)  # an unknown name is an error even before a file is read
    failed = False
    for name in files:
        # Every file is read, even after one with problems: all problems at once.
        source, content = read_bytes(name)
        used = schema or choose_schema(content)
        problems = find_result_problems(used, content)
        write_rows(f"{source}: {problem}" for problem in problems)
        if problems:
            failed = True
        else:
            write_rows([f"{source}: follows {used}.schema.json"])
    if failed:
        # 2, not 1: a file that breaks its schema is bad input.
        raise typer.Exit(2)
