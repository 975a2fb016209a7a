"""Which format a file has, by its content first and its name second, and the reader for it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePath

from claimcheck.errors import InputError
from claimcheck.readers.content import Content
from claimcheck.readers.decode import decode

_HTML = re.compile(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.I)
_XHTML = re.compile(rb"\s*<\?xml[^>]*\?>\s*(?:<!--.*?-->\s*)*(?:<!doctype html|<html)", re.I | re.S)
_HEADER = re.compile(rb"(?:[!-9;-~]+:[ \t][^\r\n]*\r?\n(?:[ \t]+[^\r\n]*\r?\n)*){3,}\r?\n")
_MAIL_HEADERS = re.compile(
    rb"^(?:from|to|subject|date|message-id|received|mime-version|return-path):", re.I | re.M
)
_CUE = re.compile(rb"(?:^|\n)[ \t]*(?:\d+:)?\d\d:\d\d[.,]\d{3}[ \t]+-->[ \t]+")
_FRONT_MATTER = re.compile(rb"---\r?\n(?:\w[\w-]*:[^\n]*\n|[ \t-][^\n]*\n)+?---\r?\n")
_MARKDOWN_NAMES = (".md", ".markdown", ".mkd")
_HTML_NAMES = (".html", ".htm", ".xhtml")
_START = 4_096


def parse(data: bytes, source: str, *, name: str = "", charset: str | None = None) -> tuple[str, Content]:
    """The format of these bytes, and what is in them. `charset` is what a server said.

    Raises:
        InputError: no reader can make a text of them; the message says why, and what to do.
    """
    found = detect(data, name)
    if found == "html":
        from claimcheck.readers.html import parse_html

        return found, parse_html(data, source, charset)
    binary: dict[str, Callable[[bytes, str], Content]] = {"pdf": _pdf, "docx": _docx, "email": _email}
    if reader := binary.get(found):
        return found, reader(data, source)
    text, encoding = decode(data, source, charset)
    if found == "markdown":
        from claimcheck.readers.markdown import parse_markdown

        return found, parse_markdown(text, encoding)
    return found, Content(text, encoding)


def detect(data: bytes, name: str = "") -> str:
    """The format: `pdf`, `docx`, `html`, `email`, `subtitles`, `markdown` or `text`; binary junk is `text` too."""
    start = data[:_START].removeprefix(b"\xef\xbb\xbf").lstrip()
    suffix = PurePath(name).suffix.lower()
    if b"%PDF-" in data[:1_024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04") and _is_docx(data):
        return "docx"
    if _HTML.match(start) or _XHTML.match(start) or (suffix in _HTML_NAMES and b"<" in start):
        return "html"
    if (header := _HEADER.match(start)) and len(
        set(map(bytes.lower, _MAIL_HEADERS.findall(header.group())))
    ) >= 2:
        return "email"
    if start.startswith(b"WEBVTT") or (_CUE.search(start) and re.match(rb"\d+[ \t]*\r?\n", start)):
        return "subtitles"
    if suffix in _MARKDOWN_NAMES or _FRONT_MATTER.match(start):
        return "markdown"
    return "html" if _HTML.search(data[:_START]) and start.startswith(b"<") else "text"


def _is_docx(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        return b"word/" in data[: 1 << 20] and b"[Content_Types].xml" in data[: 1 << 16]


def _pdf(data: bytes, source: str) -> Content:
    from claimcheck.readers.pdf import parse_pdf

    return parse_pdf(data, source)


def _docx(data: bytes, source: str) -> Content:
    from claimcheck.readers.docx import parse_docx

    return parse_docx(data, source)


def _email(data: bytes, source: str) -> Content:
    from claimcheck.readers.mail import parse_mail

    return parse_mail(data, source)


def refuse_empty(content: Content, source: str, kind: str) -> Content:
    """The content, when there are words in it.

    Raises:
        InputError: there are none.
    """
    if not any(char.isalnum() for char in content.text):
        raise InputError(f"{source}: {kind} holds no text that can be read")
    return content
