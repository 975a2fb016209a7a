"""`claimcheck show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import check_writable, write_text
from claimcheck.reports.formats import Format, render_run
from claimcheck.reports.terminal import clean_text

if TYPE_CHECKING:
    from claimcheck.models.run import CheckFailure, Failure, Run


def show(
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="A run (JSON), or - for standard input."),
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
    output: options.Output = None,
) -> None:
    """Show a run, or one of its claims with the sentences around it."""
    from claimcheck.api.documents import load_run
    from claimcheck.reports import common, text

    check_writable(output)
    loaded = load_run(run)
    style = options.detect_page_style(output)
    if raw:
        report = _format_unusable_answers(loaded)
    elif claim is None:
        report = render_run(loaded, Format.TEXT, style=style)
    else:
        selected = common.find_claim(loaded, claim)
        report = text.render_claim(
            loaded, selected, width=style.width, color=style.color
        )
    write_text(report, output, has_color=style.color and not raw)


def _format_unusable_answers(run: Run) -> str:
    """List every unusable answer below the reason why it is unusable."""
    parts = []
    failures: list[Failure | CheckFailure] = [*run.failures, *run.unchecked]
    for failure in failures:
        answer = "(no answer)" if failure.raw is None else failure.raw
        parts.append(f"{failure.cause}: {failure.message}\n{answer}\n")
    if not parts:
        return "every answer could be used\n"
    return clean_text("\n".join(parts))
