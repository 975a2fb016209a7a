"""`claimcheck prompts`."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from claimcheck.cli import options
from claimcheck.cli.option_groups import with_options
from claimcheck.cli.output import print_note, write_rows, write_text
from claimcheck.cli.progress import show_rows
from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format

if TYPE_CHECKING:
    from claimcheck.api.evaluate import PromptComparison

_SHIPPED = "shipped"


class _Group(TyperGroup):
    """Reads `claimcheck prompts NAME` as `claimcheck prompts show NAME`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        # A flag is not the name of a template.
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
    from claimcheck.api.prompts_and_schemas import list_prompts

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
    from claimcheck.api.prompts_and_schemas import read_prompt

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
    """Copy the shipped templates into a folder, where you can change them.

    `--prompts FOLDER` uses them. Delete the ones you do not change, so that later
    versions can improve them.
    """
    from claimcheck.api.prompts_and_schemas import copy_prompts

    copied = copy_prompts(folder, names or ())
    copies = format_count(len(copied), "template")
    print_note(f"{folder}: {copies} copied", quiet=quiet)


@app.command("diff")
def diff(folder: _Folder = None) -> None:
    """Show how the templates in a folder differ from the shipped ones."""
    from claimcheck.api.prompts_and_schemas import diff_prompts

    write_rows(diff_prompts(folder or _get_folder()))


@app.command("lint")
def lint(folder: _Folder = None) -> None:
    """Check the templates in a folder.

    Finds unknown variables, document text outside the fence, unknown file names, and
    text that would change the form of the answer. Exits with 2 if there is a problem.
    """
    from claimcheck.api.prompts_and_schemas import (
        find_prompt_notes,
        find_prompt_problems,
    )

    folder = folder or _get_folder()
    # Notes are printed only without problems, which they would hide.
    problems = find_prompt_problems(folder)
    write_rows(problems or [*find_prompt_notes(folder), f"{folder}: no problem"])
    if problems:
        raise typer.Exit(2)


@app.command("compare")
@with_options
def compare(
    first: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="A folder of templates, or `shipped` for the shipped ones.",
        ),
    ],
    second: Annotated[
        str, typer.Argument(metavar="B", help="Another folder, or `shipped`.")
    ],
    examples: Path,
    format: options.ReportFormat = Format.TEXT,
    fields: options.Fields = None,
    kinds: options.Kinds = None,
    max_claims: options.MaxClaims = None,
    quiet: options.Quiet = False,
    *,
    engine: options.EngineOptions,
) -> None:
    """Compare two sets of prompts on your own examples.

    Reads each text with both, and shows what each finds and costs, and the paired
    difference, B minus A, with 95 % intervals.

    Options:
        --examples FILE: Your own texts with the right claims: JSON Lines of {text,
            claims}.
    """
    from claimcheck.api.evaluate import compare_prompts

    settings = engine.load_settings(
        fields_file=fields, kinds=options.split_kinds(kinds), max_claims=max_claims
    )
    # None is the shipped folder, whose path nobody knows.
    folders = (_find_folder(first), _find_folder(second))
    with show_rows("compare", quiet=quiet) as on_progress:
        result = compare_prompts(
            folders, examples, settings=settings, progress=on_progress
        )
    if format is Format.JSON:
        write_text(json.dumps(asdict(result), indent=1) + "\n", None)
    else:
        write_rows(_format_comparison(result, first, second))


def _find_folder(name: str) -> Path | None:
    return None if name == _SHIPPED else Path(name)


def _format_comparison(result: PromptComparison, first: str, second: str) -> list[str]:
    lines = [
        f"A: {first}",
        f"B: {second}",
        f"{format_count(result.n, 'text')}; without a complete answer: "
        f"A {result.failed[0]:,}, B {result.failed[1]:,}",
        f"{'':<18}{'A':>10}{'B':>10}{'B minus A':>12}   95 % interval",
    ]
    for name, score in result.differences.items():
        # Shares are printed in percent, averages per text as they are.
        is_share = not name.endswith(" a text")
        digits = 5 if name.startswith("US dollars") else 1
        values = [result.first[name], result.second[name], *astuple(score)]
        a, b, difference, low, high = (100 * x if is_share else x for x in values)
        # A single text, drawn again and again, is always the same.
        interval = f"[{low:+.{digits}f}, {high:+.{digits}f}]" if result.n > 1 else "-"
        lines.append(
            f"{name:<18}{a:10.{digits}f}{b:10.{digits}f}{difference:+12.{digits}f}   "
            f"{interval}"
        )
    return lines


def _get_folder() -> Path:
    from claimcheck.settings.file import find_prompts_folder

    # Approved or not: people read templates before they approve them.
    folder = find_prompts_folder()
    if folder is None:
        raise InputError(
            "no folder; name one, or set prompts_folder in claimcheck.toml"
        )
    return folder
