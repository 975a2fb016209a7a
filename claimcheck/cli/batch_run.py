"""Run a batch, by requests or the Batch API, and report how it ended."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import typer

from claimcheck.cli.output import print_error, print_note, write_rows
from claimcheck.cli.progress import format_progress, show_batch_progress
from claimcheck.errors import InputError, Interrupted

if TYPE_CHECKING:
    from claimcheck.api.batches import Batch, BatchApiRunner
    from claimcheck.models.outcome import Progress, StopSignal
    from claimcheck.settings import Settings

BATCH_API_STEPS = ("submit", "status", "collect")
_MAX_LISTED_CAUSES = 20  # one screen; the rarest causes are the last ones


def run_batch(batch: Batch, *, report: bool, quiet: bool) -> None:
    """Run the batch with progress on stderr, and report how it ended.

    Raises:
        ProviderError, InputError: an error ended the batch early.
        Interrupted: Ctrl-C ended it early.
        typer.Exit: documents failed.
    """
    import asyncio

    from claimcheck.models.outcome import Progress, StopSignal

    stop = StopSignal()
    started = time.monotonic()
    status = Progress.from_status(batch.info)
    with show_batch_progress(status, quiet=quiet) as on_progress:
        progress = asyncio.run(
            _run_until_interrupted(batch, on_progress, stop, quiet=quiet)
        )
    line = format_progress(progress, time.monotonic() - started)
    print_note(f"{batch.store.path}: {line}", quiet=quiet)
    if report:
        _print_failure_table(batch)
    if stop.error:
        print_error(
            f"{progress.finished:,} of {progress.total:,} documents are finished and "
            "stored; run the same command again to resume"
        )
        raise stop.error
    if stop.requested:
        pending = progress.total - progress.finished
        raise Interrupted(
            f"interrupted; {pending:,} of {progress.total:,} documents are pending in "
            f"{batch.store.path}; run the same command again to resume"
        )
    _exit_on_failures(batch, progress)


async def _run_until_interrupted(
    batch: Batch,
    on_progress: Callable[[Progress], None],
    stop: StopSignal,
    *,
    quiet: bool,
) -> Progress:
    """Run the batch; the first Ctrl-C finishes requests, the second stops."""
    import asyncio

    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(batch.run(told=on_progress, stop=stop))

    # Without a handler, Ctrl-C would raise KeyboardInterrupt anywhere, even between an
    # answer and its storage.
    def interrupt() -> None:
        if stop.requested:
            task.cancel()
            return
        stop.request()
        print_note(
            "finishing the requests in progress; press Ctrl-C again to stop at once",
            quiet=quiet,
        )

    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        return await task
    except asyncio.CancelledError:
        from claimcheck.models.outcome import Progress

        return Progress.from_status(batch.info)
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def _print_failure_table(batch: Batch) -> None:
    """Print the failures by cause, and the command that retries them."""
    failures = batch.store.list_failures(batch.number)
    if not failures:
        return
    width = max(len(cause) for cause, _, _ in failures)
    lines = []
    for cause, message, count in failures[:_MAX_LISTED_CAUSES]:
        lines.append(f"{count:>7,}  {cause:<{width}}  {message}")
    lines.append(f"Retry them with: claimcheck runs retry --store {batch.store.path}")
    write_rows(lines)


def _exit_on_failures(batch: Batch, progress: Progress) -> None:
    """Exit with the code that fits the failures; return if there are none."""
    # Failures of earlier commands count, too: the exit code is about the batch.
    failures = batch.store.list_failures(batch.number)
    if not failures:
        return
    counts = "; ".join(f"{cause} {count:,}" for cause, _, count in failures)
    print_error(
        f"{progress.failed:,} documents failed, {progress.partial:,} in part: {counts} "
        "(--report lists the messages)"
    )
    causes = {cause for cause, _, _ in failures}
    # Unreadable files are the user's input; anything else is the model or its endpoint.
    raise typer.Exit(2 if causes == {"unreadable"} else 3)


def split_step(arguments: Sequence[str], settings: Settings) -> tuple[str, list[str]]:
    """Return the Batch API step that comes first, and the sources after it.

    `batch` has no subcommands, because a source may have any name.

    Raises:
        InputError: there is no such step, it takes no sources, or there is no model.
    """
    step, *sources = arguments
    if step not in BATCH_API_STEPS:
        available = ", ".join(BATCH_API_STEPS)
        raise InputError(
            f"--via batch-api: the first argument is {step!r}; give one of {available} "
            "before the documents"
        )
    if step != "submit" and sources:
        raise InputError(
            f"--via batch-api {step} takes no documents; only `submit` does"
        )
    if settings.chosen_engine() != "llm":
        raise InputError("--via batch-api requires a model; name one with --model")
    return step, sources


def run_batch_api_step(step: str, batch: Batch, *, report: bool, quiet: bool) -> None:
    """Submit a batch, show its status, or collect its answers.

    Raises:
        ProviderError: the endpoint failed; run the step again to resume.
        typer.Exit: documents failed.
    """
    from claimcheck.api.batches import open_batch_api

    with open_batch_api(batch) as runner:
        if step == "submit":
            _submit_requests(runner, batch, quiet=quiet)
        elif step == "status":
            _print_status(runner)
        else:
            _collect_answers(runner, batch, report=report, quiet=quiet)


def _submit_requests(runner: BatchApiRunner, batch: Batch, *, quiet: bool) -> None:
    submitted = runner.submit()
    note = f"{batch.store.path}: nothing to submit"
    if submitted.requests:
        note = (
            f"{batch.store.path}: {submitted.requests:,} requests submitted in "
            f"{submitted.uploads} files"
        )
    if submitted.over_budget:
        note += f"; the budget does not cover {submitted.over_budget:,} more documents"
    if submitted.requests:
        note += "; `status` shows the progress, `collect` fetches the answers"
    print_note(note, quiet=quiet)


def _print_status(runner: BatchApiRunner) -> None:
    lines = []
    for upload, job in runner.status():
        if job:
            counts = f"{job.completed:,} of {job.total:,} done, {job.failed:,} failed"
            lines.append(f"{job.id}  {job.status}: {counts}")
        else:
            name = upload.job or upload.tag
            reason = f": {upload.message}" if upload.message else ""
            lines.append(f"{name}  {upload.state}, {upload.items:,} requests{reason}")
    write_rows(lines or ["nothing was submitted"])


def _collect_answers(
    runner: BatchApiRunner, batch: Batch, *, report: bool, quiet: bool
) -> None:
    from claimcheck.models.outcome import Progress

    collected = runner.collect()
    for reason in collected.refused:
        print_error(
            f"the endpoint rejected a file: {reason}; fix that and submit again"
        )
    progress = Progress.from_status(batch.info)
    pending = progress.total - progress.finished
    parts = [
        f"{collected.answers:,} answers",
        f"{collected.finished:,} documents finished",
    ]
    if collected.errors:
        parts.append(f"{collected.errors:,} errors")
    if collected.expired:
        parts.append(f"{collected.expired:,} requests expired")
    if collected.broken:
        parts.append(f"{collected.broken:,} broken lines, to be requested again")
    if collected.in_progress:
        parts.append(f"{collected.in_progress} files still in progress")
    if pending and not collected.in_progress:
        parts.append(f"{pending:,} documents need more requests: submit again")
    print_note(f"{batch.store.path}: {', '.join(parts)}", quiet=quiet)
    if report:
        _print_failure_table(batch)
    # While documents are pending, the batch is not over.
    if not pending:
        _exit_on_failures(batch, progress)
