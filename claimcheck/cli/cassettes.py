"""`claimcheck cassettes`: recorded requests and answers of tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimcheck.cli import options
from claimcheck.cli.option_groups import create_command_group, with_options
from claimcheck.cli.output import write_json_lines, write_rows
from claimcheck.counting import format_count
from claimcheck.reports.formats import Format

if TYPE_CHECKING:
    from claimcheck.api.cassettes import CassetteExchange, CassetteSummary

app = create_command_group("List, show, check, or prune what tests have recorded.")


Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The folder of the cassettes.")
]


@app.command("list")
def list_cassettes(
    folder: Folder = Path("cassettes"), format: options.RowsFormat = Format.TEXT
) -> None:
    """List the cassettes with their dates, models, and tests."""
    from claimcheck.api.cassettes import summarize_cassettes

    _write(summarize_cassettes(folder), format, _render_summary)


@app.command("show")
def show_cassette(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="One cassette.")],
    format: options.RowsFormat = Format.TEXT,
) -> None:
    """Show the requests and answers of one cassette."""
    from claimcheck.api.cassettes import list_exchanges

    _write(list_exchanges(path), format, _render_exchange)


@app.command("check")
def check_cassettes(
    folder: Folder = Path("cassettes"), format: options.RowsFormat = Format.TEXT
) -> None:
    """Find secrets, unused answers, and outdated recordings.

    Reports private paths, too. Exits with 1 if there is something to look at.
    """
    from claimcheck.api.cassettes import summarize_cassettes

    summaries = summarize_cassettes(folder)
    # Nothing is printed for a clean cassette: the list is what needs attention.
    flagged = [summary for summary in summaries if summary.problems]
    _write(flagged, format, _render_problems)
    if flagged:
        raise typer.Exit(1)
    # In JSON Lines, no row already says that there is nothing.
    if format is Format.TEXT:
        write_rows(
            [f"{folder}: {format_count(len(summaries), 'cassette')}, nothing to report"]
        )


@app.command("prune")
@with_options
def prune_cassettes(
    folder: Folder = Path("cassettes"),
    dry_run: bool = False,
) -> None:
    """Remove the answers that no test plays any longer.

    Options:
        --dry-run: Only list what would be removed.
    """
    from claimcheck.api import cassettes

    # No confirmation: cassettes are committed, so Git still has them.
    removed = cassettes.prune_cassettes(folder, dry_run=dry_run)
    for path, count in removed.items():
        write_rows([f"{path}: {format_count(count, 'answer')}"])
    verb = "would be removed" if dry_run else "removed"
    total = format_count(sum(removed.values()), "answer")
    write_rows([f"{folder}: {total} {verb}"])


def _write(
    items: Sequence[Any],
    format: Format,
    render: Callable[[Any], Iterator[str]],
) -> None:
    if format is Format.JSON:
        write_json_lines(items)
        return
    for item in items:
        write_rows(render(item))


def _render_problems(summary: CassetteSummary) -> Iterator[str]:
    for problem in summary.problems:
        yield f"{summary.path}: {problem}"


def _render_summary(summary: CassetteSummary) -> Iterator[str]:
    models = ", ".join(summary.models) or "no model"
    yield f"{summary.path}: {format_count(summary.answers, 'answer')}, {models}"
    if summary.recorded:
        # The first and the last day, or the only one.
        days = sorted({summary.recorded[0], summary.recorded[-1]})
        yield f"    recorded {' to '.join(days)}"
    if summary.templates:
        yield f"    from {', '.join(summary.templates)}"
    for item in summary.items:
        yield f"    {item}"


def _render_exchange(exchange: CassetteExchange) -> Iterator[str]:
    yield f"{exchange.method} {exchange.uri}: {exchange.status}"
    if exchange.recorded:
        yield f"recorded {exchange.recorded}"
    for item in exchange.items:
        yield f"played by {item}"
    yield from _indent(exchange.request, ">")
    yield from _indent(exchange.response, "<")
    yield ""


def _indent(body: str, sign: str) -> Iterator[str]:
    # A body that is not JSON, or is nested too deeply, is printed unchanged.
    with suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    for line in body.splitlines():
        yield f"{sign} {line}"
