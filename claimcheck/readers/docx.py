"""DOCX with python-docx: paragraphs and tables in order; page headers and footers are no part of the text."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    import_required,
    refuse_empty,
)

_MAX_UNPACKED_BYTES = 200 * 2**20
_MAX_XML_BYTES = 60 * 2**20
_MAX_PARTS = 10_000

# what zipfile and python-docx raise for archives with bytes changed
_DAMAGE_ERRORS = (
    *(
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        AssertionError,
    ),
    *(KeyError, IndexError, ValueError, TypeError, AttributeError),
)


def parse_docx(data: bytes, source: str) -> Content:
    """Paragraphs parted by blank lines, the cells of a table row by tabs; title and author as the file states them.

    Raises:
        InputError: the archive is damaged, or would unpack to more than 200 MB.
    """
    docx = import_required("docx", "docx", source, "a Word document")
    _refuse_zip_bombs(data, source)
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    try:
        document = docx.Document(BytesIO(data))
        text = "\n\n".join(_iterate_blocks(document))
        stated = document.core_properties
        title, author = _clean_title(stated.title), _clean_author(stated.author)
    except (OpcError, XMLSyntaxError, *_DAMAGE_ERRORS) as error:
        raise InputError(
            f"{source}: is a damaged Word document ({error}); save it again"
        ) from None
    content = Content(text, title=title, author=author)
    return refuse_empty(content, source, "the Word document")


def _iterate_blocks(document: Any) -> Iterator[str]:
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            # a merged cell comes once for each column that it covers
            rows = (
                "\t".join({cell._tc: cell.text.strip() for cell in row.cells}.values())
                for row in block.rows
            )
            text = "\n".join(row for row in rows if row.strip())
        else:
            text = block.text
        if text.strip():
            yield text


def _clean_title(stated: str) -> str | None:
    return (
        None if stated in ("Word Document", "Untitled") else clean_metadata(stated)
    )  # what office programs fill in


def _clean_author(name: str) -> str | None:
    return (
        None if name == "python-docx" else clean_metadata(name)
    )  # the library's own default


def _refuse_zip_bombs(data: bytes, source: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{source}: is a damaged or truncated Word document ({error}); get it again"
        ) from None
    unpacked = sum(part.file_size for part in parts)
    largest = max(
        (part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))),
        default=0,
    )
    if (
        unpacked > _MAX_UNPACKED_BYTES
        or largest > _MAX_XML_BYTES
        or len(parts) > _MAX_PARTS
    ):
        raise InputError(
            f"{source}: would unpack to {unpacked >> 20:,} MB in {len(parts):,} parts, more than a document needs; "
            "save its text alone and give that"
        )
