"""Extract the article and metadata of an HTML page.

Two extractors say which blocks of the page are its article: trafilatura, and the
algorithm of Readability. The text of the blocks is the page's own.
"""

from __future__ import annotations

import codecs
import copy
import re
from collections import Counter
from collections.abc import Container
from typing import Any

from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.readers.content import Content, has_words, import_required
from claimcheck.readers.decode import decode
from claimcheck.readers.page_blocks import (
    HEADLINE,
    LAST_MARK,
    SURROUNDING,
    Block,
    find_marks,
    list_blocks,
    mark_blocks,
)
from claimcheck.readers.page_cleaning import NOTE, PART, clean_page
from claimcheck.readers.page_metadata import extract_metadata

_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I
)
# What names of encodings mean on the web (https://encoding.spec.whatwg.org/#names).
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
}
# In other encodings, hardly any bytes beyond ASCII happen to be UTF-8.
_MAX_DAMAGED = 0.5
# The parser keeps these characters, and their references, but refuses to be given them
# again when the tree is edited (https://www.w3.org/TR/xml/#charsets).
_NOT_IN_XML = re.compile(
    r"""
    [\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]
    | &\#
      (?: 0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])
        | x0*(?:[0-8bce-f]|1[0-9a-f]|fff[ef])
      )
      (?:;|\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The parser takes what follows these for their content, or their content for text.
_MISREAD_TAG = re.compile(r"</?(?:embed|frame|frameset|noframes)\b[^<>]*>", re.I)
_SCRIPT = re.compile(r"<script\b[^<>]*>.*?(?:</script\s*>|\Z)", re.I | re.S)
# The article is what trafilatura and Readability agree on, if it is at least this share
# of trafilatura's text. Otherwise they found different things. Chosen by hand.
_MIN_SHARED = 0.5
_MAX_READABILITY_CHARACTERS = 2_000_000
# A page that shows less than this share of the article that it states shows a teaser.
_MAX_TEASER = 0.5
# Lines of menus are shorter.
_MIN_PARAGRAPH_WORDS = 15
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
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
    import_required("trafilatura", "html", source, "an HTML page")
    page, encoding = decode_page(data, source, charset)
    page = _MISREAD_TAG.sub(" ", _remove_xml_declaration(page))
    page = _NOT_IN_XML.sub("", page)
    refuse_deep_page(_SCRIPT.sub(" ", page), source)
    tree = _parse(page)
    metadata = extract_metadata(tree)
    clean_page(tree)
    page_blocks = list_blocks(tree)
    if not page_blocks:  # scripts show the page when they are ready
        tree = _parse(page)
        clean_page(tree, keep_hidden=True)
        page_blocks = list_blocks(tree)
    blocks = _select_blocks(tree, page_blocks, len(page))
    others = _count_other_words(page_blocks, blocks)
    if _is_teaser(blocks, metadata.article_body):
        stated = _parse(_mark_up(metadata.article_body))
        clean_page(stated)
        blocks = list_blocks(stated)
    text = "\n\n".join(block.text for block in blocks)
    if not has_words(text):
        raise InputError(
            f"{source}: no article was found in the page; save its text and use that"
        )
    left_out: tuple[str, ...] = ()
    if others > len(text.split()):  # the article may be the wrong one
        left_out = (f"{format_count(others, 'word')} outside the article",)
    return Content(
        text=text,
        encoding=encoding,
        title=metadata.title,
        author=metadata.author,
        published=metadata.published,
        language=metadata.language,
        url=metadata.url,
        left_out=left_out,
    )


def _parse(page: str) -> Any:
    from lxml import html

    parser = html.HTMLParser(huge_tree=True)
    return html.document_fromstring(page or " ", parser=parser)


def _is_teaser(blocks: list[Block], article: str) -> bool:
    """Whether a page shows less than half of the article that it states."""
    stated = Counter(article.lower().split())
    shown = Counter(word for block in blocks for word in block.text.lower().split())
    shared = (stated & shown).total()
    is_longer = stated.total() > shown.total()
    return is_longer and shared < _MAX_TEASER * stated.total()


def _mark_up(text: str) -> str:
    """Return the text of an article as HTML, which it may already be."""
    return text if "<p" in text else text.replace("\n", "<p>")


def _count_other_words(page: list[Block], article: list[Block]) -> int:
    """Count the words of paragraphs of a page that are not in its article."""
    kept = set(map(id, article))
    counts = [len(block.text.split()) for block in page if id(block) not in kept]
    return sum(count for count in counts if count >= _MIN_PARAGRAPH_WORDS)


def _select_blocks(tree: Any, blocks: list[Block], size: int) -> list[Block]:
    """Return the blocks of a page that extractors take for its article.

    It reaches from the first to the last block that both extractors keep, and has the
    blocks in between that either keeps. Rules were compared on half of the pages of
    docs/benchmarks.md.
    """
    mark_blocks(tree, blocks)
    found = find_marks(_extract_with_trafilatura(tree))
    also_found = set()
    if size <= _MAX_READABILITY_CHARACTERS:
        also_found = find_marks(_extract_with_readability(tree))
    scope = _find_scope(blocks, found, also_found)
    kept = []
    for number, block in enumerate(blocks):
        mark = min(number, LAST_MARK)
        is_found = mark in scope and (
            mark in found or (mark in also_found and SURROUNDING not in block.places)
        )
        # Readability finds one of several parts.
        is_part = PART in block.places and mark in found
        if is_found or is_part or NOTE in block.places:
            kept.append(block)
    return kept


def _find_scope(
    blocks: list[Block], found: set[int], also_found: set[int]
) -> Container[int]:
    """Return the numbers between the ends of the article."""
    shared = found & also_found
    if not shared or _measure(blocks, shared) < _MIN_SHARED * _measure(blocks, found):
        return found or also_found
    start, end = min(shared), max(shared) + 1
    # Readability omits the lead between the headline and the text,
    headlines = [n for n in found if n < start and HEADLINE in blocks[n].places]
    start = max(headlines, default=start - 1) + 1
    # and lists, so keep those that follow its last paragraph.
    while end in found and blocks[end].text.startswith("- "):
        end += 1
    return range(start, end)


def _measure(blocks: list[Block], numbers: set[int]) -> int:
    return sum(len(blocks[number].text) for number in numbers)


def _extract_with_trafilatura(tree: Any) -> str:
    import trafilatura

    # To lose text would be worse than to keep a line of what surrounds it.
    article: Any = trafilatura.bare_extraction(
        copy.deepcopy(tree), include_comments=False, favor_recall=True
    )
    return "".join(article.body.itertext()) if article else ""


def _extract_with_readability(tree: Any) -> str:
    from lxml import etree, html
    from trafilatura.readability_lxml import Document

    try:
        article = Document(copy.deepcopy(tree)).summary()
        return str(html.fromstring(article).text_content())
    except (etree.LxmlError, ValueError, AttributeError):
        return ""


def decode_page(data: bytes, source: str, charset: str | None) -> tuple[str, str]:
    """Return the text of a page, and its encoding.

    Valid UTF-8 is UTF-8, whatever the server or the page itself declares.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data, source)
    declared = _META_CHARSET.search(data[:4_096])
    for name in ("utf-8-sig", charset, declared and declared[1].decode()):
        for encoding in _list_encodings(name):
            try:
                text = data.decode(encoding).replace("\x00", "")
            except UnicodeDecodeError:
                continue
            return text, encoding.removesuffix("-sig")
    text = data.decode("utf-8", "replace").replace("\x00", "")
    others = len(text) - len(text.encode("ascii", "ignore"))
    # Pages are put together from parts, of which some are cut within a character.
    if text.count("\ufffd") < others * _MAX_DAMAGED:
        return text, "utf-8"
    return decode(data, source)


def _list_encodings(name: str | None) -> list[str]:
    """Return the encodings that a name may mean, the most likely first."""
    try:
        encoding = codecs.lookup(name or "").name
    except LookupError:
        return []
    return [*filter(None, [_SUPERSETS.get(encoding)]), encoding]


def _remove_xml_declaration(page: str) -> str:
    """Remove "<?xml ...?>", which lxml refuses in decoded text."""
    page = page.lstrip()
    end = page.find("?>")
    return page[end + 2 :] if page.startswith("<?xml") and end > 0 else page


def refuse_deep_page(page: str, source: str) -> None:
    """Raise InputError if elements nest more deeply than parsers read."""
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
