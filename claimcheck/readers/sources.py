"""Many documents, one at a time: files, folders, globs, addresses, JSON Lines, CSV; memory stays flat."""

from __future__ import annotations

import csv
import glob
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, Any

from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.readers.file import fetch, read, read_bytes
from claimcheck.readers.rows import read_rows
from claimcheck.store.ingest import Entry, Source

_SHOWN_PROBLEMS = 5
ROWS = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Collection:
    """The documents found, and what could not be read in a folder, each with its reason."""

    documents: tuple[Document, ...]
    skipped: tuple[str, ...]


def read_collection(path: Path) -> Collection:
    """The documents of a file, a folder (with its folders), or a JSON Lines file of {text, title, date, source}.

    Raises:
        InputError: the path is missing, a file given by name can't be read, a row is broken, or nothing was found.
    """
    if path.is_dir():
        return _folder(path)
    if path.suffix.lower() in ROWS:
        return Collection(tuple(_documents_of_rows(path)), ())
    return Collection((read(path),), ())


def _folder(folder: Path) -> Collection:
    documents: list[Document] = []
    skipped: list[str] = []
    for path in files_in(folder):
        try:
            documents += _documents_of_rows(path) if path.suffix.lower() in ROWS else [read(path)]
        except InputError as error:
            skipped.append(str(error))
    if not documents:
        reasons = f": {'; '.join(skipped[:_SHOWN_PROBLEMS])}" if skipped else ""
        raise InputError(f"{folder}: holds no file that can be read as a document{reasons}")
    return Collection(tuple(documents), tuple(skipped))


def files_in(folder: Path) -> list[Path]:
    """The files of a folder and its folders, hidden ones aside, in the order of their names."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _documents_of_rows(path: Path) -> list[Document]:
    source, data = read_bytes(path)
    documents = read_rows(data, source, lambda row, number: document_of_row(row, f"{source}:{number}"))
    if not documents:
        raise InputError(f'{source}: holds no rows; give a row {{"text": ...}} a line')
    return documents


def document_of_row(row: Any, place: str) -> Document:
    """The document of a row {text, title, date, source, url}.

    Raises:
        InputError: it is none.
    """
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise InputError('is no {"text": "..."}')
    published = row.get("date")
    try:
        day = date.fromisoformat(published) if published else None
    except (TypeError, ValueError):
        raise InputError(f"date {published!r}: is no date; give it as YYYY-MM-DD") from None
    source, title, url = (
        row.get("source") or (str(row["id"]) if row.get("id") else place),
        row.get("title"),
        row.get("url"),
    )
    if not all(value is None or isinstance(value, str) for value in (source, title, url)):
        raise InputError("source, title and url have to be texts")
    return replace(
        Document.from_text(row["text"], source=source, title=title or None, published=day), url=url
    )


_TABLES = (".csv", ".tsv")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)
_LONGEST_LINE = 50 * 2**20


@dataclass(frozen=True, slots=True)
class Reading:
    """How sources are read: the column of a table that holds the text, and whether private addresses are fetched."""

    text_column: str = "text"
    allow_private: bool = False


def sources_of(names: Iterable[str], how: Reading) -> Iterator[Source]:
    """The sources that these names lead to; `-` is a list of names on standard input, one a line.

    Raises:
        InputError: a name leads nowhere.
    """
    for name in names:
        if name == "-":
            listed = (line.strip() for line in sys.stdin)
            yield from sources_of([line for line in listed if line and line != "-"], how)
        elif _ADDRESS.match(name):
            yield Source(name, None, partial(_fetched, name, how))
        else:
            for path in _paths(name):
                yield Source(str(path), _state(path), partial(_entries, path, how))


def _paths(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        found = files_in(path)
        if not found:
            raise InputError(f"{name}: holds no files")
        return found
    if not path.exists() and glob.has_magic(name):
        found = [Path(match) for match in sorted(glob.glob(name, recursive=True)) if Path(match).is_file()]
        if not found:
            raise InputError(f"{name}: matches no file")
        return found
    if not path.exists():
        raise InputError(f"{name}: there is no such file or folder; check the path")
    return [path]


def _state(path: Path) -> str:
    about = path.stat()
    return f"{about.st_size} {about.st_mtime_ns}"


def _entries(path: Path, how: Reading) -> Iterator[Entry]:
    suffix = path.suffix.lower()
    if suffix in ROWS:
        return _rows(path)
    if suffix in _TABLES:
        return _table(path, how.text_column)
    return _one(str(path), partial(read, path))


def _fetched(address: str, how: Reading) -> Iterator[Entry]:
    return _one(address, partial(fetch, address, allow_private=how.allow_private))


def _one(name: str, make: partial[Document]) -> Iterator[Entry]:
    try:
        document = make()
    except InputError as error:
        yield Entry(name, None, name, problem=str(error))
    else:
        yield Entry(name, document, name)


def _rows(path: Path) -> Iterator[Entry]:
    with _opened(path) as file:
        yield from _numbered(path, _json_lines(file))


def _json_lines(file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """Line numbers and values; a broken line gives its error as the value."""
    number = 0
    while line := file.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            yield number, InputError(f"has more than {_LONGEST_LINE >> 20} MB")
            return
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, InputError(f"is not JSON: {error}")


def _table(path: Path, column: str) -> Iterator[Entry]:
    with _opened(path) as binary:
        file = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
        limit = csv.field_size_limit(_LONGEST_LINE)
        try:
            rows = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
            columns = list(rows.fieldnames or ())
            if column not in columns:
                raise InputError(
                    f"{path}: has no column {column!r}; it has {', '.join(columns) or 'none'}: name one with --text-column"
                )
            yield from _numbered(path, ((rows.line_num, {**row, "text": row[column]}) for row in rows))
        except csv.Error as error:
            raise InputError(f"{path}:{rows.line_num}: is no CSV: {error}") from None
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path}: is not UTF-8 ({error.reason} at byte {error.start}); convert it"
            ) from None
        finally:
            csv.field_size_limit(limit)


def _numbered(path: Path, rows: Iterable[tuple[int, Any]]) -> Iterator[Entry]:
    """The documents of rows; all broken ones are named before it gives up."""
    problems: list[str] = []
    count = 0
    for number, row in rows:
        count += 1
        place = f"{path}:{number}"
        try:
            if isinstance(row, InputError):
                raise row
            document = document_of_row(row, place)
            given = row.get("id")
            if given is not None and not isinstance(given, str | int):
                raise InputError("id has to be a text or a whole number")
        except InputError as error:
            problems.append(f"line {number}: {error}")
            continue
        if not problems:
            named = given not in (None, "")
            yield Entry(str(given) if named else document.id, document, place, key_is_given=named)
    if problems:
        more = f"; and {len(problems) - _SHOWN_PROBLEMS} more" if len(problems) > _SHOWN_PROBLEMS else ""
        raise InputError(f"{path}: {'; '.join(problems[:_SHOWN_PROBLEMS])}{more}")
    if not count:
        raise InputError(f"{path}: holds no rows; give a row with a text each")


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from None
