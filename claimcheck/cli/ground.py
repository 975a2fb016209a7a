"""`claimcheck ground`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimcheck.cli.output import write_text
from claimcheck.cli.sources import ALLOW_PRIVATE_HELP, SOURCE_HELP, open_document
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format, ListFormat

if TYPE_CHECKING:
    from claimcheck.api.ground import GroundedQuote
    from claimcheck.models.span import Excerpt, LineIndex


def ground(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help=SOURCE_HELP)],
    quotes: Annotated[
        str,
        typer.Argument(
            metavar="QUOTES",
            help='JSON Lines, {"quote": "..."} a line; or - for standard input.',
        ),
    ],
    format: Annotated[
        ListFormat, typer.Option("--format", help="json writes JSON Lines.")
    ] = Format.TEXT,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Find where quotes stand in a document, or that they do not.

    A quote with another number, name, date, negation or direction is not found, and the reason is given.
    """
    from dataclasses import asdict

    from claimcheck.api.ground import ground as run_ground
    from claimcheck.models.span import LineIndex

    if document == quotes == "-":
        raise InputError("DOCUMENT and QUOTES: only one of them can be standard input")
    wanted = _read_quotes(quotes)
    read = open_document(document, allow_private=allow_private)
    results = run_ground(read, wanted)
    if format is Format.JSON:
        rows = [json.dumps(asdict(result), ensure_ascii=False) for result in results]
    else:
        lines = LineIndex(read.full_text)
        rows = [_format_quote(result, lines) for result in results]
    write_text("".join(row + "\n" for row in rows), None)


def _format_quote(result: GroundedQuote, lines: LineIndex) -> str:
    """Format a quote's match and location, or why it was not found."""
    places = _format_locations(result.spans, lines) or "-"
    reason = f"  ({result.reason})" if result.reason else ""
    row = f"{result.match if result.spans else 'NOT FOUND':<11} {places:<16} {_collapse_whitespace(result.quote)}{reason}"
    if not result.suggestion:
        return row
    near = " … ".join(_collapse_whitespace(part.text) for part in result.suggestion)
    return f"{row}\n{'  nearest:':<11} {_format_locations(result.suggestion, lines):<16} {near}"


def _format_locations(spans: tuple[Excerpt, ...], lines: LineIndex) -> str:
    from claimcheck.reports.common import format_span_location

    return " + ".join(format_span_location(span, lines) for span in spans)


def _collapse_whitespace(text: str) -> str:
    return " ".join(text.split())


def _read_quotes(name: str) -> list[str]:
    """Read the quotes of a JSON Lines file; report all invalid lines at once."""
    from claimcheck.readers.file import read_bytes
    from claimcheck.readers.rows import read_rows

    source, data = read_bytes(name)
    return read_rows(data, source, _parse_quote)


def _parse_quote(row: Any, _number: int) -> str:
    if isinstance(row, dict) and isinstance(row.get("quote"), str):
        return str(row["quote"])
    raise InputError('is not {"quote": "..."}')
