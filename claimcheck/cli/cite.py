"""`claimcheck cite`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import announce_terminal_input
from claimcheck.cli.option_groups import with_options
from claimcheck.cli.output import (
    check_writable,
    detect_page_style,
    write_text,
)
from claimcheck.cli.prepare import prepare_engine, prepare_verifier
from claimcheck.cli.progress import show_spinner
from claimcheck.reports.formats import Format

if TYPE_CHECKING:
    from claimcheck.models.citation import CitationCheck


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
    format: options.RowsFormat = Format.TEXT,
    fail_on: options.FailOnVerdict = None,
    verifier: options.Verifier = None,
    top_k: options.TopK = None,
    allow_private: options.AllowPrivate = False,
    *,
    llm: options.LLMOptions,
    spending: options.BudgetOptions,
    out: options.OutputOptions,
) -> None:
    """Check whether cited sources say what a text cites them for.

    Each sentence with a citation is checked against its own sources only: a source
    supports it, contradicts it, does not say it, or cannot be read.
    """
    from claimcheck.api.cite import check_citations
    from claimcheck.reports.citations import render_citations

    check_writable(out.output)
    settings = llm.load_settings(verifier=verifier, top_k=top_k)
    announce_terminal_input(draft, quiet=out.quiet)
    prepare_engine(settings, quiet=out.quiet)
    prepare_verifier(settings, quiet=out.quiet)
    with show_spinner("checking citations", quiet=out.quiet) as on_progress:
        checked = check_citations(
            draft,
            settings=settings,
            progress=on_progress,
            limits=spending.build_limits(),
            allow_private=allow_private,
        )
    if format is Format.JSON:
        write_text(checked.to_json(), out.output)
    else:
        style = detect_page_style(out.output)
        text = render_citations(checked, width=style.width, color=style.color)
        write_text(text, out.output, has_color=style.color)
    if _has_failed(checked):
        raise typer.Exit(3)
    if _is_failing(checked, fail_on):
        raise typer.Exit(1)


def _has_failed(checked: CitationCheck) -> bool:
    from claimcheck.models.citation import CitationOutcome

    return any(item.outcome is CitationOutcome.FAILED for item in checked.statements)


def _is_failing(checked: CitationCheck, fail_on: options.FailOn | None) -> bool:
    """Return whether to exit with 1; an unreachable source is not support."""
    from claimcheck.models.citation import CitationOutcome

    if fail_on is None:
        return False
    outcomes = {item.outcome for item in checked.statements}
    if fail_on == "refuted":
        return CitationOutcome.CONTRADICTED in outcomes
    return outcomes != {CitationOutcome.SUPPORTED}
