"""The format of a file, by its content first and its name second."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import PurePath

from claimcheck.readers.content import Content
from claimcheck.readers.decode import decode

_HTML = re.compile(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.I)
_XHTML = re.compile(
    rb"""
    \s*<\?xml[^>]*\?>\s*
    (?:<!--.*?-->\s*)*
    (?:<!doctype\ html|<html)
    """,
    re.I | re.S | re.X,
)
_MAIL_HEADER_BLOCK = re.compile(
    rb"""
    (?:[!-9;-~]+:[ \t][^\r\n]*\r?\n    # a header, RFC 5322, and its folded lines
       (?:[ \t]+[^\r\n]*\r?\n)*
    ){3,}
    \r?\n
    """,
    re.X,
)
_MAIL_HEADERS = re.compile(
    rb"""
    ^(?:from|to|subject|date|message-id|received|mime-version|return-path):
    """,
    re.I | re.M | re.X,
)
_MIN_MAIL_HEADERS = 2  # different ones; other files have blocks of fields too
_SUBTITLE_CUE = re.compile(rb"(?:^|\n)[ \t]*(?:\d+:)?\d\d:\d\d[.,]\d{3}[ \t]+-->[ \t]+")
_CUE_NUMBER = re.compile(rb"\d+[ \t]*\r?\n")
_FRONT_MATTER = re.compile(rb"---\r?\n(?:\w[\w-]*:[^\n]*\n|[ \t-][^\n]*\n)+?---\r?\n")
_MARKDOWN_SUFFIXES = (".md", ".markdown", ".mkd")
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_SNIFFED_BYTES = 4_096
_UTF8_MARK = b"\xef\xbb\xbf"


def parse_content(
    data: bytes, source: str, *, name: str = "", charset: str | None = None
) -> tuple[str, Content]:
    """Detect the format of some bytes and parse their content.

    Raises:
        InputError: they are damaged, or have no readable text.
    """
    kind = detect_format(data, name)
    # Readers are imported when they are needed: some load large libraries.
    match kind:
        case "html":
            from claimcheck.readers.html import parse_html

            return kind, parse_html(data, source, charset)
        case "pdf":
            from claimcheck.readers.pdf import parse_pdf

            return kind, parse_pdf(data, source)
        case "docx":
            from claimcheck.readers.docx import parse_docx

            return kind, parse_docx(data, source)
        case "email":
            from claimcheck.readers.mail import parse_mail

            return kind, parse_mail(data, source)
    text, encoding = decode(data, source, charset)
    if kind == "markdown":
        from claimcheck.readers.markdown import parse_markdown

        return kind, parse_markdown(text, encoding)
    return kind, Content(text, encoding)


def detect_format(data: bytes, name: str = "") -> str:
    """Detect the format; binary data of unknown format counts as `text`."""
    start = data[:_SNIFFED_BYTES].removeprefix(_UTF8_MARK).lstrip()
    suffix = PurePath(name).suffix.lower()
    if b"%PDF-" in data[:1_024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04") and _is_docx(data):
        return "docx"
    if _is_html(start, suffix):
        return "html"
    if _is_mail(start):
        return "email"
    if _is_subtitles(start):
        return "subtitles"
    if suffix in _MARKDOWN_SUFFIXES or _FRONT_MATTER.match(start):
        return "markdown"
    if start.startswith(b"<") and _HTML.search(data[:_SNIFFED_BYTES]):
        return "html"
    return "text"


def _is_docx(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        # A damaged archive may still show that it was a Word document.
        return b"word/" in data[: 1 << 20] and b"[Content_Types].xml" in data[: 1 << 16]


def _is_html(start: bytes, suffix: str) -> bool:
    if suffix in _HTML_SUFFIXES and b"<" in start:
        return True
    return bool(_HTML.match(start) or _XHTML.match(start))


def _is_mail(start: bytes) -> bool:
    block = _MAIL_HEADER_BLOCK.match(start)
    if block is None:
        return False
    headers = {header.lower() for header in _MAIL_HEADERS.findall(block.group())}
    return len(headers) >= _MIN_MAIL_HEADERS


def _is_subtitles(start: bytes) -> bool:
    """Whether a file is WebVTT or SubRip."""
    if start.startswith(b"WEBVTT"):
        return True
    return _CUE_NUMBER.match(start) is not None and bool(_SUBTITLE_CUE.search(start))
