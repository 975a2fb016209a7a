"""Progress of a batch: a bar on a terminal, a line now and then elsewhere; both on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from claimcheck.cli.output import print_error, print_note

if TYPE_CHECKING:
    from claimcheck.batch.batch import Batch
    from claimcheck.models.outcome import Progress

_LINE_INTERVAL_S = 15.0  # between lines in a pipe
_MAX_LISTED_CAUSES = 20


@contextmanager
def show_progress(
    start: Progress, *, quiet: bool
) -> Iterator[Callable[[Progress], None]]:
    """Show progress while the block runs; yields the function that updates it."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        with _show_bar(start) as told:
            yield told
    else:
        yield _ProgressLines().told


@contextmanager
def show_count(message: str, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a growing count on a terminal; yields the function that adds to it."""
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn

    columns = (
        SpinnerColumn(),
        TextColumn(f"{message} {{task.completed:,.0f}}", markup=False),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(message, total=None)
        yield lambda count: bar.advance(task, count)


def format_progress(progress: Progress, seconds: float) -> str:
    """Format a batch's progress as one line."""
    parts = [f"{progress.finished:,} of {progress.total:,} documents"]
    if progress.partial:
        parts.append(f"{progress.partial:,} in part")
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    rate = progress.here / seconds if seconds > 0 else 0.0
    if progress.here:
        parts.append(f"{rate:,.1f}/s" if rate >= 1 else f"{60 * rate:,.1f}/min")
    if progress.spent.tokens:
        parts.append(f"{progress.spent.tokens:,} tokens")
    if progress.priced and progress.spent.usd:
        parts.append(f"${progress.spent.usd:,.4f}")
        if 0 < progress.finished < progress.total:
            parts.append(
                f"${progress.spent.usd / progress.finished * progress.total:,.4f} expected"
            )
    left = progress.total - progress.finished
    if rate and left:
        parts.append(f"{_format_duration(left / rate)} left")
    return " · ".join(parts)


def _format_duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@contextmanager
def _show_bar(start: Progress) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    began = time.monotonic()
    columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(
            format_progress(start, 0),
            total=max(1, start.total),
            completed=start.finished,
        )

        def told(progress: Progress) -> None:
            seconds = time.monotonic() - began
            bar.update(
                task,
                completed=progress.finished,
                description=format_progress(progress, seconds),
            )

        yield told


class _ProgressLines:
    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    def told(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= _LINE_INTERVAL_S:
            self._last = now
            print_note(format_progress(progress, now - self._began), quiet=False)


def report_failures(progress: Progress, failures: list[tuple[str, str, int]]) -> None:
    """Report failures on stderr and exit with the matching code."""
    if failures:
        causes = {cause for cause, _, _ in failures}
        print_error(
            f"{progress.failed:,} documents failed, {progress.partial:,} in part: "
            f"{'; '.join(f'{cause} {count:,}' for cause, _, count in failures)} (--report says more)"
        )
        raise typer.Exit(2 if causes == {"unreadable"} else 3)


def format_failures(batch: Batch, failures: list[tuple[str, str, int]]) -> str:
    """List failures by cause, with the command that retries them."""
    width = max(len(cause) for cause, _, _ in failures)
    lines = [
        f"{count:>7,}  {cause:<{width}}  {message}"
        for cause, message, count in failures[:_MAX_LISTED_CAUSES]
    ]
    lines.append(
        f"Ask again for them: claimcheck runs retry --store {batch.store.path}"
    )
    return "\n".join(lines) + "\n"
