"""Writes results to stdout or a file, and everything else to stderr.

Control characters from names, texts, or models never reach a terminal. Rows for
people never contain any. Formats for programs must reach a pipe or a file unchanged,
so they lose them only when stdout is a terminal.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from claimcheck.errors import InputError, translate_os_errors
from claimcheck.files import open_replacement
from claimcheck.reports.formats import PageStyle
from claimcheck.reports.terminal import clean_line, clean_text

_MIN_PAGE_COLUMNS = 40  # narrower reports are not readable; chosen by hand
_DEFAULT_PAGE_COLUMNS = 100

NEEDS_FILE = "this format needs a file; name one with --output"
# Half a surrogate pair is written as "\\ud83d", which is also how JSON writes it.
UNENCODABLE = "backslashreplace"


def open_missing_streams() -> None:
    """Open the null device in place of standard streams that are closed.

    Python has no stream for them (`claimcheck ... >&-`). A file opened later, such as a
    store, would get their number, and then receive whatever libraries print.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            # The lowest free number is that of the closed stream.
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115
            assert stream.fileno() == number
            setattr(sys, name, stream)


def silence_stdout() -> None:
    """Redirect stdout to the null device, because its reader is gone.

    Otherwise Python would fail when it flushes stdout at exit.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def describe_os_error(error: OSError) -> str:
    """Describe the failure and its file on one line."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def print_error(message: str) -> None:
    """Print one line to stderr, without control characters."""
    _print_to_stderr(f"claimcheck: {message}")


def print_note(message: str, *, quiet: bool) -> None:
    """Print a line to stderr unless `quiet`."""
    if not quiet:
        _print_to_stderr(message)


def write_rows(rows: Iterable[str]) -> None:
    """Write rows for people to stdout, one per line, no control characters."""
    _write_to_stdout(f"{clean_line(row)}\n" for row in rows)


def write_text(text: str, path: Path | None, *, has_color: bool = False) -> None:
    """Write text to stdout, or to a file atomically.

    `has_color`: the color codes in the text are claimcheck's own.

    Raises:
        InputError: the file can't be written; an existing file is left as it was.
    """
    _write_parts([text], path, has_color=has_color)


def write_lines(lines: Iterable[str], path: Path | None) -> None:
    """Do the same as `write_text` without holding all lines in memory."""
    _write_parts((line if line.endswith("\n") else f"{line}\n" for line in lines), path)


def write_json_lines(rows: Iterable[Any]) -> None:
    """Write each row, a dataclass or a dict, as a line of JSON to stdout."""
    write_lines(map(_dump_json, rows), None)


def _dump_json(row: Any) -> str:
    fields = row if isinstance(row, dict) else asdict(row)
    return json.dumps(fields, ensure_ascii=False)


def write_binary(write: Callable[[Path], object], path: Path | None) -> None:
    """Let `write` fill a temporary file, and move that file to `path`.

    Raises:
        InputError: no file is named, or it can't be written; an existing
            file is left as it was.
    """
    if path is None or is_stdout(path):
        raise InputError(NEEDS_FILE)
    with (
        translate_os_errors(path, "written"),
        open_replacement(path.resolve()) as temporary,
    ):
        write(temporary)


def check_writable(path: Path | None) -> None:
    """Fail before the work, not after it, if the output can't be written.

    Raises:
        InputError: the path is a folder, or its folder is missing or read-only.
    """
    if path is None or is_stdout(path):
        return
    # Each of these would otherwise fail after an hour of work.
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give a file name")
    if not path.parent.is_dir():
        raise InputError(f"{path}: the folder {path.parent} does not exist; create it")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"{path}: the folder {path.parent} is not writable")


def refuse_input(output: Path | None) -> Path | None:
    """Return the output file, unless the command also reads it.

    Raises:
        typer.BadParameter: the output would overwrite an input or the store.
    """
    if output is None or not output.is_file():
        return output
    # Typer passes only this option, and the other arguments may be anything.
    arguments = iter(sys.argv[1:])
    for argument in arguments:
        if argument in ("-o", "--output"):
            next(arguments, None)
            continue
        name, _, value = argument.partition("=")
        if name == "--output" or argument.startswith("-o"):
            continue
        if _is_same_file(Path(value if name.startswith("--") else argument), output):
            raise typer.BadParameter(
                f"{output} is also read by this command, and would be overwritten; "
                "choose another file"
            )
    return output


def _is_same_file(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False


def detect_page_style(output: Path | None) -> PageStyle:
    """Return the page width and color that suit the output."""
    # A file or a pipe gets the default width, so that it is the same on every machine.
    is_terminal = output is None and sys.stdout.isatty()
    columns = _DEFAULT_PAGE_COLUMNS
    if is_terminal or os.environ.get("COLUMNS"):
        columns = shutil.get_terminal_size((_DEFAULT_PAGE_COLUMNS, 24)).columns
    color = is_terminal and "NO_COLOR" not in os.environ
    return PageStyle(max(_MIN_PAGE_COLUMNS, columns), color)


def is_stdout(path: Path) -> bool:
    """Return whether an output is `-`."""
    return str(path) == "-"


def _write_parts(
    parts: Iterable[str], path: Path | None, *, has_color: bool = False
) -> None:
    if path is None or is_stdout(path):
        _write_to_stdout(parts, has_color=has_color)
        return
    with translate_os_errors(path, "written"):
        if path.exists() and not path.is_file():
            # A device or a named pipe must be written to, not replaced.
            with path.open("w", encoding="utf-8", errors=UNENCODABLE) as file:
                file.writelines(parts)
        else:
            # Resolved, so that a symbolic link stays and its target is replaced.
            _replace_file(path.resolve(), parts)


def _replace_file(path: Path, parts: Iterable[str]) -> None:
    with (
        open_replacement(path) as temporary,
        temporary.open("w", encoding="utf-8", errors=UNENCODABLE, newline="") as file,
    ):
        file.writelines(parts)


def _write_to_stdout(parts: Iterable[str], *, has_color: bool = False) -> None:
    is_terminal = sys.stdout.isatty()
    try:
        # Flushed at the end, but written part by part: a reader may close the pipe
        # early.
        for part in parts:
            text = clean_text(part, keep_color=has_color) if is_terminal else part
            sys.stdout.buffer.write(text.encode("utf-8", UNENCODABLE))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        silence_stdout()  # the reader, such as `head`, has enough


def _print_to_stderr(message: str) -> None:
    line = clean_line(message)
    # A terminal that can't show a character gets its escape, not a UnicodeEncodeError.
    encoding = sys.stderr.encoding or "utf-8"
    # If nobody reads stderr, nobody misses the line.
    with suppress(OSError):
        line = line.encode(encoding, UNENCODABLE).decode(encoding)
        print(line, file=sys.stderr, flush=True)


def print_undecided(undecided: int, total: int, *, quiet: bool) -> None:
    """Say how many claims words leave undecided, and what judges them."""
    if undecided:
        print_note(
            f"Undecided: {undecided} of {total}. Without a model, only words are "
            "compared; --verifier NAME or --model NAME judges paraphrases.",
            quiet=quiet,
        )
