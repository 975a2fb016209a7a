"""Detect the format of a file, by its content first and its name second."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from email.parser import BytesHeaderParser
from importlib import import_module
from io import BytesIO
from pathlib import PurePath

from claimcheck.errors import InputError
from claimcheck.readers.content import Content
from claimcheck.readers.decode import decode, recode_wide_text
from claimcheck.readers.xml_archives import ZIP_ERRORS
from claimcheck.readers.xml_documents import detect_xml
from claimcheck.text.markdown import find_front_matter

_TAG_NAME_ENDS = b" \t\r\n\f/>"
_HTML_TAGS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<title")
# Fields of messages (RFC 5322, RFC 2045) that other blocks of fields hardly ever have.
_MAIL_FIELDS = frozenset(
    "bcc cc content-type date delivered-to from message-id mime-version received "
    "reply-to return-path subject to".split()
)
_MIN_FIELDS, _MIN_MAIL_FIELDS = 3, 2  # chosen by hand; letters may have one or two
# The module and the function that parse a format of bytes.
_BINARY_READERS = {
    "pdf": ("pdf", "parse_pdf"),
    "docx": ("docx", "parse_docx"),
    "email": ("mail", "parse_mail"),
    "outlook": ("mail", "parse_outlook"),
    "rtf": ("rtf", "parse_rtf"),
    "spreadsheet": ("spreadsheets", "parse_workbook"),
    "feed": ("xml_documents", "parse_feed"),
    "jats": ("xml_documents", "parse_jats"),
    "warc": ("web_archives", "parse_warc"),
    "scan": ("ocr", "parse_picture"),
}
# A text file does not have these names: content that looks like text is damaged.
_PACKED_SUFFIXES = (".pdf", ".docx", ".odt", ".epub", ".pptx", ".xlsx")
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
_COMPOUND_STREAMS = (
    ("outlook", "__properties_version1.0"),
    ("spreadsheet", "Workbook"),
)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_PLAIN_FORMATS = {".csv": "csv", ".tsv": "csv"}
_SUBTITLE_CUE = re.compile(rb"(?:^|\n)[ \t]*(?:\d+:)?\d\d:\d\d[.,]\d{3}[ \t]+-->[ \t]+")
_SBV_TIMES = re.compile(rb"\d{1,2}:\d\d:\d\d\.\d{3},\d{1,2}:\d\d:\d\d\.\d{3}\r?\n")
_CUE_NUMBER = re.compile(rb"\d+[ \t]*\r?\n")
_LATEX_COMMENTS = re.compile(rb"(?:%[^\n]*\n|\s)*")
_LATEX_CLASS = re.compile(rb"^[ \t]*\\document(?:class|style)\b", re.M)
# Formats whose text may be in any encoding.
TEXT_FORMATS = ("text", "markdown", "html", "subtitles", "email", "csv", "latex")
_MARKDOWN_SUFFIXES = (".md", ".markdown", ".mkd")
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_SNIFFED_BYTES = 4_096
# The signatures that servers add to messages can take tens of kilobytes.
_MAX_HEADER_BYTES = 256 * 2**10


def parse_content(
    data: bytes, source: str, *, name: str = "", charset: str | None = None
) -> tuple[str, Content]:
    """Detect the format of some bytes and parse their content.

    Raises:
        InputError: the bytes are damaged, or have no readable text.
        NoTextLayerError: the bytes are a PDF whose pages are pictures.
    """
    kind = detect_format(data, name)
    if kind in _BINARY_READERS:
        module, function = _BINARY_READERS[kind]
        # Readers are imported when they are needed: some load large libraries.
        parse = getattr(import_module(f"claimcheck.readers.{module}"), function)
        return kind, parse(data, source)
    if kind == "subtitles" and data.lstrip().startswith(b"<"):
        from claimcheck.readers.subtitles import parse_timed_xml

        return kind, parse_timed_xml(data, source)
    if kind in ("odt", "epub", "pptx"):
        from claimcheck.readers.packages import parse_package

        return kind, parse_package(data, source, kind)
    if kind == "html":
        from claimcheck.readers.html import parse_html

        return kind, parse_html(data, source, charset)
    suffix = PurePath(name).suffix.lower()
    if suffix in _PACKED_SUFFIXES and not _is_plain_text(data):
        raise InputError(
            f"{source}: is damaged, or not a {suffix} file: it does not begin like "
            "one; download or copy it again"
        )
    text, encoding = decode(data, source, charset)
    return _parse_text(kind, text, encoding, source)


def _parse_text(
    kind: str, text: str, encoding: str, source: str
) -> tuple[str, Content]:
    if kind == "text" and text.lstrip().startswith(("{", "[")):
        return _parse_json_text(text, encoding, source)
    match kind:
        case "subtitles":
            from claimcheck.readers.subtitles import parse_subtitles

            return kind, parse_subtitles(text, encoding, source)
        case "markdown":
            from claimcheck.readers.markup import parse_markdown

            return kind, parse_markdown(text, encoding)
        case "latex":
            from claimcheck.readers.latex import parse_latex

            return kind, parse_latex(text, encoding, source)
        case "csv":
            from claimcheck.readers.spreadsheets import parse_delimited

            return kind, parse_delimited(text, encoding, source)
    return kind, Content(text, encoding)


def _parse_json_text(text: str, encoding: str, source: str) -> tuple[str, Content]:
    """Parse captions or a notebook; other JSON is text.

    Raises:
        InputError: the text is a result of claimcheck.
    """
    from claimcheck.readers.markup import parse_notebook
    from claimcheck.readers.subtitles import parse_caption_json

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "text", Content(text, encoding)
    if transcript := parse_caption_json(value, encoding, source):
        return ("subtitles" if "-->" in transcript.text else "text"), transcript
    if notebook := parse_notebook(value, encoding, source):
        return "notebook", notebook
    # Its field names and ids are not prose, nor is what it says the document's own.
    if '"schema_version"' in text and '"signature"' in text:
        raise InputError(
            f"{source}: is a result that claimcheck saved, not a document; print it "
            "with `claimcheck show`, or give the document that it is about"
        )
    return "text", Content(text, encoding)


def parse_scanned(data: bytes, source: str) -> Content:
    """Recognize the text in a picture, or in a PDF of pictures.

    Raises:
        InputError: the reader is not installed, or finds no text.
    """
    from claimcheck.readers.ocr import parse_picture, parse_scan

    return parse_scan(data, source) if _is_pdf(data) else parse_picture(data, source)


def _is_plain_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def _is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1_024]


def detect_format(data: bytes, name: str = "") -> str:
    """Detect the format; binary data in an unknown format counts as `text`."""
    if _is_pdf(data):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _detect_archive(data)
    if data.startswith(_COMPOUND_FILE):
        return _detect_compound(data)
    if data.startswith(_PICTURES) or _is_webp(data):
        return "scan"
    if data.startswith(b"WARC/") or _is_packed_warc(data):
        return "warc"
    if data.startswith(b"{\\rtf"):
        return "rtf"
    prefix = recode_wide_text(data[:_MAX_HEADER_BYTES]).lstrip()
    is_cut = len(data) > _MAX_HEADER_BYTES
    return _detect_text_format(prefix, PurePath(name).suffix.lower(), is_cut=is_cut)


def _detect_text_format(prefix: bytes, suffix: str, *, is_cut: bool) -> str:
    start = prefix[:_SNIFFED_BYTES]
    if xml := detect_xml(prefix):
        return xml
    if _is_latex(prefix):
        return "latex"
    if _is_html(prefix) or (suffix in _HTML_SUFFIXES and b"<" in start):
        return "html"
    if _is_mail(prefix, is_cut=is_cut):
        return "email"
    if _is_subtitles(start):
        return "subtitles"
    if _is_markdown(prefix, suffix):
        return "markdown"
    return "html" if _is_fragment(start) else _PLAIN_FORMATS.get(suffix, "text")


def _is_webp(data: bytes) -> bool:
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def _is_latex(prefix: bytes) -> bool:
    """Whether a file begins with commands, and one of them is \\documentclass.

    Packages may be loaded before it.
    """
    start = _LATEX_COMMENTS.match(prefix)
    is_command = start is not None and prefix.startswith(b"\\", start.end())
    return is_command and _LATEX_CLASS.search(prefix) is not None


def _is_packed_warc(data: bytes) -> bool:
    """Whether the first member of a gzip file is a WARC record."""
    if not data.startswith(b"\x1f\x8b"):
        return False
    try:
        return (
            zlib.decompressobj(zlib.MAX_WBITS | 16)
            .decompress(data[:1_024])
            .startswith(b"WARC/")
        )
    except zlib.error:
        return False


def _detect_compound(data: bytes) -> str:
    """Return the format of an OLE compound file by its streams' names."""
    for kind, name in _COMPOUND_STREAMS:
        if name.encode("utf-16-le") in data:
            return kind
    return "text"


