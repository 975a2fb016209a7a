"""Steps in processes of their own: all cores work, and what is computed for one document holds up no other's answer.

They are begun as commands and not by `multiprocessing`, which would run a caller's script again in each of them.
A worker that ends takes its flows with it. Their documents are begun again, and what was answered is in the store; one that
it was working on is then taken alone, and fails if a worker ends over it again.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from claimcheck.batch.plan import Plan
from claimcheck.batch.runner import Given, Lost, Step, Steps, failed
from claimcheck.batch.worker import HEAD, Move, Moved, packed
from claimcheck.errors import WorkerError
from claimcheck.models.document import Document

_MOST = 8  # moves in a frame
_BEGINNINGS = 3  # of a process that ends before it is ready
_AHEAD = 4  # frames on the way: a worker that is done with one has the next
_SHORT = 20_000  # characters, of which something is made in a few milliseconds
_BUFFER = 2**22  # bytes
_COMMAND = "import sys; sys.path[:] = sys.argv[1:]; from claimcheck.batch.worker import main; main()"


@dataclass(slots=True, eq=False)
class _Wanted:
    """A move, and its step to come; a document under suspicion is taken `alone`."""

    move: Move
    step: asyncio.Future[Step]
    alone: bool

    def settle(self, moved: Moved | Lost | WorkerError) -> None:
        """Who waits for the step has it; nobody does where the document was let go. None: its flow is not there."""
        if self.step.done():
            return
        if self.move[1] is None:
            self.step.cancel()
        elif moved is None:
            self.step.set_exception(Lost())
        elif isinstance(moved, Exception):
            self.step.set_exception(moved)
        else:
            self.step.set_result(moved)


class Workers(Steps):
    """So many processes; use it in an `async with`. `take` raises `WorkerError` where one can't be begun.

    With `here` this process takes on short documents itself until a worker is ready, and while all that are under way wait
    for one: it has nothing else to do then.
    """

    def __init__(self, plan: Plan, count: int, here: Steps | None = None) -> None:
        self._here = here
        self._workers = [_Worker(plan) for _ in range(count)]
        self._home: dict[int, _Worker | Steps] = {}
        self._waiting = 0
        self._serving: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Workers:
        self._serving = [asyncio.create_task(worker.serve()) for worker in self._workers]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def take(self, number: int, given: Given) -> Step:
        """The step, from the process that the document is with."""
        if number not in self._home:
            self._home[number] = self._chosen(given)
        home = self._home[number]
        if not isinstance(home, _Worker):
            return await home.take(number, given)
        self._waiting += 1
        try:
            return await home.take(number, given)
        finally:
            self._waiting -= 1

    def let_go(self, number: int) -> None:
        """The process that has the document forgets it."""
        if home := self._home.pop(number, None):
            home.let_go(number)

    def _chosen(self, given: Given) -> _Worker | Steps:
        ready = [worker for worker in self._workers if worker.ready]
        idle = not ready or self._waiting >= max(_MOST, len(self._home))
        if self._here and idle and isinstance(given, Document) and given.characters <= _SHORT:
            return self._here
        return min(ready or self._workers, key=lambda worker: worker.load)


class _Worker:
    """One process, and another one if it ends. `ready`: whether one has begun."""

    def __init__(self, plan: Plan) -> None:
        self.ready = False
        self._plan = plan
        self._wanted: deque[_Wanted] = deque()
        self._sent: deque[list[_Wanted]] = deque()
        self._suspects: set[int] = set()
        self._news = asyncio.Event()
        self._broken: WorkerError | None = None

    @property
    def load(self) -> int:
        """How many moves it has to make."""
        return len(self._wanted) + sum(map(len, self._sent))

    def take(self, number: int, given: Given) -> asyncio.Future[Step]:
        """The step to come."""
        return self._want(number, given)

    def let_go(self, number: int) -> None:
        """Nothing more is done about this document."""
        self._suspects.discard(number)
        self._want(number, None)

    def _want(self, number: int, given: Given | None) -> asyncio.Future[Step]:
        wanted = _Wanted(
            (number, given), asyncio.get_running_loop().create_future(), number in self._suspects
        )
        if self._broken:
            wanted.settle(self._broken)
        else:
            self._wanted.append(wanted)
            self._news.set()
        return wanted.step

    async def serve(self) -> None:
        """What is wanted is had from a process, until this is cancelled."""
        try:
            while True:
                async with _begun(self._plan) as process:
                    self.ready = True
                    with suppress(asyncio.IncompleteReadError, ConnectionError):
                        await self._exchange(process)
                self._lose()
        except WorkerError as error:
            self._broken = error
            for wanted in [*chain.from_iterable(self._sent), *self._wanted]:
                wanted.settle(error)

    async def _exchange(self, process: Process) -> None:
        while True:
            while len(self._sent) < _AHEAD and (moves := self._next()):
                self._sent.append(moves)
                # not drained: a worker that has an answer to write reads nothing meanwhile
                _pipe(process.stdin).write(packed([wanted.move for wanted in moves]))
            if self._sent:
                steps = await _frame(process)
                for wanted, moved in zip(self._sent.popleft(), steps, strict=True):
                    wanted.settle(moved)
            else:
                self._news.clear()
                await self._news.wait()

    def _next(self) -> list[_Wanted]:
        """What goes into the next frame; nothing goes beside a document that is taken alone."""
        if not self._wanted or (self._sent and (self._wanted[0].alone or self._sent[0][0].alone)):
            return []
        moves = [self._wanted.popleft()]
        while self._wanted and len(moves) < _MOST and not (moves[0].alone or self._wanted[0].alone):
            moves.append(self._wanted.popleft())
        return moves

    def _lose(self) -> None:
        """The process has ended over the first frame that it had not answered."""
        self.ready = False
        first = self._sent.popleft() if self._sent else []
        for wanted in first:
            number, given = wanted.move
            if wanted.alone and given is not None:
                wanted.settle(failed("crashed", "the process that read it was ended; is there memory?"))
            elif given is not None:
                self._suspects.add(number)
        for wanted in chain(first, *self._sent):
            wanted.settle(Lost())
        self._sent.clear()


@asynccontextmanager
async def _begun(plan: Plan) -> AsyncIterator[Process]:
    """A process that is ready; it has ended, and its pipes are closed, when the block is left."""
    process = await _ready(plan)
    try:
        yield process
    finally:
        await _ended(process)


async def _ready(plan: Plan) -> Process:
    """A process that is ready; one that ends before it is, is begun again."""
    for left in reversed(range(_BEGINNINGS)):
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", _COMMAND, *sys.path, stdin=PIPE, stdout=PIPE, limit=_BUFFER
            )
            async with AsyncExitStack() as undo:
                undo.push_async_callback(_ended, process)
                _pipe(process.stdin).write(packed(plan))
                await _frame(process)
                undo.pop_all()
        except (OSError, asyncio.IncompleteReadError) as error:
            if not left:
                raise WorkerError(
                    f"{sys.executable}: a worker process can't be begun ({type(error).__name__}: {error}); "
                    "is there memory, and may processes be started?"
                ) from None
        else:
            break
    return process


async def _ended(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    _pipe(process.stdin).close()
    await process.communicate()


async def _frame(process: Process) -> Any:
    stdout = process.stdout
    assert stdout is not None
    (length,) = HEAD.unpack(await stdout.readexactly(HEAD.size))
    return pickle.loads(await stdout.readexactly(length))  # noqa: S301 - from a process that was begun here


def _pipe(stream: asyncio.StreamWriter | None) -> asyncio.StreamWriter:
    assert stream is not None
    return stream
