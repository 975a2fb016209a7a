"""HTML with trafilatura: the article without what stands around it, and what the page states about itself."""

from __future__ import annotations

import codecs
import re
from datetime import date
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, clean_metadata, import_required
from claimcheck.readers.decode import decode

_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I
)
_HTML_LANGUAGE = re.compile(
    r"<html\b[^<>]{0,300}?\slang\s*=\s*[\"']?([a-z]{2})\b", re.I
)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_NON_TEXT_ELEMENT = re.compile(
    r"<(script|style|noscript|svg|template)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.I | re.S
)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_MAX_DEPTH = 1_000  # counted without the closing tags that HTML allows to leave out
_VOID_ELEMENTS = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()
)


def parse_html(data: bytes, source: str, charset: str | None = None) -> Content:
    """The article's paragraphs parted by blank lines; title, author, date, language and address as stated.

    Raises:
        InputError: the page holds no article, or its elements nest deeper than 1,000.
    """
    trafilatura = import_required("trafilatura", "html", source, "an HTML page")
    page, encoding = decode_page(data, source, charset)
    language = _HTML_LANGUAGE.search(page[:10_000])
    page = _NON_TEXT_ELEMENT.sub(" ", _XML_DECLARATION.sub("", page, count=1))
    if _measure_depth(page) > _MAX_DEPTH:
        raise InputError(
            f"{source}: its HTML elements are nested too deeply to be a page; save its text and give that"
        )
    found: Any = trafilatura.bare_extraction(
        page, include_comments=False, with_metadata=True
    )
    text = (found.text or "") if found else ""
    if not any(char.isalnum() for char in text):
        raise InputError(
            f"{source}: no article was found in the page; save its text and give that"
        )
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    return Content(
        text="\n\n".join(paragraphs),
        encoding=encoding,
        title=clean_metadata(found.title),
        author=clean_metadata(found.author),
        published=_parse_date(found.date),
        language=language.group(1).lower() if language else None,
        url=clean_metadata(found.url),
    )


def decode_page(data: bytes, source: str, charset: str | None) -> tuple[str, str]:
    """The page's characters. What is valid UTF-8 is UTF-8, whatever a server or the page itself declares."""
    stated = _META_CHARSET.search(data[:4_096])
    for name in ("utf-8-sig", charset, stated.group(1).decode() if stated else None):
        try:
            if name and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return data.decode(name).replace("\x00", ""), codecs.lookup(
                    name
                ).name.removesuffix("-sig")
        except (UnicodeDecodeError, LookupError):
            continue
    return decode(data, source)


def _measure_depth(page: str) -> int:
    """Return the maximum nesting depth of the elements of a page."""
    depth = deepest = 0
    for match in _TAG.finditer(page):
        if match.group(2).lower() in _VOID_ELEMENTS:
            continue
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _parse_date(stated: str | None) -> date | None:
    try:
        return date.fromisoformat(stated[:10]) if stated else None
    except ValueError:
        return None
