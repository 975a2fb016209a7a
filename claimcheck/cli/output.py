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


def print_error(message: str) -> None:
    """Print one line to stderr, without control characters."""
    _print_to_stderr(f"claimcheck: {message}")


def print_note(message: str, *, quiet: bool) -> None:
    """Print a line to stderr unless `quiet`."""
    if not quiet:
        _print_to_stderr(message)


def write_text(text: str, path: Path | None) -> None:
    """Write text to stdout, or to a file atomically.

    Raises:
        InputError: the file can't be written; what was there before is untouched.
    """
    _write_parts([text], path)


def write_lines(lines: Iterable[str], path: Path | None) -> None:
    """As `write`, for lines that need not fit into memory together."""
    _write_parts((line if line.endswith("\n") else f"{line}\n" for line in lines), path)


def write_binary(make: Callable[[Path], None], path: Path | None) -> None:
    """The file that `make` writes is there, whole.

    Raises:
        InputError: no file is named, or it can't be written; what was there before is untouched.
    """
    if path is None or str(path) == "-":
        raise InputError("this format is for a file: name one with --output")
    try:
        with _open_replacement(path.resolve()) as temporary:
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
def show_spinner(message: str, *, quiet: bool) -> Iterator[Callable[[object], None]]:
    """Show a spinner and the elapsed time on a terminal while the block runs."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(message, total=None)
        yield lambda stage: progress.update(task, description=f"{message} · {stage}")


def _write_parts(parts: Iterable[str], path: Path | None) -> None:
    if path is None or str(path) == "-":
        _write_to_stdout(parts)
        return
    try:
        if path.exists() and not path.is_file():
            with path.open(
                "w", encoding="utf-8"
            ) as file:  # a device or a pipe: there is nothing to rename over
                file.writelines(parts)
        else:
            _replace_file(path.resolve(), parts)  # of a link the file that it leads to
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}") from None


def _replace_file(path: Path, parts: Iterable[str]) -> None:
    with (
        _open_replacement(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        file.writelines(parts)


@contextmanager
def _open_replacement(path: Path) -> Iterator[Path]:
    """Yield a temporary file that replaces the path if the block succeeds."""
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


def _write_to_stdout(parts: Iterable[str]) -> None:
    try:
        for part in parts:
            sys.stdout.buffer.write(part.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # the reader of the pipe has had enough: no error, and no complaint at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_to_stderr(message: str) -> None:
    line = "".join(char if char.isprintable() else " " for char in message)
    print(
        line.encode(sys.stderr.encoding or "utf-8", "backslashreplace").decode(
            sys.stderr.encoding or "utf-8"
        ),
        file=sys.stderr,
    )
