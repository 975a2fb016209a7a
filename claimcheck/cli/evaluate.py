"""`claimcheck eval`: a command a task, and `compare`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import check_writable, print_note, write_text
from claimcheck.reports.formats import Format, ListFormat

if TYPE_CHECKING:
    from claimcheck.evaluation.result import Evaluation, Score

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="How good the answers are, on data that people have labelled.",
)
_TASKS = {
    "checkworthy": "Which sentences should be checked: rows {text, label}.",
    "verification": "Whether a document carries a claim: rows {claim, document, supported}.",
    "summaries": "How good summaries are, beside the first three sentences: rows {document, references}.",
    "extraction": "Whether the claims that people find are found: rows {passage, claims}.",
    "grounding": "Whether quotes are found where they stand: rows {document, quotes}.",
}


def _build_command(task: str, about: str) -> Callable[..., None]:
    def evaluate(
        file: Annotated[
            str, typer.Argument(metavar="FILE", help="JSON Lines, a row a line; or -.")
        ],
        dataset: Annotated[
            str | None,
            typer.Option(
                metavar="NAME",
                help="The public set that FILE is of, when its rows are not in plain form.",
            ),
        ] = None,
        limit: Annotated[
            int | None,
            typer.Option(
                metavar="N", min=1, help="A sample of so many rows (default: all)."
            ),
        ] = None,
        seed: Annotated[
            int,
            typer.Option(metavar="N", min=0, help="For the sample and the intervals."),
        ] = 0,
        format: Annotated[
            ListFormat,
            typer.Option("--format", help="json has every row, for compare."),
        ] = Format.TEXT,
        output: options.Output = None,
        engine: options.Engine = None,
        model: options.Model = None,
        base_url: options.BaseUrl = None,
        top_k: options.TopK = None,
        attempts: options.Attempts = None,
        no_cache: options.NoCache = False,
        quiet: options.Quiet = False,
        debug: options.Debug = False,
    ) -> None:
        from claimcheck.api.evaluate import evaluate as run_evaluate
        from claimcheck.evaluation.datasets import Rows

        check_writable(output)
        configured = options.resolve_settings(
            no_cache=no_cache,
            engine=engine,
            model=model,
            base_url=base_url,
            top_k=top_k,
            attempts=attempts,
        )
        options.announce_engine(configured, quiet=quiet)
        with _show_progress(task, quiet=quiet) as progress:
            rows = Rows(file, dataset, limit, seed)
            result = run_evaluate(
                task, rows, settings=configured.settings, progress=progress
            )
        write_text(
            result.to_json() if format is Format.JSON else _format_evaluation(result),
            output,
        )

    evaluate.__doc__ = about
    return evaluate


for _name, _about in _TASKS.items():
    app.command(_name)(_build_command(_name, _about))


@app.command("compare")
def compare(
    first: Annotated[
        Path,
        typer.Argument(
            metavar="A.json", help="An evaluation written with --format json."
        ),
    ],
    second: Annotated[
        Path, typer.Argument(metavar="B.json", help="Another, on the same file.")
    ],
    format: Annotated[
        ListFormat, typer.Option("--format", help="How to write the differences.")
    ] = Format.TEXT,
    debug: options.Debug = False,
) -> None:
    """What B scores above A, paired row by row, with 95 % intervals."""
    from dataclasses import asdict

    from claimcheck.api.evaluate import compare_evaluations

    found = compare_evaluations(first, second)
    if format is Format.JSON:
        write_text(json.dumps(asdict(found), indent=1) + "\n", None)
        return
    lines = [f"{second} less {first}, {found.n:,} rows of both"]
    lines += [
        _format_score(name, score, sign=True)
        for name, score in found.differences.items()
    ]
    write_text("\n".join(lines) + "\n", None)


def _format_evaluation(result: Evaluation) -> str:
    signature = result.signature
    rate = signature.n / result.seconds if result.seconds else 0.0
    lines = [
        f"{signature.task} on {signature.dataset}: {signature.n:,} rows, {result.failed:,} failed, {rate:,.0f} a second"
    ]
    lines += [_format_score(name, score) for name, score in result.scores.items()]
    return "\n".join([*lines, signature.line()]) + "\n"


def _format_score(name: str, score: Score, *, sign: bool = False) -> str:
    if name in ("words", "claims a row"):
        return f"  {name:<22}{score.value:7.1f}   [{score.low:.1f}, {score.high:.1f}]"
    plus = "+" if sign else ""
    return f"  {name:<22}{100 * score.value:{plus}7.1f}   [{100 * score.low:{plus}.1f}, {100 * score.high:{plus}.1f}]"


@contextmanager
def _show_progress(
    task: str, *, quiet: bool
) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal or occasional lines in a pipe; neither if quiet."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            job = bar.add_task(task, total=None)
            yield lambda done, total: bar.update(job, completed=done, total=total)
    else:
        yield _note_progress


def _note_progress(done: int, total: int) -> None:
    step = max(1, total // 10)
    if total >= 100 and done % step == 0 and done < total:
        print_note(f"{done:,} of {total:,} rows", quiet=False)
