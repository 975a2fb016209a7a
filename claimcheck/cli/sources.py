"""The documents that a command line names: files, standard input, addresses, folders, rows, indexes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from claimcheck.cli.output import print_note
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.models.document import Document
    from claimcheck.retrieval import Index

SOURCE_HELP = "A file (text, Markdown, HTML, PDF, DOCX, e-mail, subtitles), an address, or - for standard input."
ALLOW_PRIVATE_HELP = "Fetch addresses of private and local networks too."
_SQLITE_HEADER = b"SQLite format 3\0"
_MAX_LISTED_SKIPPED = 5
_URL_PATTERN = re.compile(r"[a-z][a-z0-9+.-]*://|file:", re.I)


def open_document(
    source: str,
    *,
    title: str | None = None,
    published: date | None = None,
    allow_private: bool = False,
) -> Document:
    """The document at `source`.

    Raises:
        InputError: it can't be read or fetched.
    """
    from claimcheck.models.document import Document

    if _URL_PATTERN.match(source):
        return Document.from_url(
            source, title=title, published=published, allow_private=allow_private
        )
    return Document.from_path(source, title=title, published=published)


def open_evidence(
    names: Sequence[str], *, allow_private: bool, quiet: bool
) -> Index | list[Document]:
    """The index, or the documents, that these names lead to; what a folder has that can't be read is said on stderr.

    Raises:
        InputError: one of them can't be read, or an index is not the only one.
    """
    indexes = [name for name in names if is_index(name)]
    if indexes and len(names) > 1:
        raise InputError(
            f"--against {indexes[0]}: an index has to be the only evidence; `claimcheck index add` puts more into it"
        )
    if indexes:
        from claimcheck.retrieval import Index

        return Index(indexes[0], create=False)
    return [
        document
        for name in names
        for document in open_documents(name, allow_private=allow_private, quiet=quiet)
    ]


def open_documents(name: str, *, allow_private: bool, quiet: bool) -> list[Document]:
    """The documents of a file, a folder, an address, JSON Lines or standard input.

    Raises:
        InputError: nothing can be read there.
    """
    if name == "-" or _URL_PATTERN.match(name):
        return [open_document(name, allow_private=allow_private)]
    from claimcheck.readers.sources import read_collection

    found = read_collection(Path(name))
    for reason in found.skipped[:_MAX_LISTED_SKIPPED]:
        print_note(f"skipped: {reason}", quiet=quiet)
    if len(found.skipped) > _MAX_LISTED_SKIPPED:
        print_note(
            f"skipped: {len(found.skipped) - _MAX_LISTED_SKIPPED} more files",
            quiet=quiet,
        )
    return list(found.documents)


def is_index(name: str) -> bool:
    """Whether a name leads to a SQLite file."""
    try:
        with Path(name).open("rb") as file:
            return file.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
    except (OSError, ValueError):
        return False
