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
    """Approve the endpoint and the prompts of a claimcheck.toml.

    Commands in its folder then send documents to that endpoint, but never a key from
    the environment. The approval ends when the file names another endpoint or the
    prompts change.
    """
    from claimcheck.settings.trust import approve_project_file

    approved = approve_project_file(folder)
    print_note(
        f"{folder.resolve()}: commands here may use {', '.join(approved)}", quiet=quiet
    )
