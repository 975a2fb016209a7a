"""PDF with pypdfium2: the text layer, a form feed after each page, words broken at line ends as the page has them."""

from __future__ import annotations

import re
import threading
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, clean_metadata, import_required

_MAX_PAGES = 5_000
_MAX_CHARACTERS = 20_000_000
_PDFIUM_LOCK = threading.Lock()  # PDFium is not safe to use from two threads
_BROKEN_WORD = re.compile(
    "[\x02\ufffe]\r?\n?"
)  # PDFium's marks of a hyphen at a line end
_CONTROL_CHARACTERS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]"
)
_PLACEHOLDER_TITLE = re.compile(
    r"(?:microsoft \w+ - |untitled|.*\.(?:docx?|odt|indd|pdf|tex)$)", re.I
)


def parse_pdf(data: bytes, source: str) -> Content:
    """The text of every page in the order of the page's own content, and the title and author that it states.

    Raises:
        InputError: the file is damaged, needs a password, has no text layer or more than 5,000 pages.
    """
    pdfium = import_required("pypdfium2", "pdf", source, "a PDF")
    with _PDFIUM_LOCK:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise InputError(f"{source}: {_explain_error(str(error))}") from None
        try:
            count = len(document)
            if count > _MAX_PAGES:
                raise InputError(
                    f"{source}: has {count:,} pages, more than {_MAX_PAGES:,}; split it"
                )
            pages = _extract_pages(document, pdfium.PdfiumError, source)
            title, author = (
                _read_metadata(document, key) for key in ("Title", "Author")
            )
        finally:
            document.close()
    if not any(char.isalnum() for page in pages for char in page):
        raise InputError(
            f"{source}: has no text layer ({count} page{'s' if count != 1 else ''} of pictures); "
            "recognise its text first (ocrmypdf does), and give that"
        )
    return Content(
        text="".join(f"{page}\f" for page in pages),
        title=None if title and _PLACEHOLDER_TITLE.match(title) else title,
        author=author,
    )


def _read_metadata(document: Any, key: str) -> str | None:
    try:
        return clean_metadata(document.get_metadata_value(key))
    except UnicodeDecodeError:  # damaged; the text may still be whole
        return None


def _extract_pages(document: Any, error: type[Exception], source: str) -> list[str]:
    pages: list[str] = []
    length = 0
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
            text_page = page.get_textpage()
            raw = text_page.get_text_range()
            text_page.close()
            page.close()
        except error as problem:
            raise InputError(
                f"{source}, page {number}: can't be read ({str(problem).rstrip('.')}); mend the file with qpdf, or leave the page out"
            ) from None
        text = _CONTROL_CHARACTERS.sub(
            "", _BROKEN_WORD.sub("-\n", raw).replace("\r\n", "\n").replace("\r", "\n")
        )
        pages.append(text)
        length += len(text)
        if length > _MAX_CHARACTERS:
            raise InputError(
                f"{source}: has more than {_MAX_CHARACTERS:,} characters by page {number}; split it"
            )
    return pages


def _explain_error(message: str) -> str:
    if "password" in message.lower():
        return "is protected by a password; remove it (qpdf --decrypt does) and give the result"
    return f"is a damaged or truncated PDF ({message.rstrip('.')}); get it again, or mend it with qpdf"
