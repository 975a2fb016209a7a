"""`claimcheck show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import check_writable, write_text
from claimcheck.reports.formats import Format, render_run

if TYPE_CHECKING:
    from claimcheck.models.run import Run


def show(
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="A run (JSON), or - for standard input."),
    ],
    claim: Annotated[
        str | None,
        typer.Argument(
            metavar="[CLAIM]", help="A claim by its number or id, in its context."
        ),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw",
            help="Show what the model answered where an answer could not be used.",
        ),
    ] = False,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """Show a run, or one claim of it with the sentence before and after."""
    from claimcheck.models.run import Run
    from claimcheck.readers.file import read_bytes
    from claimcheck.reports import claim_text

    check_writable(output)
    _, data = read_bytes(run)
    read = Run.from_json(data)
    if raw:
        write_text(_format_unusable_answers(read), output)
        return
    style = options.detect_page_style(output)
    if claim is None:
        report = render_run(read, Format.TEXT, style=style)
    else:
        selected = claim_text.find_claim(read, claim)
        report = claim_text.render_claim(
            read, selected, width=style.width, color=style.color
        )
    write_text(report, output)


def _format_unusable_answers(run: Run) -> str:
    """List every unusable answer below what was wrong with it."""
    failures = [(f"{item.cause}: {item.message}", item.raw) for item in run.failures]
    failures += [(f"{item.cause}: {item.message}", item.raw) for item in run.unchecked]
    if not failures:
        return "every answer could be used\n"
    parts = [
        f"{said}\n{answer if answer is not None else '(no answer)'}\n"
        for said, answer in failures
    ]
    return "".join(
        char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for char in "\n".join(parts)
    )
