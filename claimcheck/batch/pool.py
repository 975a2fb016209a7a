"""The extractive engine on all cores: the same queue, its documents worked on by processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice

from claimcheck.batch.plan import Plan
from claimcheck.batch.queue import Queue, Work, failed, outcome_of
from claimcheck.errors import StoreError
from claimcheck.store.outcome import Outcome

_CHUNK = 16  # documents at a time: what goes between processes costs too
Chunk = list[Work]


@dataclass(slots=True)
class Pool:
    """Processes for a queue. A document that ends its process is asked for alone, and then recorded as a failure."""

    queue: Queue
    again: list[Chunk] = field(default_factory=list)

    async def run(self) -> None:
        """Every pending document has an outcome, or the batch was stopped."""
        chunks = self._chunks(self.queue.store.pending(self.queue.batch))
        while await self._until_broken(chunks):
            pass

    def _chunks(self, work: Iterator[Work]) -> Iterator[Chunk]:
        while chunk := self.again.pop() if self.again else list(islice(work, _CHUNK)):
            yield chunk

    async def _until_broken(self, chunks: Iterator[Chunk]) -> bool:
        """Whether a process died, so that there is more to do with new ones."""
        cores = os.cpu_count() or 1
        loop = asyncio.get_running_loop()
        running: dict[asyncio.Future[list[tuple[int, Outcome]]], Chunk] = {}
        broken = False
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(cores, mp_context=context, initializer=_leave_interrupts) as pool:
            while True:
                while not broken and len(running) < 2 * cores and not self.queue.stop.wanted:
                    chunk = next(chunks, None)
                    if chunk is None:
                        break
                    running[loop.run_in_executor(pool, _outcomes, chunk, self.queue.plan)] = chunk
                if not running:
                    return broken
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for future in done:
                    broken = self._settled(future, running.pop(future)) or broken

    def _settled(self, future: asyncio.Future[list[tuple[int, Outcome]]], chunk: Chunk) -> bool:
        """Keeps a chunk's outcomes; whether its process died instead."""
        try:
            outcomes = future.result()
        except BrokenProcessPool:
            if len(chunk) > 1:
                self.again += [[work] for work in reversed(chunk)]
                return True
            outcomes = [
                (chunk[0][0], failed("crashed", "the process that read it was ended; is there memory?"))
            ]
            self._keep(outcomes)
            return True
        self._keep(outcomes)
        return False

    def _keep(self, outcomes: list[tuple[int, Outcome]]) -> None:
        try:
            for number, outcome in outcomes:
                self.queue.keep(number, outcome)
        except StoreError as error:
            self.queue.stop.now(error)


def _leave_interrupts() -> None:
    """Ctrl-C goes to every process of a terminal; what to do about it is the first one's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _outcomes(chunk: Chunk, plan: Plan) -> list[tuple[int, Outcome]]:
    async def every() -> list[tuple[int, Outcome]]:
        return [(number, await outcome_of(document, plan, None)) for number, document in chunk]

    return asyncio.run(every())
