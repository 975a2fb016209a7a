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

from claimcheck import garbage
from claimcheck.batch.runner import Flows, Given, Step
from claimcheck.errors import StoreError
from claimcheck.models.document import Document

_NO_DOCUMENT = -1
HEAD = struct.Struct(">Q")
Move = tuple[int, Given | None]
Moved = Step | StoreError | None


def packed(value: object) -> bytes:
    """The frame of a value."""
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return HEAD.pack(len(body)) + body


def main() -> None:
    """Steps are taken until the input ends."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C goes to every process of a terminal, and is the first one's
    with garbage.looked_for_seldom(), os.fdopen(0, "rb") as asked, os.fdopen(os.dup(1), "wb") as told:
        os.dup2(2, 1)  # what anybody prints is no frame
        flows = Flows(_read(asked))
        # what a first document would load is loaded: no document is to blame for a process that ends meanwhile
        for given in (Document.from_text("It was a bright day."), None):
            _moved(flows, _NO_DOCUMENT, given)
        answer: object = "ready"
        while answer is not None:
            told.write(packed(answer))
            told.flush()
            moves: list[Move] | None = _read(asked)
            answer = None if moves is None else [_moved(flows, number, given) for number, given in moves]


def _moved(flows: Flows, number: int, given: Given | None) -> Moved:
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


def _read(file: BinaryIO) -> Any:
    head = file.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    (length,) = HEAD.unpack(head)
    body = file.read(length)
    return pickle.loads(body) if len(body) == length else None  # noqa: S301 - from the process that began this one
