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
from claimcheck.search.endpoint import clean_text, collect_hits, parse_day
from claimcheck.search.provider import Query, SearchProvider


class MediaWiki(SearchProvider):
    """Searches the wiki whose folder with `api.php` is the endpoint."""

    requests_per_minute = 120  # https://www.mediawiki.org/wiki/API:Etiquette
    serves_pages = True

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the pages that contain the words."""
        pages = self._list_pages(
            generator="search",
            gsrsearch=query.text,
            gsrlimit=query.limit,
            prop="info",
        )
        last = len(pages)
        ranked = sorted(pages, key=lambda page: _get_number(page, "index", last))
        return collect_hits(ranked, self._build_hit, query.limit)

    def read(self, hit: Hit, before: date | None) -> tuple[Snapshot, bytes]:
        """Return a page as HTML, at its last revision before a day."""
        page_id = parse_qs(urlsplit(hit.url).query).get("curid", [""])[0]
        start = None if before is None else f"{before}T00:00:00Z"
        pages = self._list_pages(
            pageids=page_id,
            prop="revisions",
            rvprop="ids|timestamp",
            rvlimit=1,
            rvstart=start,
        )
        revisions = [
            revision
            for page in pages
            for revision in self._endpoint.get_list(page, "revisions")
            if isinstance(revision, dict)
        ]
        if not revisions:
            when = f" before {before}" if before else ""
            raise InputError(f"{hit.url}: the wiki has no such page{when}")
        return self._read_revision(hit, revisions[0])

    def _read_revision(
        self, hit: Hit, revision: dict[str, Any]
    ) -> tuple[Snapshot, bytes]:
        number = _get_number(revision, "revid", 0)
        answer = self._ask(
            action="parse", oldid=number, prop="text|displaytitle", disableeditsection=1
        )
        parsed = answer.get("parse")
        if not isinstance(parsed, dict):
            raise self._endpoint.build_error(f"answered without revision {number}")
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

    def _list_pages(self, **parameters: Any) -> list[dict[str, Any]]:
        answer = self._ask(action="query", **parameters)
        pages = self._endpoint.get_list(answer, "query", "pages")
        return [page for page in pages if isinstance(page, dict)]

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


def _get_number(fields: dict[str, Any], name: str, default: int) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) else default


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
