"""Run a batch, by requests or the Batch API, and report how it ended."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from claimcheck.cli.output import print_error, print_note, write_rows
from claimcheck.cli.progress import format_progress, show_batch_progress
from claimcheck.counting import format_count
from claimcheck.errors import InputError, Interrupted

if TYPE_CHECKING:
    import asyncio

    from claimcheck.api.batches import Batch, BatchApiRunner
    from claimcheck.models.outcome import Progress, StopSignal
    from claimcheck.settings import Settings

BATCH_API_STEPS = ("submit", "status", "collect")
_MAX_LISTED_CAUSES = 20  # one screen; the rarest causes are the last ones


def run_batch(batch: Batch, *, report: bool, quiet: bool) -> None:
    """Run the batch with progress on stderr, and report how it ended.

    Raises:
        ProviderError, InputError: an error ended the batch early.
        Interrupted: a signal ended it early.
        typer.Exit: documents failed.
    """
    import asyncio

    from claimcheck.models.outcome import Progress, StopSignal

    # Our own signal, so that an error ends the batch only after the report below.
    stop = StopSignal()
    signals = _Signals(stop, quiet=quiet)
    started = time.monotonic()
    status = Progress.from_status(batch.info)
    with show_batch_progress(status, quiet=quiet) as on_progress:
        progress = asyncio.run(_run_until_interrupted(batch, on_progress, signals))
    line = format_progress(progress, time.monotonic() - started)
    print_note(f"{batch.store.path}: {line}", quiet=quiet)
    if report:
        _print_failure_table(batch)
    # The error is raised last, so that it is the last line that a person reads.
    if stop.error:
        print_error(
            f"{progress.finished:,} of {progress.total:,} documents are finished and "
            "stored; run the same command again to resume"
        )
        raise stop.error
    if stop.requested:
        pending = progress.total - progress.finished
        name = "interrupted" if signals.is_ctrl_c else f"ended by {signals.name}"
        raise Interrupted(
            f"{name}; {pending:,} of {progress.total:,} documents are pending in "
            f"{batch.store.path}; run the same command again to resume",
            signals.received,
        )
    _exit_on_failures(batch, progress)


async def _run_until_interrupted(
    batch: Batch, on_progress: Callable[[Progress], None], signals: _Signals
) -> Progress:
    """Run the batch; the first signal finishes requests, the second stops."""
    import asyncio

    from claimcheck.models.outcome import Progress

    task = asyncio.ensure_future(batch.run(on_progress=on_progress, stop=signals.stop))
    with signals.handled(task):
        try:
            return await task
        except asyncio.CancelledError:
            # The task was canceled, so the store knows best what is done.
            return Progress.from_status(batch.info)


class _Signals:
    """Stops a batch on Ctrl-C, `kill`, and a closed terminal alike."""

    def __init__(self, stop: StopSignal, *, quiet: bool) -> None:
        self.stop = stop
        self.received = signal.SIGINT
        self._quiet = quiet
        # Remembered now, because `isatty` is false once the terminal is closed.
        self._terminals = [fd for fd in (1, 2) if os.isatty(fd)]

    @property
    def is_ctrl_c(self) -> bool:
        return self.received is signal.SIGINT

    @property
    def name(self) -> str:
        return self.received.name

    @contextmanager
    def handled(self, task: asyncio.Task[Progress]) -> Iterator[None]:
        """Handle the signals while the block runs the task."""
        # Without a handler, Ctrl-C would raise KeyboardInterrupt anywhere, even between
        # an answer and its storage, and the other signals would end the process.
        loop = task.get_loop()
        # Only handlers that were set may be removed again.
        handled = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # `nohup` and the shell's `&` set SIG_IGN; respect that.
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._receive, number, task)
                handled.append(number)
        try:
            yield
        finally:
            for number in handled:
                loop.remove_signal_handler(number)

    def _receive(self, number: signal.Signals, task: asyncio.Task[Progress]) -> None:
        if number is signal.SIGHUP:
            self._leave_terminal()
        if self.stop.requested:
            task.cancel()
            return
        self.received = number
        self.stop.request()
        again = "press Ctrl-C again" if self.is_ctrl_c else f"send {self.name} again"
        print_note(
            f"finishing the requests in progress; {again} to stop at once",
            quiet=self._quiet,
        )

    def _leave_terminal(self) -> None:
        """Discard output: writing to a closed terminal would end the batch."""
        null_device = os.open(os.devnull, os.O_WRONLY)
        for fd in self._terminals:
            os.dup2(null_device, fd)
        os.close(null_device)


def _print_failure_table(batch: Batch) -> None:
    """Print the failures by cause, and the command that retries them."""
    failures = batch.store.list_failures(batch.number)
    if not failures:
        return
    # Aligned, so that the messages can be compared.
    width = max(len(cause) for cause, _, _ in failures)
    lines = []
    for cause, message, count in failures[:_MAX_LISTED_CAUSES]:
        lines.append(f"{count:>7,}  {cause:<{width}}  {message}")
    if any(cause == "unreadable" for cause, _, _ in failures):
        lines.append("Unreadable files: fix them, and run the same command again")
    if any(cause != "unreadable" for cause, _, _ in failures):
        retry = f"claimcheck runs retry --store {batch.store.path}"
        lines.append(f"Retry with: {retry}")
    write_rows(lines)


def _exit_on_failures(batch: Batch, progress: Progress) -> None:
    """Exit with 2 or 3 if documents failed; return otherwise."""
    # Failures of earlier commands also count: the exit code describes the batch.
    failures = batch.store.list_failures(batch.number)
    if not failures:
        return
    # By cause, because messages differ in their numbers.
    totals: Counter[str] = Counter()
    for cause, _, count in failures:
        totals[cause] += count
    counts = "; ".join(f"{cause} {count:,}" for cause, count in totals.most_common())
    print_error(
        f"{format_count(progress.failed, 'document')} failed, {progress.partial:,} in "
        f"part: {counts} (--report lists the messages)"
    )
    # Unreadable files are the user's input; anything else is the model or its endpoint.
    raise typer.Exit(2 if set(totals) == {"unreadable"} else 3)


def split_step(arguments: Sequence[str], settings: Settings) -> tuple[str, list[str]]:
    """Split arguments into the Batch API step and the sources after it.

    `batch` has no subcommands, because a source may have any name.

    Raises:
        InputError: the step is unknown or takes no sources, or no model is set.
    """
    # Typer can't parse this: the same argument is a source without --via.
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
        ProviderError: the endpoint failed, or the account has a problem; run the step
            again to resume.
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
    # Running the step twice is harmless, and says so.
    note = f"{batch.store.path}: nothing to submit"
    if submitted.requests:
        note = (
            f"{batch.store.path}: {format_count(submitted.requests, 'request')} "
            f"submitted in {format_count(submitted.uploads, 'file')}"
        )
    if submitted.over_budget:
        note += "; the budget does not cover "
        note += format_count(submitted.over_budget, "more document")
    if submitted.requests:
        note += "; `status` shows the progress, `collect` fetches the answers"
    print_note(note, quiet=quiet)


def _print_status(runner: BatchApiRunner) -> None:
    lines = []
    # An upload without a job was prepared or refused; its own state says which.
    for upload, job in runner.status():
        if job:
            counts = f"{job.completed:,} of {job.total:,} done, {job.failed:,} failed"
            lines.append(f"{job.id}  {job.status}: {counts}")
        else:
            name = upload.job or upload.tag
            reason = f": {upload.message}" if upload.message else ""
            requests = format_count(upload.items, "request")
            lines.append(f"{name}  {upload.state}, {requests}{reason}")
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
    # Read again: collecting has finished documents.
    progress = Progress.from_status(batch.info)
    pending = progress.total - progress.finished
    parts = [
        f"{format_count(collected.answers, 'answer')}",
        f"{format_count(collected.finished, 'document')} finished",
    ]
    if collected.errors:
        parts.append(format_count(collected.errors, "error"))
    if collected.expired:
        parts.append(f"{format_count(collected.expired, 'request')} expired")
    if collected.broken:
        requests = format_count(collected.broken, "request")
        parts.append(f"{requests} without a readable answer, to be sent again")
    if collected.repeated:
        errors = format_count(collected.repeated, "temporary error")
        parts.append(f"{errors}, to be sent again")
    if collected.in_progress:
        parts.append(f"{format_count(collected.in_progress, 'file')} still in progress")
    if pending and not collected.in_progress:
        documents = format_count(pending, "document")
        parts.append(f"{documents} without all answers: submit again")
    print_note(f"{batch.store.path}: {', '.join(parts)}", quiet=quiet)
    if report:
        _print_failure_table(batch)
    if collected.pause:
        raise collected.pause
    # While documents are pending, the batch is not over.
    if not pending:
        _exit_on_failures(batch, progress)
