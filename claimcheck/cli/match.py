"""`claimcheck match`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import announce_terminal_input
from claimcheck.cli.option_groups import with_options
from claimcheck.cli.output import (
    check_writable,
    detect_page_style,
    print_error,
    print_note,
    write_lines,
    write_text,
)
from claimcheck.cli.prepare import prepare_engine
from claimcheck.cli.progress import show_spinner
from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format
from claimcheck.reports.terminal import clean_line

if TYPE_CHECKING:
    from claimcheck.models.known import ClaimMatch, Matches

_INDENT = " " * 6
_RELATIONS = {"same": "same claim", "related": "related", "different": "another claim"}
_Known = Annotated[
    list[str],
    typer.Option(
        "--known",
        metavar="SOURCE",
        help="Fact checks: a file or URL with ClaimReview (JSON-LD, feed, or page), "
        "CSV, or JSON Lines; an index of articles, or factcheck for Google Fact Check "
        "Tools. May be repeated.",
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


@with_options
def match(
    claims: options.ClaimsArgument,
    known: _Known,
    top_k: _TopK = 3,
    min_score: _MinScore = 0.2,
    max_searches: _MaxSearches = None,
    allow_private: options.AllowPrivate = False,
    format: options.RowsFormat = Format.TEXT,
    *,
    llm: options.LLMOptions,
    spending: options.BudgetOptions,
    out: options.OutputOptions,
) -> None:
    """Find earlier fact checks of the same claims.

    They are found by words and spelling, and ranked by similarity, from 0 to 1. A model
    says which are about the same claim, a related one, or another. Without one, a
    person has to decide.
    """
    from claimcheck.api.documents import read_claims
    from claimcheck.api.match import FACT_CHECK, MatchOptions, match as find_matches
    from claimcheck.settings.load import load_search_settings

    if claims == "-" and "-" in known:
        raise InputError("only one of CLAIMS and --known can be standard input")
    check_writable(out.output)
    announce_terminal_input(claims, quiet=out.quiet)
    search = None
    if FACT_CHECK in known:
        search = load_search_settings([FACT_CHECK], max_requests=max_searches)
    settings = llm.load_settings()
    prepare_engine(settings, quiet=out.quiet)
    with show_spinner("looking for fact checks", quiet=out.quiet) as on_progress:
        result = find_matches(
            read_claims(claims),
            known,
            options=MatchOptions(top_k, min_score, search, allow_private),
            settings=settings,
            progress=on_progress,
            limits=spending.build_limits(),
        )
    if format is Format.JSON:
        write_text(result.to_json(), out.output)
    else:
        width = detect_page_style(out.output).width
        write_lines(_list_lines(result, width), out.output)
    _print_summary(result, quiet=out.quiet)
    if result.problems:
        raise typer.Exit(3)


def _print_summary(result: Matches, *, quiet: bool) -> None:
    found = sum(bool(item.matches) for item in result.claims)
    claims = format_count(len(result.claims), "claim")
    print_note(f"similar fact checks for {found} of {claims}", quiet=quiet)
    for problem in result.problems:
        print_error(f"the model did not judge the fact checks of {problem}")


def _list_lines(result: Matches, width: int) -> Iterator[str]:
    for number, item in enumerate(result.claims, 1):
        yield from _wrap(f"{number}. ", item.claim.text, width)
        if not item.matches:
            yield f"{_INDENT}no similar fact check"
        for found in item.matches:
            yield from _format_match(found, width)


def _format_match(found: ClaimMatch, width: int) -> Iterator[str]:
    known = found.known
    speaker = f"{known.speaker}: " if known.speaker else ""
    relation = f"{_RELATIONS[found.relation]}: " if found.relation else ""
    text = f"{relation}{speaker}{known.text}"
    yield from _wrap(f"{found.score:5.2f} ", text, width)
    review = [known.rating, known.publisher, str(known.reviewed or ""), known.url]
    about = " · ".join(part for part in review if part)
    yield from _wrap(_INDENT, about, width)


def _wrap(label: str, text: str, width: int) -> list[str]:
    """Return the lines of a text next to its label; keep addresses whole."""
    return textwrap.wrap(
        clean_line(text),
        width,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )
