"""Find what an HTML page states about its article, in JSON-LD or by trafilatura."""

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
    """What a page states; `article_body` is the text of the article in JSON-LD."""

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
    nodes = [node for value in _load_json_ld(tree) for node in _list_nodes(value)]
    article = next(filter(_is_article, nodes), {})
    names = _list_names(article.get("author") or article.get("creator"), nodes)
    author = "; ".join(names) or found.author or _find_marked_author(tree)
    body = article.get("articleBody")
    language = _LANGUAGE.match(tree.get("lang") or tree.get("xml:lang") or "")
    return PageMetadata(
        title=clean_metadata(found.title),
        author=clean_metadata(author),
        published=parse_date(found.date)
        or parse_date(str(article.get("datePublished"))),
        url=clean_metadata(found.url),
        language=language[0].lower() if language else None,
        article_body=body if isinstance(body, str) else "",
    )


def _load_json_ld(tree: Any) -> Iterator[Any]:
    for script in tree.iter("script"):
        if "ld+json" in script.get("type", ""):
            try:
                yield json.loads(script.text or "", strict=False)
            except (ValueError, RecursionError):
                continue


def _list_nodes(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the objects in lists and graphs, and what a page is about."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _list_nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        yield from _list_nodes(value.get("@graph"), depth + 1)
        yield from _list_nodes(value.get("mainEntity"), depth + 1)


def _is_article(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    return any(str(name).endswith(_ARTICLE_TYPES) for name in names)


def _list_names(value: Any, nodes: list[dict[str, Any]]) -> list[str]:
    """Return the names of authors, which may be texts, objects, or references."""
    named = {
        node["@id"]: node["name"] for node in nodes if {"@id", "name"} <= node.keys()
    }
    names = []
    for author in value if isinstance(value, list) else [value]:
        name = author
        if isinstance(author, dict):
            name = author.get("name") or named.get(str(author.get("@id")))
        cleaned = clean_metadata(name) if isinstance(name, str) else None
        if cleaned and not cleaned.startswith("http"):
            names.append(cleaned)
    return list(dict.fromkeys(names))


def _find_marked_author(tree: Any) -> str | None:
    """Return the name that RDFa or microdata mark as the author's."""
    for element in tree.xpath(_AUTHORS):
        named = element.xpath(_NAMES)
        text = (named[0] if named else element).text_content()
        return str(element.get("content") or text)
    return None
