"""`claimcheck validate`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from claimcheck.cli.output import write_text
from claimcheck.errors import InputError


def validate(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Result files, or - for standard input."
        ),
    ],
    against: Annotated[
        str,
        typer.Option(
            "--schema", metavar="NAME", help="The schema that they have to follow."
        ),
    ] = "run",
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Check result files against a schema: every problem, with its JSON path.

    Spans are also held against the document's text where the file has it. Exit 2 when a file has a problem.
    """
    from claimcheck import schemas
    from claimcheck.readers.file import read_bytes

    schemas.load(against)
    failed = False
    for name in files:
        source, data = read_bytes(name)
        problems = _find_problems(data, against, source)
        failed = failed or bool(problems)
        lines = [f"{source}: {problem}" for problem in problems] or [
            f"{source}: follows {against}.schema.json"
        ]
        write_text("\n".join(lines) + "\n", None)
    if failed:
        raise typer.Exit(2)


def _find_problems(data: bytes, against: str, source: str) -> list[str]:
    from claimcheck import schemas

    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        return [f"$: is not JSON: {error}"]
    found = [str(problem) for problem in schemas.find_problems(against, value)]
    if found or against not in ("run", "check"):
        return found
    from claimcheck.models.integrity import (
        find_check_inconsistencies,
        find_run_inconsistencies,
    )
    from claimcheck.models.run import Check, Run

    try:
        if against == "check":
            return find_check_inconsistencies(Check.from_json(data))
        return find_run_inconsistencies(Run.from_json(data))
    except InputError as error:
        return [str(error)]
