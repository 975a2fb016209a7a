"""The commands, and how every error of theirs ends: one line on stderr, an exit code, no traceback."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from claimcheck.cli import (
    batch,
    bundle,
    cache,
    check,
    diff,
    doctor,
    evaluate,
    ground,
    index,
    mcp,
    runs,
    serve,
    show,
    summarize,
    templates,
    validate,
)
from claimcheck.cli.output import print_error
from claimcheck.cli.variadic import VariadicCommand
from claimcheck.errors import ClaimcheckError
from claimcheck.version import __version__

_EPILOG = "Exit codes: 0 done, 1 a finding you asked to fail on, 2 usage or bad input, 3 model or provider, 130 interrupted."

EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="claimcheck",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: rich costs more to load than the rest of the start
    pretty_exceptions_enable=False,
    epilog=_EPILOG,
)
app.command("summarize")(summarize.summarize)
app.command("check", cls=VariadicCommand)(check.check)
app.command("batch")(batch.batch)
app.add_typer(runs.app, name="runs")
app.add_typer(index.app, name="index")
app.add_typer(evaluate.app, name="eval")
app.command("show")(show.show)
app.command("diff")(diff.diff)
app.command("bundle")(bundle.bundle)
app.command("verify")(bundle.verify)
app.command("ground")(ground.ground)
app.add_typer(cache.app, name="cache")
app.command("schema")(templates.schema)
app.command("validate")(validate.validate)
app.command("prompts")(templates.prompts)
app.command("serve")(serve.serve)
app.command("mcp")(mcp.mcp)
app.command("doctor")(doctor.doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"claimcheck {__version__}")
        raise typer.Exit


@app.callback()
def claimcheck(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the version.",
        ),
    ] = False,
) -> None:
    """What a text claims, where it says so, and whether it holds.

    \b
    Start with:  claimcheck summarize article.txt
                 claimcheck check claims.txt --against article.txt
    """


def main() -> None:
    """Runs the command line and exits; `--debug` lets a traceback through."""
    debug = "--debug" in sys.argv
    try:
        app(prog_name="claimcheck")
    except ClaimcheckError as error:
        if debug:
            raise
        print_error(str(error))
        sys.exit(error.exit_code)
    except SystemExit as stop:
        if (
            stop.code == EXIT_INTERRUPTED
        ):  # typer turns Ctrl-C into this code without a word
            print_error("interrupted; nothing was written")
            os._exit(
                EXIT_INTERRUPTED
            )  # threads may wait for answers still; nobody else does
        raise
