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
from claimcheck.batch.runner import (
    FlowLostError,
    StepExecutor,
    StepInput,
    StepResult,
)
from claimcheck.batch.worker import FRAME_HEADER, WorkerReply, WorkerTask, encode_frame
from claimcheck.errors import WorkerError
from claimcheck.models.document import Document
from claimcheck.models.outcome import Outcome

_MAX_TASKS_PER_FRAME = 8  # moves in a frame
_MAX_START_ATTEMPTS = 3  # of a process that ends before it is ready
_MAX_FRAMES_IN_FLIGHT = (
    4  # frames on the way: a worker that is done with one has the next
)
_MAX_LOCAL_CHARACTERS = (
    20_000  # characters, of which something is made in a few milliseconds
)
_PIPE_BUFFER_BYTES = 2**22  # bytes
_WORKER_COMMAND = "import sys; sys.path[:] = sys.argv[1:]; from claimcheck.batch.worker import main; main()"


@dataclass(slots=True, eq=False)
class _PendingTask:
    """A move, and its step to come; a document under suspicion is taken `alone`."""

    move: WorkerTask
    step: asyncio.Future[StepResult]
    alone: bool

    def settle(self, moved: WorkerReply | FlowLostError | WorkerError) -> None:
        """Who waits for the step has it; nobody does where the document was let go. None: its flow is not there."""
        if self.step.done():
            return
        if self.move[1] is None:
            self.step.cancel()
        elif moved is None:
            self.step.set_exception(FlowLostError())
        elif isinstance(moved, Exception):
            self.step.set_exception(moved)
        else:
            self.step.set_result(moved)


class WorkerPool(StepExecutor):
    """So many processes; use it in an `async with`. `take` raises `WorkerError` where one can't be begun.

    With `here` this process takes on short documents itself until a worker is ready, and while all that are under way wait
    for one: it has nothing else to do then.
    """

    def __init__(
        self, plan: Plan, count: int, here: StepExecutor | None = None
    ) -> None:
        self._here = here
        self._workers = [_WorkerProcess(plan) for _ in range(count)]
        self._home: dict[int, _WorkerProcess | StepExecutor] = {}
        self._waiting = 0
        self._serving: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> WorkerPool:
        self._serving = [
            asyncio.create_task(worker.serve()) for worker in self._workers
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def take(self, number: int, given: StepInput) -> StepResult:
        """The step, from the process that the document is with."""
        if number not in self._home:
            self._home[number] = self._chosen(given)
        home = self._home[number]
        if not isinstance(home, _WorkerProcess):
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

    def _chosen(self, given: StepInput) -> _WorkerProcess | StepExecutor:
        ready = [worker for worker in self._workers if worker.ready]
        idle = not ready or self._waiting >= max(_MAX_TASKS_PER_FRAME, len(self._home))
        if (
            self._here
            and idle
            and isinstance(given, Document)
            and given.characters <= _MAX_LOCAL_CHARACTERS
        ):
            return self._here
        return min(ready or self._workers, key=lambda worker: worker.load)


class _WorkerProcess:
    """One process, and another one if it ends. `ready`: whether one has begun."""

    def __init__(self, plan: Plan) -> None:
        self.ready = False
        self._plan = plan
        self._wanted: deque[_PendingTask] = deque()
        self._sent: deque[list[_PendingTask]] = deque()
        self._suspects: set[int] = set()
        self._news = asyncio.Event()
        self._broken: WorkerError | None = None

    @property
    def load(self) -> int:
        """How many moves it has to make."""
        return len(self._wanted) + sum(map(len, self._sent))

    def take(self, number: int, given: StepInput) -> asyncio.Future[StepResult]:
        """The step to come."""
        return self._want(number, given)

    def let_go(self, number: int) -> None:
        """Nothing more is done about this document."""
        self._suspects.discard(number)
        self._want(number, None)

    def _want(self, number: int, given: StepInput | None) -> asyncio.Future[StepResult]:
        wanted = _PendingTask(
            (number, given),
            asyncio.get_running_loop().create_future(),
            number in self._suspects,
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
                async with _run_process(self._plan) as process:
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
            while len(self._sent) < _MAX_FRAMES_IN_FLIGHT and (moves := self._next()):
                self._sent.append(moves)
                # not drained: a worker that has an answer to write reads nothing meanwhile
                _require_pipe(process.stdin).write(
                    encode_frame([wanted.move for wanted in moves])
                )
            if self._sent:
                steps = await _receive_frame(process)
                for wanted, moved in zip(self._sent.popleft(), steps, strict=True):
                    wanted.settle(moved)
            else:
                self._news.clear()
                await self._news.wait()

    def _next(self) -> list[_PendingTask]:
        """What goes into the next frame; nothing goes beside a document that is taken alone."""
        if not self._wanted or (
            self._sent and (self._wanted[0].alone or self._sent[0][0].alone)
        ):
            return []
        moves = [self._wanted.popleft()]
        while (
            self._wanted
            and len(moves) < _MAX_TASKS_PER_FRAME
            and not (moves[0].alone or self._wanted[0].alone)
        ):
            moves.append(self._wanted.popleft())
        return moves

    def _lose(self) -> None:
        """The process has ended over the first frame that it had not answered."""
        self.ready = False
        first = self._sent.popleft() if self._sent else []
        for wanted in first:
            number, given = wanted.move
            if wanted.alone and given is not None:
                wanted.settle(
                    Outcome.from_failure(
                        "crashed",
                        "the process that read it was ended; is there memory?",
                    )
                )
            elif given is not None:
                self._suspects.add(number)
        for wanted in chain(first, *self._sent):
            wanted.settle(FlowLostError())
        self._sent.clear()


@asynccontextmanager
async def _run_process(plan: Plan) -> AsyncIterator[Process]:
    """Start a worker process for the block, and kill it afterwards."""
    process = await _start_process(plan)
    try:
        yield process
    finally:
        await _kill_process(process)


async def _start_process(plan: Plan) -> Process:
    """Start a worker process and wait until it is ready; retry if it ends."""
    for left in reversed(range(_MAX_START_ATTEMPTS)):
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                _WORKER_COMMAND,
                *sys.path,
                stdin=PIPE,
                stdout=PIPE,
                limit=_PIPE_BUFFER_BYTES,
            )
            async with AsyncExitStack() as undo:
                undo.push_async_callback(_kill_process, process)
                _require_pipe(process.stdin).write(encode_frame(plan))
                await _receive_frame(process)
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


async def _kill_process(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    _require_pipe(process.stdin).close()
    await process.communicate()


async def _receive_frame(process: Process) -> Any:
    stdout = process.stdout
    assert stdout is not None
    (length,) = FRAME_HEADER.unpack(await stdout.readexactly(FRAME_HEADER.size))
    return pickle.loads(await stdout.readexactly(length))  # noqa: S301 - from a process that was begun here


def _require_pipe(stream: asyncio.StreamWriter | None) -> asyncio.StreamWriter:
    assert stream is not None
    return stream
