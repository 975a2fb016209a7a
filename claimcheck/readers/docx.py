"""DOCX with python-docx: paragraphs and tables in order.

Page headers and footers are not part of the text.
"""

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

# A small archive may unpack to gigabytes (a "zip bomb"), so its sizes are read first.
_MAX_UNPACKED_BYTES = 200 * 2**20
_MAX_XML_BYTES = 60 * 2**20  # of one part; a parsed tree takes many times as much
_MAX_PARTS = 10_000
_PLACEHOLDER_TITLES = ("Word Document", "Untitled")  # filled in by office programs
_PLACEHOLDER_AUTHOR = "python-docx"

# What zipfile and python-docx raise for archives with some bytes changed.
_DAMAGE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    AssertionError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
)


def parse_docx(data: bytes, source: str) -> Content:
    """Return the text of a Word document, and its title and author.

    Blank lines separate paragraphs, and tabs the cells of a table row.

    Raises:
        InputError: the archive is damaged, too large, or has no text.
    """
    docx = import_required("docx", "docx", source, "a Word document")
    _refuse_zip_bombs(data, source)
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    try:
        document = docx.Document(BytesIO(data))
        text = "\n\n".join(_iterate_blocks(document))
        properties = document.core_properties
        title, author = properties.title, properties.author
    except (OpcError, XMLSyntaxError, *_DAMAGE_ERRORS) as error:
        raise InputError(
            f"{source}: is a damaged Word document ({error}); save it again"
        ) from None
    content = Content(
        text,
        title=None if title in _PLACEHOLDER_TITLES else clean_metadata(title),
        author=None if author == _PLACEHOLDER_AUTHOR else clean_metadata(author),
    )
    return refuse_empty(content, source, "the Word document")


def _iterate_blocks(document: Any) -> Iterator[str]:
    for block in document.iter_inner_content():
        text = _format_table(block) if hasattr(block, "rows") else block.text
        if text.strip():
            yield text


def _format_table(table: Any) -> str:
    rows: list[str] = []
    for row in table.rows:
        # A merged cell appears once for each column that it covers.
        cells = {cell._tc: cell.text.strip() for cell in row.cells}
        rows.append("\t".join(cells.values()))
    return "\n".join(row for row in rows if row.strip())


def _refuse_zip_bombs(data: bytes, source: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{source}: is a damaged or truncated Word document ({error}); get it again"
        ) from None
    unpacked = sum(part.file_size for part in parts)
    xml_parts = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
    largest = max((part.file_size for part in xml_parts), default=0)
    if (
        unpacked > _MAX_UNPACKED_BYTES
        or largest > _MAX_XML_BYTES
        or len(parts) > _MAX_PARTS
    ):
        raise InputError(
            f"{source}: would unpack to {unpacked >> 20:,} MB in {len(parts):,} parts, "
            "more than a document needs; save only its text and use that"
        )
