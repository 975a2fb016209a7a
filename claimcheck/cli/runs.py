"""`claimcheck runs`: what is in a store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimcheck.cli import options
from claimcheck.cli.output import (
    check_writable,
    print_note,
    write_binary,
    write_lines,
    write_text,
)
from claimcheck.errors import InputError
from claimcheck.reports.formats import (
    BatchExportFormat,
    Format,
    ListFormat,
    RunReportFormat,
    render_run,
)

if TYPE_CHECKING:
    from claimcheck.models.outcome import BatchStatus
    from claimcheck.reports.diff import BatchComparison
    from claimcheck.store.store import RunStore


app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What is in a store of runs."
)
_BatchOption = Annotated[
    int | None,
    typer.Option(
        "--batch",
        metavar="N",
        help="A batch by its number; the last one where none is named.",
    ),
]
_MAX_EXAMPLES = 5


@app.command("list")
def list_runs(
    store: options.Store,
    batch: _BatchOption = None,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            help="Only documents that are pending, done, partial or failed.",
        ),
    ] = None,
    format: Annotated[
        ListFormat, typer.Option("--format", help="How to write the list.")
    ] = Format.TEXT,
    debug: options.Debug = False,
) -> None:
    """List the batches of a store, and the documents of one with what became of them."""
    from claimcheck.models.outcome import DocumentState
    from claimcheck.store.store import RunStore

    if state is not None and state not in list(DocumentState):
        raise InputError(
            f"--state {state!r}: is none; there are {', '.join(DocumentState)}"
        )
    with RunStore(store, create=False) as opened:
        number = _resolve_batch(opened, batch)
        wanted = DocumentState(state) if state else None
        if format is Format.JSON:
            rows = (
                {
                    "key": item.key,
                    "source": item.source,
                    "title": item.title,
                    "state": item.state,
                    "cause": item.cause,
                    "message": item.message,
                    "cost_usd": item.cost_usd,
                }
                for item in opened.list_documents(number, wanted)
            )
            write_lines((json.dumps(row, ensure_ascii=False) for row in rows), None)
            return
        lines = [
            _format_batch(info, chosen=info.number == number)
            for info in opened.batches()
        ]
        listed = (
            f"{item.state:<8} {item.key}{f'  {item.source}' if item.source != item.key else ''}"
            f"{f'  {item.cause}: {item.message}' if item.cause else ''}"
            for item in opened.list_documents(number, wanted)
        )
        write_lines(_prepend_lines([*lines, ""], listed), None)


@app.command("show")
def show(
    document: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENT", help="Its id, path or address in the store."
        ),
    ],
    store: options.Store,
    batch: _BatchOption = None,
    format: Annotated[
        RunReportFormat, typer.Option("--format", help="How to write the run.")
    ] = Format.TEXT,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """Show the run of one document."""
    from claimcheck.store.store import RunStore

    check_writable(output)
    with RunStore(store, create=False) as opened:
        run = opened.run(_resolve_batch(opened, batch), document)
    style = options.detect_page_style(output)
    write_text(render_run(run, format, style=style), output)


@app.command("export")
def export(
    store: options.Store,
    batch: _BatchOption = None,
    format: Annotated[
        BatchExportFormat,
        typer.Option(
            "--format",
            help="jsonl: whole runs; csv and parquet: their claims, a row each; html: an overview.",
        ),
    ] = Format.JSONL,
    output: options.Output = None,
    no_text: options.NoText = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Write the runs of a batch as JSON Lines, or their claims as a table, in the order of the documents."""
    from claimcheck.models.outcome import DocumentState
    from claimcheck.reports import table
    from claimcheck.store.store import RunStore

    check_writable(output)
    with RunStore(store, create=False) as opened:
        number = _resolve_batch(opened, batch)
        counts = opened.batch(number).counts
        runs = (run for _, run in opened.runs(number))
        if format is Format.PARQUET:
            write_binary(lambda path: table.write_parquet(runs, path), output)
        elif format is Format.HTML:
            write_text(_render_overview(opened, opened.batch(number)), output)
        elif format is Format.CSV:
            write_lines(table.iter_csv_lines(runs), output)
        else:
            write_lines(
                (run.to_json(text=not no_text, indent=None) for run in runs), output
            )
    missing = counts[DocumentState.PENDING] + counts[DocumentState.FAILED]
    if missing:
        print_note(
            f"{store}: {missing:,} of {sum(counts.values()):,} documents have no result or only a failure: "
            "`claimcheck runs list` names them",
            quiet=quiet,
        )


