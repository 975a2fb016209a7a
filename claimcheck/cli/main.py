"""The list of commands, and their exit codes.

An error that claimcheck raises on purpose becomes one line on stderr and an exit code.
Every module of a command is imported at each start, so heavy imports wait inside the
functions that need them.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Annotated, Any

import typer

from claimcheck.cli import cache, cassettes, index, prompts, runs
from claimcheck.cli.batch import batch
from claimcheck.cli.bundle import bundle
from claimcheck.cli.check import check
from claimcheck.cli.cite import cite
from claimcheck.cli.diff import diff
from claimcheck.cli.doctor import doctor
from claimcheck.cli.eval import app as eval_app
from claimcheck.cli.ground import ground
from claimcheck.cli.match import match
from claimcheck.cli.mcp import mcp
from claimcheck.cli.models import app as models_app
from claimcheck.cli.output import (
    describe_os_error,
    open_missing_streams,
    print_error,
    silence_stdout,
)
from claimcheck.cli.review import review
from claimcheck.cli.schema import schema
from claimcheck.cli.serve import serve
from claimcheck.cli.show import show
from claimcheck.cli.summarize import summarize
from claimcheck.cli.trust import trust
from claimcheck.cli.validate import validate
from claimcheck.cli.verifier import app as verifier_app
from claimcheck.cli.verify import verify
from claimcheck.errors import ClaimcheckError, InputError
from claimcheck.version import __version__

_EPILOG = (
    "Exit codes: 0 done, 1 a finding you asked to fail on, 2 wrong usage or bad input, "
    "3 model or provider, 130 interrupted (143 by SIGTERM, 129 by SIGHUP)."
)
# Kinds of pydantic's errors, such as "int_parsing".
_NUMBERS = {"int": "a whole number", "float": "a number"}
DEBUG_FLAG = "--debug"
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="claimcheck",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich takes longer to load than everything else at startup
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog=_EPILOG,
)
# In the order in which `claimcheck --help` lists them.
app.command()(summarize)
app.command()(check)
app.command()(cite)
app.command()(match)
app.command()(batch)
app.command()(show)
app.command()(review)
app.command()(diff)
app.command()(bundle)
app.command()(verify)
app.command()(ground)
app.command()(schema)
app.command()(validate)
app.command()(serve)
app.command()(mcp)
app.command()(doctor)
app.command()(trust)
app.add_typer(prompts.app, name="prompts")
app.add_typer(runs.app, name="runs")
app.add_typer(index.app, name="index")
app.add_typer(models_app, name="models")
app.add_typer(verifier_app, name="verifier")
app.add_typer(eval_app, name="eval")
app.add_typer(cache.app, name="cache")
app.add_typer(cassettes.app, name="cassettes")


def _print_version(requested: bool) -> None:
    if requested:
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
            help="Show the version and exit.",
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            DEBUG_FLAG,
            help="Show a traceback when a command fails; works after the command, too.",
        ),
    ] = False,
) -> None:
    """Find what a text claims, where, and whether your evidence supports it.

    \b
    Start with:  claimcheck summarize article.txt
                 claimcheck check claims.txt --against article.txt
    """


def main() -> None:
    """Run the command line and exit; `--debug` lets a traceback through."""
    # Before Typer, which knows options only where they are declared.
    debug, arguments = _extract_debug_flag(sys.argv[1:])
    # As in git and pip: `claimcheck help check` is `claimcheck check --help`.
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:], "--help"]
    # Before anything opens a file.
    open_missing_streams()
    warnings.showwarning = lambda message, *_: print_error(str(message))
    try:
        code = app(arguments, prog_name="claimcheck", standalone_mode=False)
        if code == EXIT_INTERRUPTED:
            print_error("interrupted; no result was written")
            # Threads may still wait for a model's answers; `sys.exit` would join them.
            os._exit(EXIT_INTERRUPTED)
        sys.exit(code)
    except typer.TyperException as error:
        wrong_usage: Any = error  # the class with this method is not public
        wrong_usage.message = _describe_usage_error(error)
        wrong_usage.show()
        sys.exit(error.exit_code)
    except ClaimcheckError as error:
        if debug:
            raise
        print_error(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        silence_stdout()  # Typer's own output, such as --help
    except OSError as error:
        # Such as a full disk. Files that people name have messages of their own.
        if debug:
            raise
        print_error(describe_os_error(error))
        silence_stdout()
        sys.exit(InputError.exit_code)


def _describe_usage_error(error: typer.TyperException) -> str:
    """Return Typer's message, with pydantic's problem in our words."""
    cause: Any = error.__cause__
    if not hasattr(cause, "errors"):
        return error.message
    # The first is enough: a command line is corrected from left to right.
    problem = cause.errors()[0]
    value, limits = problem["input"], problem.get("ctx", {})
    kind, _, _ = problem["type"].partition("_")
    if kind in _NUMBERS:
        return f"{value!r} is not {_NUMBERS[kind]}"
    if "le" in limits:
        return f"{value} is more than {limits['le']}"
    if "ge" in limits:
        return f"{value} is less than {limits['ge']}"
    # The message of one of Typer's own parsers follows pydantic's "Value error, ".
    return str(limits.get("error", error.message))


def _extract_debug_flag(arguments: list[str]) -> tuple[bool, list[str]]:
    """Return whether `--debug` is given, and the arguments without it.

    The flag is accepted before and after the name of a command, so that nobody has to
    retype a command that failed. After `--` it is an ordinary argument.
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    remaining = [word for word in arguments[:end] if word != DEBUG_FLAG]
    return DEBUG_FLAG in arguments[:end], remaining + arguments[end:]
