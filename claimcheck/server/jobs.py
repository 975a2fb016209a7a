"""Runs summaries and checks as jobs, each on its own thread.

A limited number of jobs run at the same time, some more wait, and the rest are
refused. A job belongs to the request that started it and is cancelled with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from claimcheck.errors import ClaimcheckError

ResultT = TypeVar("ResultT")
ReportProgress = Callable[[object], None]
JobFunction = Callable[[ReportProgress], Coroutine[Any, Any, ResultT]]
_MAX_WAITING_JOBS = 16  # chosen by hand; with more, waiting takes too long


class BusyError(ClaimcheckError):
    """Too many jobs are waiting, or the server is shutting down."""


class JobPool:
    """Runs up to `max_running` jobs, each on a thread with its own event loop.

    Engines compute without yielding, so on the server's event loop one long document
    would block every other request.
    """

    def __init__(self, max_running: int) -> None:
        self._max_running = max_running
        self._threads = ThreadPoolExecutor(max_running, thread_name_prefix="job")
        self._open_jobs = 0
        self._results: set[asyncio.Future[Any]] = set()  # canceled at shutdown
        self._shutting_down = False

    @property
    def open_jobs(self) -> int:
        """The number of jobs that are running or waiting."""
        return self._open_jobs

    async def run(
        self, work: JobFunction[ResultT], report: ReportProgress = lambda stage: None
    ) -> ResultT:
        """Run the work and return its result.

        `report` is called in this event loop, with each stage of the work. Canceling
        this call cancels the work while it waits for a model, or at the next step of
        its flow. Only then is its thread available again.

        Raises:
            BusyError: too many jobs are waiting, or the server is shutting down.
        """
        self._refuse_if_busy()
        waiting_for = self._open_jobs - self._max_running + 1
        if waiting_for > 0:
            report(f"waiting for other jobs: {waiting_for}")

        loop = asyncio.get_running_loop()
        job = _Job(work, lambda stage: _call_from_thread(loop, report, stage))
        future = self._threads.submit(job.run)
        self._open_jobs += 1
        # A thread may run long after its request is gone, so threads are counted.
        future.add_done_callback(lambda _: _call_from_thread(loop, self._count_closed))

        result = asyncio.wrap_future(future)
        self._results.add(result)
        try:
            return await result
        except asyncio.CancelledError:
            job.cancel()
            # The client is still connected, and needs a response.
            if self._shutting_down:
                raise BusyError(
                    "the server is shutting down; answers already paid for are stored"
                ) from None
            raise
        finally:
            self._results.discard(result)

    def shut_down(self) -> None:
        """Cancel every job and refuse new ones."""
        self._shutting_down = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for result in list(self._results):  # a copy, because canceling removes it
            result.cancel()

    def _refuse_if_busy(self) -> None:
        if self._shutting_down:
            raise BusyError("the server is shutting down")
        if self._open_jobs >= self._max_running + _MAX_WAITING_JOBS:
            raise BusyError(
                f"{self._max_running} jobs are running and {_MAX_WAITING_JOBS} are "
                "waiting; try again later"
            )

    def _count_closed(self) -> None:
        self._open_jobs -= 1


class _Job(Generic[ResultT]):
    """One job, which another thread may cancel, even before it has started."""

    def __init__(self, work: JobFunction[ResultT], report: ReportProgress) -> None:
        self._work = work
        self._report = report
        self._lock = threading.Lock()
        self._cancelled = False
        self._task: asyncio.Task[ResultT] | None = None

    def run(self) -> ResultT:
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            task = loop.create_task(self._work(self._report))
            with self._lock:
                self._task = task
                if self._cancelled:
                    task.cancel()
            try:
                return loop.run_until_complete(task)
            finally:
                with self._lock:  # the loop closes next, and accepts no more calls
                    self._task = None

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._task:
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)


def _call_from_thread(
    loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: object
) -> None:
    with contextlib.suppress(RuntimeError):  # the server's loop is already closed
        loop.call_soon_threadsafe(function, *arguments)
