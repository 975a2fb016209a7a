"""Many documents from one place: a file, a folder of files, or rows of JSON Lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from claimcheck.core.document import Document
from claimcheck.errors import InputError
from claimcheck.readers.file import read, read_bytes
from claimcheck.readers.rows import read_rows

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
