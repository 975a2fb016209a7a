"""`claimcheck cassettes`: recorded requests and answers of tests."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from claimcheck.cli.output import write_rows

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List or check what tests have recorded.",
)


class CassetteFormat(StrEnum):
    """How summaries are written."""

    TEXT = "text"
    JSON = "json"


Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The folder of the cassettes.")
]
Format = Annotated[
    CassetteFormat, typer.Option("--format", help="Output format; json is JSON Lines.")
]


@app.command("list")
def list_cassettes(
    folder: Folder = Path("cassettes"), format: Format = CassetteFormat.TEXT
) -> None:
    """List the cassettes, their models, and the tests that play them."""
    from claimcheck.api.cassettes import summarize_cassettes

    for summary in summarize_cassettes(folder):
        if format is CassetteFormat.JSON:
            write_rows([json.dumps(asdict(summary), ensure_ascii=False)])
            continue
        models = ", ".join(summary.models) or "no model"
        write_rows([f"{summary.path}: {summary.answers} answers, {models}"])
        write_rows(f"    {item}" for item in summary.items)


@app.command("check")
def check_cassettes(
    folder: Folder = Path("cassettes"), format: Format = CassetteFormat.TEXT
) -> None:
    """Search the cassettes for secrets, private paths, and unused answers.

    Exits with 1 if there is something to look at.
    """
    from claimcheck.api.cassettes import summarize_cassettes

    summaries = summarize_cassettes(folder)
    flagged = [summary for summary in summaries if summary.problems]
    for summary in flagged:
        if format is CassetteFormat.JSON:
            write_rows([json.dumps(asdict(summary), ensure_ascii=False)])
        else:
            write_rows(f"{summary.path}: {problem}" for problem in summary.problems)
    if flagged:
        raise typer.Exit(1)
    if format is CassetteFormat.TEXT:
        write_rows([f"{folder}: {len(summaries)} cassettes, nothing to report"])
