"""Runs the command line in this process; returns exit code, stdout, and stderr."""

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
    """The result of a command, with the names of `subprocess`.

    `out` and `err` are stdout and stderr as text.
    """

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
    """A standard stream with a `buffer`, whose bytes can be read after the command."""

    def __init__(self, content=b""):
        super().__init__(
            io.BytesIO(content), encoding="utf-8", newline="", write_through=True
        )


def claimcheck(*arguments, stdin=b"", environment=None):
    """Run `claimcheck` with these arguments.

    Modules stay loaded, so only the first run is slow.
    """
    out, err = _Pipe(), _Pipe()
    command = ["claimcheck", *(os.fsdecode(argument) for argument in arguments)]
    with (
        mock.patch.object(sys, "argv", command),
        mock.patch.object(sys, "stdin", _Pipe(stdin)),
        mock.patch.dict(os.environ, environment or {}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = _run_main()
    return CommandResult(code, out.buffer.getvalue(), err.buffer.getvalue())


def _run_main():
    try:
        main()
    except SystemExit as stop:
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
            return 1
        return stop.code or 0
    except Exception:  # noqa: BLE001 - like the interpreter
        traceback.print_exc()
        return 1
    return 0
