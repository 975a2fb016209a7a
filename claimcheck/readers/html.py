"""HTML with trafilatura: the article without what stands around it, and what the page states about itself."""

from __future__ import annotations

import codecs
import re
from datetime import date
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, clean, required
from claimcheck.readers.decode import decode

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I)
_LANGUAGE = re.compile(r"<html\b[^<>]{0,300}?\slang\s*=\s*[\"']?([a-z]{2})\b", re.I)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_UNREAD = re.compile(r"<(script|style|noscript|svg|template)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.I | re.S)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_DEEPEST = 1_000  # counted without the closing tags that HTML allows to leave out
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


def parse_html(data: bytes, source: str, charset: str | None = None) -> Content:
    """The article's paragraphs parted by blank lines; title, author, date, language and address as stated.

    Raises:
        InputError: the page holds no article, or its elements nest deeper than 1,000.
    """
    trafilatura = required("trafilatura", "html", source, "an HTML page")
    page, encoding = decode_page(data, source, charset)
    language = _LANGUAGE.search(page[:10_000])
    page = _UNREAD.sub(" ", _DECLARATION.sub("", page, count=1))
    if _depth(page) > _DEEPEST:
        raise InputError(
            f"{source}: its HTML elements are nested too deeply to be a page; save its text and give that"
        )
    found: Any = trafilatura.bare_extraction(page, include_comments=False, with_metadata=True)
    text = (found.text or "") if found else ""
    if not any(char.isalnum() for char in text):
        raise InputError(f"{source}: no article was found in the page; save its text and give that")
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    return Content(
        text="\n\n".join(paragraphs),
        encoding=encoding,
        title=clean(found.title),
        author=clean(found.author),
        published=_date(found.date),
        language=language.group(1).lower() if language else None,
        url=clean(found.url),
    )


def decode_page(data: bytes, source: str, charset: str | None) -> tuple[str, str]:
    """The page's characters. What is valid UTF-8 is UTF-8, whatever a server or the page itself declares."""
    stated = _CHARSET.search(data[:4_096])
    for name in ("utf-8-sig", charset, stated.group(1).decode() if stated else None):
        try:
            if name and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return data.decode(name).replace("\x00", ""), codecs.lookup(name).name.removesuffix("-sig")
        except (UnicodeDecodeError, LookupError):
            continue
    return decode(data, source)


def _depth(page: str) -> int:
    """How deep the elements of a page nest at most, as far as closing tags tell."""
    depth = deepest = 0
    for match in _TAG.finditer(page):
        if match.group(2).lower() in _VOID:
            continue
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _date(stated: str | None) -> date | None:
    try:
        return date.fromisoformat(stated[:10]) if stated else None
    except ValueError:
        return None
