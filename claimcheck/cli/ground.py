"""`claimcheck ground`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import SOURCE_HELP, open_document
from claimcheck.cli.output import write_json_lines, write_rows
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format

if TYPE_CHECKING:
    from claimcheck.api.ground import GroundedQuote
    from claimcheck.models.span import Excerpt, LineIndex


def ground(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help=SOURCE_HELP)],
    quotes: Annotated[
        str,
        typer.Argument(
            metavar="QUOTES",
            help='A text file with one quote per line, JSON Lines of {"quote": "..."}, '
            "or - for standard input.",
        ),
    ],
    format: options.RowsFormat = Format.TEXT,
    fail_on: Annotated[
        Literal["not-found"] | None,
        typer.Option("--fail-on", help="Exit with 1 if a quote is not found."),
    ] = None,
    encoding: options.Encoding = None,
    allow_private: options.AllowPrivate = False,
) -> None:
    """Find quotes in a document.

    A quote with a changed number, name, date, negation, or direction is not found, and
    the reason is given.
    """
    from claimcheck.api.ground import ground as ground_quotes, read_quotes
    from claimcheck.models.span import LineIndex

    if document == quotes == "-":
        raise InputError("only one of DOCUMENT and QUOTES can be standard input")
    # Before the document, because reading a file of quotes takes no time, and may fail.
    quote_list = read_quotes(quotes)
    source = open_document(document, allow_private=allow_private, encoding=encoding)
    results = ground_quotes(source, quote_list)
    if format is Format.JSON:
        write_json_lines(results)
    else:
        lines = LineIndex(source.full_text)
        for result in results:
            write_rows(_format_quote(result, lines))
    # After the report, so that the quotes that failed can be seen.
    if fail_on and not all(result.spans for result in results):
        raise typer.Exit(1)


def _format_quote(result: GroundedQuote, lines: LineIndex) -> list[str]:
    """Format a quote's match and location, or why it is missing, as rows."""
    match = str(result.match) if result.spans else "NOT FOUND"
    locations = _format_locations(result.spans, lines) or "-"
    row = f"{match:<11} {locations:<16} {_collapse_whitespace(result.quote)}"
    if result.reason:
        row += f"  ({result.reason})"
    if not result.suggestion:
        return [row]
    locations = _format_locations(result.suggestion, lines)
    passage = " … ".join(_collapse_whitespace(part.text) for part in result.suggestion)
    return [row, f"  nearest:  {locations:<16} {passage}"]


def _format_locations(spans: tuple[Excerpt, ...], lines: LineIndex) -> str:
    from claimcheck.reports.locations import format_span_location

    return " + ".join(format_span_location(span, lines) for span in spans)


def _collapse_whitespace(text: str) -> str:
    return " ".join(text.split())
