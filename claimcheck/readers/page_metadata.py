"""Find what a page states about its article: JSON-LD, and trafilatura."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from claimcheck.readers.content import clean_metadata, parse_date

# No guesses: only dates that the page states as its publication date.
_DATE_OPTIONS = {"original_date": True, "extensive_search": False}
# The types of schema.org for an article end so: NewsArticle, LiveBlogPosting, Report.
_ARTICLE_TYPES = ("Article", "Posting", "Report")
# An author in RDFa or microdata, and the name in it.
_AUTHORS = "//*[@property='author' or @property='schema:author' or @itemprop='author']"
_NAMES = ".//*[@property='name' or @property='schema:name' or @itemprop='name']"
_LANGUAGE = re.compile(r"[a-z]{2}\b", re.I)
_MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What a page states; `article_body` is the text in JSON-LD."""

    title: str | None
    author: str | None
    published: date | None
    url: str | None
    language: str | None
    article_body: str


def extract_metadata(tree: Any) -> PageMetadata:
    """Return what a page states about itself."""
    import trafilatura

    dates = {**_DATE_OPTIONS, "max_date": str(date.today())}
    # trafilatura removes elements while it searches.
    found: Any = trafilatura.extract_metadata(copy.deepcopy(tree), date_config=dates)
    nodes = _list_json_ld(tree)
    article = next(filter(_is_article, nodes), {})
    stated_author = "; ".join(_list_authors(article, nodes))
    body = article.get("articleBody")
    language = _LANGUAGE.match(tree.get("lang") or tree.get("xml:lang") or "")
    return PageMetadata(
        title=clean_metadata(found.title),
        author=clean_metadata(
            stated_author or found.author or _find_marked_author(tree)
        ),
        published=parse_date(found.date or str(article.get("datePublished"))),
        url=clean_metadata(found.url),
        language=language[0].lower() if language else None,
        article_body=body if isinstance(body, str) else "",
    )


def _list_json_ld(tree: Any) -> list[dict[str, Any]]:
    """Return the objects of JSON-LD in order, without damaged ones."""
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" not in script.get("type", ""):
            continue
        try:
            value = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        nodes.extend(_iterate_nodes(value))
    return nodes


def _iterate_nodes(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the objects in lists and graphs, and what a page is about."""
    if depth > _MAX_DEPTH:
        return
    inner: list[Any] = []
    if isinstance(value, list):
        inner = value
    elif isinstance(value, dict):
        yield value
        inner = [value.get("@graph"), value.get("mainEntity")]
    for item in inner:
        yield from _iterate_nodes(item, depth + 1)


def _is_article(node: dict[str, Any]) -> bool:
    names = _as_list(node.get("@type"))
    return any(str(name).endswith(_ARTICLE_TYPES) for name in names)


def _list_authors(article: dict[str, Any], nodes: list[dict[str, Any]]) -> list[str]:
    """Return the names of authors: texts, objects, or references."""
    names_by_id = {str(node.get("@id")): node.get("name") for node in nodes}
    authors = []
    for author in _as_list(article.get("author") or article.get("creator")):
        name = author
        if isinstance(author, dict):
            name = author.get("name") or names_by_id.get(str(author.get("@id", "")))
        cleaned = clean_metadata(name) if isinstance(name, str) else None
        if cleaned and not cleaned.startswith("http"):
            authors.append(cleaned)
    return list(dict.fromkeys(authors))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _find_marked_author(tree: Any) -> str | None:
    """Return the name that RDFa or microdata mark as the author's."""
    for element in tree.xpath(_AUTHORS):
        named = element.xpath(_NAMES)
        text = (named[0] if named else element).text_content()
        return str(element.get("content") or text)
    return None
