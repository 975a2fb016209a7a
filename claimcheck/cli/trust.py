"""`claimcheck trust`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import print_note


def trust(
    folder: Annotated[
        Path,
        typer.Argument(metavar="[FOLDER]", help="A folder with a claimcheck.toml."),
    ] = Path(),
    quiet: options.Quiet = False,
) -> None:
    """Let the claimcheck.toml of a folder name the endpoint.

    Commands in that folder then send documents to the endpoint, but never a key from
    the environment. The approval ends when the file names another endpoint.
    """
    from claimcheck.config import approve_project_endpoint

    url = approve_project_endpoint(folder)
    print_note(
        f"{folder.resolve()}: commands here may send documents to {url!r}", quiet=quiet
    )
