"""`claimcheck cache`: stored answers of models."""

from __future__ import annotations

from typing import Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.option_groups import create_command_group, with_options
from claimcheck.cli.output import print_note, write_rows
from claimcheck.counting import format_count

app = create_command_group(
    "Show or clear the cache of models' answers.\n\n"
    "The same request is paid for once. CLAIMCHECK_CACHE sets the location."
)
_SECONDS_PER_DAY = 86_400.0


@app.command("info")
def info() -> None:
    """Show the location, size, and models of the cache."""
    from claimcheck.api.stores import AnswerCache

    with AnswerCache() as cache:
        stats = cache.stats()
    # Answers are counted by model, because models are what people change.
    total = sum(stats.answers.values())
    megabytes = stats.size_bytes / 2**20
    lines = [f"{stats.path}: {format_count(total, 'answer')}, {megabytes:.1f} MB"]
    for model, count in stats.answers.items():
        lines.append(f"{count:>8,}  {model}")
    write_rows(lines)


@app.command("clear")
@with_options
def clear(
    older_than: Annotated[float, typer.Option(min=0)] = 0.0,
    quiet: options.Quiet = False,
) -> None:
    """Delete answers from the cache and free their disk space.

    Options:
        --older-than DAYS: Delete only answers older than this many days.
    """
    from claimcheck.api.stores import AnswerCache

    with AnswerCache() as cache:
        # No confirmation: a deleted answer costs a request, nothing more.
        deleted = cache.clear(older_than_s=older_than * _SECONDS_PER_DAY)
        print_note(
            f"{cache.stats().path}: {format_count(deleted, 'answer')} deleted",
            quiet=quiet,
        )
