"""`claimcheck ground`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimcheck.cli.output import write
from claimcheck.cli.sources import ALLOW_PRIVATE_HELP, SOURCE_HELP, open_document
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.api.ground import GroundedQuote
    from claimcheck.models.span import Excerpt, Places


class Format(StrEnum):
    """How the places are written."""

    TEXT = "text"
    JSON = "json"


def ground(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help=SOURCE_HELP)],
    quotes: Annotated[
        str,
        typer.Argument(
            metavar="QUOTES", help='JSON Lines, {"quote": "..."} a line; or - for standard input.'
        ),
    ],
    format: Annotated[Format, typer.Option("--format", help="json writes JSON Lines.")] = Format.TEXT,
    allow_private: Annotated[bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Find where quotes stand in a document, or that they do not.

    A quote with another number, name, date, negation or direction is not found, and the reason is given.
    """
    from dataclasses import asdict

    from claimcheck.api.ground import ground as run_ground
    from claimcheck.models.span import Places

    if document == quotes == "-":
        raise InputError("DOCUMENT and QUOTES: only one of them can be standard input")
    wanted = _quotes(quotes)
    read = open_document(document, allow_private=allow_private)
    results = run_ground(read, wanted)
    if format is Format.JSON:
        rows = [json.dumps(asdict(result), ensure_ascii=False) for result in results]
    else:
        lines = Places(read.full_text)
        rows = [_row(result, lines) for result in results]
    write("".join(row + "\n" for row in rows), None)


def _row(result: GroundedQuote, lines: Places) -> str:
    """A quote's match, places and words; of one not found the reason, and below it the nearest passage."""
    places = _places(result.spans, lines) or "-"
    reason = f"  ({result.reason})" if result.reason else ""
    row = f"{result.match if result.spans else 'NOT FOUND':<11} {places:<16} {_folded(result.quote)}{reason}"
    if not result.suggestion:
        return row
    near = " … ".join(_folded(part.text) for part in result.suggestion)
    return f"{row}\n{'  nearest:':<11} {_places(result.suggestion, lines):<16} {near}"


def _places(spans: tuple[Excerpt, ...], lines: Places) -> str:
    from claimcheck.reports.common import where

    return " + ".join(where(span, lines) for span in spans)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _quotes(name: str) -> list[str]:
    """The quotes of a JSON Lines file; every line that is none is named before anything is done."""
    from claimcheck.readers.file import read_bytes
    from claimcheck.readers.rows import read_rows

    source, data = read_bytes(name)
    return read_rows(data, source, _quote)


def _quote(row: Any, _number: int) -> str:
    if isinstance(row, dict) and isinstance(row.get("quote"), str):
        return str(row["quote"])
    raise InputError('is not {"quote": "..."}')
