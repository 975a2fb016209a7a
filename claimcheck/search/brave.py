"""Brave Search: the web, by its API.

https://api-dashboard.search.brave.com/app/documentation/web-search/get-started
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from claimcheck.models.search import Hit
from claimcheck.search.endpoint import Endpoint, collect_hits, parse_day
from claimcheck.search.provider import Query

_MAX_RESULTS = 20
_FIRST_DAY = "1970-01-01"


class Brave:
    """Searches the web."""

    default_url = "https://api.search.brave.com/res/v1"
    key_variable = "BRAVE_API_KEY"
    requests_per_minute = 55  # plans allow one request a second, or more
    serves_pages = False

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the results of the web."""
        parameters = {
            "q": query.text,
            "count": min(query.limit, _MAX_RESULTS),
            "search_lang": query.language,
        }
        if query.before is not None:
            last_day = query.before - timedelta(days=1)
            parameters["freshness"] = f"{_FIRST_DAY}to{last_day}"
        headers = {
            "accept": "application/json",
            "x-subscription-token": self._endpoint.key or "",
        }
        answer = self._endpoint.get_json("/web/search", parameters, headers)
        rows = self._endpoint.get_list(answer, "web", "results")
        return collect_hits(rows, _build_hit, query.limit)


def _build_hit(row: dict[str, Any]) -> Hit:
    return Hit(
        url=row.get("url", ""),
        title=row.get("title"),
        snippet=row.get("description"),
        published=parse_day(row.get("page_age")),
    )
