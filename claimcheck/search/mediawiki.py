"""Search MediaWiki (Wikipedia, or any other wiki) through its Action API.

Pages are read through the API at a numbered revision, so that the address in a verdict
always shows the same text. With `before`, it is the last revision before that day.

https://www.mediawiki.org/wiki/API:Search
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from claimcheck.errors import InputError
from claimcheck.models.search_log import Hit, Snapshot
from claimcheck.search.endpoint import Endpoint, clean_text, collect_hits, parse_day
from claimcheck.search.provider import Query


class MediaWiki:
    """Searches the wiki whose folder with `api.php` is the endpoint."""

    default_url: str | None = None
    key_variable: str | None = None
    requests_per_minute = 120  # https://www.mediawiki.org/wiki/API:Etiquette
    serves_pages = True

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the pages that contain the words."""
        answer = self._ask(
            action="query",
            generator="search",
            gsrsearch=query.text,
            gsrlimit=query.limit,
            prop="info",
        )
        pages = answer.get("query", {}).get("pages", [])
        ranked = sorted(pages, key=lambda page: page.get("index", 0))
        return collect_hits(ranked, self._build_hit, query.limit)

    def read(self, hit: Hit, before: date | None) -> tuple[Snapshot, bytes]:
        """Return a page as HTML, at its last revision before a day."""
        page_id = parse_qs(urlsplit(hit.url).query).get("curid", [""])[0]
        start = None if before is None else f"{before}T00:00:00Z"
        answer = self._ask(
            action="query",
            pageids=page_id,
            prop="revisions",
            rvprop="ids|timestamp",
            rvlimit=1,
            rvstart=start,
        )
        pages = answer.get("query", {}).get("pages", [{}])
        revisions = pages[0].get("revisions") if pages else None
        if not revisions:
            when = f" before {before}" if before else ""
            raise InputError(f"{hit.url}: the wiki has no such page{when}")
        return self._read_revision(hit, revisions[0])

    def _read_revision(
        self, hit: Hit, revision: dict[str, Any]
    ) -> tuple[Snapshot, bytes]:
        number = revision["revid"]
        parsed = self._ask(
            action="parse", oldid=number, prop="text|displaytitle", disableeditsection=1
        ).get("parse", {})
        title = clean_text(parsed.get("title") or hit.title, 300)
        published = parse_day(revision.get("timestamp"))
        # The API returns only the inside of the page.
        content = (
            f"<html><head><title>{_escape(title)}</title></head>"
            f"<body><article><h1>{_escape(title)}</h1>{parsed.get('text', '')}"
            "</article></body></html>"
        ).encode("utf-8", "replace")
        snapshot = Snapshot(
            source=hit.url,
            url=f"{self._endpoint.url}/index.php?oldid={number}",
            fetched=datetime.now(UTC),
            sha256=hashlib.sha256(content).hexdigest(),
            headers={"content-type": "text/html; charset=utf-8"},
            published=published,
        )
        return snapshot, content

    def _build_hit(self, page: dict[str, Any]) -> Hit:
        url = f"{self._endpoint.url}/index.php?curid={page.get('pageid')}"
        return Hit(url, page.get("title"))

    def _ask(self, **parameters: Any) -> dict[str, Any]:
        answer = self._endpoint.get_json(
            "/api.php", {**parameters, "format": "json", "formatversion": 2}
        )
        if not isinstance(answer, dict):
            raise self._endpoint.build_error("is not MediaWiki; check the URL")
        if "error" in answer:
            problem = clean_text(answer["error"], 200)
            raise self._endpoint.build_error(f"refused the request: {problem}")
        return answer


class Wikipedia(MediaWiki):
    """The English Wikipedia, or the one that the settings name."""

    default_url = "https://en.wikipedia.org/w"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
