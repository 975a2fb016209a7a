"""Read XML documents: JATS articles, and RSS and Atom feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    import_required,
    parse_date,
    refuse_empty,
)
from claimcheck.readers.markup import EXTRA
from claimcheck.readers.xml_blocks import (
    get_name,
    parse_xml,
    read_blocks,
    read_html_blocks,
)

_FEEDS = frozenset(("rss", "feed", "RDF"))
_SUBTITLES = frozenset(("tt", "timedtext", "transcript"))
# Those around the numbers of references, which are not read.
_EMPTY_BRACKETS = re.compile(r" ?(?:\((?:[,;–-] ?){0,20}\)|\[(?:[,;–-] ?){0,20}\])")
_SPACE_BEFORE_STOP = re.compile(r" ([,.;:)])")


def find_root(prefix: bytes) -> str | None:
    """Return the local name of the root element of XML, or None."""
    if not prefix.startswith(b"<"):
        return None
    position = 0
    while (position := prefix.find(b"<", position)) >= 0:
        kind = prefix[position + 1 : position + 2]
        if kind not in (b"?", b"!"):
            name = prefix[position + 1 : position + 100].split(b">")[0].split()
            return (
                name[0].decode("ascii", "ignore").rpartition(":")[2] if name else None
            )
        closing = b"-->" if prefix.startswith(b"<!--", position) else b">"
        position = prefix.find(closing, position)
        if position < 0:
            return None
    return None


def detect_xml(prefix: bytes) -> str | None:
    """Return "feed", "jats", or "subtitles" by the root element, or None."""
    root = find_root(prefix)
    if root in _SUBTITLES and (root != "transcript" or b"<text start=" in prefix):
        return "subtitles"
    if root in _FEEDS:
        return "feed"
    is_jats = b"JATS" in prefix or b"<front" in prefix or b"NLM" in prefix
    return "jats" if root == "article" and is_jats else None


def parse_jats(data: bytes, source: str) -> Content:
    """Return the title, abstract, and body of an article.

    Raises:
        InputError: the article is damaged, or has no text.
    """
    etree = import_required("lxml.etree", "docx", source, "an article in JATS")
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{source}: is damaged XML ({error})") from None
    title = _find_text(root, "article-title")
    blocks = [title]
    for name in ("abstract", "body", "ack"):
        for part in _find(root, name):
            blocks += read_blocks(part)
    for note in _list_end_notes(root):
        blocks += read_blocks(note)
    text = "\n\n".join(filter(None, blocks))
    content = Content(
        _SPACE_BEFORE_STOP.sub(r"\1", _EMPTY_BRACKETS.sub("", text)),
        title=clean_metadata(title),
        author=_find_author(root),
        published=_find_date(root),
    )
    return refuse_empty(content, source, "the article")


def _list_end_notes(root: Any) -> list[Any]:
    """Return the notes after the text that the text refers to."""
    notes = [note for group in _find(root, "fn-group") for note in _find(group, "fn")]
    references = _find(root, "xref")
    ids = {xref.get("rid") for xref in references if xref.get("ref-type") == "fn"}
    return [note for note in notes if note.get("id") in ids]


def _find(root: Any, name: str) -> Iterator[Any]:
    return (element for element in root.iter() if get_name(element) == name)


def _find_text(root: Any, name: str) -> str:
    element = next(_find(root, name), None)
    return "" if element is None else " ".join(read_blocks(element))


def _find_author(root: Any) -> str | None:
    names: list[str] = []
    for contributor in _find(root, "contrib"):
        if contributor.get("contrib-type", "author") == "author":
            parts = (
                _find_text(contributor, "given-names"),
                _find_text(contributor, "surname"),
            )
            names.append(" ".join(filter(None, parts)))
    return clean_metadata(", ".join(filter(None, names)))


def _find_date(root: Any) -> date | None:
    """Return the first complete date of publication."""
    for element in _find(root, "pub-date"):
        parts = [_find_text(element, name) for name in ("year", "month", "day")]
        if all(part.isdigit() for part in parts):
            year, month, day = map(int, parts)
            return parse_date(f"{year:04d}-{month:02d}-{day:02d}")
    return None


def parse_feed(data: bytes, source: str) -> Content:
    """Return the entries of a feed, each with its title, date, and text.

    Raises:
        InputError: the feed is damaged, or has no entries.
    """
    feedparser = import_required("feedparser", EXTRA, source, "an RSS or Atom feed")
    feed = feedparser.parse(data)
    blocks: list[str] = []
    for entry in feed.entries:
        blocks.append(" ".join(read_html_blocks(entry.get("title", ""))))
        blocks.append(entry.get("published", "") or entry.get("updated", ""))
        texts = [part.get("value", "") for part in entry.get("content", ())]
        for text in texts or [entry.get("summary", "")]:
            blocks += read_html_blocks(text)
        blocks.append(entry.get("link", ""))
    content = Content(
        "\n\n".join(filter(None, blocks)),
        title=clean_metadata(feed.feed.get("title")),
        author=clean_metadata(feed.feed.get("author")),
    )
    return refuse_empty(content, source, "the feed")
