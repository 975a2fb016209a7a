"""`claimcheck match`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import announce_terminal_input
from claimcheck.cli.output import print_note, write_lines, write_rows
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format

if TYPE_CHECKING:
    from claimcheck.api.match import MatchedClaim
    from claimcheck.models.known import ClaimMatch


_Known = Annotated[
    list[str],
    typer.Option(
        "--known",
        metavar="SOURCE",
        help="Fact checks: ClaimReview (JSON-LD, a feed, or a page), CSV, JSON Lines, "
        "an index of articles, or factcheck for Google Fact Check Tools. May be "
        "repeated.",
    ),
]
_TopK = Annotated[
    int, typer.Option(metavar="N", min=1, max=50, help="Maximum number per claim.")
]
_MinScore = Annotated[
    float,
    typer.Option(
        metavar="X", min=0, max=1, help="Leave out what is less similar than this."
    ),
]
_MaxSearches = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Maximum number of requests to Google Fact Check Tools."
    ),
]


def match(
    claims: options.ClaimsArgument,
    known: _Known,
    top_k: _TopK = 3,
    min_score: _MinScore = 0.2,
    max_searches: _MaxSearches = None,
    format: options.RowsFormat = Format.TEXT,
    quiet: options.Quiet = False,
) -> None:
    """Find earlier fact checks of the same claims.

    They are found by words and spelling, and ranked by similarity, from 0 to 1. Whether
    a fact check is about the same claim, a person has to decide.
    """
    from claimcheck.api.documents import read_claims
    from claimcheck.api.match import FACT_CHECK
    from claimcheck.api.match import match as find_matches
    from claimcheck.config import load_search_settings

    if claims == "-" and "-" in known:
        raise InputError("only one of CLAIMS and --known can be standard input")
    announce_terminal_input(claims, quiet=quiet)
    settings = None
    if FACT_CHECK in known:
        settings = load_search_settings([FACT_CHECK], max_requests=max_searches)
    matched = find_matches(
        read_claims(claims), known, limit=top_k, min_score=min_score, search=settings
    )
    if format is Format.JSON:
        write_lines(map(_dump, matched), None)
        return
    for number, item in enumerate(matched, 1):
        write_rows(_format_claim(number, item))
    found = sum(bool(item.matches) for item in matched)
    print_note(
        f"{found} of {len(matched)} claims have a similar fact check", quiet=quiet
    )


def _dump(item: MatchedClaim) -> str:
    from claimcheck.models.codec import to_fields

    return json.dumps(to_fields(item), ensure_ascii=False)


def _format_claim(number: int, item: MatchedClaim) -> list[str]:
    lines = [f"{number}. {item.claim.text}"]
    if not item.matches:
        lines.append("      no similar fact check")
    for found in item.matches:
        lines += _format_match(found)
    return lines


def _format_match(found: ClaimMatch) -> list[str]:
    known = found.known
    speaker = f"{known.speaker}: " if known.speaker else ""
    lines = [f"{found.score:5.2f} {speaker}{known.text}"]
    review = [known.rating, known.publisher, str(known.reviewed or ""), known.url]
    about = " · ".join(part for part in review if part)
    if about:
        lines.append(f"      {about}")
    return lines
