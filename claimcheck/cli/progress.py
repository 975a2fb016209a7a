"""Progress on stderr: a bar on a terminal, an occasional line in a pipe.

With `quiet`, it prints neither. Each function yields the callback to report to.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from claimcheck.cli.output import print_note
from claimcheck.reports.terminal import clean_line

if TYPE_CHECKING:
    from datetime import datetime

    from rich.progress import Progress as Bar, ProgressColumn

    from claimcheck.models.outcome import Progress

# Chosen by hand: often enough to show that work continues, rare enough for a log.
_LINE_INTERVAL_S = 15.0
# Evaluations take minutes to hours: every tenth of the rows is often enough.
_LINES_PER_EVALUATION = 10
# The extractive engine reads this much in a moment; a spinner would only flicker.
QUICK_CHARACTERS = 200_000
_MIN_ROWS_FOR_LINES = 100  # fewer rows take only a moment


@contextmanager
def show_spinner(message: str, *, quiet: bool) -> Iterator[Callable[[object], None]]:
    """Show a spinner, the stage, and the elapsed time on a terminal.

    In a pipe or a file, print a line only for a pause.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda stage: _print_pause(stage, quiet=quiet)
        return
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    # No markup anywhere: a file name may contain square brackets.
    description = TextColumn("{task.description}", markup=False)
    with _open_bar(SpinnerColumn(), description, TimeElapsedColumn()) as bar:
        message = clean_line(message)  # a model's name may come from a file
        task = bar.add_task(message, total=None)
        yield lambda stage: bar.update(task, description=f"{message} · {stage}")


def _print_pause(stage: object, *, quiet: bool) -> None:
    if getattr(stage, "paused_until", None):
        print_note(str(stage), quiet=quiet)


@contextmanager
def show_count(message: str, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a growing count on a terminal; the callback adds to it."""
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.progress import SpinnerColumn, TextColumn

    text = TextColumn(f"{message} {{task.completed:,.0f}}", markup=False)
    with _open_bar(SpinnerColumn(), text) as bar:
        task = bar.add_task(message, total=None)
        yield lambda count: bar.advance(task, count)


@contextmanager
def show_rows(task: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Show how many rows of an evaluation are done."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _open_bar() as bar:
            job = bar.add_task(task, total=None)
            yield lambda done, total: bar.update(job, completed=done, total=total)
    else:
        yield _print_row_count


def _print_row_count(done: int, total: int) -> None:
    if total < _MIN_ROWS_FOR_LINES or done >= total:
        return
    if done % (total // _LINES_PER_EVALUATION) == 0:
        print_note(f"{done:,} of {total:,} rows", quiet=False)


@contextmanager
def show_batch_progress(
    start: Progress, *, quiet: bool
) -> Iterator[Callable[[Progress], None]]:
    """Show how many documents are finished, at what rate and cost."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        with _show_batch_bar(start) as report:
            yield report
    else:
        yield _BatchProgressLines().report


@contextmanager
def _show_batch_bar(start: Progress) -> Iterator[Callable[[Progress], None]]:
    from rich.progress import BarColumn, TextColumn

    started = time.monotonic()
    description = TextColumn("{task.description}", markup=False)
    with _open_bar(BarColumn(bar_width=24), description) as bar:
        task = bar.add_task(
            format_progress(start, 0),
            total=max(1, start.total),
            completed=start.finished,
        )

        def report(progress: Progress) -> None:
            line = format_progress(progress, time.monotonic() - started)
            bar.update(task, completed=progress.finished, description=line)

        yield report


class _BatchProgressLines:
    """A line at most every `_LINE_INTERVAL_S` seconds."""

    def __init__(self) -> None:
        self._started = self._last_line = time.monotonic()
        self._paused_until: datetime | None = None

    def report(self, progress: Progress) -> None:
        now = time.monotonic()
        # Shown at once: a batch that waits looks as if it hung.
        is_new_pause = progress.paused_until != self._paused_until
        if is_new_pause or now - self._last_line >= _LINE_INTERVAL_S:
            self._last_line = now
            self._paused_until = progress.paused_until
            print_note(format_progress(progress, now - self._started), quiet=False)


@contextmanager
def _open_bar(*columns: ProgressColumn) -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar


def format_progress(progress: Progress, seconds: float) -> str:
    """Format a batch's progress as one line."""
    parts = [f"{progress.finished:,} of {progress.total:,} documents"]
    if progress.partial:
        parts.append(f"{progress.partial:,} in part")
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    # The rate must not include documents that earlier commands finished.
    rate = progress.finished_now / seconds if seconds > 0 else 0.0
    if progress.finished_now:
        parts.append(f"{rate:,.1f}/s" if rate >= 1 else f"{60 * rate:,.1f}/min")
    if progress.spent.tokens:
        parts.append(f"{progress.spent.tokens:,} tokens")
    parts += _format_cost(progress)
    # Without a rate there is nothing to extrapolate.
    remaining = progress.total - progress.finished
    if rate and remaining:
        parts.append(f"{_format_duration(remaining / rate)} left")
    if progress.is_paused and progress.paused_until:
        until = progress.paused_until.astimezone()
        parts.append(f"the endpoint accepts no requests until {until:%H:%M:%S}")
    return " · ".join(parts)


def _format_cost(progress: Progress) -> list[str]:
    if not progress.priced or not progress.spent.usd:
        return []
    parts = [f"${progress.spent.usd:,.4f}"]
    # Documents differ in length, so this is an average, and wrong at first.
    if 0 < progress.finished < progress.total:
        expected_usd = progress.spent.usd / progress.finished * progress.total
        parts.append(f"${expected_usd:,.4f} expected")
    return parts


def _format_duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}"
    return f"{minutes}:{seconds:02d}"
