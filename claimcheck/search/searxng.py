"""SearXNG: a metasearch engine that anybody can run, by its JSON API.

The instance has to allow the format in its `settings.yml`:

    search: {formats: [html, json]}

https://docs.searxng.org/dev/search_api.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claimcheck.errors import AuthenticationError
from claimcheck.models.search import Hit
from claimcheck.search.endpoint import Endpoint, collect_hits, parse_day
from claimcheck.search.provider import Query


class SearXNG:
    """Searches the engines that the instance is set up with."""

    default_url = None
    key_variable = None
    requests_per_minute = 120
    serves_pages = False

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the results of the first page."""
        parameters = {
            "q": query.text,
            "format": "json",
            "language": query.language,
            "safesearch": 0,
        }
        try:
            answer = self._endpoint.get_json("/search", parameters)
        except AuthenticationError as error:
            # SearXNG's words for a format that is off are "403 Forbidden".
            raise AuthenticationError(
                f"{error}. SearXNG has to allow `json` in search.formats of its "
                "settings.yml, and its limiter has to let this machine in."
            ) from None
        if not isinstance(answer, dict) or "results" not in answer:
            raise self._endpoint.build_error("is not SearXNG: no results in its answer")
        return collect_hits(answer["results"], _build_hit, query.limit)


def _build_hit(row: dict[str, Any]) -> Hit:
    return Hit(
        url=row.get("url", ""),
        title=row.get("title"),
        snippet=row.get("content"),
        published=parse_day(row.get("publishedDate")),
    )
