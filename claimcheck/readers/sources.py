"""Read many documents, one at a time, so that memory use stays flat.

Sources are files, folders, globs, addresses, JSON Lines, and CSV.
"""

from __future__ import annotations

import csv
import glob
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from claimcheck.arguments import iter_items
from claimcheck.errors import InputError, join_problems, translate_os_errors
from claimcheck.json_lines import MAX_LINE_BYTES, read_json_lines, read_rows
from claimcheck.models.document import Document
from claimcheck.readers.claims import TABLE_SUFFIXES
from claimcheck.readers.decode import refuse_unknown_encoding
from claimcheck.readers.detect import TEXT_FORMATS, detect_format
from claimcheck.readers.file import (
    EMPTY_NAME,
    build_document,
    fetch,
    read,
    read_bytes,
    suggest_input,
)
from claimcheck.store.ingest import DocumentSource, SourceEntry

_JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
_URL_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)
_MAX_REPORTED_FILES = 5


@dataclass(frozen=True, slots=True)
class Collection:
    """The documents of a path, and the files of a folder that were skipped.

    `skipped` has the reason for each.
    """

    documents: tuple[Document, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How sources are read.

    `text_column` is the column of a table with the text. `allow_private` allows
    addresses in private networks. `encoding` applies to texts and tables.
    """

    text_column: str = "text"
    allow_private: bool = False
    encoding: str | None = None


def read_collection(name: str, *, encoding: str | None = None) -> Collection:
    """Read a file, a folder with its subfolders, or a JSON Lines file.

    A JSON Lines file has rows {text, title, date, source, url}. `encoding` applies to a
    single file, or to the texts in a folder.

    Raises:
        InputError: the path is missing, a row is broken, a file that is not in a folder
            can't be read, or no document was found.
    """
    if not name:
        raise InputError(EMPTY_NAME)
    path = Path(name)
    if not path.is_dir():
        return Collection(tuple(_read_documents(path, encoding)), ())
    documents: list[Document] = []
    skipped: list[str] = []
    # One unreadable file must not hide the other documents of a folder.
    for file in _list_files(path):
        try:
            documents += _read_documents(file, encoding, is_one_of_many=True)
        except InputError as error:
            skipped.append(str(error))
    if not documents:
        reasons = "; ".join(skipped[:_MAX_REPORTED_FILES])
        details = f": {reasons}" if reasons else ""
        raise InputError(f"{path}: no readable documents in this folder{details}")
    return Collection(tuple(documents), tuple(skipped))


def _list_files(folder: Path) -> list[Path]:
    """List the files of a folder recursively, sorted, without hidden ones.

    Among them are broken links and folders that can't be listed: to read them fails,
    and says why.
    """
    files: list[Path] = []
    unlisted: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unlisted.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            # A pipe, a socket, or a device would block, or never end.
            is_special = os.path.exists(path) and not os.path.isfile(path)
            if not (name.startswith(".") or is_special):
                files.append(path)
    files += [Path(error.filename) for error in unlisted]
    return sorted(files)


def _read_documents(
    path: Path, encoding: str | None, *, is_one_of_many: bool = False
) -> list[Document]:
    if path.suffix.lower() not in _JSON_LINES_SUFFIXES:
        read_one = _read_one_of_many if is_one_of_many else read
        return [read_one(path, encoding=encoding)]
    source, data = read_bytes(path)

    def build(row: Any, number: int) -> Document:
        return build_document_from_row(row, f"{source}:{number}")

    documents = read_rows(data, source, build)
    if not documents:
        raise InputError(f'{source}: has no rows; write one {{"text": ...}} per line')
    return documents


def _read_one_of_many(path: Path, *, encoding: str | None) -> Document:
    """Return the document in a file; only text formats use `encoding`."""
    source, data = read_bytes(path)
    is_text = detect_format(data, source) in TEXT_FORMATS
    return build_document(
        data, source, name=source, encoding=encoding if is_text else None
    )


def build_document_from_row(row: Any, location: str) -> Document:
    """Build a document from a row {text, title, date, source, url}.

    Raises:
        InputError: a field is missing or invalid.
    """
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise InputError('is not {"text": "..."}')
    source = row.get("source") or str(row.get("id") or location)
    title, url = row.get("title"), row.get("url")
    for value in (source, title, url):
        if not isinstance(value, str | None):
            raise InputError("source, title, and url must be strings")
    document = Document.from_text(
        row["text"],
        source=source,
        title=title or None,
        published=row.get("date") or None,
    )
    return replace(document, url=url)


def find_sources(
    sources: Iterable[str | Path | Document], options: ReadOptions
) -> Iterator[DocumentSource]:
    """Yield the sources with these names; `-` reads names from stdin.

    Raises:
        InputError: a name matches nothing, or a source is of the wrong type.
    """
    advice = "a name, a Path, or a Document, each as its own argument"
    for source in iter_items(sources, "source", (str, Path, Document), advice):
        if isinstance(source, Document):
            yield DocumentSource(source.id, None, partial(_list_entry, source))
            continue
        name = str(source)
        if not name:
            raise InputError(EMPTY_NAME)
        if name == "-":
            # File names may contain bytes that are not UTF-8.
            listed = [os.fsdecode(line).strip() for line in sys.stdin.buffer]
            names_on_stdin = [line for line in listed if line not in ("", "-")]
            yield from find_sources(names_on_stdin, options)
        elif _URL_SCHEME.match(name):
            # Addresses are fetched only when their entries are used: there may be
            # thousands.
            load = partial(
                fetch,
                name,
                allow_private=options.allow_private,
                encoding=options.encoding,
            )
            yield DocumentSource(name, None, partial(_read_entry, name, load))
        else:
            for path in _expand_paths(name):
                state = _describe_state(path, options.encoding)
                load_entries = partial(_read_entries, path, options)
                yield DocumentSource(_name_path(path), state, load_entries)


def _expand_paths(name: str) -> list[Path]:
    """Return a file, or the files of a folder or of a glob."""
    path = Path(name)
    if path.is_dir():
        files, problem = _list_files(path), "has no files"
    elif path.exists():
        return [path]
    elif glob.has_magic(name):
        matches = map(Path, sorted(glob.glob(name, recursive=True)))
        files = [match for match in matches if match.is_file()]
        problem = "matches no file"
    else:
        files, problem = [], f"does not exist; {suggest_input(name)}"
    if not files:
        raise InputError(f"{name}: {problem}")
    return files


def _describe_state(path: Path, encoding: str | None) -> str | None:
    """Return a text that changes when the file does, or how it is read.

    None: the file can't be examined.
    """
    try:
        status = path.stat()
    except OSError:
        return None  # to read it says why
    state = f"{status.st_size} {status.st_mtime_ns}"
    return f"{state} {encoding}" if encoding else state


def _name_path(path: Path) -> str:
    """Return the path as unique text that can be stored."""
    # Bytes of a file name that are not UTF-8 appear as \\xff.
    encoded = str(path).encode("utf-8", "surrogateescape")
    return encoded.decode("utf-8", "backslashreplace")


def _list_entry(document: Document) -> Iterator[SourceEntry]:
    """Yield the entry of a document, whose key is its id.

    Raises:
        InputError: it was saved without its text.
    """
    given = replace(document, text=document.full_text)
    yield SourceEntry(document.id, given, document.source, has_given_id=False)


def _read_entries(path: Path, options: ReadOptions) -> Iterator[SourceEntry]:
    suffix = path.suffix.lower()
    if suffix in _JSON_LINES_SUFFIXES:
        return _read_json_lines_entries(path)
    if suffix in TABLE_SUFFIXES:
        return _read_table_entries(path, options)
    load = partial(_read_one_of_many, path, encoding=options.encoding)
    return _read_entry(_name_path(path), load)


def _read_entry(name: str, load: Callable[[], Document]) -> Iterator[SourceEntry]:
    try:
        document = load()
    except InputError as error:
        yield SourceEntry(name, None, name, problem=str(error))
    else:
        yield SourceEntry(name, document, name)


def _read_json_lines_entries(path: Path) -> Iterator[SourceEntry]:
    with _open_file(path) as file:
        yield from _build_entries(path, _parse_json_lines(file))


def _parse_json_lines(file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """Yield line numbers and values; a broken line yields its error."""
    for line in read_json_lines(file):
        yield line.number, InputError(line.problem) if line.problem else line.value


def _read_table_entries(path: Path, options: ReadOptions) -> Iterator[SourceEntry]:
    column, encoding = options.text_column, options.encoding or "utf-8-sig"
    refuse_unknown_encoding(encoding)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    with _open_file(path) as binary:
        file = io.TextIOWrapper(binary, encoding=encoding, newline="")
        # The csv module's limit of 128 KB is too low for some articles.
        default_limit = csv.field_size_limit(MAX_LINE_BYTES)
        try:
            table = csv.DictReader(file, delimiter=delimiter, strict=True)
            columns = list(table.fieldnames or ())
            if column not in columns:
                available = ", ".join(columns) or "none"
                raise InputError(
                    f"{path}: has no column {column!r}. Available: {available}. "
                    "Choose one with --text-column (in Python: "
                    "ReadOptions(text_column=...))."
                )
            rows = ((table.line_num, {**row, "text": row[column]}) for row in table)
            yield from _build_entries(path, rows)
        except csv.Error as error:
            raise InputError(
                f"{path}:{table.line_num}: is not valid CSV: {error}"
            ) from None
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path}: is not {error.encoding} ({error.reason} at byte "
                f"{error.start}); name its encoding with --encoding"
            ) from None
        finally:
            csv.field_size_limit(default_limit)


def _build_entries(
    path: Path, rows: Iterable[tuple[int, Any]]
) -> Iterator[SourceEntry]:
    """Yield the entries of rows; report all broken rows at the end."""
    problems: list[str] = []
    number = None
    for number, row in rows:
        try:
            entry = _build_entry(row, f"{path}:{number}")
        except InputError as error:
            problems.append(f"line {number}: {error}")
            continue
        # After the first problem, nothing will be stored, so further rows are only
        # checked.
        if not problems:
            yield entry
    if problems:
        raise InputError(f"{path}: {join_problems(problems)}")
    if number is None:
        raise InputError(f"{path}: has no rows; write a row with a text for each")


def _build_entry(row: Any, location: str) -> SourceEntry:
    if isinstance(row, InputError):
        raise row
    document = build_document_from_row(row, location)
    key = row.get("id")
    if not isinstance(key, str | int | None):
        raise InputError("id must be a string or a whole number")
    if key in (None, ""):
        return SourceEntry(document.id, document, location, has_given_id=False)
    return SourceEntry(str(key), document, location, has_given_id=True)


def _open_file(path: Path) -> IO[bytes]:
    with translate_os_errors(path):
        return path.open("rb")
