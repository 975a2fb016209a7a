"""Read the text layer of PDFs with pypdfium2; a form feed ends each page.

Words broken at the end of a line stay broken; the reading view joins them.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from typing import Any

from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    has_words,
    import_required,
)
from claimcheck.readers.pdf_layout import is_garbled, read_page_text

_MAX_PAGES = 5_000
_MAX_CHARACTERS = 20_000_000
PDFIUM_LOCK = threading.Lock()  # PDFium must not be used by two threads at once
# PDFium's marks for a hyphen at the end of a line.
_BROKEN_WORD = re.compile("[\x02\ufffe]\r?\n?")
_CONTROL_CHARACTERS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]"
)
# What TeX's fonts have at the codes of control characters (the T1 encoding).
TEX_CHARACTERS = {
    0x10: "“", 0x11: "”", 0x12: "„", 0x13: "«", 0x14: "»", 0x15: "–", 0x16: "—",
    0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi", 0x1F: "ffl",
}  # fmt: skip
# TeX's older fonts draw accents before their letters, as characters of their own.
_ACCENTS = {"¨": "\u0308", "´": "\u0301", "ˆ": "\u0302", "˜": "\u0303", "ˇ": "\u030c",
            "˚": "\u030a", "¯": "\u0304", "˘": "\u0306", "˙": "\u0307"}  # fmt: skip
_ACCENT = re.compile(f"([{''.join(_ACCENTS)}]) ?([A-Za-zıȷ])")
# In lines from right to left, PDFium puts a stop after a number before it.
_RTL_STOP = re.compile(r"(?<=[\u0590-\u06ff] )([.,،؛:;!?؟])(\d[\d.,/]{0,30})(?!\S)")
# Titles that programs write when they create a PDF.
_PLACEHOLDER_TITLE = re.compile(
    r"(?:microsoft \w+ - |untitled|.*\.(?:docx?|odt|indd|pdf|tex)$)", re.I
)


class NoTextLayerError(Exception):
    """The pages of a PDF are pictures, so their text must be recognized."""


def parse_pdf(data: bytes, source: str) -> Content:
    """Return the text of the pages in order, and the stated title and author.

    Raises:
        InputError: the file is damaged, has a password, or too many pages.
        NoTextLayerError: the pages have no text.
    """
    pdfium = import_required("pypdfium2", "pdf", source, "a PDF")
    with PDFIUM_LOCK:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise InputError(f"{source}: {_explain_error(str(error))}") from None
        try:
            pages = _extract_pages(document, pdfium.PdfiumError, source)
            title = _read_metadata(document, "Title")
            author = _read_metadata(document, "Author")
        finally:
            document.close()
    texts = [page or "" for page in pages]
    if not any(map(has_words, texts)):
        raise NoTextLayerError(source)
    garbled = pages.count(None)
    if title and _PLACEHOLDER_TITLE.match(title):
        title = None
    return Content(
        "".join(f"{text}\f" for text in texts),
        title=title,
        author=author,
        left_out=(f"{format_count(garbled, 'page')} in unknown fonts",)
        if garbled
        else (),
    )


def _read_metadata(document: Any, key: str) -> str | None:
    try:
        return clean_metadata(document.get_metadata_value(key))
    except UnicodeDecodeError:  # damaged, but the text may still be readable
        return None


def _extract_pages(
    document: Any, error: type[Exception], source: str
) -> list[str | None]:
    if len(document) > _MAX_PAGES:
        raise InputError(
            f"{source}: has {len(document):,} pages, more than {_MAX_PAGES:,}; split it"
        )
    pages: list[str | None] = []
    length = 0
    for number in range(1, len(document) + 1):
        try:
            text = _extract_text(document[number - 1])
        except error as problem:
            reason = str(problem).rstrip(".")
            raise InputError(
                f"{source}, page {number}: can't be read ({reason}); "
                "repair the file with qpdf, or remove the page"
            ) from None
        pages.append(text)
        length += len(text or "")
        if length > _MAX_CHARACTERS:
            raise InputError(
                f"{source}: has more than {_MAX_CHARACTERS:,} characters by page "
                f"{number}; split it"
            )
    return pages


def _extract_text(page: Any) -> str | None:
    """Return a page's text; None if its fonts do not say what it is."""
    text_page = page.get_textpage()
    text = read_page_text(page, text_page)
    is_unknown = is_garbled(text_page, text)
    text_page.close()
    page.close()
    if is_unknown:
        return None
    text = _BROKEN_WORD.sub("-\n", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL_CHARACTERS.sub("", text.translate(TEX_CHARACTERS))
    text = _ACCENT.sub(_add_accent, text)
    return _RTL_STOP.sub(r"\2\1", text)


def _add_accent(match: re.Match[str]) -> str:
    """Return a letter with the accent that TeX draws before it."""
    accent, letter = match.groups()
    letter = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])


def _explain_error(message: str) -> str:
    if "password" in message.lower():
        return (
            "is protected by a password; remove it, for example with qpdf --decrypt, "
            "and use the result"
        )
    reason = message.rstrip(".")
    return (
        f"is a damaged or truncated PDF ({reason}); "
        "download or copy it again, or repair it with qpdf"
    )
