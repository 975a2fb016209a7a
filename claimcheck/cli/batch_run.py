"""Run a batch, stop it on signals, and report how it ended."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from claimcheck.cli.output import print_error, print_note, write_rows
from claimcheck.cli.progress import format_progress, show_batch_progress
from claimcheck.counting import format_count
from claimcheck.errors import Interrupted

if TYPE_CHECKING:
    import asyncio

    from claimcheck.api.batches import Batch
    from claimcheck.models.outcome import Progress, StopSignal

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
        print_failure_table(batch)
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
    exit_on_failures(batch, progress)


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


def print_failure_table(batch: Batch) -> None:
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


def exit_on_failures(batch: Batch, progress: Progress) -> None:
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
