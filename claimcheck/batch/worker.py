"""A worker: the process that takes documents' steps, for `claimcheck.batch.workers`.

Frames come on standard input and go to standard output: a length of eight bytes, big-endian, and a pickle. The first one
is the plan, and is answered when the worker is ready; every other is a list of what to take on, and is answered by a list
of steps. The end of the input, which is the end of the process that sent it, ends the worker.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
from typing import Any, BinaryIO

from claimcheck.batch.runner import ActiveFlows, StepInput, StepResult
from claimcheck.errors import StoreError
from claimcheck.models.document import Document

_WARM_UP_NUMBER = -1
FRAME_HEADER = struct.Struct(">Q")
WorkerTask = tuple[int, StepInput | None]
WorkerReply = StepResult | StoreError | None


def encode_frame(value: object) -> bytes:
    """Encode a value as a frame: its length, then its pickle."""
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return FRAME_HEADER.pack(len(body)) + body


def main() -> None:
    """Steps are taken until the input ends."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C goes to every process of a terminal, and is the first one's
    with (
        os.fdopen(0, "rb") as asked,
        os.fdopen(os.dup(1), "wb") as told,
    ):
        os.dup2(2, 1)  # what anybody prints is no frame
        flows = ActiveFlows(_read_frame(asked))
        # what a first document would load is loaded: no document is to blame for a process that ends meanwhile
        for given in (Document.from_text("It was a bright day."), None):
            _perform_task(flows, _WARM_UP_NUMBER, given)
        answer: object = "ready"
        while answer is not None:
            told.write(encode_frame(answer))
            told.flush()
            moves: list[WorkerTask] | None = _read_frame(asked)
            answer = (
                None
                if moves is None
                else [_perform_task(flows, number, given) for number, given in moves]
            )


def _perform_task(
    flows: ActiveFlows, number: int, given: StepInput | None
) -> WorkerReply:
    if given is None:
        flows.let_go(number)
        return None
    try:
        step = flows.take(number, given)
        while step == []:
            step = flows.take(number, [])
    except StoreError as error:
        return error
    return step


def _read_frame(file: BinaryIO) -> Any:
    head = file.read(FRAME_HEADER.size)
    if len(head) < FRAME_HEADER.size:
        return None
    (length,) = FRAME_HEADER.unpack(head)
    body = file.read(length)
    return pickle.loads(body) if len(body) == length else None  # noqa: S301 - from the process that began this one
