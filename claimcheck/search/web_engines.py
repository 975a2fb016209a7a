"""Search the web through the JSON APIs of search engines.

Anybody can run SearXNG. The clients of Brave, Tavily, and Serper, which require a key,
were written from their documentation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from claimcheck.errors import AuthenticationError
from claimcheck.models.search_log import Hit
from claimcheck.search.endpoint import clean_text, collect_hits, parse_day
from claimcheck.search.provider import Query, SearchProvider, SilentEnginesError

_MAX_RESULTS = 20  # the limit of Brave and Tavily
_FIRST_DAY = "1970-01-01"
_MAX_ENGINES_CHARACTERS = 300


class _WebEngine(SearchProvider):
    """Base class of the engines; `_names` are the field names of a result."""

    _names = ("url", "content", "publishedDate")

    def _collect(self, rows: Sequence[Any], limit: int) -> Sequence[Hit]:
        url, snippet, published = self._names

        def build(row: dict[str, Any]) -> Hit:
            day = parse_day(row.get(published))
            return Hit(row.get(url, ""), row.get("title"), row.get(snippet), day)

        return collect_hits(rows, build, limit)


class SearXNG(_WebEngine):
    """A metasearch engine: https://docs.searxng.org/dev/search_api.html."""

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the results of the first page."""
        parameters = {
            **self._endpoint.parameters,
            "q": query.text,
            "format": "json",
            "language": query.language,
            "safesearch": 0,
        }
        try:
            answer = self._endpoint.get_json("/search", parameters)
        except AuthenticationError as error:
            # SearXNG answers "403 Forbidden" if the format is disabled.
            raise AuthenticationError(
                f"{error}. SearXNG must allow `json` in search.formats of its "
                "settings.yml, and its limiter must allow this machine."
            ) from None
        rows = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise self._endpoint.build_error("is not SearXNG: no results in its answer")
        hits = self._collect(rows, query.limit)
        silent = _describe_silent_engines(answer.get("unresponsive_engines"))
        # Blocked engines look like a claim about which nobody has written.
        if silent and not hits:
            searched = f"{self._endpoint.name}: {self._endpoint.origin}"
            raise SilentEnginesError(
                f"{searched} found nothing, because its engines did not answer: "
                f"{silent}; try again later, or enable others in its settings.yml"
            )
        return hits


def _describe_silent_engines(rows: object) -> str:
    """Describe pairs of an engine's name and why it is silent."""
    engines = []
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, list) and len(row) == 2:
            # The first query says "timeout", and the next ones "Suspended: timeout".
            reason = str(row[1]).removeprefix("Suspended: ")
            engines.append(f"{row[0]} ({reason})")
    return clean_text(", ".join(engines), _MAX_ENGINES_CHARACTERS)


class Brave(_WebEngine):
    """Brave: https://api-dashboard.search.brave.com/app/documentation."""

    default_url = "https://api.search.brave.com/res/v1"
    key_variable = "BRAVE_API_KEY"
    requests_per_minute = 55  # plans allow one request a second, or more
    _names = ("url", "description", "page_age")

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
        return self._collect(rows, query.limit)


class Tavily(_WebEngine):
    """Tavily: https://docs.tavily.com/documentation/api-reference.

    Its excerpts are not evidence; only the pages are.
    """

    default_url = "https://api.tavily.com"
    key_variable = "TAVILY_API_KEY"
    requests_per_minute = 100
    _names = ("url", "content", "published_date")

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
        return self._collect(self._endpoint.get_list(answer, "results"), query.limit)


class Serper(_WebEngine):
    """Google's results, by Serper: https://serper.dev."""

    default_url = "https://google.serper.dev"
    key_variable = "SERPER_API_KEY"
    requests_per_minute = 300
    _names = ("link", "snippet", "date")

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
        return self._collect(self._endpoint.get_list(answer, "organic"), query.limit)
