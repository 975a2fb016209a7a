"""Extract the article and metadata of an HTML page, with trafilatura."""

from __future__ import annotations

import codecs
import itertools
import re
from datetime import date
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import (
    SUPERSCRIPTS,
    Content,
    clean_metadata,
    has_words,
    import_required,
    parse_date,
)
from claimcheck.readers.decode import decode

_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I
)
_HTML_LANGUAGE = re.compile(
    r"<html\b[^<>]{0,300}?\slang\s*=\s*[\"']?([a-z]{2})\b", re.I
)
# An element that ends in "/>" has no content. JSON-LD has the page's metadata.
_NON_TEXT_ELEMENT = re.compile(
    r"<(script|style|svg|template)\b(?![^<>]{0,300}ld\+json)[^<>]*(?<!/)>"
    r".*?(?:</\1\s*>|\Z)",
    re.I | re.S,
)
_SCRIPT = re.compile(r"<script\b[^<>]*>.*?(?:</script\s*>|\Z)", re.I | re.S)
_NOSCRIPT = re.compile(r"<noscript\b[^<>]*>(.*?)(?:</noscript\s*>|\Z)", re.I | re.S)
# In <noscript>, some pages have the article for readers without JavaScript. Most have
# only a request to enable it, or a picture that counts visits. Chosen by hand.
_MIN_NOSCRIPT_WORDS = 50
# No guesses: only dates that the page states as its publication date.
_DATE_OPTIONS = {"original_date": True, "extensive_search": False}
# The parser takes all that follows this empty element for its content.
_EMBEDDED = re.compile(r"</?embed\b[^<>]*>", re.I)
# trafilatura takes a paragraph with the same words as another one for a copy that it
# made, and drops it. A private character at its start, different for each, prevents it.
_PARAGRAPH_MARKS = range(0xF0000, 0xFFFFE)
_WITHOUT_MARKS = dict.fromkeys(_PARAGRAPH_MARKS)
_PARAGRAPH_TAG = re.compile(r"<p\b[^<>]*>", re.I)
_SPACES = re.compile(r"[ \t\r\n\f]+")
# The article is what trafilatura and readability agree on, if it is at least this share
# of trafilatura's text. Otherwise they found different things. Chosen by hand.
_MIN_SHARED = 0.4
_MIN_COMPARED_CHARACTERS = 16
_MAX_READABILITY_CHARACTERS = 2_000_000
# Extractors keep the number of a note, and glue it to the word before.
_RAISED_NUMBER = re.compile(
    r"<sup\b[^<>]{0,300}>\s*(?:<a\b[^<>]{0,300}>)?\s*\[?(\d{1,3})\]?"
    r"\s*(?:</a>)?\s*</sup>",
    re.I,
)
_QUOTATION_TAG = re.compile(r"<(/?)(blockquote|footer)\b", re.I)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_TAG_WITH_ATTRIBUTES = re.compile(r"<[^<>]*>")
# Deeper pages would exhaust the stack of the parser. Elements whose closing tags are
# optional in HTML are not counted.
_MAX_DEPTH = 1_000
_VOID_ELEMENTS = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()
)


def parse_html(data: bytes, source: str, charset: str | None = None) -> Content:
    """Return the article of a page, and the metadata that the page states.

    Blank lines separate paragraphs.

    Raises:
        InputError: the page has no article, or its elements nest too deeply.
    """
    trafilatura = import_required("trafilatura", "html", source, "an HTML page")
    page, encoding = decode_page(data, source, charset)
    language = _HTML_LANGUAGE.search(page[:10_000])
    # Scripts can be a megabyte long, and tags in them would count as depth.
    page = _NON_TEXT_ELEMENT.sub(" ", _remove_xml_declaration(page))
    page = _RAISED_NUMBER.sub(_raise_number, _EMBEDDED.sub(" ", page))
    page = _keep_quotation_footers(_NOSCRIPT.sub(_keep_noscript_article, page))
    refuse_deep_page(_SCRIPT.sub(" ", page), source)
    paragraphs = _remove_tail(_extract_paragraphs(page), page)
    if not any(map(has_words, paragraphs)):
        raise InputError(
            f"{source}: no article was found in the page; save its text and use that"
        )
    dates = {**_DATE_OPTIONS, "max_date": str(date.today())}
    stated: Any = trafilatura.extract_metadata(page, date_config=dates)
    return Content(
        text="\n\n".join(paragraphs),
        encoding=encoding,
        title=clean_metadata(stated.title),
        author=clean_metadata(stated.author),
        published=parse_date(stated.date),
        language=language.group(1).lower() if language else None,
        url=clean_metadata(stated.url),
    )


