"""Results on stdout or in a file, everything else on stderr."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from claimcheck.errors import InputError


def error_line(message: str) -> None:
    """One line on stderr, without control characters."""
    _say(f"claimcheck: {message}")


def note(message: str, *, quiet: bool) -> None:
    """A line on stderr, unless quiet."""
    if not quiet:
        _say(message)


def write(text: str, path: Path | None) -> None:
    """The text stands on stdout, or whole in the file: a file is written aside and renamed.

    Raises:
        InputError: the file can't be written; what was there before is untouched.
    """
    _write([text], path)


def write_lines(lines: Iterable[str], path: Path | None) -> None:
    """As `write`, for lines that need not fit into memory together."""
    _write((line if line.endswith("\n") else f"{line}\n" for line in lines), path)


def write_binary(make: Callable[[Path], None], path: Path | None) -> None:
    """The file that `make` writes is there, whole.

    Raises:
        InputError: no file is named, or it can't be written; what was there before is untouched.
    """
    if path is None or str(path) == "-":
        raise InputError("this format is for a file: name one with --output")
    try:
        with _aside(path.resolve()) as temporary:
            make(temporary)
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}") from None


def check_writable(path: Path | None) -> None:
    """Fails before any work is done when the output could not be written after it.

    Raises:
        InputError: the folder does not exist or can't be written to, or the path is a folder.
    """
    if path is None or str(path) == "-":
        return
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give a file name")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"{path}: the folder {path.parent} can't be written to")


@contextmanager
def working(message: str, *, quiet: bool) -> Iterator[Callable[[object], None]]:
    """A spinner with the elapsed time while the block runs, only on a terminal; what is told beside the message."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(message, total=None)
        yield lambda stage: progress.update(task, description=f"{message} · {stage}")


def _write(parts: Iterable[str], path: Path | None) -> None:
    if path is None or str(path) == "-":
        _to_stdout(parts)
        return
    try:
        if path.exists() and not path.is_file():
            with path.open(
                "w", encoding="utf-8"
            ) as file:  # a device or a pipe: there is nothing to rename over
                file.writelines(parts)
        else:
            _replace(path.resolve(), parts)  # of a link the file that it leads to
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}") from None


def _replace(path: Path, parts: Iterable[str]) -> None:
    with _aside(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A file that takes the path's place, and its mode, when the block has written it; what goes wrong leaves it as it was."""
    umask = os.umask(0)
    os.umask(umask)
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~umask
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(mode)  # mkstemp's files are for their owner only
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _to_stdout(parts: Iterable[str]) -> None:
    try:
        for part in parts:
            sys.stdout.buffer.write(part.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # the reader of the pipe has had enough: no error, and no complaint at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(message: str) -> None:
    line = "".join(char if char.isprintable() else " " for char in message)
    print(
        line.encode(sys.stderr.encoding or "utf-8", "backslashreplace").decode(
            sys.stderr.encoding or "utf-8"
        ),
        file=sys.stderr,
    )
