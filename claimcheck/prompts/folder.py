"""Reads, copies, and compares a user's own folder of prompt templates.

A template there replaces the shipped one of the same name. All problems of a folder are
reported at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from claimcheck import prompts
from claimcheck.errors import InputError, translate_os_errors
from claimcheck.prompts import SUFFIX, Templates, lint

_MAX_BYTES = 1_000_000  # a longer file is a mistake, which every request would send


def read_folder(folder: Path) -> Templates:
    """Return the templates in a folder, each with its name.

    Raises:
        InputError: the folder or a template cannot be used; the message lists all
            problems.
    """
    if problems := find_problems(folder):
        raise InputError("; ".join(problems))
    return read_unchecked(folder)


def read_unchecked(folder: Path) -> Templates:
    """Return the templates in a folder without parsing them.

    If the folder does not exist, the result is empty.

    Raises:
        InputError: a template cannot be read.
    """
    return tuple((name, _read(path)) for name, path in _list_templates(folder))


def find_problems(folder: Path) -> list[str]:
    """List the problems of the templates in a folder, each with its path."""
    if not folder.is_dir():
        return [f"{folder}: is not a folder; claimcheck prompts init creates one"]
    problems = list(_find_misnamed_files(folder))
    templates = _list_templates(folder)
    if not templates and not problems:
        return [f"{folder}: has no template; claimcheck prompts init copies them"]
    for name, path in templates:
        try:
            text = _read(path)
        except InputError as error:
            problems.append(str(error))
        else:
            problems += [
                f"{path}: {problem}" for problem in lint.find_problems(name, text)
            ]
    return problems


def find_notes(folder: Path) -> list[str]:
    """Return notes on usable templates: unchanged or outdated ones."""
    notes = []
    for name, text in read_folder(folder):
        custom, shipped = prompts.parse(text, name), prompts.load(name)
        path = folder / (name + SUFFIX)
        if custom.digest == shipped.digest:
            notes.append(f"{path}: is the same as the shipped one")
        elif custom.version < shipped.version:
            notes.append(
                f"{path}: is version {custom.version}, claimcheck has version "
                f"{shipped.version}; claimcheck prompts diff shows what changed"
            )
    return notes


def copy_shipped(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """Copy the shipped templates, or some of them, into a folder.

    Raises:
        InputError: a template does not exist, a file already exists, or the folder
            cannot be written to. If a file exists, nothing is copied.
    """
    sources = {
        name: prompts.read_source(name) for name in names or prompts.list_names()
    }
    paths = {name: folder / (name + SUFFIX) for name in sources}
    if existing := [str(path) for path in paths.values() if path.exists()]:
        raise InputError(
            f"{', '.join(existing)}: already exists; delete it first, or copy to "
            "another folder"
        )
    with translate_os_errors(folder, "written"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in paths.items():
            # With other line ends, an unchanged copy would look changed.
            path.write_text(sources[name], encoding="utf-8", newline="\n")
    return list(paths.values())


def diff(folder: Path) -> Iterator[str]:
    """Yield a unified diff from the shipped templates to those in a folder.

    Raises:
        InputError: the folder does not exist, or a template cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder")
    for name, path in _list_templates(folder):
        yield from difflib.unified_diff(
            prompts.read_source(name).splitlines(),
            _read(path).splitlines(),
            f"claimcheck/{name}{SUFFIX}",
            str(path),
            lineterm="",
        )


def _list_templates(folder: Path) -> list[tuple[str, Path]]:
    paths = [(name, folder / (name + SUFFIX)) for name in prompts.list_names()]
    return [(name, path) for name, path in paths if path.is_file()]


def _find_misnamed_files(folder: Path) -> Iterator[str]:
    """Find files that look like templates, but would not be read."""
    shipped = prompts.list_names()
    for path in sorted(folder.iterdir()):
        name, _, rest = path.name.partition(".")
        # Without the entire suffix, a template would silently not be read.
        is_misnamed = name in shipped and rest in ("md", "j2", "txt")
        if not is_misnamed and not path.name.endswith(".j2"):
            continue
        if path.name.removesuffix(SUFFIX) in shipped:
            continue
        similar = difflib.get_close_matches(name, shipped, 1)
        advice = f"; rename it to {similar[0]}{SUFFIX}" if similar else ""
        yield (
            f"{path}: is not the name of a template (available: "
            f"{', '.join(shipped)}){advice}"
        )


def _read(path: Path) -> str:
    with translate_os_errors(path):
        content = path.read_bytes()
    if len(content) > _MAX_BYTES:
        raise InputError(f"{path}: is longer than {_MAX_BYTES:,} bytes")
    try:
        # With "\n" as line end, a template has the same hash on every system.
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8: {error.reason}") from None
