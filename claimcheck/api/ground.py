"""Where quotes stand in a document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck.api.documents import open_document, read_bytes
from claimcheck.errors import InputError
from claimcheck.models.claim import Match
from claimcheck.models.document import Document
from claimcheck.models.span import Excerpt, extract_excerpts
from claimcheck.readers.rows import read_rows
from claimcheck.text.reading import Reading


@dataclass(frozen=True, slots=True)
class GroundedQuote:
    """Where a quote stands in a document; `spans` is empty exactly when `match` is `none`, and `reason` says why.

    `suggestion` is then the nearest passage, if any is near: something to look at, never the quote.
    """

    quote: str
    match: Match
    spans: tuple[Excerpt, ...]
    reason: str | None
    suggestion: tuple[Excerpt, ...]


def ground(
    source: Document | str | Path, quotes: Iterable[str]
) -> tuple[GroundedQuote, ...]:
    """One result for each quote, in order; the document is made ready once.

    A quote that occurs several times is placed between the quotes before and after it, so quotes given in document
    order are told apart.

    Raises:
        InputError: the source can't be read.
    """
    from claimcheck.grounding import GroundingIndex

    document = open_document(source)
    reading = Reading(document.full_text)
    index = GroundingIndex(reading)
    wanted = tuple(quotes)
    return tuple(
        GroundedQuote(
            quote,
            grounded.match,
            extract_excerpts(reading.lines, grounded.spans),
            grounded.reason,
            extract_excerpts(reading.lines, grounded.suggestion),
        )
        for quote, grounded in zip(wanted, index.ground_all(wanted), strict=True)
    )


def read_quotes(path: str | Path) -> list[str]:
    """Return the quotes of a JSON Lines file of {"quote": "..."}.

    Raises:
        InputError: the file can't be read, or lines of it are invalid.
    """
    source, content = read_bytes(path)
    return read_rows(content, source, _parse_quote)


def _parse_quote(row: Any, _number: int) -> str:
    quote = row.get("quote") if isinstance(row, dict) else None
    if not isinstance(quote, str):
        raise InputError('is not {"quote": "..."}')
    return quote
