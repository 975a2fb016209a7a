"""Jobs: so many at a time, some more wait, the rest is turned away; each ends with the request that asked for it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from claimcheck.errors import ClaimcheckError

ResultT = TypeVar("ResultT")
ReportStage = Callable[[object], None]
JobFunction = Callable[[ReportStage], Coroutine[Any, Any, ResultT]]
_MAX_WAITING_JOBS = 16


class BusyError(ClaimcheckError):
    """No more jobs are taken: so many run and wait, or the server is ending."""


class JobPool:
    """Runs jobs on `most` threads, each with an event loop of its own: neither the server nor another job waits for one."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.open = 0  # that run or wait
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="job")
        self._results: set[asyncio.Future[Any]] = set()
        self._ended = False

    async def run(
        self, work: JobFunction[ResultT], told: ReportStage = lambda stage: None
    ) -> ResultT:
        """What the work comes to. `told` hears in this event loop what the work tells.

        When this is cancelled, so is the work: where it waits for a model, or at the next place where its flow can be
        left. Its thread is free again only then.

        Raises:
            BusyError: too many jobs wait already, or the server ends.
        """
        if self._ended:
            raise BusyError("the server is ending")
        if self.open >= self.most + _MAX_WAITING_JOBS:
            raise BusyError(
                f"{self.most} jobs run and {_MAX_WAITING_JOBS} wait; try again in a while"
            )
        loop = asyncio.get_running_loop()
        job = _Job(work, lambda stage: _call_from_thread(loop, lambda: told(stage)))
        if self.open >= self.most:
            told(f"waiting for {self.open - self.most + 1} other jobs")
        future = self._pool.submit(job.run)
        self.open += 1
        future.add_done_callback(lambda _: _call_from_thread(loop, self._closed))
        result = asyncio.wrap_future(future)
        self._results.add(result)
        try:
            return await result
        except asyncio.CancelledError:
            job.cancel()
            if self._ended:
                raise BusyError(
                    "the server is ending; what was paid for is kept"
                ) from None
            raise
        finally:
            self._results.discard(result)

    def end(self) -> None:
        """Every job is cancelled, and none is taken any more."""
        self._ended = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        for result in list(self._results):
            result.cancel()

    def _closed(self) -> None:
        self.open -= 1


class _Job(Generic[ResultT]):
    """One piece of work, for a thread."""

    def __init__(self, work: JobFunction[ResultT], told: ReportStage) -> None:
        self._work = work
        self._told = told
        self._lock = threading.Lock()
        self._cancelled = False
        self._running: (
            tuple[asyncio.AbstractEventLoop, asyncio.Task[ResultT]] | None
        ) = None

    def run(self) -> ResultT:
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            task = loop.create_task(self._work(self._told))
            with self._lock:
                self._running = (loop, task)
                if self._cancelled:
                    task.cancel()
            try:
                return loop.run_until_complete(task)
            finally:
                with self._lock:
                    self._running = None

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._running:
                loop, task = self._running
                loop.call_soon_threadsafe(task.cancel)


def _call_from_thread(
    loop: asyncio.AbstractEventLoop, what: Callable[[], None]
) -> None:
    with contextlib.suppress(RuntimeError):  # the server is gone
        loop.call_soon_threadsafe(what)