def _extract_paragraphs(page: str) -> list[str]:
    """Return the paragraphs of the article that trafilatura finds."""
    import trafilatura
    from trafilatura.xml import xmltotxt

    numbers = itertools.cycle(_PARAGRAPH_MARKS)
    marked = _PARAGRAPH_TAG.sub(lambda tag: tag.group() + chr(next(numbers)), page)
    article: Any = trafilatura.bare_extraction(marked, include_comments=False)
    if not article:
        return []
    for element in article.body.iter():
        # Line breaks in the source are not those that a person sees.
        if element.tag != "code":
            element.text = _SPACES.sub(" ", element.text or "")
        element.tail = _SPACES.sub(" ", element.tail or "")
    text = xmltotxt(article.body, include_formatting=False)
    # trafilatura ends each paragraph with a single line feed.
    lines = text.translate(_WITHOUT_MARKS).splitlines()
    return [line.strip() for line in lines if line.strip()]


def _remove_tail(paragraphs: list[str], page: str) -> list[str]:
    """Remove the last paragraphs if readability finds the article before them.

    Comments and requests to subscribe look like paragraphs, especially outside English.
    """
    if len(page) > _MAX_READABILITY_CHARACTERS:
        return paragraphs
    article = _join_characters(_extract_with_readability(page))
    shared = 0
    last = 0
    for number, paragraph in enumerate(paragraphs, 1):
        characters = _join_characters(paragraph)
        if len(characters) >= _MIN_COMPARED_CHARACTERS and characters in article:
            shared += len(paragraph)
            last = number
    # readability omits lists, so keep those that follow its last paragraph.
    while paragraphs[last : last + 1] and paragraphs[last].startswith("- "):
        last += 1
    is_same_article = shared >= _MIN_SHARED * sum(map(len, paragraphs))
    return paragraphs[:last] if is_same_article else paragraphs


def _extract_with_readability(page: str) -> str:
    """Return the text that trafilatura's readability finds."""
    from lxml import etree, html
    from trafilatura.readability_lxml import Document

    try:
        article = Document(html.fromstring(page)).summary()
        return str(html.fromstring(article).text_content())
    except (etree.LxmlError, ValueError, AttributeError):
        return ""


def _join_characters(text: str) -> str:
    return "".join(text.split()).lower()


def decode_page(data: bytes, source: str, charset: str | None) -> tuple[str, str]:
    """Return the text of a page, and its encoding.

    Valid UTF-8 is UTF-8, whatever the server or the page itself declares.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data, source)
    declared = _META_CHARSET.search(data[:4_096])
    names = ["utf-8-sig", charset, declared.group(1).decode() if declared else None]
    for name in filter(None, names):
        try:
            text = data.decode(name).replace("\x00", "")
            return text, codecs.lookup(name).name.removesuffix("-sig")
        except (UnicodeDecodeError, LookupError):
            continue
    return decode(data, source)


def _remove_xml_declaration(page: str) -> str:
    """Remove "<?xml ...?>", which lxml refuses in decoded text."""
    page = page.lstrip()
    end = page.find("?>")
    return page[end + 2 :] if page.startswith("<?xml") and end > 0 else page


def _keep_noscript_article(match: re.Match[str]) -> str:
    content = match.group(1)
    words = _TAG_WITH_ATTRIBUTES.sub(" ", content).split()
    return f" {content} " if len(words) >= _MIN_NOSCRIPT_WORDS else " "


def _raise_number(match: re.Match[str]) -> str:
    return match.group(1).translate(SUPERSCRIPTS)


def _keep_quotation_footers(page: str) -> str:
    """Turn footers in quotations, which name the speaker, into paragraphs.

    Extractors drop all footers, because most are page footers.
    """
    depth = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal depth
        closing, name = match.groups()
        if name.lower() == "blockquote":
            depth = max(0, depth - 1) if closing else depth + 1
        elif depth:
            return f"<{closing}p"
        return match.group()

    return _QUOTATION_TAG.sub(replace, page)


def refuse_deep_page(page: str, source: str) -> None:
    """Raise InputError for elements that nest more deeply than parsers read."""
    if _measure_depth(page) > _MAX_DEPTH:
        raise InputError(
            f"{source}: its HTML elements are nested too deeply for a page; save its "
            "text and use that"
        )


def _measure_depth(page: str) -> int:
    """Return the maximum nesting depth of the elements of a page."""
    depth = deepest = 0
    for closing, name in _TAG.findall(page):
        if name.lower() not in _VOID_ELEMENTS:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest
