"""`claimcheck cite`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import announce_terminal_input
from claimcheck.cli.option_groups import with_options
from claimcheck.cli.output import (
    check_writable,
    detect_page_style,
    print_undecided,
    write_text,
)
from claimcheck.cli.prepare import prepare_engine, prepare_verifier
from claimcheck.cli.progress import show_spinner
from claimcheck.cli.results import print_estimate
from claimcheck.reports.formats import Format

if TYPE_CHECKING:
    from claimcheck.models.citation import CitationCheck
    from claimcheck.settings import Settings


@with_options
def cite(
    draft: Annotated[
        str,
        typer.Argument(
            metavar="DRAFT",
            help="A text in Markdown, HTML, or DOCX with links, footnotes, or [1] and "
            "a list of references; - is standard input.",
        ),
    ],
    format: options.ReportFormat = Format.TEXT,
    fail_on: options.FailOnVerdict = None,
    verifier: options.Verifier = None,
    top_k: options.TopK = None,
    allow_private: options.AllowPrivate = False,
    *,
    llm: options.LLMOptions,
    spending: options.SpendingOptions,
    out: options.OutputOptions,
) -> None:
    """Check whether cited sources say what a text cites them for.

    Each sentence with a citation is checked against its own sources only: a source
    supports it, contradicts it, does not say it, or cannot be read.
    """
    from claimcheck.api.cite import check_citations

    check_writable(out.output)
    settings = llm.load_settings(verifier=verifier, top_k=top_k)
    announce_terminal_input(draft, quiet=out.quiet)
    prepare_engine(settings, quiet=out.quiet)
    if spending.estimate:
        _print_estimate(draft, settings, allow_private=allow_private, quiet=out.quiet)
        return
    prepare_verifier(settings, quiet=out.quiet)
    with show_spinner("checking citations", quiet=out.quiet) as on_progress:
        checked = check_citations(
            draft,
            settings=settings,
            progress=on_progress,
            limits=spending.build_limits(),
            allow_private=allow_private,
        )
    _write(checked, format, out.output)
    _print_undecided(checked, quiet=out.quiet)
    _exit_on_problems(checked, fail_on)


def _print_estimate(
    draft: str, settings: Settings, *, allow_private: bool, quiet: bool
) -> None:
    from claimcheck.api.cite import estimate_citations

    with show_spinner("reading sources", quiet=quiet) as on_progress:
        estimate = estimate_citations(
            draft, settings=settings, progress=on_progress, allow_private=allow_private
        )
    print_estimate(estimate, settings.model)


def _write(checked: CitationCheck, format: Format, path: Path | None) -> None:
    from claimcheck.reports.citations import render_citations

    if format is Format.JSON:
        write_text(checked.to_json(), path)
        return
    style = detect_page_style(path)
    text = render_citations(checked, width=style.width, color=style.color)
    write_text(text, path, has_color=style.color)


def _print_undecided(checked: CitationCheck, *, quiet: bool) -> None:
    from claimcheck.models.citation import CitationOutcome

    outcomes = [item.outcome for item in checked.statements]
    if checked.signature.compares_words:
        undecided = outcomes.count(CitationOutcome.NOT_FOUND)
        print_undecided(undecided, len(outcomes), quiet=quiet)


def _exit_on_problems(checked: CitationCheck, fail_on: options.FailOn | None) -> None:
    """Exit with 3 if a sentence was not checked; 1 if `fail_on` applies."""
    from claimcheck.models.citation import CitationOutcome

    if any(item.outcome is CitationOutcome.FAILED for item in checked.statements):
        raise typer.Exit(3)
    if _is_failing(checked, fail_on):
        raise typer.Exit(1)


def _is_failing(checked: CitationCheck, fail_on: options.FailOn | None) -> bool:
    """Return whether to exit with 1; an unreachable source is not support."""
    from claimcheck.models.citation import CitationOutcome

    if fail_on is None:
        return False
    outcomes = {item.outcome for item in checked.statements}
    if fail_on == "refuted":
        return CitationOutcome.CONTRADICTED in outcomes
    return outcomes != {CitationOutcome.SUPPORTED}
