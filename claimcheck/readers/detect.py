"""Which format a file has, by its content first and its name second, and the reader for it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePath

from claimcheck.readers.content import Content
from claimcheck.readers.decode import decode

_HTML = re.compile(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.I)
_XHTML = re.compile(
    rb"\s*<\?xml[^>]*\?>\s*(?:<!--.*?-->\s*)*(?:<!doctype html|<html)", re.I | re.S
)
_MAIL_HEADER_BLOCK = re.compile(
    rb"(?:[!-9;-~]+:[ \t][^\r\n]*\r?\n(?:[ \t]+[^\r\n]*\r?\n)*){3,}\r?\n"
)
_MAIL_HEADERS = re.compile(
    rb"^(?:from|to|subject|date|message-id|received|mime-version|return-path):",
    re.I | re.M,
)
_SUBTITLE_CUE = re.compile(rb"(?:^|\n)[ \t]*(?:\d+:)?\d\d:\d\d[.,]\d{3}[ \t]+-->[ \t]+")
_FRONT_MATTER = re.compile(rb"---\r?\n(?:\w[\w-]*:[^\n]*\n|[ \t-][^\n]*\n)+?---\r?\n")
_MARKDOWN_SUFFIXES = (".md", ".markdown", ".mkd")
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_SNIFFED_BYTES = 4_096


def parse_content(
    data: bytes, source: str, *, name: str = "", charset: str | None = None
) -> tuple[str, Content]:
    """Detect the format of some bytes and parse their content.

    Raises:
        InputError: no reader can make a text of them; the message says why, and what to do.
    """
    found = detect_format(data, name)
    if found == "html":
        from claimcheck.readers.html import parse_html

        return found, parse_html(data, source, charset)
    binary: dict[str, Callable[[bytes, str], Content]] = {
        "pdf": _parse_pdf,
        "docx": _parse_docx,
        "email": _parse_email,
    }
    if reader := binary.get(found):
        return found, reader(data, source)
    text, encoding = decode(data, source, charset)
    if found == "markdown":
        from claimcheck.readers.markdown import parse_markdown

        return found, parse_markdown(text, encoding)
    return found, Content(text, encoding)


def detect_format(data: bytes, name: str = "") -> str:
    """Detect the format; binary data of unknown format counts as `text`."""
    start = data[:_SNIFFED_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    suffix = PurePath(name).suffix.lower()
    if b"%PDF-" in data[:1_024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04") and _is_docx(data):
        return "docx"
    if (
        _HTML.match(start)
        or _XHTML.match(start)
        or (suffix in _HTML_SUFFIXES and b"<" in start)
    ):
        return "html"
    if (header := _MAIL_HEADER_BLOCK.match(start)) and len(
        set(map(bytes.lower, _MAIL_HEADERS.findall(header.group())))
    ) >= 2:
        return "email"
    if start.startswith(b"WEBVTT") or (
        _SUBTITLE_CUE.search(start) and re.match(rb"\d+[ \t]*\r?\n", start)
    ):
        return "subtitles"
    if suffix in _MARKDOWN_SUFFIXES or _FRONT_MATTER.match(start):
        return "markdown"
    return (
        "html"
        if _HTML.search(data[:_SNIFFED_BYTES]) and start.startswith(b"<")
        else "text"
    )


def _is_docx(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        return b"word/" in data[: 1 << 20] and b"[Content_Types].xml" in data[: 1 << 16]


def _parse_pdf(data: bytes, source: str) -> Content:
    from claimcheck.readers.pdf import parse_pdf

    return parse_pdf(data, source)


def _parse_docx(data: bytes, source: str) -> Content:
    from claimcheck.readers.docx import parse_docx

    return parse_docx(data, source)


def _parse_email(data: bytes, source: str) -> Content:
    from claimcheck.readers.mail import parse_mail

    return parse_mail(data, source)