def _is_markdown(prefix: bytes, suffix: str) -> bool:
    if suffix in _MARKDOWN_SUFFIXES:
        return True
    # Latin-1 decodes any bytes; the marks of front matter are ASCII.
    return find_front_matter(prefix.decode("latin-1")) > 0


def _detect_archive(data: bytes) -> str:
    from claimcheck.readers.packages import detect_package

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return detect_package(archive) or "text"
    except (*ZIP_ERRORS, OSError):
        # A damaged archive may still be recognizable as a Word document.
        parts = (b"word/", 1 << 20), (b"[Content_Types].xml", 1 << 16)
        return "docx" if all(part in data[:end] for part, end in parts) else "text"


def _is_html(prefix: bytes) -> bool:
    """Whether the first tag after any XML declaration and comments is HTML."""
    position = 0
    for opening, closing in ((b"<?xml", b"?>"), (b"<!--", b"-->")):
        while prefix.startswith(opening, position):
            end = prefix.find(closing, position)
            if end < 0:
                return False
            position = _skip_space(prefix, end + len(closing))
    return any(_is_tag(prefix, position, tag) for tag in _HTML_TAGS)


def _skip_space(text: bytes, position: int) -> int:
    while text[position : position + 1].isspace():
        position += 1
    return position


def _is_tag(text: bytes, position: int, tag: bytes) -> bool:
    """Whether this tag is at a position, not a longer one ("<header")."""
    end = position + len(tag)
    return text[position:end].lower() == tag and text[end : end + 1] in _TAG_NAME_ENDS


