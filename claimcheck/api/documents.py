"""Documents, and files that hold documents or runs."""

from __future__ import annotations

from pathlib import Path

from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.readers.file import build_document, read_bytes

__all__ = ["build_document", "load_run", "open_document", "read_bytes"]


def open_document(source: Document | str | Path) -> Document:
    """Return the document itself, read the file at a path, or wrap a string.

    Raises:
        InputError: the file cannot be read.
    """
    if isinstance(source, Path):
        return Document.from_path(source)
    return Document.from_text(source) if isinstance(source, str) else source


def load_run(path: str | Path) -> Run:
    """Return the run in a JSON file; `-` reads standard input.

    Raises:
        InputError: the file can't be read or does not hold a valid run.
    """
    name, content = read_bytes(path)
    try:
        return Run.from_json(content)
    except InputError as error:
        raise InputError(
            f"{name}: is not a run ({error}); make one with "
            "`claimcheck summarize SOURCE --format json -o run.json`"
        ) from None