@app.command("retry")
def retry(
    store: options.Store,
    batch: _BatchOption = None,
    report: Annotated[
        bool,
        typer.Option("--report", help="End with a table of what failed, by cause."),
    ] = False,
    concurrency: options.Concurrency = None,
    rpm: options.Rpm = None,
    tpm: options.Tpm = None,
    budget_usd: options.BudgetUsd = None,
    budget_tokens: options.BudgetTokens = None,
    attempts: options.Attempts = None,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Ask again for the documents of a batch that failed, wholly or in part, in the way in which it was asked before."""
    from claimcheck.batch.batch import Batch
    from claimcheck.cli.batch import run_batch
    from claimcheck.store.store import RunStore

    limits = options.build_limits(concurrency, rpm, tpm, budget_usd, budget_tokens)
    with RunStore(store, create=False) as opened:
        number = _resolve_batch(opened, batch)
        way = opened.batch(number).config
        configured = options.resolve_settings(
            no_cache=no_cache, attempts=attempts, **_restore_flags(way)
        )
        made = Batch(opened, configured.settings, limits, check=way["check"])
        if made.number != number:
            raise InputError(
                f"{store}: batch {number} was made with other prompts, schemas or settings than are in force now; "
                "`claimcheck batch` starts a new one"
            )
        print_note(
            f"{store}: {made.retry_failed():,} documents to ask for again", quiet=quiet
        )
        run_batch(made, report=report, quiet=quiet)


@app.command("import")
def import_(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A folder of JSON Lines or Parquet shards."),
    ],
    store: options.Store,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Take outcomes that were made on many machines into a store, each once."""
    from claimcheck.batch.shards import import_shards
    from claimcheck.store.store import RunStore

    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder")
    with RunStore(store) as opened:
        found = import_shards(opened, folder)
    repeated = f", {found.repeated:,} rows repeated" if found.repeated else ""
    print_note(
        f"{store}: {found.documents:,} documents, {found.outcomes:,} new outcomes{repeated}",
        quiet=quiet,
    )


@app.command("compare")
def compare(
    first: Annotated[int, typer.Argument(metavar="A", help="A batch, by its number.")],
    second: Annotated[int, typer.Argument(metavar="B", help="Another one.")],
    store: options.Store,
    format: Annotated[
        ListFormat, typer.Option("--format", help="How to write the comparison.")
    ] = Format.TEXT,
    debug: options.Debug = False,
) -> None:
    """Say what changed from batch A to batch B: claims added and gone, verdicts, failures, cost."""
    from dataclasses import asdict

    from claimcheck.reports.diff import compare_batches as compared
    from claimcheck.store.store import RunStore

    with RunStore(store, create=False) as opened:
        batches = [
            opened.batch(_resolve_batch(opened, number)) for number in (first, second)
        ]
        found = compared(opened, first, second)
    if format is Format.JSON:
        write_text(json.dumps(asdict(found), ensure_ascii=False, indent=2) + "\n", None)
        return
    write_text(
        "\n".join(
            [
                *(_format_batch(info, chosen=False) for info in batches),
                "",
                *_format_comparison(found),
            ]
        )
        + "\n",
        None,
    )


def _render_overview(store: RunStore, info: BatchStatus) -> str:
    from claimcheck.reports.html import overview

    runs = store.runs(info.number)
    waiting = next(runs, None)

    def entries() -> Iterator[overview.BatchDocument]:
        nonlocal waiting
        for item in store.list_documents(info.number):
            run = None
            if (
                waiting and waiting[0] == item.key
            ):  # both come in the order of the documents
                run, waiting = waiting[1], next(runs, None)
            reason = f"{item.cause}: {item.message}" if item.cause else ""
            yield overview.BatchDocument(item.key, item.source, item.state, reason, run)

    return overview.render(
        Path(store.path).name, _format_batch(info, chosen=False).strip(), entries()
    )


def _resolve_batch(store: RunStore, wanted: int | None) -> int:
    """Return the batch number; the latest batch if none was named.

    Raises:
        InputError: there is no such batch.
    """
    numbers = [info.number for info in store.batches()]
    if not numbers:
        raise InputError(f"{store.path}: holds no batch")
    if wanted is None:
        return numbers[-1]
    if wanted not in numbers:
        raise InputError(
            f"{store.path}: has no batch {wanted}; it has {', '.join(map(str, numbers))}"
        )
    return wanted


def _format_batch(info: BatchStatus, *, chosen: bool) -> str:
    way = info.config
    model = f" {way['model']} at {way['endpoint']}" if way.get("model") else ""
    counts = ", ".join(
        f"{count:,} {state}" for state, count in info.counts.items() if count
    )
    spent = f", {info.spent_tokens:,} tokens" if info.spent_tokens else ""
    if info.spent_tokens:
        spent += (
            f", ${info.spent_usd:,.4f}"
            if info.spent_usd is not None
            else ", price not known"
        )
    check = ", checked" if way["check"] else ""
    return f"{'*' if chosen else ' '} batch {info.number}: {way['engine']}{model}{check}: {counts or 'empty'}{spent}"


def _format_comparison(found: BatchComparison) -> list[str]:
    every = found.documents.values()
    verdicts = [
        (key, change)
        for key, item in found.documents.items()
        for change in item.verdicts
    ]
    counts = {
        name: sum(len(getattr(item, name)) for item in every)
        for name in ("added", "gone", "reworded", "moved")
    }
    lines = [
        f"{len(every):,} documents have a run in both"
        + (f", {found.only_first:,} only in the first" if found.only_first else "")
        + (f", {found.only_second:,} only in the second" if found.only_second else ""),
        f"{sum(item.same for item in every):,} claims the same, "
        + ", ".join(f"{count:,} {name}" for name, count in counts.items())
        + f"; {len(verdicts):,} verdicts changed",
    ]
    lines += [
        f"  {key}: {change.text}: {change.old} -> {change.new}"
        for key, change in verdicts[:_MAX_EXAMPLES]
    ]
    most = sorted(
        found.documents.items(),
        key=lambda pair: -len(pair[1].added) - len(pair[1].gone),
    )[:_MAX_EXAMPLES]
    lines += [
        f"  {key}: {len(item.added)} added, {len(item.gone)} gone, {len(item.reworded)} reworded"
        for key, item in most
        if item
    ]
    return lines


def _restore_flags(way: dict[str, Any]) -> dict[str, Any]:
    """Convert the stored settings of a batch back to flags."""
    if way["engine"] == "extractive":
        return {name: way[name] for name in ("engine", "max_claims", "passage_tokens")}
    endpoint = way["endpoint"]
    return {
        "engine": "llm",
        "model": way["model"],
        "base_url": endpoint if "://" in endpoint else None,
        "seed": way["seed"],
        **way["settings"],
    }


def _prepend_lines(first: list[str], rest: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from rest


@app.command()
def delete(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="DOCUMENT...", help="Ids, paths or addresses, as `list` has them."
        ),
    ],
    store: options.Store,
    batch: Annotated[
        int | None,
        typer.Option(
            "--batch", metavar="N", help="Only out of this batch; else out of all."
        ),
    ] = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Delete documents with their runs, answers and checks: all that are named, or none when one is not there.

    What they took in the file is overwritten. Answers in the cache are another file's: `claimcheck cache clear`.
    """
    from claimcheck.store.history import History
    from claimcheck.store.store import RunStore

    with RunStore(store, create=False) as opened:
        history = History(opened)
        places = dict.fromkeys(
            place for name in names for place in opened.locate(name, batch)
        )
        for place in places:
            history.delete(place)
    print_note(
        f"{store}: {len(places):,} run{'s' * (len(places) != 1)} deleted", quiet=quiet
    )
