"""The document that a command line names: a file, standard input or an address."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claimcheck.core.document import Document

SOURCE_HELP = (
    "A file (text, Markdown, HTML, PDF, DOCX, e-mail, subtitles), an address, or - for standard input."
)
ALLOW_PRIVATE_HELP = "Fetch addresses of private and local networks too."
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|file:", re.I)


def open_document(
    source: str, *, title: str | None = None, published: date | None = None, allow_private: bool = False
) -> Document:
    """The document at `source`.

    Raises:
        InputError: it can't be read or fetched.
    """
    from claimcheck.core.document import Document

    if _ADDRESS.match(source):
        return Document.from_url(source, title=title, published=published, allow_private=allow_private)
    return Document.from_path(source, title=title, published=published)
