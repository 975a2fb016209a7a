"""`claimcheck cache`: answers of models that are kept for the next time."""

from __future__ import annotations

from typing import Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import print_note, write_text

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Answers of models, kept so that the same question is paid for once; CLAIMCHECK_CACHE says where.",
)
_DAY_S = 86_400.0


@app.command("info")
def info(debug: options.Debug = False) -> None:
    """Say where the cache lies, how large it is, and how many answers of each model it holds."""
    from claimcheck.store.cache import AnswerCache

    with AnswerCache() as cache:
        found = cache.stats()
    lines = [
        f"{found.path}: {sum(found.answers.values()):,} answers, {found.size_bytes / 2**20:.1f} MB"
    ]
    lines += [f"{count:>8,}  {model}" for model, count in found.answers.items()]
    write_text("\n".join(lines) + "\n", None)


@app.command("clear")
def clear(
    older_than: Annotated[
        float,
        typer.Option(
            "--older-than",
            metavar="DAYS",
            min=0,
            help="Only answers older than so many days.",
        ),
    ] = 0.0,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Delete answers from the cache, and from the disk."""
    from claimcheck.store.cache import AnswerCache

    with AnswerCache() as cache:
        gone = cache.clear(older_than_s=older_than * _DAY_S)
        print_note(f"{cache.stats().path}: {gone:,} answers deleted", quiet=quiet)
