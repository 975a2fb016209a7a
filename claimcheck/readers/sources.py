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
from claimcheck.store.ingest import DocumentSource, SourceEntry

_MAX_REPORTED_PROBLEMS = 5
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")


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
        return _read_folder(path)
    if path.suffix.lower() in JSON_LINES_SUFFIXES:
        return Collection(tuple(_documents_of_rows(path)), ())
    return Collection((read(path),), ())


def _read_folder(folder: Path) -> Collection:
    documents: list[Document] = []
    skipped: list[str] = []
    for path in list_files(folder):
        try:
            documents += (
                _documents_of_rows(path)
                if path.suffix.lower() in JSON_LINES_SUFFIXES
                else [read(path)]
            )
        except InputError as error:
            skipped.append(str(error))
    if not documents:
        reasons = f": {'; '.join(skipped[:_MAX_REPORTED_PROBLEMS])}" if skipped else ""
        raise InputError(
            f"{folder}: holds no file that can be read as a document{reasons}"
        )
    return Collection(tuple(documents), tuple(skipped))


def list_files(folder: Path) -> list[Path]:
    """List the files of a folder recursively, sorted, without hidden ones."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _documents_of_rows(path: Path) -> list[Document]:
    source, data = read_bytes(path)
    documents = read_rows(
        data,
        source,
        lambda row, number: build_document_from_row(row, f"{source}:{number}"),
    )
    if not documents:
        raise InputError(f'{source}: holds no rows; give a row {{"text": ...}} a line')
    return documents


def build_document_from_row(row: Any, place: str) -> Document:
    """Build a document from a row {text, title, date, source, url}.

    Raises:
        InputError: it is none.
    """
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise InputError('is no {"text": "..."}')
    published = row.get("date")
    try:
        day = date.fromisoformat(published) if published else None
    except (TypeError, ValueError):
        raise InputError(
            f"date {published!r}: is no date; give it as YYYY-MM-DD"
        ) from None
    source, title, url = (
        row.get("source") or (str(row["id"]) if row.get("id") else place),
        row.get("title"),
        row.get("url"),
    )
    if not all(
        value is None or isinstance(value, str) for value in (source, title, url)
    ):
        raise InputError("source, title and url have to be texts")
    return replace(
        Document.from_text(
            row["text"], source=source, title=title or None, published=day
        ),
        url=url,
    )


_TABLE_SUFFIXES = (".csv", ".tsv")
_URL_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)
_MAX_LINE_LENGTH = 50 * 2**20


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How sources are read: the column of a table that holds the text, and whether private addresses are fetched."""

    text_column: str = "text"
    allow_private: bool = False


def find_sources(names: Iterable[str], how: ReadOptions) -> Iterator[DocumentSource]:
    """Yield the sources that some names refer to; `-` lists names on stdin.

    Raises:
        InputError: a name leads nowhere.
    """
    for name in names:
        if name == "-":
            listed = (line.strip() for line in sys.stdin)
            yield from find_sources(
                [line for line in listed if line and line != "-"], how
            )
        elif _URL_SCHEME.match(name):
            yield DocumentSource(name, None, partial(_fetch_entries, name, how))
        else:
            for path in _expand_paths(name):
                yield DocumentSource(
                    str(path), _get_file_state(path), partial(_read_entries, path, how)
                )


def _expand_paths(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        found = list_files(path)
        if not found:
            raise InputError(f"{name}: holds no files")
        return found
    if not path.exists() and glob.has_magic(name):
        found = [
            Path(match)
            for match in sorted(glob.glob(name, recursive=True))
            if Path(match).is_file()
        ]
        if not found:
            raise InputError(f"{name}: matches no file")
        return found
    if not path.exists():
        raise InputError(f"{name}: there is no such file or folder; check the path")
    return [path]


def _get_file_state(path: Path) -> str:
    about = path.stat()
    return f"{about.st_size} {about.st_mtime_ns}"


def _read_entries(path: Path, how: ReadOptions) -> Iterator[SourceEntry]:
    suffix = path.suffix.lower()
    if suffix in JSON_LINES_SUFFIXES:
        return _read_json_lines_entries(path)
    if suffix in _TABLE_SUFFIXES:
        return _read_table_entries(path, how.text_column)
    return _read_entry(str(path), partial(read, path))


def _fetch_entries(address: str, how: ReadOptions) -> Iterator[SourceEntry]:
    return _read_entry(
        address, partial(fetch, address, allow_private=how.allow_private)
    )


def _read_entry(name: str, make: partial[Document]) -> Iterator[SourceEntry]:
    try:
        document = make()
    except InputError as error:
        yield SourceEntry(name, None, name, problem=str(error))
    else:
        yield SourceEntry(name, document, name)


def _read_json_lines_entries(path: Path) -> Iterator[SourceEntry]:
    with _open_file(path) as file:
        yield from _build_entries(path, _parse_json_lines(file))


def _parse_json_lines(file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """Yield line numbers and values; a broken line yields its error."""
    number = 0
    while line := file.readline(_MAX_LINE_LENGTH + 1):
        number += 1
        if len(line) > _MAX_LINE_LENGTH:
            yield number, InputError(f"has more than {_MAX_LINE_LENGTH >> 20} MB")
            return
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, InputError(f"is not JSON: {error}")


def _read_table_entries(path: Path, column: str) -> Iterator[SourceEntry]:
    with _open_file(path) as binary:
        file = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
        limit = csv.field_size_limit(_MAX_LINE_LENGTH)
        try:
            rows = csv.DictReader(
                file,
                delimiter="\t" if path.suffix.lower() == ".tsv" else ",",
                strict=True,
            )
            columns = list(rows.fieldnames or ())
            if column not in columns:
                raise InputError(
                    f"{path}: has no column {column!r}; it has {', '.join(columns) or 'none'}: name one with --text-column"
                )
            yield from _build_entries(
                path, ((rows.line_num, {**row, "text": row[column]}) for row in rows)
            )
        except csv.Error as error:
            raise InputError(f"{path}:{rows.line_num}: is no CSV: {error}") from None
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path}: is not UTF-8 ({error.reason} at byte {error.start}); convert it"
            ) from None
        finally:
            csv.field_size_limit(limit)


def _build_entries(
    path: Path, rows: Iterable[tuple[int, Any]]
) -> Iterator[SourceEntry]:
    """Yield the entries of rows; report all broken rows at the end."""
    problems: list[str] = []
    count = 0
    for number, row in rows:
        count += 1
        place = f"{path}:{number}"
        try:
            if isinstance(row, InputError):
                raise row
            document = build_document_from_row(row, place)
            given = row.get("id")
            if given is not None and not isinstance(given, str | int):
                raise InputError("id has to be a text or a whole number")
        except InputError as error:
            problems.append(f"line {number}: {error}")
            continue
        if not problems:
            named = given not in (None, "")
            yield SourceEntry(
                str(given) if named else document.id,
                document,
                place,
                has_given_id=named,
            )
    if problems:
        more = (
            f"; and {len(problems) - _MAX_REPORTED_PROBLEMS} more"
            if len(problems) > _MAX_REPORTED_PROBLEMS
            else ""
        )
        raise InputError(
            f"{path}: {'; '.join(problems[:_MAX_REPORTED_PROBLEMS])}{more}"
        )
    if not count:
        raise InputError(f"{path}: holds no rows; give a row with a text each")


def _open_file(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from None
