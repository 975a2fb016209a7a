"""Read known claims from files: ClaimReview, JSON Lines, and CSV.

ClaimReview (https://schema.org/ClaimReview) may be in a JSON-LD file, in a feed, or in
the pages of a publisher. An RSS or Atom feed without it has the titles of fact checks.
Other files have one row per claim.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from claimcheck.errors import InputError, join_problems
from claimcheck.json_lines import read_json_lines
from claimcheck.models.known import KnownClaim
from claimcheck.readers.claims import (
    CLAIM_COLUMNS,
    SPEAKER_COLUMNS,
    TABLE_SUFFIXES,
    get_cell,
    read_table,
)
from claimcheck.readers.content import import_required
from claimcheck.readers.decode import decode
from claimcheck.readers.file import read_bytes
from claimcheck.readers.url import fetch_bytes
from claimcheck.readers.xml_documents import detect_xml
from claimcheck.search.endpoint import clean_text, parse_day

_MAX_TEXT_CHARACTERS = 2_000
_PREFIX_BYTES = 2_000  # has the root element of XML
# Files come from anybody: longer values are cut. Chosen by hand, far above usual ones.
_MAX_CHARACTERS = {
    "speaker": 200,
    "title": 300,
    "rating": 200,
    "publisher": 200,
    "url": 2_000,
}
# The names of these columns in various data sets, as `normalize_name` writes them.
_COLUMNS = {
    "text": CLAIM_COLUMNS,
    "speaker": SPEAKER_COLUMNS,
    "title": ("title", "headline"),
    "rating": ("rating", "verdict", "label", "textualrating"),
    "publisher": ("publisher", "site"),
    "reviewed": ("reviewed", "date", "datepublished", "reviewdate"),
    "url": ("url", "link", "source"),
}


def read_known_claims(name: str, *, allow_private: bool = False) -> list[KnownClaim]:
    """Return the known claims in a file or at a URL; `-` is standard input.

    Raises:
        InputError: the source can't be read, or has no claims.
    """
    if urlsplit(name).scheme in ("http", "https"):
        fetched = fetch_bytes(name, allow_private=allow_private)
        source, data = fetched.url, fetched.content
    else:
        source, data = read_bytes(name)
    is_feed = detect_xml(data[:_PREFIX_BYTES].lstrip()) == "feed"
    known = _read_feed(data, source) if is_feed else _read_text(data, source)
    if not known:
        raise InputError(
            f"{source}: has no known claim; give ClaimReview as JSON-LD or in a page, "
            "an RSS or Atom feed, CSV, or JSON Lines of "
            '{"text", "rating", "date", "url", "publisher"}'
        )
    return known


def _read_text(data: bytes, source: str) -> list[KnownClaim]:
    text, _ = decode(data, source)
    start = text.lstrip()[:1]
    if PurePath(source).suffix.lower() in TABLE_SUFFIXES:
        return _read_rows(read_table(text, source), source)
    if start == "<":
        return _list_page_reviews(text)
    value = _parse_json(text)
    if value is not None:
        rows = enumerate(_as_list(value), 1)
        return list(_find_reviews(value)) or _read_rows(rows, source)
    return _read_lines(data, source) if start in ("{", "[") else []


def _read_feed(data: bytes, source: str) -> list[KnownClaim]:
    """Return the ClaimReviews in a feed's entries, or else their titles."""
    feedparser = import_required("feedparser", "formats", source, "an RSS or Atom feed")
    # Sanitizing would remove the scripts, which have the ClaimReviews.
    feed = feedparser.parse(data, sanitize_html=False)
    known: list[KnownClaim] = []
    for entry in feed.entries:
        texts = [part.get("value", "") for part in entry.get("content", ())]
        reviews = _list_page_reviews("".join(texts) or entry.get("summary", ""))
        title = {
            "text": entry.get("title"),
            "publisher": feed.feed.get("title"),
            "reviewed": entry.get("published") or entry.get("updated"),
            "url": entry.get("link"),
        }
        item = build_known_claim(title)
        known += reviews or ([item] if item else [])
    return known


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _find_reviews(value: Any) -> Iterator[KnownClaim]:
    """Yield the ClaimReviews anywhere in a JSON-LD value."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending += reversed(item)
        elif isinstance(item, dict):
            if "ClaimReview" in _as_list(item.get("@type")):
                known = _build_from_review(item)
                if known:
                    yield known
            else:
                pending += reversed(list(item.values()))


def _build_from_review(review: Mapping[str, Any]) -> KnownClaim | None:
    item = _first(review.get("itemReviewed"))
    rating = _first(review.get("reviewRating"))
    return build_known_claim(
        {
            "text": review.get("claimReviewed"),
            "speaker": _get_name(item.get("author")),
            "title": review.get("headline") or review.get("name"),
            "rating": rating.get("alternateName") or rating.get("ratingValue"),
            "publisher": _get_name(review.get("author"))
            or _get_name(review.get("publisher")),
            "reviewed": review.get("datePublished"),
            "url": review.get("url"),
        }
    )


def _first(value: Any) -> Mapping[str, Any]:
    """Return an object, or the first one of a list; empty without one."""
    for item in _as_list(value)[:1]:
        if isinstance(item, dict):
            return item
    return {}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _get_name(value: Any) -> Any:
    return value if isinstance(value, str) else _first(value).get("name")


def build_known_claim(row: Mapping[str, Any]) -> KnownClaim | None:
    """Build a known claim from a row; None if it has no text."""
    fields = _choose_fields(row)
    if not isinstance(fields["text"], str):
        return None
    text = clean_text(fields["text"], _MAX_TEXT_CHARACTERS)
    if not any(char.isalnum() for char in text):
        return None
    texts = {
        name: clean_text(fields[name], limit) or None
        for name, limit in _MAX_CHARACTERS.items()
    }
    return KnownClaim(text=text, reviewed=parse_day(fields["reviewed"]), **texts)


def _choose_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first value of a row for each field; None without one."""
    return {field: get_cell(row, names) for field, names in _COLUMNS.items()}


def _read_lines(data: bytes, source: str) -> list[KnownClaim]:
    rows = []
    for line in read_json_lines(io.BytesIO(data)):
        if line.problem:
            raise InputError(f"{source}:{line.number}: {line.problem}")
        reviews = list(_find_reviews(line.value))
        rows += [(line.number, review) for review in reviews] or [
            (line.number, line.value)
        ]
    return _read_rows(rows, source)


def _read_rows(rows: Iterable[tuple[int, Any]], source: str) -> list[KnownClaim]:
    known = []
    problems = []
    for number, row in rows:
        if isinstance(row, KnownClaim):
            known.append(row)
            continue
        item = build_known_claim(row) if isinstance(row, dict) else None
        if item is None:
            problems.append(f"row {number} has no claim")
        else:
            known.append(item)
    if problems:
        raise InputError(
            f"{source}: {join_problems(problems)}. Give it as a string, and name it "
            f"one of: {', '.join(CLAIM_COLUMNS)}"
        )
    return known


def _list_page_reviews(page: str) -> list[KnownClaim]:
    """Return the ClaimReviews in the scripts of a page."""
    parser = _ScriptParser()
    parser.feed(page)
    values = list(map(_parse_json, parser.scripts))
    return list(_find_reviews(values))


class _ScriptParser(HTMLParser):
    """Collects the scripts that are JSON-LD."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._is_json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").lower().partition(";")[0].strip()
        self._is_json = tag == "script" and kind == "application/ld+json"
        if self._is_json:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._is_json = False

    def handle_data(self, data: str) -> None:
        if self._is_json:
            self.scripts[-1] += data
