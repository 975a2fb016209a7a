"""Locates quotes in a document."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck.api.documents import open_document, read_bytes
from claimcheck.arguments import iter_items
from claimcheck.errors import InputError
from claimcheck.json_lines import read_rows
from claimcheck.models.claim import Match
from claimcheck.models.document import Document
from claimcheck.models.span import Excerpt, extract_excerpts
from claimcheck.readers.decode import decode
from claimcheck.text.reading import Reading


@dataclass(frozen=True, slots=True)
class GroundedQuote:
    """Where a quote is in a document, or why it is not there.

    `spans` is empty exactly when `match` is `none`. Then `reason` says why, and
    `suggestion` is the closest passage, if any: a hint, never the quote's location.
    """

    quote: str
    match: Match
    spans: tuple[Excerpt, ...]
    reason: str | None
    suggestion: tuple[Excerpt, ...]


def ground(
    source: Document | str | Path, quotes: Iterable[str]
) -> tuple[GroundedQuote, ...]:
    """Locate quotes in a document: one result for each, in order.

    The document is prepared once. A quote that occurs several times is located between
    the quotes before and after it, so give quotes in the order of the document.

    Raises:
        InputError: the source cannot be read, or a quote is not a string.
    """
    from claimcheck.grounding import GroundingIndex

    # Checked before the document is read, which takes longer.
    quote_list = list(iter_items(quotes, "quote", str))
    document = open_document(source)
    reading = Reading(document.full_text)
    index = GroundingIndex(reading)
    return tuple(
        GroundedQuote(
            quote,
            grounded.match,
            extract_excerpts(reading.lines, grounded.spans),
            grounded.reason,
            extract_excerpts(reading.lines, grounded.suggestion),
        )
        for quote, grounded in zip(
            quote_list, index.ground_all(quote_list), strict=True
        )
    )


def read_quotes(path: str | Path) -> list[str]:
    """Return the quotes in a file.

    The file has one quote per line, or is JSON Lines of {"quote": "..."}.

    Raises:
        InputError: the file can't be read, is empty, or has invalid lines.
    """
    source, content = read_bytes(path)
    if not content.strip():
        raise InputError(f"{source}: is empty; write one quote per line")
    # A quotation rarely begins with a brace, and JSON Lines always do.
    if not content.lstrip().startswith((b"{", codecs.BOM_UTF8 + b"{")):
        # Only "\n" ends a line: a quote may contain U+2028, where `splitlines` splits.
        lines = decode(content, source)[0].split("\n")
        return [line.strip() for line in lines if line.strip()]
    return read_rows(content, source, _parse_quote)


def _parse_quote(row: Any, _number: int) -> str:
    quote = row.get("quote") if isinstance(row, dict) else None
    if not isinstance(quote, str):
        raise InputError('is not {"quote": "..."}')
    return quote
