"""Run documents in worker processes, so that every core is used.

A worker may die at any moment (a bug in a C library, no memory left). Python then
breaks the entire pool, so every document in it is a suspect, and runs again in a
separate process. A document that also kills that process has failed.
Documents for a model do not run here, because their time is spent waiting for answers.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Self, TypeVar

from claimcheck.errors import WorkerError
from claimcheck.models.document import Document
from claimcheck.models.outcome import Outcome

# A process may fail to start because memory is short for a moment. Chosen by hand.
_MAX_START_ATTEMPTS = 3

_Result = TypeVar("_Result")


class WorkerPool:
    """Processes that run `task` on documents; use it in an `async with`.

    `task` and its results must be picklable. Workers start when they are needed.
    """

    def __init__(self, task: Callable[[Document], Outcome], workers: int) -> None:
        self._task = task
        self._workers = workers
        self._shared: ProcessPoolExecutor | None = None
        self._single: ProcessPoolExecutor | None = None
        self._shared_lock = asyncio.Lock()
        self._single_lock = asyncio.Lock()
        self._start_error: WorkerError | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, *_: object
    ) -> None:
        if error_type is not None:
            _kill_workers()  # a canceled batch does not wait for long documents
        for pool in (self._shared, self._single):
            if pool is not None:
                await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def run(self, document: Document) -> Outcome:
        """Run the task on a document in one of the workers.

        Raises:
            WorkerError: no worker process can be started.
        """
        pool = None
        try:
            pool = await self._get_shared()
            return await _submit(pool, self._task, document)
        except (BrokenProcessPool, OSError):
            # The first to notice that it broke; later documents get a new pool.
            if self._shared is pool:
                self._shared = None
        async with self._single_lock:
            return await self._run_alone(document)

    async def _get_shared(self) -> ProcessPoolExecutor:
        """Return the pool; create it if needed, with one process at first.

        A pool that breaks while it starts several processes fails in its own thread
        (CPython 3.11: "dictionary changed size during iteration").
        """
        async with self._shared_lock:
            if self._shared is None:
                pool = _create_pool(self._workers)
                await _submit(pool, os.getpid)
                self._shared = pool
            return self._shared

    async def _run_alone(self, document: Document) -> Outcome:
        """Run a suspect in a process that nothing else uses."""
        if self._single is None:
            self._single = await self._start_single()
        try:
            return await _submit(self._single, self._task, document)
        except BrokenProcessPool:
            self._single = None
            return Outcome.from_failure(
                "crashed",
                "the process that read this document crashed twice; "
                "it may have run out of memory",
            )

    async def _start_single(self) -> ProcessPoolExecutor:
        """Start a process that has run a first task."""
        # A document can only be blamed if the process did start.
        if self._start_error is not None:
            raise self._start_error
        for _ in range(_MAX_START_ATTEMPTS):
            pool = _create_pool(1)
            try:
                await _submit(pool, os.getpid)
            except (BrokenProcessPool, OSError) as error:
                problem = f"{type(error).__name__}: {error}"
            else:
                return pool
        self._start_error = WorkerError(
            f"cannot start a worker process ({problem}). Check that enough memory is "
            "free and that processes may be started."
        )
        raise self._start_error


def _create_pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers, mp_context=_WorkerContext(), initializer=_initialize_worker
    )


async def _submit(
    pool: ProcessPoolExecutor, task: Callable[..., _Result], *arguments: object
) -> _Result:
    return await asyncio.get_running_loop().run_in_executor(pool, task, *arguments)


class _WorkerProcess(SpawnProcess):
    """A process that does not import the caller's `__main__`.

    `multiprocessing` would, so a script without `if __name__ == "__main__"` would run
    its batch again in every worker. The tasks here need nothing from `__main__`.
    """

    def start(self) -> None:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = main


class _WorkerContext(SpawnContext):
    """Spawns processes: a fork would copy locks that other threads hold."""

    Process = _WorkerProcess


def _initialize_worker() -> None:
    # Ctrl-C and a closed terminal reach all processes; only the parent handles them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.dup2(2, 1)  # output of libraries must not end up among the results
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    """Exit when the parent is killed."""
    # Without this, a pool's workers would wait for the next task forever, because they
    # hold both ends of the pipe.
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _kill_workers() -> None:
    for process in multiprocessing.active_children():
        if isinstance(process, _WorkerProcess):
            process.kill()
