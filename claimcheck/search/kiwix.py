"""Search Kiwix: Wikipedia and other offline collections, from kiwix-serve.

https://kiwix-tools.readthedocs.io/en/latest/kiwix-serve.html#http-api
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from urllib.parse import urljoin
from xml.etree import ElementTree

from claimcheck.errors import BudgetError, EndpointError
from claimcheck.models.search_log import Hit
from claimcheck.search.endpoint import Endpoint, clean_hit, parse_day
from claimcheck.search.provider import Query, SearchProvider

_ATOM = "{http://www.w3.org/2005/Atom}"


class Kiwix(SearchProvider):
    """Searches the full text of all collections that the server has.

    An endpoint such as http://127.0.0.1:8080?books.name=wikipedia_en_all searches only
    one; collections in several languages can't be searched together.
    """

    requests_per_minute = 6_000  # it is the user's own server
    serves_pages = True

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self._days: dict[str, date | None] | None = None  # of collections, by path
        self._lock = threading.Lock()

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the results; Kiwix only finds pages with all of the words.

        A page has the date of its collection: it is not later than that.
        """
        parameters = {
            **self._endpoint.parameters,
            "pattern": query.text,
            "format": "xml",
            "pageLength": query.limit,
        }
        root = self._parse(self._endpoint.get_text("/search", parameters))
        hits = [self._build_hit(item) for item in root.iter("item")]
        return [hit for hit in map(clean_hit, hits) if hit]

    def _build_hit(self, item: ElementTree.Element) -> Hit:
        link = item.findtext("link", "")
        description = item.find("description")
        days = self._list_days()
        collections = (path for path in days if link.startswith(f"{path}/"))
        return Hit(
            url=urljoin(self._endpoint.origin, link),
            title=item.findtext("title"),
            snippet="" if description is None else "".join(description.itertext()),
            published=days.get(max(collections, key=len, default="")),
        )

    def _list_days(self) -> dict[str, date | None]:
        """Return the dates of the collections, which are asked for once."""
        with self._lock:
            if self._days is None:
                try:
                    self._days = self._ask_for_days()
                # Other versions may have no such catalog, and results that were paid
                # for are worth more than their dates.
                except (EndpointError, BudgetError):
                    self._days = {}
            return self._days

    def _ask_for_days(self) -> dict[str, date | None]:
        # Only this parameter: version 3.3 repeats a second one as invalid XML.
        text = self._endpoint.get_text("/catalog/v2/entries", {"count": -1})
        return {
            link.get("href", ""): parse_day(entry.findtext(f"{_ATOM}updated"))
            for entry in self._parse(text).iter(f"{_ATOM}entry")
            for link in entry.iter(f"{_ATOM}link")
        }

    def _parse(self, text: str) -> ElementTree.Element:
        # A document type could define entities that expand endlessly.
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise self._endpoint.build_error("answered with XML that has a DOCTYPE")
        try:
            return ElementTree.fromstring(text)  # noqa: S314 - entities are refused
        except ElementTree.ParseError:
            raise self._endpoint.build_error(
                "is not kiwix-serve: its answer is not XML"
            ) from None
