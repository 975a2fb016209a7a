"""Serper: Google's results, by an API.

https://serper.dev
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from claimcheck.models.search import Hit
from claimcheck.search.endpoint import Endpoint, collect_hits, parse_day
from claimcheck.search.provider import Query


class Serper:
    """Searches Google."""

    default_url = "https://google.serper.dev"
    key_variable = "SERPER_API_KEY"
    requests_per_minute = 300
    serves_pages = False

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the organic results."""
        body: dict[str, Any] = {"q": query.text, "num": query.limit}
        if query.language is not None:
            body["hl"] = query.language
        if query.before is not None:
            last_day = query.before - timedelta(days=1)
            body["tbs"] = f"cdr:1,cd_max:{last_day:%m/%d/%Y}"
        headers = {"x-api-key": self._endpoint.key or ""}
        answer = self._endpoint.post_json("/search", body, headers)
        rows = self._endpoint.get_list(answer, "organic")
        return collect_hits(rows, _build_hit, query.limit)


def _build_hit(row: dict[str, Any]) -> Hit:
    return Hit(
        url=row.get("link", ""),
        title=row.get("title"),
        snippet=row.get("snippet"),
        published=parse_day(row.get("date")),
    )