def _is_fragment(start: bytes) -> bool:
    """Whether markup that does not begin like a page is HTML after all."""
    # Other XML may have elements with names of HTML.
    is_markup = start.startswith(b"<") and not start.startswith(b"<?xml")
    return is_markup and _has_html_tag(start)


def _has_html_tag(start: bytes) -> bool:
    text = start.lower()
    for tag in _HTML_TAGS:
        position = text.find(tag)
        while position >= 0:
            if _is_tag(text, position, tag):
                return True
            position = text.find(tag, position + 1)
    return False


def _is_mail(prefix: bytes, *, is_cut: bool) -> bool:
    """Whether a file starts with the header of a message.

    Uses the standard library's parser, which accepts folded lines, empty fields, no
    space after a colon, and the line "From ..." of a mailbox.
    """
    first, _, rest = prefix.partition(b"\n")
    if first.strip().isdigit():  # the length of the message, in Apple Mail's files
        prefix = rest
    # Most texts are not email; skip the slow parser for them.
    if b":" not in prefix.partition(b"\n")[0] and not prefix.startswith(b"From "):
        return False
    if is_cut:
        prefix = prefix[: prefix.rfind(b"\n") + 1]  # without the line that was cut
    message = BytesHeaderParser().parsebytes(prefix)
    # A defect is a line in the header that is not a field.
    if message.defects:
        return False
    names = [name.lower() for name in message]
    known = _MAIL_FIELDS.intersection(names)
    return len(names) >= _MIN_FIELDS and len(known) >= _MIN_MAIL_FIELDS


def _is_subtitles(start: bytes) -> bool:
    """Whether a file has subtitles, in one of four formats."""
    if start.startswith((b"WEBVTT", b"[Script Info]")) or _SBV_TIMES.match(start):
        return True
    return _CUE_NUMBER.match(start) is not None and bool(_SUBTITLE_CUE.search(start))
