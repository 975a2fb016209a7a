"""What callers give as a document."""

from __future__ import annotations

from pathlib import Path

from claimcheck.models.document import Document


def open_document(source: Document | str | Path) -> Document:
    """Return the document itself, read the file at a path, or wrap a string.

    Raises:
        InputError: it can't be read.
    """
    if isinstance(source, Path):
        return Document.from_path(source)
    return Document.from_text(source) if isinstance(source, str) else source
