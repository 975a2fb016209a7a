"""Tavily: the web, by an API for language models.

https://docs.tavily.com/documentation/api-reference/endpoint/search
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claimcheck.models.search import Hit
from claimcheck.search.endpoint import Endpoint, collect_hits, parse_day
from claimcheck.search.provider import Query

_MAX_RESULTS = 20


class Tavily:
    """Searches the web; its excerpts are not evidence, only the pages are."""

    default_url = "https://api.tavily.com"
    key_variable = "TAVILY_API_KEY"
    requests_per_minute = 100
    serves_pages = False

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the results of the web."""
        body: dict[str, Any] = {
            "query": query.text,
            "max_results": min(query.limit, _MAX_RESULTS),
        }
        if query.before is not None:
            body["end_date"] = str(query.before)
        headers = {"authorization": f"Bearer {self._endpoint.key}"}
        answer = self._endpoint.post_json("/search", body, headers)
        rows = self._endpoint.get_list(answer, "results")
        return collect_hits(rows, _build_hit, query.limit)


def _build_hit(row: dict[str, Any]) -> Hit:
    return Hit(
        url=row.get("url", ""),
        title=row.get("title"),
        snippet=row.get("content"),
        published=parse_day(row.get("published_date")),
    )
