"""`claimcheck match`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import announce_terminal_input
from claimcheck.cli.option_groups import OptionGroup, with_options
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
from claimcheck.cli.results import print_estimate
from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format
from claimcheck.reports.terminal import clean_line

if TYPE_CHECKING:
    from claimcheck.api.match import MatchOptions
    from claimcheck.models.known import ClaimMatch, Matches

_INDENT = " " * 6
_RELATIONS = {"same": "same claim", "related": "related", "different": "another claim"}
_Known = Annotated[
    list[str],
    typer.Option(
        "--known",
        metavar="SOURCE",
        help="Fact checks: a file or URL with ClaimReview (JSON-LD, or a page), an RSS "
        "or Atom feed, CSV, or JSON Lines; an index of articles, or factcheck for "
        "Google Fact Check Tools. May be repeated.",
    ),
]


@dataclass(frozen=True, slots=True)
class MatchingOptions(OptionGroup):
    """Which fact checks are returned, and where they may be read.

    Options:
        --top-k N: Maximum number per claim.
        --min-score X: Leave out what is less similar than this.
        --max-searches N: Maximum number of requests to Google Fact Check Tools.
    """

    top_k: Annotated[int, typer.Option(min=1, max=50)] = 3
    min_score: Annotated[float, typer.Option(min=0, max=1)] = 0.2
    max_searches: int | None = None
    allow_private: options.AllowPrivate = False

    def build(self, known: Sequence[str]) -> MatchOptions:
        """Return the options for these sources of fact checks.

        Raises:
            SettingsError: Google Fact Check Tools are not set up.
        """
        from claimcheck.api.match import FACT_CHECK, MatchOptions
        from claimcheck.settings.load import load_search_settings

        search = None
        if FACT_CHECK in known:
            search = load_search_settings([FACT_CHECK], max_requests=self.max_searches)
        return MatchOptions(self.top_k, self.min_score, search, self.allow_private)


@with_options
def match(
    claims: options.ClaimsArgument,
    known: _Known,
    format: options.ReportFormat = Format.TEXT,
    *,
    matching: MatchingOptions,
    llm: options.LLMOptions,
    spending: options.SpendingOptions,
    out: options.OutputOptions,
) -> None:
    """Find earlier fact checks of the same claims.

    They are found by words and spelling, and ranked by similarity, from 0 to 1. What is
    similar may state the opposite: differences that words show are listed. A model says
    which are about the same claim, a related one, or another. Without one, a person has
    to decide.
    """
    from claimcheck.api.documents import read_claims
    from claimcheck.api.match import estimate_match, match as find_matches

    if claims == "-" and "-" in known:
        raise InputError("only one of CLAIMS and --known can be standard input")
    check_writable(out.output)
    announce_terminal_input(claims, quiet=out.quiet)
    chosen = matching.build(known)
    settings = llm.load_settings()
    prepare_engine(settings, quiet=out.quiet)
    statements = read_claims(claims)
    if spending.estimate:
        estimate = estimate_match(statements, known, options=chosen, settings=settings)
        print_estimate(estimate, settings.model)
        return
    with show_spinner("looking for fact checks", quiet=out.quiet) as on_progress:
        result = find_matches(
            statements,
            known,
            options=chosen,
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
    for difference in found.differences:
        contrast = difference.describe("the fact check")
        yield from _wrap(_INDENT, f"differs: {contrast}", width)
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
