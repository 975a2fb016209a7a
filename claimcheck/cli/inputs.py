"""Opens the documents that a command line names."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from claimcheck.cli.output import print_note
from claimcheck.counting import format_count
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.api.indexes import EvidenceIndex
    from claimcheck.models.document import Document

SOURCE_HELP = (
    "A file (text, Markdown, HTML, PDF, DOCX, ODT, PPTX, EPUB, RTF, LaTeX, email, "
    "subtitles, a spreadsheet, a feed, a picture of text, ...), a URL, or - for "
    "standard input."
)

_MAX_LISTED_SKIPPED = 5  # a folder of pictures should not fill the screen
_RESULT_CHARACTERS = 1_000
# `file:/etc/passwd` counts as a URL, so it is refused instead of read as a path.
_URL_PATTERN = re.compile(r"[a-z][a-z0-9+.-]*://|file:", re.I)


def is_url(source: str) -> bool:
    """Return whether a source is a URL, not a path."""
    return _URL_PATTERN.match(source) is not None


def announce_terminal_input(source: str, *, quiet: bool) -> None:
    """Print how to end the input if a person has to type it."""
    if source == "-" and sys.stdin.isatty():
        print_note("Reading from the terminal; end with Ctrl-D.", quiet=quiet)


def open_document(
    source: str,
    *,
    title: str | None = None,
    published: date | None = None,
    allow_private: bool = False,
    encoding: str | None = None,
) -> Document:
    """Return the document in a file, on standard input (`-`), or at a URL.

    Raises:
        InputError: it can't be read or fetched.
    """
    from claimcheck.models.document import Document

    if is_url(source):
        return Document.from_url(
            source,
            title=title,
            published=published,
            allow_private=allow_private,
            encoding=encoding,
        )
    document = Document.from_path(
        source, title=title, published=published, encoding=encoding
    )
    _refuse_result(document)
    return document


def _refuse_result(document: Document) -> None:
    """Refuse to read a run or a check as if it were a document."""
    from claimcheck.api.documents import holds_result

    # The key is near the beginning of what claimcheck writes.
    beginning = document.full_text[:_RESULT_CHARACTERS].encode()
    if document.format == "text" and holds_result(beginning):
        raise InputError(
            f"{document.source}: is a result of claimcheck, not a document; view it "
            f"with `claimcheck show {document.source}`"
        )


def announce_reading(document: Document, *, quiet: bool) -> None:
    """Print a note if the text was recognized, or its encoding guessed."""
    # Recognized text has errors that a reader would take for the author's.
    if document.format == "scan":
        print_note(
            f"{document.source}: its text was recognized in pictures (OCR); compare "
            "quotes with them.",
            quiet=quiet,
        )
    # These can't be wrong: other encodings hardly ever decode as UTF-8.
    if document.encoding in (None, "utf-8", "ascii"):
        return
    print_note(
        f"{document.source}: read as {document.encoding}; if that is wrong, name the "
        "encoding with --encoding.",
        quiet=quiet,
    )


def open_documents(
    source: str, *, allow_private: bool, quiet: bool, encoding: str | None = None
) -> list[Document]:
    """Return the documents in a source.

    A source is a file, a folder, a URL, JSON Lines, or `-` for standard input.

    Files of a folder that can't be read are skipped, with a note on stderr, even if
    `quiet`: evidence is missing, and the result does not say so.

    Raises:
        InputError: the source has no readable document.
    """
    if source == "-" or is_url(source):
        return [open_document(source, allow_private=allow_private, encoding=encoding)]
    from claimcheck.api.indexes import read_collection

    # Of the thousands of files in a folder, unreadable ones are only listed.
    collection = read_collection(source, encoding=encoding)
    for reason in collection.skipped[:_MAX_LISTED_SKIPPED]:
        print_note(f"skipped: {reason}", quiet=False)
    unlisted = len(collection.skipped) - _MAX_LISTED_SKIPPED
    if unlisted > 0:
        print_note(f"skipped: {format_count(unlisted, 'more file')}", quiet=False)
    return list(collection.documents)


def open_evidence(
    sources: Sequence[str],
    *,
    allow_private: bool,
    quiet: bool,
    encoding: str | None = None,
) -> list[EvidenceIndex | Document]:
    """Return the indexes and the documents that the sources name.

    Raises:
        InputError: a source can't be read.
    """
    from claimcheck.api.indexes import is_index, open_index

    # Indexes are opened, not read: their documents may not fit into memory.
    indexes = [open_index(path, create=False) for path in sources if is_index(path)]
    documents: list[Document] = []
    for source in sources:
        if not is_index(source):
            documents += open_documents(
                source, allow_private=allow_private, quiet=quiet, encoding=encoding
            )
    if encoding is None:
        for document in documents:
            announce_reading(document, quiet=quiet)
    return [*indexes, *documents]
