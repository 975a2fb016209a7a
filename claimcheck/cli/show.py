"""`claimcheck show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from claimcheck.cli import options
from claimcheck.cli.output import check_writable, detect_page_style, write_text
from claimcheck.cli.results import write_report, write_run
from claimcheck.errors import InputError
from claimcheck.reports.formats import (
    CheckReportFormat,
    Format,
    PageStyle,
    render_check,
)
from claimcheck.reports.terminal import clean_text

if TYPE_CHECKING:
    from claimcheck.models.run import Check, CheckFailure, Failure, Run


def show(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN", help="A run or check (JSON), or - for standard input."
        ),
    ],
    claim: Annotated[
        str | None,
        typer.Argument(
            metavar="CLAIM", help="The number or id of a claim to show in context."
        ),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Show the model's answers that could not be used."),
    ] = False,
    format: options.RunFormat = Format.TEXT,
    output: options.Output = None,
) -> None:
    """Show a run or check, or one claim in its context.

    What people decided (claimcheck review) is part of every format.
    """
    from claimcheck.api.documents import load_result
    from claimcheck.models.run import Check
    from claimcheck.reports import text, wording

    check_writable(output)
    is_part = raw or claim is not None  # which has no schema, nor other formats
    if is_part and format is not Format.TEXT:
        raise InputError(f"--format {format} is for an entire run; leave it out")
    loaded = load_result(run)
    style = detect_page_style(output)
    if isinstance(loaded, Check):
        if is_part:
            raise InputError(f"{run}: is a check, which has no claims or answers")
        report = _render_check(loaded, format, style)
    elif raw:
        # They come from a model, and must not color the terminal.
        write_text(_format_unusable_answers(loaded), output)
        return
    elif claim is None:
        write_run(loaded, format, output, style)
        return
    else:
        selected = wording.find_claim(loaded, claim)
        width, color = style.width, style.color
        report = text.render_claim(loaded, selected, width=width, color=color)
    write_report(report, output, format, style)


def _render_check(check: Check, format: Format, style: PageStyle) -> str:
    if format not in get_args(CheckReportFormat):
        raise InputError(f"--format {format} is for runs; use --format json")
    return render_check(check, format, style=style)


def _format_unusable_answers(run: Run) -> str:
    """List every unusable answer below the reason why it is unusable."""
    parts = []
    failures: list[Failure | CheckFailure] = [*run.failures, *run.unchecked]
    for failure in failures:
        answer = "(no answer)" if failure.raw is None else failure.raw
        parts.append(f"{failure.cause}: {failure.message}\n{answer}\n")
    # An empty output would look like a failure.
    if not parts:
        return "every answer could be used\n"
    return clean_text("\n".join(parts))
