"""The command line, run in this process: its exit code, and what it writes to stdout and stderr."""

from __future__ import annotations

import io
import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from claimcheck.cli import main


@dataclass(frozen=True)
class CommandResult:
    """How a command ended, with the names that `subprocess` uses; `out` and `err` are the same as text."""

    returncode: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self):
        return self.stdout.decode()

    @property
    def err(self):
        return self.stderr.decode()


class _Pipe(io.TextIOWrapper):
    """A stream with a `buffer`, as a process has it; its bytes stay readable after the command."""

    def __init__(self, content=b""):
        super().__init__(
            io.BytesIO(content), encoding="utf-8", newline="", write_through=True
        )


def claimcheck(*arguments, stdin=b"", environment=None):
    """Run `claimcheck` with these arguments. What it loads stays loaded, so only the first run is slow."""
    out, err = _Pipe(), _Pipe()
    command = ["claimcheck", *(os.fsdecode(argument) for argument in arguments)]
    with (
        mock.patch.object(sys, "argv", command),
        mock.patch.object(sys, "stdin", _Pipe(stdin)),
        mock.patch.dict(os.environ, environment or {}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = _exit_code()
    return CommandResult(code, out.buffer.getvalue(), err.buffer.getvalue())


def _exit_code():
    try:
        main()
    except SystemExit as stop:
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
            return 1
        return stop.code or 0
    except Exception:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        return 1
    return 0
