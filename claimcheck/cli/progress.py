"""Progress of a batch: a bar on a terminal, a line now and then elsewhere; both on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from claimcheck.cli.output import note

if TYPE_CHECKING:
    from claimcheck.batch.plan import Progress

_EVERY_S = 15.0  # between lines in a pipe


@contextmanager
def shown(start: Progress, *, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """What to tell of progress; it is shown while the block runs."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        with _bar(start) as told:
            yield told
    else:
        yield _Lines().told


@contextmanager
def counted(message: str, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """What to tell of one more document that was read; a spinner with the count on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn(f"{message} {{task.completed:,.0f}}", markup=False))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(message, total=None)
        yield lambda count: bar.advance(task, count)


def described(progress: Progress, seconds: float) -> str:
    """Where a batch stands, in one line."""
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
            parts.append(f"${progress.spent.usd / progress.finished * progress.total:,.4f} expected")
    left = progress.total - progress.finished
    if rate and left:
        parts.append(f"{_duration(left / rate)} left")
    return " · ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@contextmanager
def _bar(start: Progress) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    began = time.monotonic()
    columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(described(start, 0), total=max(1, start.total), completed=start.finished)

        def told(progress: Progress) -> None:
            seconds = time.monotonic() - began
            bar.update(task, completed=progress.finished, description=described(progress, seconds))

        yield told


class _Lines:
    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    def told(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= _EVERY_S:
            self._last = now
            note(described(progress, now - self._began), quiet=False)
