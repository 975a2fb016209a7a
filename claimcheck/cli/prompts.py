"""`claimcheck prompts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from claimcheck.cli import options
from claimcheck.cli.output import print_note, write_rows, write_text
from claimcheck.errors import InputError


class _Group(TyperGroup):
    """Reads `claimcheck prompts NAME` as `claimcheck prompts show NAME`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands and not args[0].startswith("-"):
            args = ["show", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Group,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="List, print, copy, compare, and check prompt templates.",
)
_Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FOLDER]",
        help="A folder of templates (default: prompts_folder of the settings).",
    ),
]


@app.callback()
def prompts(context: typer.Context) -> None:
    """List, print, copy, compare, and check prompt templates.

    Without a command, lists the shipped ones.
    """
    if context.invoked_subcommand is None:
        list_()


@app.command("list")
def list_() -> None:
    """List the shipped templates with their versions and hashes."""
    from claimcheck.api.inspect import list_prompts

    rows = []
    for prompt in list_prompts():
        version = f"v{prompt.version}  {prompt.digest[:12]}"
        rows.append(f"{prompt.name:<10}  {version}  {prompt.description}")
    write_rows(rows)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A shipped template.")],
) -> None:
    """Print a shipped template."""
    from claimcheck.api.inspect import read_prompt

    write_text(read_prompt(name), None)


@app.command("init")
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Created if it does not exist.")
    ],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="The templates (default: all)."),
    ] = None,
    quiet: options.Quiet = False,
) -> None:
    """Copy the shipped templates into a folder, to change them there.

    `--prompts FOLDER` uses them. Delete those that you do not change, so that you get
    the better ones of later versions.
    """
    from claimcheck.api.inspect import copy_prompts

    copied = copy_prompts(folder, names or ())
    print_note(f"{folder}: {len(copied)} templates copied", quiet=quiet)


@app.command("diff")
def diff(folder: _Folder = None) -> None:
    """Show how the templates in a folder differ from the shipped ones."""
    from claimcheck.api.inspect import diff_prompts

    write_rows(diff_prompts(folder or _get_folder()))


@app.command("lint")
def lint(folder: _Folder = None) -> None:
    """Check the templates in a folder.

    Finds unknown variables, document text outside of the fence, unknown file names, and
    what would change the form of the answer. Exits with 2 if there is a problem.
    """
    from claimcheck.api.inspect import find_prompt_notes, find_prompt_problems

    folder = folder or _get_folder()
    problems = find_prompt_problems(folder)
    write_rows(problems or [*find_prompt_notes(folder), f"{folder}: no problem"])
    if problems:
        raise typer.Exit(2)


def _get_folder() -> Path:
    from claimcheck.config import find_prompts_folder

    folder = find_prompts_folder()
    if folder is None:
        raise InputError(
            "no folder; name one, or set prompts_folder in claimcheck.toml"
        )
    return folder
