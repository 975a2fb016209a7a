"""`claimcheck runs`: what a store of runs contains."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from claimcheck.cli import options
from claimcheck.cli.batch_run import run_batch
from claimcheck.cli.option_groups import create_command_group, with_options
from claimcheck.cli.output import (
    check_writable,
    detect_page_style,
    print_note,
    write_binary,
    write_json_lines,
    write_lines,
    write_rows,
    write_text,
)
from claimcheck.cli.results import write_run
from claimcheck.counting import format_count
from claimcheck.errors import InputError, join_problems
from claimcheck.reports.formats import BatchExportFormat, Format

if TYPE_CHECKING:
    from claimcheck.api.stores import RunStore
    from claimcheck.models.outcome import BatchStatus, OutcomeListing
    from claimcheck.reports.diff import BatchComparison
    from claimcheck.reports.html.overview import BatchDocument
    from claimcheck.settings import Settings

app = create_command_group("List, show, export, retry, and delete runs in a store.")
_BatchOption = Annotated[
    int | None,
    typer.Option(
        "--batch", metavar="N", help="The batch, by number (default: the last one)."
    ),
]
# The values of `DocumentState`, whose module takes longer to load than Typer.
_StateName = Literal["pending", "done", "partial", "failed"]
_MAX_EXAMPLES = 5  # of changed verdicts and documents; --format json has all of them


@contextmanager
def _open_batch(
    store: Path, number: int | None
) -> Iterator[tuple[RunStore, BatchStatus]]:
    """Yield an existing store and one of its batches, by default the last."""
    from claimcheck.api.stores import RunStore, find_batch

    with RunStore(store, create=False) as run_store:
        yield run_store, find_batch(run_store, number)


@app.command("list")
@with_options
def list_(
    store: options.Store,
    batch: _BatchOption = None,
    state: _StateName | None = None,
    format: options.RowsFormat = Format.TEXT,
) -> None:
    """List the batches of a store, and the documents of one batch.

    Options:
        --state: List only documents in this state.
    """
    from claimcheck.models.outcome import DocumentState

    with _open_batch(store, batch) as (run_store, selected):
        number = selected.number
        selected_state = DocumentState(state) if state else None
        documents = run_store.list_documents(number, selected_state)
        if format is Format.JSON:
            write_json_lines(documents)
            return
        batches = [
            _format_batch(status, is_selected=status.number == number)
            for status in run_store.batches()
        ]
        # A generator: a batch may have a million documents.
        listing = (_format_document(document) for document in documents)
        write_rows(chain(batches, [""], listing))


@app.command("show")
def show(
    document: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENT", help="The id, path, or URL of a document in the store."
        ),
    ],
    store: options.Store,
    batch: _BatchOption = None,
    format: options.RunFormat = Format.TEXT,
    output: options.Output = None,
) -> None:
    """Show the run of one document."""
    check_writable(output)
    with _open_batch(store, batch) as (run_store, status):
        run = run_store.run(status.number, document)
    write_run(run, format, output, detect_page_style(output))


@app.command("export")
@with_options
def export(
    store: options.Store,
    batch: _BatchOption = None,
    format: BatchExportFormat = Format.JSONL,
    *,
    out: options.OutputOptions,
) -> None:
    """Write the runs of a batch, or their claims as a table.

    The runs are in the order in which the documents were added.

    Options:
        --format: jsonl: whole runs; csv and parquet: one row per claim; html: an
            overview.
    """
    from claimcheck.models.outcome import DocumentState

    check_writable(out.output)
    with _open_batch(store, batch) as (run_store, status):
        _export_runs(run_store, status, format, out)
    # The file is written already, so what is missing from it is a note, not an error.
    counts = status.counts
    missing = counts[DocumentState.PENDING] + counts[DocumentState.FAILED]
    if missing:
        print_note(
            f"{store}: {missing:,} of {sum(counts.values()):,} documents have no "
            "result or only a failure; `claimcheck runs list` names them",
            quiet=out.quiet,
        )


def _export_runs(
    store: RunStore, batch: BatchStatus, format: Format, out: options.OutputOptions
) -> None:
    from claimcheck.reports import table
    from claimcheck.reports.html import overview

    # A generator: a batch may have more runs than fit into memory.
    runs = (run for _, run in store.runs(batch.number))
    if format is Format.PARQUET:
        write_binary(lambda path: table.write_parquet(runs, path), out.output)
    elif format is Format.CSV:
        write_lines(table.iter_csv_lines(runs), out.output)
    elif format is Format.HTML:
        documents = _iter_overview_documents(store, batch.number)
        description = _format_batch(batch).strip()
        page = overview.render(Path(store.path).name, description, documents)
        write_text(page, out.output)
    else:
        with_text = not out.no_text
        lines = (run.to_json(text=with_text, indent=None) for run in runs)
        write_lines(lines, out.output)


def _iter_overview_documents(store: RunStore, batch: int) -> Iterator[BatchDocument]:
    """Yield each document of a batch with its run, if it has one."""
    from claimcheck.reports.html.overview import BatchDocument

    # Documents and runs come in the same order, so one pass over both is enough.
    runs = store.runs(batch)
    next_key, next_run = next(runs, (None, None))
    for item in store.list_documents(batch):
        reason = f"{item.cause}: {item.message}" if item.cause else ""
        run = None
        if item.key == next_key:
            run = next_run
            next_key, next_run = next(runs, (None, None))
        yield BatchDocument(item.key, item.source, item.state, reason, run)


@app.command("retry")
@with_options
def retry(
    store: options.Store,
    batch: _BatchOption = None,
    report: options.Report = False,
    attempts: options.Attempts = None,
    prompts: options.Prompts = None,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    *,
    limits: options.LimitOptions,
) -> None:
    """Retry the documents of a batch that failed completely or in part.

    Uses the engine, model, and settings of the batch.
    """
    from claimcheck.api.batches import Batch

    request_limits = limits.build_limits()
    with _open_batch(store, batch) as (run_store, status):
        settings = _load_stored_settings(
            status, attempts=attempts, prompts_folder=prompts, no_cache=no_cache
        )
        # Prompts and schemas are those of this version of claimcheck; if they have
        # changed, the answers belong to another batch.
        job = Batch(run_store, settings, request_limits, check=status.config["check"])
        if job.number != status.number:
            raise InputError(
                f"{store}: batch {status.number} was made with prompts, schemas, or "
                "settings that have since changed; name your own prompts with "
                "--prompts, or start a new batch with `claimcheck batch`"
            )
        print_note(
            f"{store}: retrying {format_count(job.retry_failed(), 'document')}",
            quiet=quiet,
        )
        run_batch(job, report=report, quiet=quiet)


def _load_stored_settings(batch: BatchStatus, **more: Any) -> Settings:
    """Return a batch's settings if its endpoint is the user's or on loopback.

    A store may come from somebody else, so it must not choose who receives the
    documents and the key. An endpoint on loopback is allowed, but gets no key.
    """
    from claimcheck.api.batches import list_batch_flags
    from claimcheck.settings.run import is_loopback_url

    flags = list_batch_flags(batch.config)
    # Taken out before anything is loaded with it.
    url = flags.pop("base_url", None)
    # The key comes from the user's environment, never from the store.
    settings = options.load_settings(**flags, **more)
    if url is None or url == settings.endpoint():
        return settings
    if is_loopback_url(url):
        return replace(settings, base_url=url, api_key=None)
    raise InputError(
        f"batch {batch.number} used the endpoint {url!r}, which would receive your "
        "documents and your key. If you trust it, set OPENAI_BASE_URL to it and run "
        "the command again."
    )


@app.command("import")
def import_(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A folder of JSON Lines or Parquet shards."),
    ],
    store: options.Store,
    quiet: options.Quiet = False,
) -> None:
    """Add results that other machines produced, each one once."""
    from claimcheck.api.batches import import_shards
    from claimcheck.api.stores import RunStore

    # Before the store is opened, which would create it.
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder")
    with RunStore(store) as run_store:
        imported = import_shards(run_store, folder)
    note = (
        f"{store}: {format_count(imported.documents, 'document')}, "
        f"{format_count(imported.outcomes, 'new outcome')}"
    )
    if imported.repeated:
        note += f", {format_count(imported.repeated, 'repeated row')} skipped"
    print_note(note, quiet=quiet)
    # The good rows are in the store; the exit code tells scripts about the others.
    if imported.broken:
        raise InputError(
            f"skipped {format_count(len(imported.broken), 'broken row')}: "
            f"{join_problems(imported.broken)}"
        )


@app.command("compare")
def compare(
    first: Annotated[int, typer.Argument(metavar="A", help="A batch, by number.")],
    second: Annotated[
        int, typer.Argument(metavar="B", help="Another batch, by number.")
    ],
    store: options.Store,
    format: options.ReportFormat = Format.TEXT,
) -> None:
    """Compare two batches: their claims, verdicts, failures, and costs."""
    from claimcheck.api.stores import RunStore, find_batch
    from claimcheck.reports.diff import compare_batches

    with RunStore(store, create=False) as run_store:
        batches = [find_batch(run_store, number) for number in (first, second)]
        comparison = compare_batches(run_store, first, second)
    if format is Format.JSON:
        report = json.dumps(asdict(comparison), ensure_ascii=False, indent=2)
        write_text(report + "\n", None)
        return
    lines = [_format_batch(status) for status in batches]
    write_rows([*lines, "", *_format_comparison(comparison)])


@app.command("delete")
@with_options
def delete(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="DOCUMENT", help="Ids, paths, or URLs, as listed by `list`."
        ),
    ],
    store: options.Store,
    batch: int | None = None,
    quiet: options.Quiet = False,
) -> None:
    """Delete documents with their runs, answers, and checks.

    Deletes all of them, or none if one is missing, and overwrites their data in the
    file. Answers in the cache stay: see `claimcheck cache clear`.

    Options:
        --batch N: Delete only from this batch (default: all).
    """
    from claimcheck.api.stores import RunStore, delete_runs

    with RunStore(store, create=False) as run_store:
        deleted = delete_runs(run_store, names, batch)
    plural = "" if deleted == 1 else "s"
    print_note(f"{store}: {deleted:,} run{plural} deleted", quiet=quiet)


def _format_document(document: OutcomeListing) -> str:
    line = f"{document.state:<8} {document.key}"
    if document.source != document.key:
        line += f"  {document.source}"
    if document.cause:
        line += f"  {document.cause}: {document.message}"
    return line


def _format_batch(batch: BatchStatus, *, is_selected: bool = False) -> str:
    marker = "*" if is_selected else " "
    # Batches differ in their configuration, which is what tells them apart.
    config = batch.config
    line = f"{marker} batch {batch.number}: {config['engine']}"
    if config.get("model"):
        line += f" {config['model']} at {config['endpoint']}"
    if config["check"]:
        line += ", checked"
    counts = [f"{count:,} {state}" for state, count in batch.counts.items() if count]
    line += f": {', '.join(counts) or 'empty'}"
    if batch.spent_tokens:
        cost = "price unknown"
        if batch.spent_usd is not None:
            cost = f"${batch.spent_usd:,.4f}"
        line += f", {batch.spent_tokens:,} tokens, {cost}"
    return line


def _format_comparison(comparison: BatchComparison) -> list[str]:
    documents = comparison.documents
    changes = documents.values()
    # Only documents that both batches have can be compared.
    totals = f"{format_count(len(documents), 'document')} with a run in both"
    if comparison.only_first:
        totals += f", {comparison.only_first:,} only in the first"
    if comparison.only_second:
        totals += f", {comparison.only_second:,} only in the second"

    counts = [f"{format_count(sum(item.same for item in changes), 'claim')} the same"]
    for kind in ("added", "gone", "reworded", "moved"):
        count = sum(len(getattr(item, kind)) for item in changes)
        counts.append(f"{count:,} {kind}")
    verdicts = []
    for key, item in documents.items():
        for change in item.verdicts:
            verdicts.append(f"  {key}: {change.text}: {change.old} -> {change.new}")

    # What a person looks at first after changing a prompt.
    most_changed = sorted(
        documents.items(), key=lambda pair: -len(pair[1].added) - len(pair[1].gone)
    )
    examples = []
    # Documents without a change are false, and are not examples.
    for key, item in most_changed[:_MAX_EXAMPLES]:
        if item:
            examples.append(
                f"  {key}: {len(item.added)} added, {len(item.gone)} gone, "
                f"{len(item.reworded)} reworded"
            )
    summary = f"{', '.join(counts)}; {format_count(len(verdicts), 'verdict')} changed"
    return [totals, summary, *verdicts[:_MAX_EXAMPLES], *examples]
