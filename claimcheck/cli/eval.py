"""`claimcheck eval`: one command per task, and `compare`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from claimcheck.cli import options
from claimcheck.cli.option_groups import OptionGroup, create_command_group, with_options
from claimcheck.cli.output import check_writable, print_note, write_rows, write_text
from claimcheck.cli.prepare import prepare_engine, prepare_verifier
from claimcheck.cli.progress import show_rows
from claimcheck.counting import format_count
from claimcheck.reports.formats import Format, ListFormat
from claimcheck.reports.terminal import clean_line

if TYPE_CHECKING:
    from claimcheck.api.evaluate import Evaluation, Rows, Score, Table

app = create_command_group("Measure the quality of the answers, on labeled data.")
_TASKS = {
    "checkworthy": "Which sentences are worth checking?\n\nRows: {text, label}.",
    "verification": "Does a document support a claim?\n\n"
    "Rows: {claim, document, label}. Labels: supported, refuted, not_enough_evidence, "
    "conflicting_evidence, or not_supported; or {supported}: true or false.",
    "summaries": "How good are the summaries?\n\nCompares them with the first three "
    "sentences. Rows: {document, references}.",
    "extraction": "Does it find the claims that people find?\n\n"
    "Rows: {passage, claims}, or the examples of --examples.",
    "grounding": "Does it find quotes at the right location?\n\n"
    "Rows: {document, quotes}.",
}
# Averages, printed as they are; all other scores are shares, printed in percent.
_ABSOLUTE_SCORES = ("words", "claims a row")
_SEALED_NOTE = (
    "The rows of the sealed part are not written: once somebody has seen them, they "
    "can no longer be used to measure. Use --part open to see rows."
)

_File = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="JSON Lines, one row per line; - is standard input."
    ),
]


@dataclass(frozen=True, slots=True)
class SampleOptions(OptionGroup):
    """Which rows of a file are evaluated.

    Options:
        --dataset NAME: The public data set that FILE comes from, if its rows are in
            their original form.
        --limit N: Sample this many rows (default: all rows).
        --seed N: Random seed for the sample and the confidence intervals.
        --part: Which documents to use: the rows of open ones may be inspected; sealed
            ones are only scored, and their rows are never printed or written.
    """

    dataset: str | None = None
    limit: Annotated[int | None, typer.Option(min=1)] = None
    seed: Annotated[int, typer.Option(min=0)] = 0

    part: Literal["open", "sealed", "all"] = "all"

    def select_rows(self, file: str) -> Rows:
        """Return the rows of the file that are evaluated."""
        from claimcheck.api.evaluate import RowPart, Rows

        return Rows(file, self.dataset, self.limit, self.seed, RowPart(self.part))


def _build_command(task: str, description: str) -> Callable[..., None]:
    @with_options
    def evaluate(
        file: _File,
        sample: SampleOptions,
        format: Annotated[
            ListFormat,
            typer.Option("--format", help="json includes every row, for `compare`."),
        ] = Format.TEXT,
        output: options.Output = None,
        verifier: options.Verifier = None,
        top_k: options.TopK = None,
        attempts: options.Attempts = None,
        no_cache: options.NoCache = False,
        quiet: options.Quiet = False,
        *,
        engine: options.EngineOptions,
    ) -> None:
        from claimcheck.api.evaluate import evaluate as run_evaluate

        check_writable(output)
        settings = engine.load_settings(
            verifier=verifier, top_k=top_k, attempts=attempts, no_cache=no_cache
        )
        prepare_engine(settings, quiet=quiet)
        prepare_verifier(settings, quiet=quiet)
        # Nothing is read yet; a missing file is the API's to report.
        rows = sample.select_rows(file)
        with show_rows(task, quiet=quiet) as on_progress:
            result = run_evaluate(task, rows, settings=settings, progress=on_progress)
        # Only JSON has rows, so only there can the missing ones surprise anybody.
        is_json = format is Format.JSON
        if is_json and not result.rows:
            print_note(_SEALED_NOTE, quiet=quiet)
        report = result.to_json() if is_json else _format_evaluation(result)
        write_text(report, output)

    evaluate.__doc__ = description  # Typer shows it as the help of the command
    return evaluate


for _task, _description in _TASKS.items():
    app.command(_task)(_build_command(_task, _description))


@app.command("compare")
def compare(
    first: Annotated[
        Path,
        typer.Argument(
            metavar="A.json", help="An evaluation written with --format json."
        ),
    ],
    second: Annotated[
        Path,
        typer.Argument(metavar="B.json", help="Another evaluation of the same file."),
    ],
    format: options.ReportFormat = Format.TEXT,
) -> None:
    """Show how much better B scores than A.

    Compares row by row, with 95 % confidence intervals.
    """
    from claimcheck.api.evaluate import compare_evaluations

    comparison = compare_evaluations(first, second)
    if format is Format.JSON:
        write_text(json.dumps(asdict(comparison), indent=1) + "\n", None)
        return
    lines = [f"{second} minus {first}, {format_count(comparison.n, 'row')} in both"]
    width = max(map(len, comparison.differences), default=0)
    for name, score in comparison.differences.items():
        lines.append(_format_score(name, score, width=width, is_difference=True))
    write_rows(lines)


def _format_evaluation(result: Evaluation) -> str:
    signature = result.signature
    rate = signature.n / result.seconds if result.seconds else 0.0
    lines = [
        f"{signature.task} on {signature.dataset}: {format_count(signature.n, 'row')}, "
        f"{result.failed:,} failed, {rate:,.0f} a second"
    ]
    # Names differ by task, so the column is as wide as the longest.
    width = max(map(len, result.scores), default=0)
    for name, score in result.scores.items():
        lines.append(_format_score(name, score, width=width))
    for table in result.tables:
        lines += ["", *_format_table(table)]
    return "".join(f"{clean_line(line)}\n" for line in [*lines, signature.line()])


def _format_score(
    name: str, score: Score, *, width: int, is_difference: bool = False
) -> str:
    sign = "+" if is_difference else ""
    scale = 100
    if name in _ABSOLUTE_SCORES:
        sign, scale = "", 1
    value = f"{scale * score.value:{sign}7.1f}"
    interval = f"[{scale * score.low:{sign}.1f}, {scale * score.high:{sign}.1f}]"
    return f"  {name:<{width}}{value}   {interval}"


def _format_table(table: Table) -> list[str]:
    """Return the lines of a table; shares are in percent."""
    lines = [table.header]
    lines += [tuple(_format_cell(cell) for cell in row) for row in table.rows]
    # Columns are aligned by hand: rich would wrap a confusion matrix.
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    formatted = [f"  {table.title}"]
    for line in lines:
        aligned = [text.rjust(width) for text, width in zip(line, widths, strict=True)]
        formatted.append("  " + "  ".join(aligned))
    return formatted


def _format_cell(cell: str | float | int | None) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{100 * cell:.1f}"
    return cell if isinstance(cell, str) else f"{cell:,}"
